"""What went missing of a fleet, by count and by value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.measures.models import Purchase
from assets.models import ActivityInterval, Asset, LocateAttempt
from assets.reports.report import Asked
from assets.reports.shrinkage import Shrinkage, fleets_of, missing
from assets.utilisation import roller
from assets.utilisation.explaining import share
from assets.utilisation.reports import Choice
from tests.assets.reports.examples import example

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

BEGIN = datetime(2026, 3, 1, 23, tzinfo=UTC)
END = BEGIN + timedelta(days=30)
LIMIT = 10
days = st.integers(-40, 39)


def at(day: float) -> datetime:
    return BEGIN + timedelta(days=day, hours=1)


@pytest.fixture
def pump(make_pump):
    pump = make_pump("P-1")
    Asset.objects.update(created_at=BEGIN - timedelta(days=100))
    return pump


def is_missing(heard, tries, retired, by, begin):
    """By the definition: is it missing at ``by``, on the days that are told?"""
    tried = [each for each in sorted(tries) if at(each[0]) < by]
    if not tried or tried[-1][1]:
        return False
    searched = at(tried[-1][0])
    last = max((at(day) for day in heard if at(day) < by), default=None)
    if last is not None and last > searched:
        return False
    if retired is not None and at(retired) < by:
        return by != begin and begin <= at(retired) and searched < at(retired)
    return last is None or by - last > timedelta(days=LIMIT)


@given(
    heard=st.sets(days, max_size=4),
    tries=st.dictionaries(days, st.booleans(), max_size=4),
    retired=st.none() | days,
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_missing_is_what_the_definition_says_of_each_piece(heard, tries, retired, pump):
    with transaction.atomic():
        Asset.objects.filter(pk=pump.pk).update(retired_at=None if retired is None else at(retired))
        for day in sorted(heard):
            ActivityInterval.objects.create(
                asset=pump,
                activity="available",
                basis="zone",
                begin=at(day) - timedelta(minutes=5),
                end=at(day),
            )
        for day, was_found in tries.items():
            LocateAttempt.objects.create(
                asset=pump, at=at(day), outcome="found" if was_found else "not_found"
            )
        found = missing({pump.pk}, BEGIN, END, LIMIT)
        told = list(tries.items())
        is_new = is_missing(heard, told, retired, END, BEGIN) and not is_missing(
            heard, told, None, BEGIN, BEGIN
        )
        assert bool(found) == is_new
        transaction.set_rollback(True)


@pytest.fixture
def fleet(make_pump):
    """Four pumps; one was searched for in vain and retired, one has been silent since before it was searched for."""
    pumps = [make_pump(f"P-{n}") for n in range(1, 5)]
    Asset.objects.update(created_at=BEGIN - timedelta(days=1))
    for pump, until in zip(pumps, (5, 8, 30, 30), strict=True):
        ActivityInterval.objects.create(
            asset=pump, activity="available", basis="zone", begin=BEGIN, end=at(until)
        )
    for pump, day in ((pumps[0], 10), (pumps[1], 12), (pumps[2], 3)):
        LocateAttempt.objects.create(asset=pump, at=at(day), outcome="not_found")
    Asset.objects.filter(pk=pumps[0].pk).update(retired_at=at(20))
    for pump, cost in zip(pumps[:3], (1000, 2000, 5000), strict=True):
        Purchase.objects.create(asset=pump, cost=Decimal(cost))
    roller.roll_up(now=END + timedelta(days=1))
    return pumps


def ask(site, **changes):
    return Asked(Choice(site, date(2026, 3, 2), date(2026, 3, 31)), END, missing_days=LIMIT, **changes)


def test_by_count_and_by_value(fleet, site):
    (told,) = fleets_of(ask(site))
    assert [each.asset for each in told.lost] == fleet[:2]
    assert (told.opening, told.by_count.value) == (4, 0.5)
    assert (told.lost_value, told.opening_value, told.by_value.value) == (3000, 8000, 0.375)
    assert example("by count") == share(told.by_count.value)
    assert example("by value") == share(told.by_value.value)


def test_a_category_opens_its_missing_pieces(fleet, site):
    _, rows = Shrinkage().behind(ask(site, of=str(fleet[0].model.category_id)))
    assert [row.cells[0] for row in rows] == ["P-1", "P-2"]
    assert rows[0].cells[5] == at(20)


def test_a_missing_piece_without_a_cost_leaves_no_figure_by_value(fleet, site):
    Purchase.objects.filter(asset=fleet[0]).delete()
    (told,) = fleets_of(ask(site))
    assert str(told.by_value.reason) == str(told.lost_value.reason)
    assert "of a missing piece no acquisition cost is entered" in str(told.by_value.reason)


def test_without_costs_there_is_no_share_of_value(fleet, site):
    Purchase.objects.all().delete()
    answer = Shrinkage().answer(ask(site))
    told = {str(each.title): each.value for each in answer.figures}
    assert str(told["By value"].reason) == "no acquisition cost is entered"
    assert told["By count"].value == 0.5


def test_before_all_histories_there_is_a_reason(pump, site):
    assert str(Shrinkage().answer(ask(site)).reason) == "nothing is rolled up yet in this period"
