"""Rented pieces, and the days on which one of the hospital's own would have done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, Asset
from assets.reports.rentals import Rentals, rentals
from assets.reports.report import Asked
from assets.utilisation import roller
from assets.utilisation.reports import Choice
from tests.assets.reports.examples import example

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
DAYS = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
ACTIVITIES = ("available", "in_use", "down", "unknown")


@pytest.fixture
def pieces(make_pump):
    """Two rented, two of the hospital's own."""
    rented = [make_pump(f"R-{n}", ownership="rented", day_rate=Decimal("12.50")) for n in (1, 2)]
    owned = [make_pump(f"P-{n}") for n in (1, 2)]
    Asset.objects.update(created_at=MIDNIGHT)
    return [*rented, *owned]


@pytest.fixture
def choice(site, pieces):
    return Choice(site, DAYS[0], DAYS[-1], pieces[0].model.category)


def does(pump, begin_h, end_h, activity):
    return ActivityInterval(
        asset=pump, activity=activity, basis="confirmed", begin=MIDNIGHT + timedelta(hours=begin_h),
        end=MIDNIGHT + timedelta(hours=end_h),
    )  # fmt: skip


doings = st.lists(
    st.lists(st.tuples(st.sampled_from(ACTIVITIES), st.integers(1, 40), st.integers(0, 20)), max_size=5),
    min_size=4,
    max_size=4,
)


@given(doings=doings)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_are_what_looking_at_each_hour_gives(doings, pieces, choice):
    rows = []
    for pump, doing in zip(pieces, doings, strict=True):
        at = -10
        for activity, length, gap in doing:
            rows.append((pump, at, at + length, activity))
            at += length + gap
    with transaction.atomic():
        ActivityInterval.objects.bulk_create(does(*row) for row in rows)
        roller.mark_everything(now=MIDNIGHT + timedelta(days=5))
        roller.roll_up(now=MIDNIGHT + timedelta(days=5))
        found = {each.asset: each for each in rentals(choice)}
        for rented in pieces[:2]:
            there, spared = [], []
            for number, day in enumerate(DAYS):
                hours = range(24 * number, 24 * number + 24)
                if any(
                    who == rented and first <= hour < last and what != "unknown"
                    for who, first, last, what in rows
                    for hour in hours
                ):
                    there.append(day)
                    if any(
                        who in pieces[2:] and first <= hour < last and what == "available"
                        for who, first, last, what in rows
                        for hour in hours
                    ):
                        spared.append(day)
            assert (rented in found) == bool(there)
            if there:
                assert (found[rented].days, found[rented].avoidable) == (there, spared)
        transaction.set_rollback(True)


@pytest.fixture
def rolled(pieces):
    """R-1 is here for two days; on the first a pump of our own is ready for six hours, on the second none is."""
    ActivityInterval.objects.bulk_create(
        [
            does(pieces[0], 0, 48, "in_use"),
            does(pieces[2], 0, 6, "available"),
            does(pieces[2], 6, 48, "in_use"),
            does(pieces[3], 0, 48, "down"),
        ]
    )
    roller.roll_up(now=MIDNIGHT + timedelta(days=4))


def test_avoidable_days_are_priced_at_the_daily_rate(rolled, choice, pieces):
    (rental,) = rentals(choice)
    assert (rental.asset, len(rental.days), rental.avoidable) == (pieces[0], 2, [DAYS[0]])
    assert (rental.cost, rental.avoidable_cost, rental.ready) == (Decimal("25.00"), Decimal("12.50"), 0.25)
    assert example("avoidable days") == str(len(rental.avoidable))
    assert example("avoidable cost") == str(rental.avoidable_cost)


def test_without_a_rate_there_is_no_cost_and_the_reason(rolled, choice):
    Asset.objects.update(day_rate=None)
    answer = Rentals().answer(Asked(choice, MIDNIGHT + timedelta(days=4)))
    assert str(answer.figures[3].value.reason) == "no daily rate is entered"
    assert answer.rows["rentals"][0].cells[9].value is None


def test_what_is_rented_opens_its_days(rolled, choice):
    _, rows = Rentals().behind(Asked(choice, MIDNIGHT + timedelta(days=4), of="R-1"))
    assert [row.cells for row in rows] == [("2026-03-03", "needed", 0.0), ("2026-03-02", "avoidable", 0.25)]
    assert "ownership=owned" in rows[0].link


def test_where_nothing_is_rented_there_is_a_reason(rolled, choice):
    Asset.objects.update(ownership="owned", day_rate=None)
    answer = Rentals().answer(Asked(choice, MIDNIGHT + timedelta(days=4)))
    assert str(answer.reason) == "nothing rented counts in this period"


def test_what_the_hospital_owns_has_no_daily_rate(make_pump):
    pump = make_pump("P-9", day_rate=Decimal(1))
    with pytest.raises(ValidationError, match="Nobody is paid for what the hospital owns"):
        pump.full_clean()
