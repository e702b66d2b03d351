"""Priorities and clocks: how soon an order is to be taken on and done, and when its clock stands still."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from assets.maintenance.clocks import is_overdue
from assets.maintenance.models import RiskClass, ServiceLevel, WorkOrder
from assets.maintenance.orders import move_work_order, open_work_order, set_priority
from assets.maintenance.signatures import Signed
from assets.maintenance.words import Impact, Kind, Priority, Risk

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
HOUR = timedelta(hours=1)


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def repair(pump, nurse, noon):
    """Of normal priority: to be taken on within 8 hours and done within 72."""
    return open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon).order


@pytest.fixture
def move(biomed):
    def make(order, key, now, **told):
        told = {"note": "So", "outcome": "failure", "signature": Signed("Bruno")} | told
        return move_work_order(order=order, transition=key, by=biomed, now=now, **told)

    return make


@pytest.mark.parametrize(
    ("risk", "impact", "priority"),
    [
        (Risk.LIFE_SUPPORT, Impact.STOPS, Priority.URGENT),
        (Risk.LIFE_SUPPORT, Impact.NONE, Priority.HIGH),
        (Risk.HIGH, Impact.HINDERS, Priority.HIGH),
        (Risk.MEDIUM, Impact.STOPS, Priority.HIGH),
        (Risk.LOW, Impact.STOPS, Priority.NORMAL),
        (Risk.LOW, Impact.NONE, Priority.LOW),
        (Risk.HIGH, "", Priority.HIGH),
        (None, "", Priority.NORMAL),
    ],
)
def test_priority_follows_from_the_risk_of_the_category_and_the_impact(
    pump, nurse, noon, risk, impact, priority
):
    if risk:
        RiskClass.objects.create(category=pump.model.category, risk=risk)
    order = open_work_order(asset=pump, kind=Kind.INCIDENT, by=nurse, now=noon, impact=impact).order
    assert order.priority == priority


def test_a_repair_has_clocks_from_its_opening(repair, noon):
    assert (repair.respond_by, repair.due_at) == (noon + 8 * HOUR, noon + 72 * HOUR)


def test_planned_work_has_the_day_that_was_told_and_no_clock(pump, biomed, noon, move):
    day = noon + timedelta(days=30)
    order = open_work_order(asset=pump, kind=Kind.PLANNED, by=biomed, now=noon, due_at=day).order
    assert (order.respond_by, order.due_at) == (None, day)
    move(order, "begin", noon + HOUR)
    waits = move(order, "wait_vendor", noon + 2 * HOUR)
    assert (waits.due_at, waits.left) == (day, None), "a planned day does not move because somebody waits"


def test_who_takes_it_on_stops_the_first_clock_and_looking_at_it_does_not(repair, noon, move):
    assert move(repair, "triage", noon + HOUR).responded_at is None
    assert move(repair, "assign", noon + 2 * HOUR).responded_at == noon + 2 * HOUR
    assert move(repair, "begin", noon + 3 * HOUR).responded_at == noon + 2 * HOUR


def test_the_clock_stands_still_while_it_waits(repair, noon, move):
    """Ten hours of waiting move the end of 72 hours to 82."""
    move(repair, "begin", noon + HOUR)
    waits = move(repair, "wait_parts", noon + 2 * HOUR)
    assert (waits.waits_for, waits.due_at, waits.left) == ("parts", None, 70 * HOUR)
    changed = move(repair, "wait_vendor", noon + 5 * HOUR)
    assert (changed.waits_for, changed.left) == ("vendor", 70 * HOUR)
    assert move(repair, "resume", noon + 12 * HOUR).due_at == noon + 82 * HOUR


def test_another_priority_sets_the_clock_by_its_own_target_and_keeps_what_was_waited(
    repair, biomed, noon, move
):
    move(repair, "begin", noon + HOUR)
    move(repair, "wait_parts", noon + 2 * HOUR)
    set_priority(order=repair, by=biomed, now=noon + 3 * HOUR, priority=Priority.HIGH)
    assert move(repair, "resume", noon + 12 * HOUR).due_at == noon + 34 * HOUR


def test_the_hospital_s_own_service_level_counts(pump, nurse, noon):
    ServiceLevel.objects.create(priority=Priority.NORMAL, response_min=30, resolution_min=600)
    order = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon).order
    assert (order.respond_by, order.due_at) == (noon + HOUR / 2, noon + 10 * HOUR)


def test_a_service_level_that_ends_before_it_begins_is_refused():
    level = ServiceLevel(priority=Priority.LOW, response_min=60, resolution_min=30)
    with pytest.raises(ValidationError, match="taken on before it is to be done"):
        level.full_clean()


def overdue(now):
    return list(WorkOrder.objects.overdue(now).values_list("number", flat=True))


def test_overdue_is_what_should_be_done_and_is_not(repair, noon, move):
    assert overdue(noon + 72 * HOUR) == []
    assert overdue(noon + 73 * HOUR) == [repair.number]
    done = move(repair, "finish", noon + 74 * HOUR)
    assert overdue(noon + 99 * HOUR) == []
    assert is_overdue(done, noon + 99 * HOUR), "it was done late, and stays so"


def test_what_was_late_before_it_waited_is_overdue_and_what_was_not_is_not(
    repair, make_pump, nurse, noon, move
):
    move(repair, "begin", noon + HOUR)
    move(repair, "wait_parts", noon + 73 * HOUR)
    other = open_work_order(asset=make_pump("P-2"), kind=Kind.CORRECTIVE, by=nurse, now=noon).order
    move(other, "begin", noon + HOUR)
    move(other, "wait_parts", noon + 2 * HOUR)
    assert overdue(noon + 500 * HOUR) == [repair.number]


def test_what_was_reopened_was_never_done(repair, noon, move):
    assert move(repair, "finish", noon + HOUR).done_at == noon + HOUR
    again = move(repair, "reopen", noon + 5 * HOUR)
    assert (again.done_at, again.due_at) == (None, noon + 72 * HOUR)
