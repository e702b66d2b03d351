"""Downtime belongs to orders: it neither overlaps nor runs backward, and it is what makes equipment out of service."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from assets.maintenance.acts import act_on, take_back
from assets.maintenance.downtime import Span, begin_downtime, end_downtime, strike_downtime, weighted
from assets.maintenance.events import MovedMeanwhileError, WorkRefusedError
from assets.maintenance.models import Downtime
from assets.maintenance.orders import move_work_order, open_work_order
from assets.maintenance.signatures import Signed
from assets.maintenance.words import ActKind, DownReason, Kind, Percent
from assets.models import AssetNow

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
HOUR = timedelta(hours=1)
DONE = {"outcome": "failure", "signature": Signed("Bruno")}


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def planned(pump, biomed, noon):
    return open_work_order(asset=pump, kind=Kind.PLANNED, by=biomed, now=noon).order


def activity():
    return AssetNow.objects.get().activity


def spans():
    return list(Downtime.objects.values_list("begin", "end", "percent", "reason"))


def test_broken_is_down_from_then_until_the_repair_is_verified(pump, nurse, biomed, noon):
    act = act_on(asset=pump, kind=ActKind.BROKEN, by=nurse, now=noon)
    assert (activity(), spans()) == ("down", [(noon, None, 100, "fault")])

    move_work_order(order=act.order, transition="finish", by=biomed, now=noon + HOUR, **DONE)
    assert spans() == [(noon, None, 100, "fault")], "done is not yet available for clinical service"
    move_work_order(order=act.order, transition="verify", by=biomed, now=noon + 2 * HOUR)
    assert (activity(), spans()) == ("available", [(noon, noon + 2 * HOUR, 100, "fault")])


def test_what_was_tapped_by_mistake_was_never_down(pump, nurse, noon):
    act = act_on(asset=pump, kind=ActKind.BROKEN, by=nurse, now=noon)
    take_back(act=act, by=nurse, now=noon + timedelta(seconds=5))

    assert Downtime.objects.current().count() == 0
    assert Downtime.objects.get().struck_by == nurse


def test_partly_usable_equipment_is_not_out_of_service(planned, biomed, noon):
    begin_downtime(order=planned, by=biomed, now=noon, percent=Percent.PARTLY)
    assert not AssetNow.objects.exists()
    planned.refresh_from_db()
    assert planned.down_percent == 50


def test_what_two_orders_hold_comes_back_with_the_second(pump, planned, nurse, biomed, noon):
    act = act_on(asset=pump, kind=ActKind.BROKEN, by=nurse, now=noon)
    begin_downtime(order=planned, by=biomed, now=noon + HOUR, reason=DownReason.SAFETY)
    move_work_order(order=act.order, transition="finish", by=biomed, now=noon + 2 * HOUR, **DONE)
    move_work_order(order=act.order, transition="verify", by=biomed, now=noon + 3 * HOUR)
    assert activity() == "down"

    end_downtime(order=planned, by=biomed, now=noon + 4 * HOUR)
    assert activity() == "available"


def test_a_while_that_is_over_is_noted_and_changes_nothing_now(planned, biomed, noon):
    begin_downtime(order=planned, by=biomed, now=noon + 9 * HOUR, begin=noon + HOUR, end=noon + 2 * HOUR)
    assert spans() == [(noon + HOUR, noon + 2 * HOUR, 100, "planned")]
    assert not AssetNow.objects.exists()


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (5, 4, "end: it has to be later than the beginning"),
        (5, 5, "end: it has to be later than the beginning"),
        (11, None, "begin: that moment is still to come"),
        (5, 11, "begin: that moment is still to come"),
        (2, 4, "begin: this order holds it out of service already from 2026-03-02 13:00"),
        (0, 2, "begin: this order holds it out of service already"),
        (2, None, "begin: this order holds it out of service already"),
    ],
)
def test_overlapping_backward_and_future_downtime_is_refused_with_the_field(
    planned, biomed, noon, begin, end, words
):
    begin_downtime(order=planned, by=biomed, now=noon + 9 * HOUR, begin=noon + HOUR, end=noon + 3 * HOUR)
    with pytest.raises(WorkRefusedError, match=words):
        begin_downtime(
            order=planned, by=biomed, now=noon + 10 * HOUR, begin=noon + begin * HOUR,
            end=None if end is None else noon + end * HOUR,
        )  # fmt: skip
    assert len(spans()) == 1


def test_it_does_not_end_before_it_began(planned, biomed, noon):
    begin_downtime(order=planned, by=biomed, now=noon + HOUR)
    with pytest.raises(WorkRefusedError, match="end: it began later"):
        end_downtime(order=planned, by=biomed, now=noon + 3 * HOUR, end=noon)
    assert spans()[0][1] is None


def test_the_second_of_two_people_is_told_what_the_first_did(planned, biomed, administrator, noon):
    begin_downtime(order=planned, by=biomed, now=noon + HOUR, version=1)
    with pytest.raises(MovedMeanwhileError, match=r"biomed was quicker.*Out of service 100 %, Planned work"):
        begin_downtime(order=planned, by=administrator, now=noon + HOUR, version=1)


def test_the_database_itself_refuses_what_runs_backward_or_is_open_twice(planned, noon):
    rows = [{"begin": noon, "end": noon - HOUR}, {"begin": noon}, {"begin": noon + HOUR}]
    common = {"order": planned, "asset": planned.asset, "at": noon, "reason": "fault"}
    with pytest.raises(IntegrityError, match="downtime_has_length"), transaction.atomic():
        Downtime.objects.create(**common, **rows[0])
    Downtime.objects.create(**common, **rows[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        Downtime.objects.create(**common, **rows[2])


def test_postgresql_refuses_overlaps_whoever_writes_them(planned, noon):
    """SQLite has no such constraint: there, the lock alone keeps it."""
    common = {"order": planned, "asset": planned.asset, "at": noon, "reason": "fault"}
    Downtime.objects.create(**common, begin=noon, end=noon + 2 * HOUR)
    refuses = connection.vendor == "postgresql"
    expected = pytest.raises(IntegrityError, match="downtime_no_overlap") if refuses else nullcontext()
    with expected, transaction.atomic():
        Downtime.objects.create(**common, begin=noon + HOUR, end=noon + 3 * HOUR)
    assert Downtime.objects.count() == (1 if refuses else 2)


def test_what_was_struck_out_stays_readable_and_counts_in_nothing(planned, biomed, noon):
    down = begin_downtime(order=planned, by=biomed, now=noon)
    strike_downtime(down=down, by=biomed, now=noon + HOUR)

    assert (activity(), Downtime.objects.count(), Downtime.objects.current().count()) == ("available", 1, 0)
    begin_downtime(order=planned, by=biomed, now=noon + 2 * HOUR, begin=noon)


def span(begin, end, percent=100):
    return lambda noon: Span(noon + begin * HOUR, None if end is None else noon + end * HOUR, percent)


@pytest.mark.parametrize(
    ("made", "hours"),
    [
        ([], 0),
        ([span(1, 3)], 2),
        ([span(1, 3, 50)], 1),
        ([span(-5, 3)], 3),
        ([span(9, None)], 1),
        ([span(1, 5), span(3, 7)], 6),
        ([span(0, 10, 50), span(2, 4)], 6),
        ([span(-3, -1), span(11, 12)], 0),
    ],
)
def test_weighted_downtime_in_ten_hours_by_hand(noon, made, hours):
    """The worked examples of docs/maintenance.md."""
    spans_made = [make(noon) for make in made]
    assert weighted(spans_made, begin=noon, end=noon + 10 * HOUR) == hours * HOUR
