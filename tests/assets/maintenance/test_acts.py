"""Broken, needs cleaning, cleaned: one tap, the work that follows, and taking it back as a whole."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from assets.maintenance.acts import act_on, take_back
from assets.maintenance.models import Act, WorkOrder
from assets.maintenance.orders import WorkRefusedError, move_work_order, open_work_order
from assets.maintenance.words import ActKind, Kind
from assets.models import AssetNow, Statement

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def at(noon):
    return lambda seconds: noon + timedelta(seconds=seconds)


@pytest.fixture
def tap(pump, nurse, at):
    """``tap("broken", 5)``: the nurse, five seconds after noon."""

    def do(kind, seconds=0, by=nurse, **extra):
        return act_on(asset=pump, kind=ActKind(kind), by=by, now=at(seconds), **extra)

    return do


def activity():
    return AssetNow.objects.get().activity


def orders():
    return list(WorkOrder.objects.order_by("number").values_list("kind", "state"))


def test_broken_is_out_of_service_and_a_repair(tap):
    tap("broken")
    assert (activity(), orders()) == ("down", [("corrective", "request")])


def test_needs_cleaning_is_so_and_work_of_the_pool(tap):
    done = tap("dirty")
    assert (activity(), orders(), done.order.team) == ("dirty", [("cleaning", "request")], "pool")


def test_cleaned_is_ready_and_closes_the_cleaning(tap):
    tap("dirty")
    tap("cleaned", 60)
    assert (activity(), orders()) == ("available", [("cleaning", "done")])
    assert not WorkOrder.objects.open().exists()


def test_cleaned_without_an_order_is_ready_all_the_same(tap):
    tap("cleaned")
    assert (activity(), orders()) == ("available", [])


def test_what_is_out_of_service_is_not_ready_by_cleaning(tap):
    number = tap("broken").order_id
    with pytest.raises(WorkRefusedError, match=f"out of service by order {number}"):
        tap("cleaned", 5)
    assert activity() == "down"


def test_dirt_is_noted_on_what_is_broken_and_it_stays_out_of_service(tap):
    tap("broken")
    tap("dirty", 5)
    assert (activity(), orders()) == ("down", [("corrective", "request"), ("cleaning", "request")])


def test_a_tap_that_is_sent_again_counts_once(tap):
    key = uuid4()
    first, second = tap("broken", key=key), tap("broken", 3, key=key)
    assert first == second
    assert (Statement.objects.count(), WorkOrder.objects.get().events.count()) == (1, 1)


def test_the_name_of_another_tap_is_refused(tap, biomed):
    key = uuid4()
    tap("broken", key=key)
    with pytest.raises(WorkRefusedError, match="key"):
        tap("broken", 3, key=key, by=biomed)


def test_retired_equipment_is_left_alone(tap, pump, noon):
    pump.retired_at = noon
    with pytest.raises(WorkRefusedError, match="no longer in service"):
        tap("broken")


# --- Taking it back -------------------------------------------------------------------------------------------


def test_broken_is_taken_back_as_a_whole_and_the_history_keeps_both(tap, nurse, at):
    tap("cleaned")
    done = tap("broken", 60)

    take_back(act=done, by=nurse, now=at(65))

    assert (activity(), orders()) == ("available", [("corrective", "withdrawn")])
    assert [event.what for event in WorkOrder.objects.get().events.all()] == ["opened", "taken_back"]


def test_cleaned_is_taken_back_and_the_cleaning_is_open_again(tap, nurse, at):
    tap("dirty")
    done = tap("cleaned", 60)

    take_back(act=done, by=nurse, now=at(65))

    assert (activity(), orders()) == ("dirty", [("cleaning", "request")])
    assert WorkOrder.objects.open().count() == 1


def test_a_stranger_s_report_that_staff_confirmed_by_mistake_is_unverified_again(pump, tap, nurse, at):
    open_work_order(asset=pump, kind=Kind.CORRECTIVE, by=None, now=at(-60))
    done = tap("broken")
    assert WorkOrder.objects.get().is_unverified is False

    take_back(act=done, by=nurse, now=at(5))

    order = WorkOrder.objects.get()
    assert (order.is_unverified, order.is_open, activity()) == (True, True, "unknown")


def test_what_somebody_has_gone_on_with_stands(tap, nurse, biomed, at):
    done = tap("broken")
    move_work_order(order=done.order, transition="begin", by=biomed, now=at(3))

    with pytest.raises(WorkRefusedError, match="gone on with order"):
        take_back(act=done, by=nurse, now=at(5))

    assert (activity(), orders()) == ("down", [("corrective", "in_progress")])
    assert Act.objects.get().withdrawn_at is None


def test_others_and_the_late_are_refused(tap, nurse, biomed, at):
    done = tap("broken")
    for person, seconds, words in ((biomed, 5, "Somebody else"), (nurse, 31, "too late")):
        with pytest.raises(WorkRefusedError, match=words):
            take_back(act=done, by=person, now=at(seconds))
    assert activity() == "down"


def test_taking_back_twice_is_taking_back_once(tap, nurse, at):
    done = tap("broken")
    take_back(act=done, by=nurse, now=at(5))
    take_back(act=done, by=nurse, now=at(6))
    assert WorkOrder.objects.get().events.count() == 2
