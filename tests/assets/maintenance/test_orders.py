"""Work orders: opened once, moved by declared transitions alone, and what each does to the equipment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.maintenance.models import WorkEvent, WorkOrder
from assets.maintenance.orders import (
    MovedMeanwhileError,
    WorkRefusedError,
    comment_on,
    move_work_order,
    open_work_order,
    set_priority,
)
from assets.maintenance.queries import HistoryError
from assets.maintenance.signatures import Signed
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.words import Kind, Priority, State
from assets.models import AssetNow
from assets.transitions import TransitionRefusedError, open_to

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DONE = {"outcome": "failure", "signature": Signed("Bruno Ortega")}
"""What has to be told as a repair is done."""


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def later(noon):
    """Moments after noon, each a minute after the last: ``later()``."""
    passed = iter(range(1, 100))
    return lambda: noon + timedelta(minutes=next(passed))


@pytest.fixture
def repair(pump, nurse, noon):
    return open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon, note="Door jams").order


def history(order):
    return [(e.what, e.transition, e.by and e.by.username, e.note) for e in order.events.all()]


def test_an_order_begins_as_a_request_to_the_team_of_its_kind(pump, nurse, noon):
    repair = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon, note="Door jams")
    cleaning = open_work_order(asset=pump, kind=Kind.CLEANING, by=nurse, now=noon)

    assert repair.is_new
    assert cleaning.is_new
    orders = WorkOrder.objects.order_by("number").values_list(
        "kind", "state", "team", "note", "is_unverified"
    )
    assert list(orders) == [
        ("corrective", "request", "biomed", "Door jams", False),
        ("cleaning", "request", "pool", "", False),
    ]


def test_what_is_reported_again_is_added_to_the_open_order(pump, repair, biomed, noon):
    again = open_work_order(
        asset=pump, kind=Kind.CORRECTIVE, by=biomed, now=noon + timedelta(minutes=1), note="Beeps"
    )

    assert (again.order, again.is_new, WorkOrder.objects.count()) == (repair, False, 1)
    assert history(repair) == [
        ("opened", "", "nurse", "Door jams"),
        ("reported_again", "", "biomed", "Beeps"),
    ]


def test_the_whole_way_of_a_repair(repair, biomed, later):
    way = ["triage", "assign", "begin", "wait_parts", "resume", "finish", "verify"]
    states = []
    for key in way:
        told = {"note": "Part ordered"} if key == "wait_parts" else DONE if key == "finish" else {}
        states.append(move_work_order(order=repair, transition=key, by=biomed, now=later(), **told).state)

    assert states == ["triage", "assigned", "in_progress", "waiting", "in_progress", "done", "verified"]
    repair.refresh_from_db()
    assert (repair.assigned_to, repair.is_open) == (biomed, False)
    assert [event[1] for event in history(repair)] == ["", *way]
    assert AssetNow.objects.get().activity == "available"


def test_what_the_table_does_not_declare_is_refused_with_what_is_possible(repair, biomed, noon):
    with pytest.raises(TransitionRefusedError, match=r"not possible while it is “Requested”.*“Begin”"):
        move_work_order(order=repair, transition="verify", by=biomed, now=noon)
    with pytest.raises(TransitionRefusedError, match="no transition “fly”"):
        move_work_order(order=repair, transition="fly", by=biomed, now=noon)

    repair.refresh_from_db()
    assert (repair.state, repair.events.count()) == ("request", 1)


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: step.key)
def test_no_transition_is_a_nurse_s(repair, nurse, noon, step):
    kinds = {"clean": "cleaning", "cancel": "planned"}
    kind = "planned" if step.key == "finish" and not step.needs_outcome else kinds.get(step.key, "corrective")
    WorkOrder.objects.update(state=min(step.sources), is_unverified=step.confirms, kind=kind)
    with pytest.raises(TransitionRefusedError, match="Your role may not"):
        move_work_order(order=repair, transition=step.key, by=nurse, now=noon, note="So")


def test_of_two_people_at_once_one_wins_and_the_other_is_told(repair, biomed, administrator, later):
    move_work_order(order=repair, transition="assign", by=biomed, now=later(), seen=State.REQUEST)

    with pytest.raises(MovedMeanwhileError, match="biomed was quicker: it is “Assigned” now"):
        move_work_order(order=repair, transition="assign", by=administrator, now=later(), seen=State.REQUEST)

    repair.refresh_from_db()
    assert repair.assigned_to == biomed


def test_waiting_needs_a_reason(repair, biomed, later):
    move_work_order(order=repair, transition="begin", by=biomed, now=later())
    with pytest.raises(TransitionRefusedError, match="Say why"):
        move_work_order(order=repair, transition="wait_vendor", by=biomed, now=later(), note="  ")


def test_a_repair_that_is_verified_leaves_what_still_needs_cleaning_dirty(pump, repair, nurse, biomed, later):
    open_work_order(asset=pump, kind=Kind.CLEANING, by=nurse, now=later())
    move_work_order(order=repair, transition="finish", by=biomed, now=later(), **DONE)
    move_work_order(order=repair, transition="verify", by=biomed, now=later())

    assert AssetNow.objects.get().activity == "dirty"


def test_what_a_stranger_reported_counts_only_once_staff_says_so(pump, biomed, later):
    order = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=None, now=later(), note="Broken").order

    assert (order.is_unverified, AssetNow.objects.count()) == (True, 0)
    assert [step.key for step in open_to(TRANSITIONS, order, biomed)] == ["confirm", "decline"]
    with pytest.raises(TransitionRefusedError):
        move_work_order(order=order, transition="begin", by=biomed, now=later())

    confirmed = move_work_order(order=order, transition="confirm", by=biomed, now=later())
    assert (confirmed.state, confirmed.is_unverified) == ("triage", False)
    assert AssetNow.objects.get().activity == "down"


def test_a_stranger_s_report_that_is_declined_says_nothing_of_the_equipment(pump, biomed, later):
    order = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=None, now=later(), note="x").order

    declined = move_work_order(
        order=order, transition="decline", by=biomed, now=later(), note="It was switched off"
    )

    assert (declined.state, declined.is_open, AssetNow.objects.count()) == ("withdrawn", False, 0)


def test_a_closed_order_leaves_room_for_the_next(pump, repair, nurse, biomed, later):
    move_work_order(order=repair, transition="decline", by=biomed, now=later(), note="Works")
    again = open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=later())

    assert again.is_new
    assert WorkOrder.objects.open().get() == again.order


def test_what_happened_is_never_changed_nor_deleted(repair):
    event = repair.events.get()
    for do in (event.save, event.delete, WorkEvent.objects.all().delete, WorkEvent.objects.all().update):
        with pytest.raises(HistoryError):
            do()


def test_comments_and_priority_are_noted(repair, biomed, later):
    comment_on(order=repair, by=biomed, now=later(), note=" Asked  the vendor ")
    set_priority(order=repair, by=biomed, now=later(), priority=Priority.URGENT)
    set_priority(order=repair, by=biomed, now=later(), priority=Priority.URGENT)

    assert history(repair)[1:] == [
        ("comment", "", "biomed", "Asked the vendor"),
        ("priority", "", "biomed", "Normal → Urgent"),
    ]


def test_a_note_that_is_too_long_is_refused_and_not_cut(pump, nurse, noon):
    with pytest.raises(WorkRefusedError, match="at most 500 characters"):
        open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=nurse, now=noon, note="x" * 501)
    assert not WorkOrder.objects.exists()
