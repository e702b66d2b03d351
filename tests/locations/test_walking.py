"""How far it is to walk: around corners, through doors, by lift, and what is said where no door is known."""

import math

import pytest
from shapely.geometry import Polygon, box

from locations.interior import interior_distances
from locations.models import Building, Floor, Passage, Zone
from locations.walk_tables import renew_all_walks, renew_walks
from locations.walking import DETOUR, LEVEL_M, Walk, _graphs, walk_graph, walking_distances
from locations.zones import ZoneKind
from tests.bench.buildings import build
from tests.bench.walking import peer

L_SHAPE = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])


@pytest.fixture
def upper(building):
    return Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)


@pytest.fixture
def hall(make_zone):
    """A corridor, 40 m long, with rooms to its north."""
    return make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=0, width=40, height=2)


def door(a, b, x, y, **extra):
    return Passage.objects.create(zone_a=a, zone_b=b, x=x, y=y, **extra)


def test_inside_a_convex_room_one_walks_straight():
    assert interior_distances(box(0, 0, 10, 10), [(0, 0), (3, 4)]) == [[0.0, 5.0], [5.0, 0.0]]


def test_around_an_inner_corner_one_walks_by_the_corner():
    table = interior_distances(L_SHAPE, [(10, 1), (1, 10)])
    assert (
        table[0][1] == table[1][0] == pytest.approx(math.dist((10, 1), (2, 2)) + math.dist((2, 2), (1, 10)))
    )


def test_around_a_column_in_the_middle_one_walks_by_its_side():
    court = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    table = interior_distances(court, [(0, 5), (10, 5)])
    assert table[0][1] == pytest.approx(2 * math.dist((0, 5), (4, 6)) + 2)


def test_the_way_round_is_the_same_however_the_drawing_turns():
    clockwise = Polygon(list(L_SHAPE.exterior.coords)[::-1])
    spots = [(9, 1), (1, 9), (1, 1)]
    for turned, plain in zip(
        interior_distances(clockwise, spots), interior_distances(L_SHAPE, spots), strict=True
    ):
        assert turned == pytest.approx(plain)


def test_a_door_drawn_in_the_middle_of_a_wall_counts_from_the_wall():
    assert interior_distances(box(0, 0, 4, 4), [(-0.2, 2), (4, 2)])[0][1] == 4.0


def test_a_zone_is_no_distance_from_itself(hall):
    assert walking_distances(hall) == {hall.pk: 0.0}


def test_from_room_to_room_one_walks_through_both_doors_and_the_corridor(make_zone, hall):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    store = make_zone("Store", x=20, y=2, width=4, height=4)
    door(bay, hall, 2, 2)
    door(store, hall, 22, 2)
    assert walking_distances(bay) == {
        bay.pk: 0.0,
        hall.pk: 2 + math.dist((2, 2), (20, 1)),
        store.pk: 2 + 20 + 2,
    }


def test_the_nearer_of_two_doors_is_taken(make_zone, hall):
    bay = make_zone("Bay 1", x=0, y=2, width=10, height=4)
    store = make_zone("Store", x=30, y=2, width=4, height=4)
    door(bay, hall, 1, 2)
    door(hall, bay, 9, 2)
    door(store, hall, 32, 2)
    assert walking_distances(bay)[store.pk] == pytest.approx(math.dist((5, 4), (9, 2)) + 23 + 2)


def test_near_as_the_crow_flies_may_be_far_to_walk(make_zone, hall):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    behind_the_wall = make_zone("Store", x=0, y=6.2, width=4, height=4)
    lobby = make_zone("Lobby", ZoneKind.CORRIDOR, x=40, y=0, width=2, height=12)
    backway = make_zone("Back corridor", ZoneKind.CORRIDOR, x=0, y=10.2, width=40, height=2)
    door(bay, hall, 2, 2)
    door(hall, lobby, 40, 1)
    door(lobby, backway, 40, 11.2)
    door(backway, behind_the_wall, 2, 10.2)
    assert walking_distances(bay)[behind_the_wall.pk] > 85


