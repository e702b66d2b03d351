"""Frames of one floor, and what a single socket is sent of them: no database, no network, no clock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from assets.live.events import Change, Identity, make_marker, pack_changes, unpack_changes
from assets.live.floors import FloorView
from assets.live.loading import Snapshot
from assets.live.viewers import Viewer
from tests.conftest import NOON

GROUND, UPSTAIRS = 1, 2


def change(asset_id=1, rev=1, **said) -> Change:
    before = Change(
        id=asset_id, rev=rev, activity="available", basis="zone", since=NOON, floor=GROUND, zone=7, x=1.234, y=2.0,
        position_at=NOON, error_m=1.06, confidence=0.83, battery=None, heard_at=NOON, stale_at=NOON,
    )  # fmt: skip
    return replace(before, **said)


def identity(asset_id=1) -> Identity:
    return Identity(
        id=asset_id,
        tag=f"P-{asset_id}",
        name="Meridian Infusa 200",
        category="infusion-pump",
        category_name="Infusion pump",
        shape="pump",
        department="3w",
        department_name="Ward 3 West",
        fixed=False,
    )


def snapshot(*changes: Change) -> Snapshot:
    identities = {c.id: identity(c.id) for c in changes}
    markers = {c.id: make_marker(identities[c.id], c, "Bay 1") for c in changes}
    return Snapshot(markers, identities, {7: "Bay 1"})


def make_view(*changes: Change) -> FloorView:
    view = FloorView(GROUND, "main-1", 1)
    view.load(snapshot(*changes))
    view.make_frame(2, NOON, is_watched=False)
    return view


def frame(view: FloorView, number: int):
    assert view.make_frame(number, NOON, is_watched=True)
    return json.loads(view.parts_for(view.previous, NOON)[0])


async def _no_close(code: int) -> None: ...


@pytest.fixture
def viewer() -> Viewer:
    return Viewer("session", 1, _no_close)


def test_a_newcomer_gets_everything():
    full = json.loads(make_view(change(1), change(2)).parts_for(None, NOON)[0])

    assert (full["full"], full["frame"], full["gone"]) == (True, 2, [])
    assert [marker["id"] for marker in full["markers"]] == [1, 2]


def test_coordinates_are_rounded_to_what_can_be_seen():
    marker = json.loads(make_view(change()).parts_for(None, NOON)[0])["markers"][0]

    assert (marker["x"], marker["error_m"], marker["confidence"]) == (1.23, 1.1, 0.83)


def test_a_frame_holds_only_what_changed():
    view = make_view(change(1), change(2))
    view.take(change(2, 2, activity="in_use"))

    told = frame(view, 3)

    assert (told["full"], told["frame"]) == (False, 3)
    assert [(m["id"], m["activity"]) for m in told["markers"]] == [(2, "in_use")]


def test_nothing_changed_is_no_frame():
    view = make_view(change(1))

    assert view.make_frame(3, NOON, is_watched=True) is False
    assert view.number == 2


def test_an_older_revision_changes_nothing():
    view = make_view(change(1, 5))
    view.take(change(1, 4, activity="down"))
    view.take(change(1, 5, activity="down"))

    assert view.make_frame(3, NOON, is_watched=True) is False


def test_a_marker_that_leaves_the_floor_is_gone():
    view = make_view(change(1), change(2))
    view.take(change(1, 2, floor=UPSTAIRS))

    told = frame(view, 3)

    assert (told["gone"], told["markers"]) == ([1], [])


def test_one_that_leaves_and_comes_back_within_a_tick_is_not_gone():
    view = make_view(change(1))
    view.take(change(1, 2, floor=UPSTAIRS))
    view.take(change(1, 3))

    told = frame(view, 3)

    assert (told["gone"], [m["rev"] for m in told["markers"]]) == ([], [3])


def test_what_happens_while_a_floor_is_being_read_is_not_lost():
    view = FloorView(GROUND, "main-1", 1)
    view.take(change(1, 2, activity="in_use"))
    view.take(change(2, 1, activity="in_use"))

    view.load(snapshot(change(1, 1), change(2, 3)))
    for waiting in view.take_waiting():
        view.take(waiting)
    view.make_frame(2, NOON, is_watched=False)

    markers = json.loads(view.parts_for(None, NOON)[0])["markers"]
    assert [(m["id"], m["activity"]) for m in markers] == [(1, "in_use"), (2, "available")]


def test_reading_a_floor_anew_tells_what_bypassed_the_recorder():
    view = make_view(change(1), change(2))
    view.load(snapshot(change(1)))  # the other was retired

    assert frame(view, 3)["gone"] == [2]


def test_a_stranger_has_to_be_introduced():
    view = make_view(change(1))
    newcomer = change(9, zone=8)

    assert view.lacks(newcomer)
    view.learn({9: identity(9)}, {8: "Store"})
    assert not view.lacks(newcomer)
    view.take(newcomer)
    assert frame(view, 3)["markers"][0]["zone"] == "Store"


def test_equipment_of_another_site_stays_invisible():
    view = make_view()
    view.take(change(9))

    assert view.make_frame(3, NOON, is_watched=True) is False


def test_a_frame_is_written_once_however_many_look(monkeypatch):
    view = make_view(change(1))
    view.take(change(1, 2))
    written = []

    def write(*, is_full, **_):
        written.append(is_full)
        return "frame"

    monkeypatch.setattr("assets.live.floors.floor_frame", write)
    view.make_frame(3, NOON, is_watched=True)

    for seen in (2, 2, 2, None, 1, None):
        view.parts_for(seen, NOON)[0]

    assert written == [False, True]


def test_at_most_two_frames_are_under_way(viewer):
    view = make_view(change(1))
    viewer.watch_floor(view)
    sent = []
    for rev in range(2, 8):
        sent.append(viewer.next_message(NOON))
        view.take(change(1, rev))
        view.make_frame(rev + 1, NOON, is_watched=True)

    assert [text is not None for text in sent] == [True, True, False, False, False, False]
    assert len(viewer.underway) == 2


def test_who_fell_behind_gets_everything_once_and_then_changes_again(viewer):
    view = make_view(change(1), change(2))
    viewer.watch_floor(view)
    for rev in range(2, 8):
        viewer.next_message(NOON)
        view.take(change(1, rev))
        view.make_frame(rev + 1, NOON, is_watched=True)

    viewer.acknowledge(max(viewer.underway))
    caught_up = json.loads(viewer.next_message(NOON) or "")
    view.take(change(2, 9))
    view.make_frame(9, NOON, is_watched=True)
    following = json.loads(viewer.next_message(NOON) or "")

    assert (caught_up["full"], [m["rev"] for m in caught_up["markers"]]) == (True, [7, 1])
    assert (following["full"], [m["id"] for m in following["markers"]]) == (False, [2])


def test_a_client_that_never_reads_costs_the_same_after_a_thousand_frames(viewer):
    view = make_view(change(1))
    viewer.watch_floor(view)
    for rev in range(2, 1002):
        viewer.notices[1] = "notice"
        viewer.next_message(NOON)
        viewer.next_message(NOON)
        view.take(change(1, rev))
        view.make_frame(rev + 1, NOON, is_watched=True)

    assert (len(viewer.underway), len(viewer.seen), len(viewer.notices)) == (2, 1, 0)


def test_while_rights_are_in_question_nothing_is_sent(viewer):
    viewer.watch_floor(make_view(change(1)))
    viewer.is_held, viewer.beat, viewer.notices[1] = True, "beat", "notice"

    assert viewer.next_message(NOON) is None


def test_unwatching_ends_it(viewer):
    viewer.watch_floor(make_view(change(1)))
    viewer.unwatch_floor("main-1")

    assert viewer.next_message(NOON) is None


@pytest.mark.parametrize("moment", [NOON, NOON.replace(microsecond=123456), None])
def test_changes_travel_between_processes_unchanged(moment):
    told = [change(1, since=moment), change(2, 3, floor=None, zone=None, x=None, battery=55.5)]

    assert unpack_changes(pack_changes(told)) == told


def test_who_reads_the_short_form_gets_columns_of_those_that_merely_moved():
    view = make_view(change(1), change(2), change(3))
    view.take(
        change(1, 2, x=3.0, position_at=NOON + timedelta(seconds=2), stale_at=NOON + timedelta(seconds=60))
    )
    view.take(change(2, 2, activity="in_use"))
    view.take(change(3, 2, zone=None, x=9.0))
    view.make_frame(3, NOON + timedelta(seconds=3), is_watched=True)

    (whole,) = view.parts_for(2, NOON)
    (short,) = view.parts_for(2, NOON, is_short=True)

    assert [marker["id"] for marker in json.loads(whole)["markers"]] == [1, 2, 3]
    assert [marker["id"] for marker in json.loads(short)["markers"]] == [2, 3]
    assert json.loads(short)["moved"] == {
        "id": [1], "rev": [2], "x": [3.0], "y": [2.0], "error_m": [1.1], "confidence": [0.83],
        "position_at": [1000], "heard_at": [3000], "stale_at": [-57_000],
    }  # fmt: skip


def test_a_floor_too_large_for_one_message_comes_in_parts_that_end_with_the_last(viewer):
    view = make_view(*(change(n) for n in range(1, 1501)))
    viewer.watch_floor(view)
    parts = [json.loads(viewer.next_message(NOON)) for _ in range(3)]

    assert viewer.next_message(NOON) is None
    assert [(part["frame"], part["full"], part.get("more", False)) for part in parts] == [
        (2, True, True), (2, False, True), (2, False, False),
    ]  # fmt: skip
    assert [marker["id"] for part in parts for marker in part["markers"]] == list(range(1, 1501))
    assert viewer.underway == {2}


def test_who_looks_away_between_two_parts_gets_no_further_one(viewer):
    view = make_view(*(change(n) for n in range(1, 1501)))
    viewer.watch_floor(view)
    viewer.next_message(NOON)
    viewer.unwatch_floor("main-1")

    assert viewer.next_message(NOON) is None
