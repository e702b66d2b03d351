"""Work by meters, alone or beside the calendar, whichever comes first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assets.maintenance.models import WorkOrder
from assets.models import TimelineHead
from assets.planning.daily import plan_maintenance
from assets.planning.models import Occurrence
from tests.latest import put_reading

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = timedelta(days=1)
HOURS = {"meter": "operating_hours", "meter_every": 500.0}


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def hours(pump, noon):
    def read(number, later=timedelta(0), **extra):
        TimelineHead.objects.filter(asset=pump).delete()
        at = noon + later
        put_reading(
            **{
                "asset": pump,
                "name": "operating_hours",
                "number": number,
                "at": at,
                "good_at": at,
                "source": "x",
            }
            | extra
        )

    return read


def rows():
    return list(
        Occurrence.objects.order_by("pk").values_list("due_on", "meter_base", "meter_due", "is_by_meter")
    )


def test_by_a_meter_alone_it_is_due_on_the_day_on_which_it_is_there(pump, make_plan, hours, noon):
    make_plan(asset=pump, unit="", every=None, **HOURS)
    hours(1200.0)
    plan_maintenance(now=noon)
    assert rows() == [(None, 1200.0, 1700.0, False)]
    assert WorkOrder.objects.count() == 0

    hours(1700.0, 9 * DAY)
    plan_maintenance(now=noon + 10 * DAY)
    assert rows() == [(date(2026, 3, 12), 1200.0, 1700.0, True)]
    one = Occurrence.objects.get()
    assert (one.opens_on, one.closes_on) == (date(2026, 3, 12), date(2026, 4, 11))
    assert WorkOrder.objects.count() == 1


def test_the_meter_comes_first(pump, make_plan, hours, noon):
    make_plan(asset=pump, every=12, begins_on=date(2027, 1, 31), **HOURS)
    hours(10.0)
    plan_maintenance(now=noon)
    assert rows() == [(date(2027, 1, 31), 10.0, 510.0, False)]
    hours(800.0, DAY)
    plan_maintenance(now=noon + DAY)
    assert rows() == [(date(2026, 3, 3), 10.0, 510.0, True)]


def test_the_calendar_comes_first_and_the_meter_counts_anew_when_it_was_done(
    pump, make_plan, hours, do_work, noon
):
    make_plan(asset=pump, every=6, begins_on=date(2026, 3, 5), **HOURS)
    hours(10.0)
    plan_maintenance(now=noon)
    do_work(WorkOrder.objects.get(), noon + 3 * DAY)
    hours(100.0, 3 * DAY)
    plan_maintenance(now=noon + 4 * DAY)
    assert rows() == [(date(2026, 3, 5), 10.0, 510.0, False), (date(2026, 9, 5), 100.0, 600.0, False)]


def test_a_meter_that_runs_backward_was_replaced(pump, make_plan, hours, noon):
    make_plan(asset=pump, unit="", every=None, **HOURS)
    hours(9000.0)
    plan_maintenance(now=noon)
    hours(3.0, DAY)
    plan_maintenance(now=noon + DAY)
    assert rows() == [(None, 3.0, 503.0, False)]


def test_a_reading_that_failed_says_nothing(pump, make_plan, hours, noon):
    make_plan(asset=pump, unit="", every=None, **HOURS)
    hours(None, quality="no_answer", good_at=None)
    plan_maintenance(now=noon)
    assert rows() == [(None, None, None, False)]
