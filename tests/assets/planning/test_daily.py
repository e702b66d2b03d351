"""Planning by the clock: what falls due is made once, orders are opened ahead, and what was done counts on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assets.maintenance.models import RiskClass, WorkEvent, WorkOrder
from assets.maintenance.orders import move_work_order
from assets.planning.daily import plan_maintenance
from assets.planning.models import Occurrence, PlanningRun
from assets.planning.plans import end_plan, save_plan

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = timedelta(days=1)


def due_days(**told):
    return [
        str(day)
        for day in Occurrence.objects.filter(**told).order_by("due_on").values_list("due_on", flat=True)
    ]


def test_each_piece_of_a_model_gets_its_days_for_three_months_ahead(make_pump, make_plan, noon):
    make_pump("P-1")
    make_pump("P-2")
    make_plan()
    came_to = plan_maintenance(now=noon)

    assert due_days(asset__asset_tag="P-1") == ["2026-03-20", "2026-04-20", "2026-05-20"]
    assert due_days(asset__asset_tag="P-2") == due_days(asset__asset_tag="P-1")
    assert came_to.made == 6


def test_done_again_it_comes_to_the_same(make_pump, make_plan, noon):
    make_pump("P-1")
    make_plan(days_ahead=30)
    first = plan_maintenance(now=noon)
    again = plan_maintenance(now=noon)

    assert (first.made, first.opened) == (3, 1)
    assert (again.made, again.opened, again.withdrawn) == (0, 0, 0)
    assert PlanningRun.objects.get().ended_at == noon


def test_far_off_there_is_always_the_next_one(make_pump, make_plan, noon):
    make_plan(asset=make_pump(), unit="month", every=24, begins_on=date(2027, 8, 31))
    plan_maintenance(now=noon)
    assert due_days() == ["2027-08-31"]


def test_what_was_due_before_there_was_a_plan_is_not_made_up(make_pump, make_plan, noon):
    make_plan(asset=make_pump(), every=1, begins_on=date(2024, 1, 31))
    plan_maintenance(now=noon)
    assert due_days() == ["2026-03-31", "2026-04-30", "2026-05-31"]


def test_an_order_is_opened_ahead_and_is_due_when_the_day_is_over_at_the_site(
    make_pump, make_plan, pumps, noon
):
    RiskClass.objects.create(category=pumps, risk="life")
    make_plan(asset=make_pump(), every=3, begins_on=date(2026, 3, 29), days_ahead=27, kind="inspection")
    plan_maintenance(now=noon)

    order = WorkOrder.objects.get()
    assert (order.kind, order.state, order.note, order.is_unverified) == (
        "inspection",
        "request",
        "Yearly check",
        False,
    )
    assert order.due_at.isoformat() == "2026-03-29T22:00:00+00:00", (
        "the day on which the clock is put forward"
    )
    assert order.get_priority_display() == "High", "life support, and no care waits"
    assert WorkEvent.objects.get().target == "request"
    assert Occurrence.objects.order_by("due_on").first().order == order


def test_not_sooner_than_asked(make_pump, make_plan, noon):
    make_plan(asset=make_pump(), begins_on=date(2026, 3, 20), days_ahead=17)
    plan_maintenance(now=noon)
    assert WorkOrder.objects.count() == 0
    plan_maintenance(now=noon + DAY)
    assert WorkOrder.objects.count() == 1


def test_done_counts_on_the_day_of_the_site(make_pump, make_plan, do_work, noon):
    make_plan(asset=make_pump(), days_ahead=30)
    plan_maintenance(now=noon)
    do_work(WorkOrder.objects.get(), noon.replace(day=19, hour=23, minute=30))
    plan_maintenance(now=noon.replace(day=20))

    done = Occurrence.objects.get(standing="done")
    assert (done.due_on, done.done_on) == (date(2026, 3, 20), date(2026, 3, 20)), "past midnight in Berlin"
    assert due_days(standing="planned") == ["2026-04-20", "2026-05-20", "2026-06-20"]


def test_what_floats_counts_from_when_it_was_done(make_pump, make_plan, do_work, noon):
    make_plan(asset=make_pump(), days_ahead=30, is_floating=True, every=2)
    plan_maintenance(now=noon)
    assert due_days() == ["2026-03-20"]
    do_work(WorkOrder.objects.get(), noon.replace(day=28))
    plan_maintenance(now=noon.replace(day=29))

    assert due_days(standing="planned") == ["2026-05-28"]


def test_what_is_late_and_due_again_is_done_by_one_order(make_pump, make_plan, do_work, noon):
    make_plan(asset=make_pump(), days_ahead=1)
    plan_maintenance(now=noon.replace(day=20))
    plan_maintenance(now=noon.replace(month=4, day=20))
    assert WorkOrder.objects.count() == 1
    do_work(WorkOrder.objects.get(), noon.replace(month=4, day=21))
    plan_maintenance(now=noon.replace(month=4, day=22))

    assert list(Occurrence.objects.filter(standing="done").values_list("due_on", "done_on")) == [
        (date(2026, 3, 20), date(2026, 4, 21)),
        (date(2026, 4, 20), date(2026, 4, 21)),
    ]


def test_a_cancelled_order_is_not_opened_again(make_pump, make_plan, biomed, noon):
    make_plan(asset=make_pump(), days_ahead=30)
    plan_maintenance(now=noon)
    move_work_order(
        order=WorkOrder.objects.get(), transition="cancel", by=biomed, now=noon, note="Goes to the maker"
    )
    plan_maintenance(now=noon + DAY)

    assert WorkOrder.objects.count() == 1
    assert due_days(standing="skipped") == ["2026-03-20"]


def test_retired_pieces_and_ended_plans_are_planned_no_longer(make_pump, make_plan, noon):
    pump, other = make_pump("P-1"), make_pump("P-2")
    plan = make_plan(asset=other)
    make_plan(asset=pump, days_ahead=30)
    plan_maintenance(now=noon)
    pump.retired_at = noon
    pump.save()
    end_plan(plan=plan, now=noon)
    plan_maintenance(now=noon + DAY)

    assert due_days(asset=pump, standing="planned") == ["2026-03-20"], (
        "its order is still there to be decided"
    )
    assert due_days(asset=other, standing="planned") == []


def test_a_changed_plan_is_planned_anew_but_for_what_was_begun(make_pump, make_plan, biomed, noon):
    plan = make_plan(asset=make_pump(), days_ahead=30)
    plan_maintenance(now=noon)
    plan.every = 2
    save_plan(plan=plan, by=biomed, now=noon)

    assert due_days(standing="planned") == ["2026-03-20", "2026-05-20"]
    assert due_days(standing="withdrawn") == ["2026-04-20", "2026-05-20"]