def test_a_lift_costs_its_own_length_and_joins_floors(make_zone, hall, upper):
    lift = make_zone("Lift", ZoneKind.LIFT, x=40, y=0, width=2, height=2)
    lift_above = make_zone("Lift", ZoneKind.LIFT, x=40, y=0, width=2, height=2, floor=upper)
    door(hall, lift, 40, 1)
    door(lift, lift_above, 41, 1, kind=Passage.Kind.LIFT, length_m=15)
    assert walking_distances(hall)[lift_above.pk] == 20 + 1 + 15
    assert walking_distances(lift_above)[hall.pk] == 20 + 1 + 15


def test_stairs_may_come_out_elsewhere_than_they_begin(make_zone, upper):
    below = make_zone("Stair", ZoneKind.STAIRS, x=0, y=0, width=2, height=6)
    above = make_zone("Stair", ZoneKind.STAIRS, x=0, y=0, width=2, height=6, floor=upper)
    door(below, above, 1, 0, x_b=1, y_b=6, kind=Passage.Kind.STAIRS, length_m=8)
    assert walking_distances(below)[above.pk] == 3 + 8 + 3


def test_a_bridge_joins_buildings_that_count_from_different_origins(make_zone, hall, site):
    annex = Building.objects.create(site=site, name="Annex", slug="annex")
    bridgehead = Floor.objects.create(building=annex, name="Level 1", slug="annex-1", level=1)
    far = make_zone("Annex hall", ZoneKind.CORRIDOR, x=500, y=500, width=10, height=2, floor=bridgehead)
    door(hall, far, 40, 1, x_b=500, y_b=501, length_m=30)
    assert walking_distances(hall)[far.pk] == 20 + 30 + 5


def test_where_no_door_is_known_the_distance_is_an_estimate_and_says_so(make_zone, hall, site, upper):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    above = make_zone("Bay 9", x=0, y=2, width=4, height=4, floor=upper)
    graph = walk_graph(site.pk)
    assert walking_distances(hall) == {hall.pk: 0.0}
    assert graph.walk(hall.pk, bay.pk) == Walk(math.dist((20, 1), (2, 4)) * DETOUR, is_approximate=True)
    assert graph.walk(bay.pk, above.pk) == Walk(LEVEL_M, is_approximate=True)
    assert graph.walk(bay.pk, bay.pk) == Walk(0.0, is_approximate=False)


def test_over_a_guessed_door_the_distance_is_approximate_from_there_on(make_zone, hall, site):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    store = make_zone("Store", x=20, y=2, width=4, height=4)
    alcove = make_zone("Alcove", x=20, y=6, width=4, height=4)
    door(bay, hall, 2, 2)
    door(store, hall, 22, 2, is_guess=True)
    door(store, alcove, 22, 6)
    graph = walk_graph(site.pk)
    assert not graph.walk(bay.pk, hall.pk).is_approximate
    assert graph.walk(bay.pk, store.pk) == Walk(24.0, is_approximate=True)
    assert graph.walk(bay.pk, alcove.pk) == Walk(28.0, is_approximate=True)
    assert not graph.walk(store.pk, alcove.pk).is_approximate


def test_between_buildings_without_a_way_nothing_is_said(make_zone, hall, site):
    annex = Building.objects.create(site=site, name="Annex", slug="annex")
    far = make_zone(
        "Store", floor=Floor.objects.create(building=annex, name="Level 1", slug="annex-1", level=1)
    )
    assert walk_graph(site.pk).walk(hall.pk, far.pk) is None


def test_a_retired_zone_is_not_walked_through(make_zone, hall, noon):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    door(bay, hall, 2, 2)
    hall.retired_at = noon
    hall.save()
    assert walking_distances(bay) == {bay.pk: 0.0}
    assert walking_distances(hall) == {}


def test_to_what_still_stands_in_a_retired_zone_the_distance_is_an_estimate(make_zone, hall, site, noon):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    door(bay, hall, 2, 2)
    bay.retired_at = noon
    bay.save()
    estimate = Walk(math.dist((20, 1), (2, 4)) * DETOUR, is_approximate=True)
    assert walk_graph(site.pk).walk(hall.pk, bay.pk) == walk_graph(site.pk).walk(bay.pk, hall.pk) == estimate


