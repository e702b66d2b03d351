"""The way that one walks, to be drawn: as long as the distance says, around corners, by lift."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from shapely.geometry import Polygon

from locations.interior import interior_path
from locations.models import Floor, Passage, Site, Zone
from locations.routes import route
from locations.walking import walk_graph
from locations.zones import ZoneKind
from tests.bench.buildings import build

pytestmark = pytest.mark.databases

L_SHAPE = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])


def length(legs):
    return sum(math.dist(a, b) for leg in legs for a, b in pairwise(leg.points))


def test_inside_a_room_one_bends_around_its_inner_corners():
    assert interior_path(L_SHAPE, (9, 1), (1, 9)) == [(9, 1), (2, 2), (1, 9)]
    assert interior_path(L_SHAPE, (1, 1), (9, 1)) == [(1, 1), (9, 1)]


@pytest.fixture
def hall(make_zone):
    return make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=0, width=40, height=2)


@pytest.fixture
def rooms(make_zone, hall):
    made = [make_zone(f"Room {x}", x=x, y=2, width=4, height=4) for x in (0, 20)]
    for zone in made:
        Passage.objects.create(zone_a=zone, zone_b=hall, x=zone.label_x, y=2)
    return made


def test_from_label_to_label_through_the_doors(rooms, floor):
    (leg,) = route(*rooms)
    assert (leg.floor_id, leg.points, leg.by) == (floor.pk, ((2, 4), (2, 2), (22, 2), (22, 4)), "")


def test_to_where_one_stands_there_is_no_way_to_go(rooms):
    (leg,) = route(rooms[0], rooms[0])
    assert leg.points == ((2.0, 4.0),)


def test_where_no_door_leads_there_is_no_way(make_zone, rooms):
    assert route(rooms[0], make_zone("Island", x=0, y=20)) == []


def test_another_floor_is_reached_by_lift_and_each_floor_is_a_leg(make_zone, rooms, hall, building):
    above = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    top = Floor.objects.create(building=building, name="Level 3", slug="main-3", level=3)
    lifts = [
        make_zone("Lift", ZoneKind.LIFT, x=40, y=0, width=2, height=2, floor=floor)
        for floor in (hall.floor, above, top)
    ]
    Passage.objects.create(zone_a=hall, zone_b=lifts[0], x=40, y=1)
    for low, high in pairwise(lifts):
        Passage.objects.create(zone_a=low, zone_b=high, kind="lift", x=41, y=1, length_m=15)
    store = make_zone("Store", x=42, y=0, width=4, height=2, floor=top)
    Passage.objects.create(zone_a=lifts[2], zone_b=store, x=42, y=1)
    legs = route(rooms[0], store)
    assert [(leg.floor_id, leg.by, leg.by_kind) for leg in legs] == [
        (hall.floor_id, "Lift", "lift"),
        (top.pk, "", ""),
    ]
    assert legs[0].points == ((2, 4), (2, 2), (40, 1), (41, 1))
    assert legs[1].points == ((41, 1), (42, 1), (44, 1))
    metres = walk_graph(building.site_id).walk(rooms[0].pk, store.pk).metres
    assert length(legs) + 30 == pytest.approx(metres)


def test_the_way_drawn_is_as_long_as_the_distance_told(db):
    site = Site.objects.create(name="Bench", slug="bench")
    build(site, 1)
    zones = {zone.code: zone for zone in Zone.objects.select_related("floor__building")}
    graph = walk_graph(site.pk)
    for begin, end in (("n0-3", "s0-30"), ("s1-8", "n1-20"), ("c2", "n2-1")):
        metres = graph.walk(zones[begin].pk, zones[end].pk).metres
        assert length(route(zones[begin], zones[end])) == pytest.approx(metres, abs=0.05)


def test_two_queries_whatever_the_way(rooms, django_assert_num_queries):
    near, far = Zone.objects.select_related("floor__building").in_bulk([room.pk for room in rooms]).values()
    with django_assert_num_queries(2):
        route(near, far)
