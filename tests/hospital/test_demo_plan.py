"""The building of the demo hospital: drawn without gaps, and everything in it can be reached."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from shapely import STRtree
from shapely.geometry import Point, Polygon, box
from shapely.ops import unary_union

from hospital.demo.floors import DEPARTMENTS, the_plan
from locations.polygons import check_rings, validate_outline, validate_rings
from locations.zones import ZoneKind

PLAN = the_plan()
FLOORS = [storey.slug for storey in PLAN.storeys]


def shapes(floor: str) -> list[Polygon]:
    return [box(r.x, r.y, r.x + r.width, r.y + r.depth) for r in PLAN.on_floor(floor)]


def reachable(start: str, *, by: set[str]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for door in PLAN.doors_of[waiting.pop()]:
            beyond = {door.a, door.b} - seen
            if door.kind in by and beyond:
                seen |= beyond
                waiting.extend(beyond)
    return seen


def test_there_are_three_floors_of_eighty_by_forty_five_metres():
    assert FLOORS == ["main-0", "main-1", "main-2"]
    assert all(Polygon(storey.outline[0]).bounds == (0, 0, 80, 45) for storey in PLAN.storeys)


@pytest.mark.parametrize("floor", FLOORS)
def test_no_two_rooms_overlap(floor):
    rooms = shapes(floor)
    pairs = STRtree(rooms).query(rooms, predicate="overlaps")
    assert pairs.size == 0
    assert sum(room.area for room in rooms) == pytest.approx(unary_union(rooms).area)


@pytest.mark.parametrize("storey", PLAN.storeys, ids=FLOORS)
def test_rooms_fill_the_floor_up_to_walls_and_courtyards(storey):
    floor = Polygon(storey.outline[0], storey.outline[1:])
    assert unary_union(shapes(storey.slug)).symmetric_difference(floor).area == pytest.approx(0, abs=1e-9)
    assert len(storey.outline) == 3


def test_the_product_accepts_every_polygon():
    for room in PLAN.rooms.values():
        validate_rings(room.rings)
    for storey in PLAN.storeys:
        validate_outline(storey.outline)


def test_every_room_is_reached_from_the_entrance():
    assert reachable("main-0/lobby", by={"door", "lift", "stairs"}) == set(PLAN.rooms)


def test_wheels_reach_every_room_without_stairs():
    assert reachable("main-0/lobby", by={"door", "lift"}) == set(PLAN.rooms)


def test_one_who_avoids_lifts_reaches_every_room_by_stairs():
    assert reachable("main-0/lobby", by={"door", "stairs"}) == set(PLAN.rooms)


def test_every_door_is_on_the_wall_of_both_its_rooms():
    for door in (door for door in PLAN.doors if door.kind == "door"):
        for key in (door.a, door.b):
            assert check_rings(PLAN.rooms[key].rings).boundary.distance(Point(door.x, door.y)) < 1e-9


def test_every_room_opens_onto_a_corridor_or_the_hall():
    ways = (ZoneKind.CORRIDOR, ZoneKind.EXIT)
    for key, doors in PLAN.doors_of.items():
        onto = {PLAN.rooms[end].kind for door in doors for end in (door.a, door.b) if door.kind == "door"}
        assert onto & set(ways), key


def test_lifts_and_stairs_stand_above_each_other():
    for door in (door for door in PLAN.doors if door.kind != "door"):
        lower, upper = PLAN.rooms[door.a], PLAN.rooms[door.b]
        assert lower.centre == upper.centre == (door.x, door.y)
        assert (upper.level - lower.level, upper.code, upper.kind) == (1, lower.code, lower.kind)
        assert door.length_m > 0


def test_three_lifts_and_three_stairs_stop_at_every_floor():
    for floor in FLOORS:
        kinds = Counter(room.kind for room in PLAN.on_floor(floor))
        assert (kinds[ZoneKind.LIFT], kinds[ZoneKind.STAIRS]) == (3, 3)


def test_the_ground_floor_has_what_a_hospital_needs_there():
    kinds = {room.kind for room in PLAN.on_floor("main-0")}
    assert kinds >= set(ZoneKind) - {ZoneKind.THEATRE}


@pytest.mark.parametrize("ward", ["1w", "2w", "2e", "icu", "or", "ed"])
def test_every_unit_has_a_clean_store_a_soiled_utility_a_base_and_patients(ward):
    kinds = {room.kind for room in PLAN.rooms.values() if room.department == ward}
    assert kinds >= {ZoneKind.CLEAN_STORE, ZoneKind.SOILED, ZoneKind.NURSE_STATION, ZoneKind.PATIENT_ROOM}


def test_every_room_belongs_to_a_known_department():
    assert {room.department for room in PLAN.rooms.values()} <= set(DEPARTMENTS)


def test_names_on_a_floor_are_told_apart():
    for floor in FLOORS:
        names = Counter(room.name for room in PLAN.on_floor(floor))
        assert [name for name, count in names.items() if count > 1] == []


def test_receivers_hang_in_their_rooms_each_with_its_own_name():
    assert len({listener.identifier for listener in PLAN.listeners}) == len(PLAN.listeners)
    assert all(PLAN.rooms[listener.room].holds(listener.x, listener.y) for listener in PLAN.listeners)


def test_no_room_is_further_than_ten_metres_from_a_receiver():
    for room in PLAN.rooms.values():
        nearest = min(
            math.dist(room.centre, (listener.x, listener.y))
            for listener in PLAN.listeners
            if listener.room.startswith(room.floor)
        )
        assert nearest < 10, room.key