def test_sites_have_graphs_of_their_own(make_zone, hall, site, other_site):
    far = Building.objects.create(site=other_site, name="Far", slug="far")
    room = make_zone("Room", floor=Floor.objects.create(building=far, name="Ground", slug="far-0", level=0))
    assert walk_graph(site.pk).walk(hall.pk, room.pk) is None
    assert walking_distances(room) == {room.pk: 0.0}


def test_the_graph_is_kept_until_a_door_or_a_zone_changes(make_zone, hall, site, django_assert_num_queries):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    graph = walk_graph(site.pk)
    with django_assert_num_queries(1):
        assert walk_graph(site.pk) is graph

    way = door(bay, hall, 2, 2)
    opened = walk_graph(site.pk)
    assert bay.pk in opened.walks_from(hall.pk)

    way.x = 3
    way.save()
    moved = walk_graph(site.pk)
    assert moved is not opened

    way.delete()
    assert bay.pk not in walk_graph(site.pk).walks_from(hall.pk)


def test_many_rooms_on_many_floors_answer_with_the_sum_of_their_ways(make_zone, building):
    """Ten storeys, each a corridor with eight rooms, joined by one lift: distances add up exactly."""
    below = None
    rooms = []
    for level in range(10, 20):
        storey = Floor.objects.create(building=building, name=f"L{level}", slug=f"l-{level}", level=level)
        hall = make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=0, width=32, height=2, floor=storey)
        for number in range(8):
            room = make_zone(f"R{number}", x=number * 4, y=2, width=4, height=4, floor=storey)
            door(room, hall, number * 4 + 2, 2)
            rooms.append(room)
        if below:
            door(below, hall, 0, 2, kind=Passage.Kind.LIFT, length_m=10)
        below = hall
    distances = walking_distances(rooms[0])
    assert len(distances) == 90
    assert distances[rooms[-1].pk] == pytest.approx(2 + 2 + 9 * 10 + 30 + 2)


def test_distances_are_those_of_one_graph_of_all_doors(site):
    """Two storeys of a drawn hospital, some doors guessed: the same as Dijkstra's algorithm over everything."""
    build(site, floors=2)
    Passage.objects.filter(zone_a__code__startswith="n1").update(is_guess=True)
    asked = list(Zone.objects.order_by("pk").values_list("pk", flat=True)[:300:29])
    assert {result.name: result.value for result in peer(site, asked)}["walking.peer.differs_m"] < 1e-9
    graph = walk_graph(site.pk)
    rooms = {zone.code: zone.pk for zone in Zone.objects.filter(floor__level=0)}
    assert not graph.walk(rooms["n0-1"], rooms["s1-1"]).is_approximate
    assert graph.walk(rooms["n0-1"], rooms["n1-1"]).is_approximate


def test_distances_are_stored_and_hold_until_the_floor_changes(make_zone, hall, site, monkeypatch):
    bay = make_zone("Bay 1", x=0, y=2, width=4, height=4)
    way = door(bay, hall, 2, 2)
    assert renew_walks(site.pk) == 1
    assert renew_walks(site.pk) == 0
    _graphs.clear()
    with monkeypatch.context() as patch:
        patch.setattr("locations.walk_tables.measure_floor", None)  # another process measures nothing
        before = walking_distances(bay)[hall.pk]
    assert before == pytest.approx(2 + math.dist((2, 2), (20, 1)))

    way.x = 3
    way.save()
    assert walking_distances(bay)[hall.pk] == pytest.approx(
        math.dist((2, 4), (3, 2)) + math.dist((3, 2), (20, 1))
    )
    assert renew_all_walks() == 1


def test_only_the_floor_that_changed_is_measured_again(make_zone, hall, site, upper, monkeypatch):
    make_zone("Hall", floor=upper)
    first = walk_graph(site.pk).floors
    make_zone("Bay 1", x=0, y=2, width=4, height=4)
    second = walk_graph(site.pk).floors
    assert second[upper.pk] is first[upper.pk]
    assert second[hall.floor_id] is not first[hall.floor_id]
