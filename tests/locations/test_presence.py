"""Which zone a tag is in: hysteresis in space and time, and how sure the answer is."""

from __future__ import annotations

import random

import pytest
from shapely.geometry import box

from locations.geometry import ZoneIndex
from locations.positioning import Fix, Track, follow
from locations.presence import RoomFilter

BAY, NEXT_BAY, CORRIDOR, UPSTAIRS = 1, 2, 3, 4
GROUND = ZoneIndex({BAY: box(0, 0, 5, 6), NEXT_BAY: box(5, 0, 10, 6), CORRIDOR: box(0, 6, 10, 8)})
UPPER = ZoneIndex({UPSTAIRS: box(0, 0, 10, 8)})


def at(
    x: float, y: float, error: float = 0.2, *, moved_at: float | None = None, zone=None, rested_at=None
) -> Track:
    return Track(floor=1, x=x, y=y, variance=error**2, moved_at=moved_at, zone=zone, rested_at=rested_at)


def test_a_first_position_well_inside_a_zone_is_believed_at_once():
    room = RoomFilter()

    assert room.update(GROUND, at(2.5, 3), 0) is True
    assert (room.zone, room.confidence) == (BAY, 1.0)


def test_a_first_position_near_a_wall_has_to_hold():
    room = RoomFilter()

    assert room.update(GROUND, at(4.9, 3), 0) is False
    assert room.zone is None
    assert room.update(GROUND, at(4.9, 3), 29) is False
    assert room.update(GROUND, at(4.9, 3), 30) is True
    assert room.zone == BAY


def rested(x: float, at_s: float) -> Track:
    """Of a tag that has come to rest at that second."""
    return at(x, 3, moved_at=at_s, rested_at=at_s)


def test_just_come_to_rest_it_is_in_the_room_of_its_position_whichever_it_was_in_before():
    room = RoomFilter(zone=BAY)

    assert [room.update(GROUND, rested(x, 0), second) for x, second in ((5.05, 0), (5.3, 20))] == [
        False,
        True,
    ]
    assert room.zone == NEXT_BAY


def test_once_it_has_settled_a_candidate_wins_when_it_was_better_by_a_margin_for_a_while():
    room = RoomFilter(zone=BAY)

    # Over the wall, but not by the margin; then by the margin, but not for long enough; then both.
    changes = [
        room.update(GROUND, rested(x, 0), second)
        for x, second in ((6, 50), (6.3, 60), (6.6, 61), (6.6, 64.9), (6.6, 65))
    ]

    assert changes == [False, False, False, False, True]
    assert room.zone == NEXT_BAY


def test_a_candidate_that_falters_starts_again():
    room = RoomFilter(zone=BAY)
    room.update(GROUND, rested(6.6, 0), 50)
    room.update(GROUND, rested(4, 0), 54)

    assert room.update(GROUND, rested(6.6, 0), 58) is False
    assert room.update(GROUND, rested(6.6, 0), 66) is True


def test_at_rest_it_takes_more_to_change_rooms():
    room = RoomFilter(zone=BAY)

    for second in range(0, 120, 10):
        assert room.update(GROUND, at(6, 3), second) is False

    assert room.update(GROUND, at(7.1, 3), 120) is False
    assert room.update(GROUND, at(7.1, 3), 130) is True


def test_a_doubtful_position_needs_a_wider_margin():
    room = RoomFilter(zone=BAY)

    for second in (0, 10, 20):
        assert room.update(GROUND, at(6.5, 3, 1.0, moved_at=0), second) is False


def test_who_has_left_far_behind_its_room_is_where_it_is_then_however_many_rooms_it_crosses():
    row = ZoneIndex({n: box(4 * n, 0, 4 * n + 4, 6) for n in range(9)})
    room = RoomFilter(zone=0)

    # One room every three seconds: none of them holds for long, but the first one is out of the question.
    zones = []
    for second in range(0, 24, 3):
        room.update(row, at(2 + 4 * second / 3, 3, moved_at=second), second)
        zones.append(room.zone)

    assert zones == [0, 0, 0, 3, 3, 3, 6, 6]


