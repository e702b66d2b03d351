"""Ways through the building, and quantities that change by themselves."""

from __future__ import annotations

import itertools
import math

import pytest

from hospital.demo.floors import the_plan
from hospital.demo.quantities import Approach, Ramp, unit, wave
from hospital.demo.walks import LIFT_STOREY_S, LIFT_WAIT_S, Place, Routes

PLAN = the_plan()
ROUTES = Routes(PLAN)
STORE, BED = "main-1/1w-store", "main-1/r103"


def standing(room: str) -> Place:
    return Place(room, PLAN.rooms[room].floor, *PLAN.rooms[room].centre)


def walk(start: str, goal: str, **extra):
    return ROUTES.walk(
        standing(start), goal, PLAN.rooms[goal].centre, **{"begin": 100.0, "speed": 1.0, "lane": 0.0, **extra}
    )


def test_across_a_corridor_it_is_two_doors():
    assert [(door.a, door.b) for door in ROUTES.between(STORE, BED)] == [
        (STORE, "main-1/cs"),
        (BED, "main-1/cs"),
    ]


def test_within_a_room_there_is_no_door():
    assert ROUTES.between(STORE, STORE) == ()


@pytest.mark.parametrize("lift", ["lift-1", "lift-2", "lift-3"])
def test_between_floors_it_goes_by_the_lift_that_was_asked_for(lift):
    doors = ROUTES.between("main-2/r201", "main-0/decon", lift)
    assert [door.kind for door in doors].count("lift") == 2
    assert {end.split("/")[1] for door in doors if door.kind == "lift" for end in (door.a, door.b)} == {lift}


def test_a_walk_begins_where_one_stands_and_ends_at_the_spot():
    trip = walk(STORE, BED)
    assert (trip.begin, trip.at(0.0)) == (100.0, standing(STORE))
    assert trip.at(trip.end + 1) == standing(BED)


def test_it_takes_as_long_as_the_way_is():
    trip = walk(STORE, BED)
    corners = [(place.x, place.y) for place in trip.places]
    metres = sum(math.dist(a, b) for a, b in itertools.pairwise(corners))
    assert trip.end - trip.begin == pytest.approx(metres + 0.1)
    assert walk(STORE, BED, speed=2.0).end - 100 == pytest.approx(metres / 2 + 0.1)


def test_in_a_corridor_one_keeps_to_ones_lane():
    trip = walk(STORE, "main-1/r101", lane=0.5)
    along = [place for place in trip.places if place.room == "main-1/cs" and place.y not in (7, 10)]
    assert {place.y for place in along} == {9.0}


def test_on_the_way_one_moves():
    trip = walk(STORE, BED)
    assert trip.at((trip.begin + trip.end) / 2).is_moving
    assert not trip.at(trip.end).is_moving


def test_a_ride_takes_the_wait_and_the_storeys():
    trip = walk("main-0/lift-1", "main-2/lift-1", lift="lift-1")
    assert trip.end - trip.begin == pytest.approx(LIFT_WAIT_S + 2 * LIFT_STOREY_S, abs=0.2)
    assert trip.at(trip.begin + 3).floor == "main-0"


def test_a_ramp_stays_within_its_bounds_and_turns_where_it_is():
    draining = Ramp(50.0, -1.0, since=10.0)
    assert [draining.at(moment) for moment in (10, 30, 100)] == [50.0, 30.0, 0.0]
    assert draining.turn(30.0, 2.0).at(40.0) == 50.0
    assert draining.turn(30.0, 2.0).at(900.0) == 100.0


def test_an_approach_comes_close_and_turns_where_it_is():
    warming = Approach(4.0, 21.0, 60.0, since=0.0)
    assert warming.at(0.0) == 4.0
    assert warming.at(60.0) == pytest.approx(21 - 17 / math.e)
    assert warming.turn(60.0, 4.0, 60.0).at(60.0) == warming.at(60.0)


def test_a_wave_stays_between_minus_one_and_one_and_is_everybodys_own():
    values = [wave(moment, "UPS-01", 60.0) for moment in range(600)]
    assert -1 <= min(values) < -0.5
    assert 0.5 < max(values) <= 1
    assert wave(7.0, "UPS-01", 60.0) != wave(7.0, "UPS-02", 60.0)


def test_a_unit_number_depends_on_its_names_alone():
    assert unit("a", 1) == unit("a", 1) != unit("a", 2)
    assert 0 <= unit("a", 1) < 1
