"""Where equipment stays and which ways it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset, Stay
from assets.reports.flow import Flow, Found, past_of
from assets.reports.report import Asked
from assets.utilisation import roller
from assets.utilisation.reports import Choice
from assets.utilisation.templatetags.utilisation import duration
from locations.zones import ZoneKind
from tests.assets.reports import slow
from tests.assets.reports.examples import example

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""In Berlin."""
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 3)
LENGTH_S = 2 * 86_400


@pytest.fixture
def rooms(make_zone, ward):
    return [
        make_zone("Store", ZoneKind.CLEAN_STORE, 0),
        make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 10, department=ward),
        make_zone("Bay 2", ZoneKind.PATIENT_ROOM, 20, department=ward),
    ]


@pytest.fixture
def pieces(make_pump):
    found = [make_pump("P-1"), make_pump("P-2")]
    Asset.objects.update(created_at=MIDNIGHT - timedelta(days=1))
    return found


@pytest.fixture
def asked(site, pieces):
    def ask(**changes):
        choice = Choice(site, FIRST, LAST, pieces[0].model.category)
        choice = replace(choice, **changes.pop("choice", {}))
        return Asked(choice, MIDNIGHT + timedelta(seconds=LENGTH_S), **changes)

    return ask


def stay(asset, zone, begin_h, end_h):
    return Stay.objects.create(
        asset=asset,
        zone=zone,
        begin=MIDNIGHT + timedelta(hours=begin_h),
        end=None if end_h is None else MIDNIGHT + timedelta(hours=end_h),
    )


@pytest.fixture
def walked(pieces, rooms):
    """Out of the store into a bay and back, twice; and one that has stood in the other bay since the evening."""
    store, bay, other = rooms
    for begin, end, zone in [(-2, 4, store), (4, 10, bay), (10, 12, store), (13, 15, bay), (15, 30, store)]:
        stay(pieces[0], zone, begin, end)
    stay(pieces[1], store, 0, 20)
    stay(pieces[1], other, 20, None)
    roller.roll_up(now=MIDNIGHT + timedelta(days=3))


histories = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(60, 40_000), st.integers(0, 9000)), max_size=8),
    min_size=2,
    max_size=2,
)


@given(histories=histories)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_moves_and_stays_are_what_looking_at_each_gives(histories, pieces, rooms, asked):
    with transaction.atomic():
        rows, end = [], LENGTH_S
        for pump, history in zip(pieces, histories, strict=True):
            at = -20_000
            for zone, length, gap in history:
                rows.append((pump.pk, at, at + length, rooms[zone].pk))
                at += length + gap
        Stay.objects.bulk_create(
            Stay(
                asset_id=asset, zone_id=zone, begin=MIDNIGHT + timedelta(seconds=begin),
                end=MIDNIGHT + timedelta(seconds=last),
            )
            for asset, begin, last, zone in rows
        )  # fmt: skip
        roller.mark_everything(now=MIDNIGHT + timedelta(days=4))
        roller.roll_up(now=MIDNIGHT + timedelta(days=4))
        past = past_of(asked().choice)
        told = {}
        for origin, target, count in past.moves.tolist():
            told[origin, target] = told.get((origin, target), 0) + count
        assert told == slow.moves(rows, 0, end)
        for zone in rooms:
            lengths = np.sort(past.dwells[past.dwells[:, 0] == zone.pk][:, 1]).tolist()
            assert lengths == slow.lengths(rows, {zone.pk}, 0, end)
        transaction.set_rollback(True)


def test_moves_are_counted_between_kinds_of_rooms(walked, asked):
    moves = Found(asked()).moves()
    assert moves == {("clean_store", "patient_room"): 3, ("patient_room", "clean_store"): 2}


def test_moves_are_counted_between_units(walked, asked, ward):
    moves = Found(asked(by="unit")).moves()
    assert moves == {("", str(ward.pk)): 3, (str(ward.pk), ""): 2}


def test_the_longest_open_stay_counts_up_to_now(walked, asked):
    answer = Flow().answer(asked())
    longest = next(each for each in answer.figures if str(each.title) == "Longest there now")
    assert longest.value.value == (48 - 20) * 3600


def test_median_and_ninth_tenth_are_by_rank(walked, asked, rooms):
    lengths = sorted([6, 6, 2, 2, 15, 20])
    answer = Flow().answer(asked())
    told = {str(each.title): each.value for each in answer.figures}
    assert told["Stays ended"] == 6
    assert told["Median stay"].value == slow.by_rank(lengths, 50) * 3600
    assert told["90 % stay at most"].value == slow.by_rank(lengths, 90) * 3600
    assert example("another bay: moves") == str(told["Moves"])
    assert example("20 hours: median") == duration(told["Median stay"].value)
    assert example("ninth tenth") == duration(told["90 % stay at most"].value)


def test_of_a_unit_its_own_rooms_are_told_and_the_moves_from_or_to_them(walked, asked, ward):
    answer = Flow().answer(asked(choice={"department": ward}))
    assert [row.cells[0] for row in answer.rows["zones"]] == ["Bay 2", "Bay 1"]
    assert sum(row.cells[2] for row in answer.rows["moves"]) == 5


def test_part_of_a_fleet_is_counted_from_the_histories(walked, asked, pieces):
    Asset.objects.filter(pk=pieces[1].pk).update(ownership="rented")
    moves = Found(asked(choice={"ownership": "rented"})).moves()
    assert moves == {("clean_store", "patient_room"): 1}


def test_a_row_opens_the_moves_that_it_counts(walked, asked):
    table, rows = Flow().behind(asked(of="move:clean_store>patient_room"))
    assert [(row.cells[0], row.cells[1], row.cells[3]) for row in rows] == [
        ("P-2", "Store", "Bay 2"),
        ("P-1", "Store", "Bay 1"),
        ("P-1", "Store", "Bay 1"),
    ]
    assert rows[0].link == reverse("asset", args=["P-2"])
    assert table.name == "behind"


def test_a_kind_of_room_opens_what_is_there_now(walked, asked):
    _, rows = Flow().behind(asked(of="group:patient_room"))
    assert [(row.cells[0], row.cells[1], row.cells[3]) for row in rows] == [("P-2", "Bay 2", 28 * 3600)]


def test_without_histories_there_is_a_reason_and_no_figure(asked):
    answer = Flow().answer(asked())
    assert str(answer.reason) == "nothing is rolled up yet in this period"
    assert not answer.figures
