"""Reservations: no two of one asset, no more of a kind than there are, cancelled with undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from assets.pool.models import Reservation
from assets.pool.queries import reserved_between
from assets.pool.reservations import (
    ReservationRefusedError,
    cancel_reservation,
    reserve_asset,
    reserve_category,
    restore_reservation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def reserve(pump, nurse, noon, at):
    """``reserve(2, 4)``: the pump from two to four hours after noon."""

    def make(begin, end, **extra):
        told = {"asset": pump, "by": nurse, "now": noon} | extra
        return reserve_asset(begin=at(begin), end=at(end), **told)

    return make


def test_an_asset_is_kept_for_somebody(reserve, pump, nurse, at, station):
    kept = reserve(2, 4, unit=station, note=" Round  2 ")
    assert (kept.asset, kept.category, kept.by, kept.unit) == (pump, pump.model.category, nurse, station)
    assert (kept.begin, kept.end, kept.note) == (at(2), at(4), "Round 2")


@pytest.mark.parametrize(("begin", "end"), [(2, 4), (1, 3), (3, 5), (2.5, 3), (0, 9)])
def test_no_two_of_one_asset_overlap_and_who_has_it_is_said(reserve, biomed, make_pump, begin, end):
    make_pump("P-2")
    kept = reserve(2, 4)
    with pytest.raises(ReservationRefusedError, match="reserved at that time") as refused:
        reserve(begin, end, by=biomed)
    assert refused.value.conflicts == [kept]
    assert refused.value.conflicts[0].by.username == "nurse"
    assert Reservation.objects.count() == 1


@pytest.mark.parametrize(("begin", "end"), [(1, 2), (4, 5)])
def test_one_may_begin_when_the_other_ends(reserve, begin, end):
    reserve(2, 4)
    assert reserve(begin, end).pk


def test_a_cancelled_one_is_no_obstacle(reserve, nurse, at):
    cancel_reservation(reservation=reserve(2, 4), by=nurse, now=at(1))
    assert reserve(2, 4).pk


def test_postgresql_itself_refuses_two_of_one_asset(reserve):
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time, and looks under its lock
    kept = reserve(2, 4)
    kept.pk, kept._state.adding = None, True
    with pytest.raises(IntegrityError, match="reservation_no_overlap"), transaction.atomic():
        kept.save()


@pytest.mark.parametrize(
    ("begin", "end", "field"),
    [(4, 2, "end"), (2, 2, "end"), (-3, -1, "end"), (1, 24 * 32 + 1, "end"), (24 * 400, 24 * 401, "begin")],
)
def test_times_that_cannot_be_are_refused_with_the_field(reserve, begin, end, field):
    with pytest.raises(ReservationRefusedError) as refused:
        reserve(begin, end)
    assert refused.value.field == field


def test_no_more_of_a_kind_are_reserved_than_there_are(make_pump, pumps, nurse, noon, at, station):
    make_pump("P-1"), make_pump("P-2")

    def one(begin, end):
        return reserve_category(
            category=pumps, unit=station, begin=at(begin), end=at(end), by=nurse, now=noon
        )

    one(1, 3), one(3, 5), one(1, 5)  # never more than two at the same moment
    with pytest.raises(ReservationRefusedError, match="All 2 of that kind"):
        one(2, 4)
    assert one(5, 6).pk


def test_reserving_the_last_one_by_name_is_refused_where_all_are_promised(
    reserve, pumps, nurse, noon, at, station
):
    reserve_category(category=pumps, unit=station, begin=at(1), end=at(3), by=nurse, now=noon)
    with pytest.raises(ReservationRefusedError, match="All 1 of that kind"):
        reserve(2, 4)


def test_who_may_cancel(reserve, nurse, biomed, noon, at, administrator):
    kept = reserve(2, 4, by=biomed)
    with pytest.raises(ReservationRefusedError, match="Somebody else"):
        cancel_reservation(reservation=kept, by=nurse, now=at(1))
    assert cancel_reservation(reservation=kept, by=administrator, now=at(1)).cancelled_at == at(1)


def test_a_cancelling_is_taken_back_at_once_and_not_over_somebody_else(reserve, nurse, biomed, at):
    kept = reserve(2, 4)
    cancel_reservation(reservation=kept, by=nurse, now=at(1))
    again = restore_reservation(reservation=kept, by=nurse, now=at(1) + timedelta(seconds=9))
    assert again.cancelled_at is None

    cancel_reservation(reservation=kept, by=nurse, now=at(1))
    with pytest.raises(ReservationRefusedError, match="too late"):
        restore_reservation(reservation=kept, by=nurse, now=at(1) + timedelta(seconds=31))
    reserve(3, 4, by=biomed)
    with pytest.raises(ReservationRefusedError, match="reserved at that time"):
        restore_reservation(reservation=kept, by=nurse, now=at(1) + timedelta(seconds=9))


def test_what_find_asks_the_first_of_each_in_one_query(
    reserve, pump, make_pump, at, django_assert_num_queries
):
    other = make_pump("P-2")
    reserve(6, 8)
    first = reserve(2, 4)
    with django_assert_num_queries(1):
        found = reserved_between(assets=[pump.pk, other.pk], begin=at(0), end=at(12))
    assert found == {pump.pk: first}
    assert reserved_between(assets=[pump.pk], begin=at(4), end=at(6)) == {}
