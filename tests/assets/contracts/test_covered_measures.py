"""Availability, time to restore and cost of service by what the contracts say: by hand, and by walking through
each hour of random histories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.maintenance.models import Downtime, WorkOrder
from assets.measures.models import Purchase
from assets.measures.reliability import reliability_of, total_of
from assets.measures.scope import Scope
from assets.measures.work import cost_of_service_of, costs_of
from assets.models import Asset, EquipmentModel
from tests.assets.contracts.conftest import WEEKDAYS

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
H = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
AGAIN = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def old_pump(make_pump, noon):
    """Pumps that were here long before the moment of the tests."""

    def make(tag: str, **extra) -> Asset:
        pump = make_pump(tag, **extra)
        Asset.objects.filter(pk=pump.pk).update(created_at=noon - timedelta(days=400))
        pump.refresh_from_db()
        return pump

    return make


@pytest.fixture
def scope(biomed, noon):
    """A week from Monday to Sunday, all of it over, by the clock of the site."""

    def make(**told) -> Scope:
        begin = date(2026, 2, 16)
        told = {
            "user": biomed,
            "begin": begin,
            "end": date(2026, 2, 22),
            "now": noon,
            "zone": "Europe/Berlin",
        } | told
        return Scope(**told)

    return make


def down(asset, begin, end, *, percent=100, outcome="failure"):
    order = WorkOrder.objects.create(
        asset=asset, kind="corrective", team="biomed", state="verified", outcome=outcome, opened_at=begin,
        done_at=end, closed_at=end,
    )  # fmt: skip
    Downtime.objects.create(
        order=order, asset=asset, at=begin, begin=begin, end=end, percent=percent, reason="fault"
    )


def test_downtime_counts_in_covered_hours(old_pump, make_contract, pump_model, scope):
    """Monday 15:00 to Tuesday 10:00 is four covered hours of 45: two on Monday, two on Tuesday."""
    make_contract(models=[pump_model], week=WEEKDAYS)
    monday = scope().begin_at
    down(old_pump("P-1"), monday + 15 * H, monday + 34 * H)
    total = total_of(reliability_of(scope(), "category").values())
    assert (total.covered, total.down, total.restoring) == (45 * H, 4 * H, 4 * H)
    assert total.availability.value == pytest.approx(41 / 45)
    assert total.mttr.value == pytest.approx(4)


def test_without_a_contract_every_hour_counts(old_pump, make_contract, scope):
    monday = scope().begin_at
    covered, bare = old_pump("P-1"), old_pump("P-2")
    make_contract(assets=[covered], week=WEEKDAYS)
    down(bare, monday + 15 * H, monday + 34 * H)
    total = total_of(reliability_of(scope(), "category").values())
    assert (total.covered, total.down) == ((45 + 168) * H, 19 * H)


def test_a_contract_of_another_site_does_not_cover_the_model_here(
    old_pump, make_contract, pump_model, scope, other_site
):
    old_pump("P-1")
    make_contract(models=[pump_model], week=WEEKDAYS, site=other_site)
    assert total_of(reliability_of(scope(), "model").values()).covered == 168 * H


HOURS = st.integers(-48, 216)
SPANS = st.lists(st.tuples(HOURS, st.integers(1, 60), st.sampled_from([50, 100])), max_size=3)
DAYS = st.integers(-3, 9)
CONTRACTS = st.lists(
    st.tuples(
        DAYS, st.none() | st.integers(0, 8), st.sampled_from([None, WEEKDAYS, [["00:00-06:00"]] * 7]),
        st.booleans(), st.sets(st.integers(0, 2)),
    ),
    max_size=3,
)  # fmt: skip


@AGAIN
@given(data=st.data())
def test_reliability_in_covered_hours_is_that_of_a_walk_through_each_hour(
    data, old_pump, make_contract, pump_model, pumps, scope
):
    asked = scope()
    period = range(int(asked.begin_at.timestamp()) // 3600, int(asked.end_at.timestamp()) // 3600)
    with transaction.atomic():
        other = EquipmentModel.objects.create(manufacturer="Meridian", name="Infusa 300", category=pumps)
        fleet = [old_pump("A-1"), old_pump("A-2"), old_pump("A-3", model=other)]
        agreements = []
        for number, (begin, length, week, by_model, named) in enumerate(data.draw(CONTRACTS)):
            first = asked.begin + timedelta(days=begin)
            last = None if length is None else first + timedelta(days=length)
            models = [pump_model] if by_model else []
            make_contract(
                f"C-{number}", models=models, assets=[fleet[at] for at in named], week=week, begins_on=first,
                ends_on=last,
            )  # fmt: skip
            whose = named | ({0, 1} if by_model else set())
            agreements.append((first, last, week, whose))

        def is_covered(at: int, hour: int) -> bool:
            wall = datetime.fromtimestamp(3600 * hour, UTC).astimezone(BERLIN)
            running = [
                week
                for first, last, week, whose in agreements
                if at in whose and first <= wall.date() and (last is None or wall.date() <= last)
            ]
            return not running or any(
                week is None or any(int(w[:2]) <= wall.hour < int(w[6:8]) for w in week[wall.weekday()])
                for week in running
            )

        covered, lost, restoring, failures = 0, 0.0, 0.0, 0
        for at, asset in enumerate(fleet):
            mine: dict[int, int] = {}
            for begin, length, percent in data.draw(SPANS):
                since = asked.begin_at + begin * H
                down(asset, since, since + length * H, percent=percent)
                hours = range(period[0] + begin, period[0] + begin + length)
                for hour in hours:
                    mine[hour] = max(mine.get(hour, 0), percent)
                if asked.begin_at <= since < asked.end_at:
                    failures += 1
                    restoring += sum(percent / 100 for hour in hours if is_covered(at, hour))
            covered += sum(is_covered(at, hour) for hour in period)
            lost += sum(p / 100 for hour, p in mine.items() if hour in period and is_covered(at, hour))
        for by in ("category", "model", "group"):
            total = total_of(reliability_of(asked, by).values())
            assert total.covered == covered * H
            assert total.down / H == pytest.approx(lost)
            assert total.failures == failures
            assert total.restoring / H == pytest.approx(restoring)
        transaction.set_rollback(True)


def test_a_contract_costs_its_pieces_even_shares_of_its_days(old_pump, make_contract, pump_model, scope):
    """1,461 a year are 4 a day: 28 in a week, a quarter of it for the one piece of which the price is known."""
    fleet = [old_pump(f"P-{number}") for number in range(4)]
    Purchase.objects.create(asset=fleet[0], cost=Decimal(1000))
    make_contract("C-1", models=[pump_model], assets=fleet[:2], yearly_cost=Decimal(1461))
    assert costs_of(scope()).contracts == 28
    assert costs_of(scope()).unpriced == 0
    found = cost_of_service_of(scope())
    assert found.cost == 7
    assert found.figure.value == pytest.approx(7 * 365.25 / 7 / 1000)


def test_a_contract_of_unknown_cost_is_counted_and_not_taken_for_nothing(old_pump, make_contract, scope):
    make_contract("C-1", assets=[old_pump("P-1")])
    costs = costs_of(scope())
    assert (costs.contracts, costs.unpriced) == (0, 1)


def test_a_contract_counts_for_the_days_it_ran(old_pump, make_contract, scope):
    pump = old_pump("P-1")
    last = date(2026, 2, 17)
    make_contract("C-1", assets=[pump], yearly_cost=Decimal(1461), ends_on=last)
    make_contract("C-2", assets=[pump], yearly_cost=Decimal(2922), begins_on=date(2026, 2, 22))
    assert costs_of(scope()).contracts == 2 * 4 + 8