def test_among_rooms_close_by_the_one_that_holds_wins():
    room = RoomFilter(zone=BAY)
    for second, place in enumerate(((6, 3), (6, 7), (6, 3), (6, 7), (6, 3), (6, 7))):
        room.update(GROUND, at(*place, moved_at=0), 3 * second)

    assert room.zone == BAY


def test_an_estimate_beside_the_building_is_shown_next_to_it_in_its_room():
    room = RoomFilter(zone=BAY)
    room.update(GROUND, at(-1, 3), 0)
    assert room.beside == (0, 3)

    room.update(GROUND, at(1, 3), 10)
    assert room.beside is None


def test_an_estimate_in_another_room_is_shown_there_until_it_is_decided():
    room = RoomFilter(zone=BAY)
    room.update(GROUND, at(6, 3, moved_at=0), 0)
    assert (room.zone, room.beside) == (BAY, None)


def test_far_outside_every_zone_it_is_in_none():
    room = RoomFilter(zone=BAY)
    room.update(GROUND, at(-6, 3, moved_at=0), 0)

    assert room.update(GROUND, at(-6, 3, moved_at=0), 8) is True
    assert (room.zone, room.confidence) == (None, 0.0)


def test_just_outside_every_zone_it_is_still_where_it_was():
    room = RoomFilter(zone=BAY)
    room.update(GROUND, at(-2, 3, moved_at=0), 0)

    assert room.update(GROUND, at(-2, 3, moved_at=0), 30) is False
    assert room.zone == BAY


def test_on_another_floor_the_old_zone_is_left_at_once():
    room = RoomFilter(zone=BAY)

    assert room.update(UPPER, at(2.5, 3, 1.0), 0) is True
    assert room.zone == UPSTAIRS


def test_a_receivers_own_zone_counts_at_once_and_for_more_than_its_coordinates():
    room = RoomFilter(zone=BAY)

    assert room.update(GROUND, at(2.5, 3, 6.0, zone=NEXT_BAY), 0) is True
    assert (room.zone, room.confidence) == (NEXT_BAY, 1.0)


@pytest.mark.parametrize(("x", "confidence"), [(2.5, 1.0), (4.9, 0.83), (5.1, 0.17)])
def test_confidence_is_the_share_of_the_error_that_lies_in_the_zone(x, confidence):
    room = RoomFilter(zone=BAY)
    room.update(GROUND, at(x, 3, 0.5), 0)

    assert room.confidence == confidence


@pytest.mark.parametrize("interval", [1, 5, 10])
@pytest.mark.parametrize("error", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("x", [2.5, 4.5, 4.9])
def test_a_still_tag_that_jitters_never_changes_rooms(error, interval, x):
    for seed in range(3):
        source, track, room = random.Random(seed), Track(), RoomFilter()
        changes = 0
        for n in range(2000):
            report = Fix(1, x + source.gauss(0, error), 3 + source.gauss(0, error), error)
            follow(track, report, n * interval)
            changes += room.update(GROUND, track, n * interval)
        assert changes == 1  # the first time that its room is known


@pytest.mark.parametrize(("error", "within"), [(0.5, 5), (1.0, 15)])
def test_a_tag_that_is_pushed_to_another_room_is_there_soon(error, within):
    source, track, room = random.Random(11), Track(), RoomFilter()
    entered = {}
    for second in range(120):
        x = 2.5 if second < 60 else min(2.5 + 1.2 * (second - 60), 7.5)
        follow(track, Fix(1, x + source.gauss(0, error), 3 + source.gauss(0, error), error), second)
        if room.update(GROUND, track, second):
            entered[room.zone] = second

    assert list(entered) == [BAY, NEXT_BAY]
    assert entered[NEXT_BAY] <= 64 + within  # it arrives in the 64th second
