"""Moving planned work within its window, and coming for it in vain."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from assets.maintenance.models import WorkOrder
from assets.maintenance.queries import HistoryError
from assets.planning.daily import plan_maintenance
from assets.planning.models import Attempt, Occurrence, Plan
from assets.planning.plans import PlanRefusedError, end_plan, log_attempt, move_occurrence, save_plan
from assets.planning.words import Why

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def due(make_pump, make_plan, noon):
    """Half-yearly, due 20 March: from 28 February to 9 April."""
    make_plan(asset=make_pump(), every=6, days_ahead=30)
    plan_maintenance(now=noon)
    return Occurrence.objects.get(due_on=date(2026, 3, 20))


def test_it_moves_within_its_window_and_its_order_with_it(due, noon):
    move_occurrence(occurrence=due, to=date(2026, 4, 9), now=noon)
    due.refresh_from_db()
    assert (due.due_on, due.planned_on, due.closes_on) == (
        date(2026, 3, 20),
        date(2026, 4, 9),
        date(2026, 4, 9),
    )
    assert WorkOrder.objects.get().due_at.isoformat() == "2026-04-09T22:00:00+00:00"


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (date(2026, 4, 10), "day: its window is from 2026-02-28 to 2026-04-09"),
        (date(2026, 2, 27), "day: its window is from"),
        (date(2026, 3, 1), "day: that day is over"),
    ],
)
def test_beyond_its_window_and_into_the_past_it_is_refused(due, noon, to, words):
    with pytest.raises(PlanRefusedError, match=words):
        move_occurrence(occurrence=due, to=to, now=noon)
    due.refresh_from_db()
    assert due.planned_on == date(2026, 3, 20)


def test_what_was_done_is_moved_no_more(due, do_work, noon):
    do_work(WorkOrder.objects.get(), noon)
    plan_maintenance(now=noon)
    with pytest.raises(PlanRefusedError, match="It is “Done”"):
        move_occurrence(occurrence=due, to=date(2026, 3, 21), now=noon)


def test_attempts_are_kept_once_a_minute_and_for_good(due, biomed, noon):
    first = log_attempt(occurrence=due, why=Why.IN_USE, by=biomed, now=noon)
    tapped_twice = log_attempt(occurrence=due, why=Why.IN_USE, by=biomed, now=noon + timedelta(seconds=5))
    log_attempt(
        occurrence=due, why=Why.NOT_FOUND, by=biomed, now=noon + timedelta(hours=20), note=" Not\nthere "
    )

    assert tapped_twice == first
    assert list(Attempt.objects.values_list("day", "why", "note")) == [
        (date(2026, 3, 2), "in_use", ""),
        (date(2026, 3, 3), "not_found", "Not there"),
    ]
    with pytest.raises(HistoryError):
        first.delete()
    assert Occurrence.objects.with_attempts().get(pk=due.pk).tried == 2


def test_an_ended_plan_is_not_changed(due, biomed, noon):
    plan = due.plan
    end_plan(plan=plan, now=noon)
    plan.every = 1
    with pytest.raises(PlanRefusedError, match="has ended"):
        save_plan(plan=plan, by=biomed, now=noon)
    assert Plan.objects.get().every == 6


@pytest.mark.parametrize(
    "told",
    [
        {"asset": None, "model": None},
        {"unit": "", "every": None},
        {"unit": "month", "every": None},
        {"meter": "operating_hours"},
        {"meter": "operating_hours", "meter_every": 0.0},
    ],
)
def test_the_database_refuses_plans_without_a_subject_or_a_rule(make_plan, told):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_plan(**told)
    assert Plan.objects.count() == 0
