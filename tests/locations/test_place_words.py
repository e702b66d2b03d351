"""Where a room is, in words that people say: seen by whoever comes out of the lift."""

from __future__ import annotations

import pytest

from locations.models import Passage
from locations.place_words import place_words
from locations.walking import walk_graph
from locations.zones import ZoneKind

pytestmark = pytest.mark.databases


@pytest.fixture
def hall(make_zone):
    """A corridor from west to east; rooms lie north of it, the lift south of its middle."""
    return make_zone("Hall", ZoneKind.CORRIDOR, x=0, y=10, width=80, height=2)


@pytest.fixture
def room(make_zone, hall):
    """``room("Store", 20)``: 4 m wide, its door in the middle of its wall to the corridor."""

    def draw(name, x, kind=ZoneKind.CLEAN_STORE, *, y=12):
        zone = make_zone(name, kind, x=x, y=y, width=4, height=4)
        Passage.objects.create(zone_a=zone, zone_b=hall, x=x + 2, y=12 if y >= 12 else 10)
        return zone

    return draw


@pytest.fixture
def lift(room):
    return room("Lift 1", 40, ZoneKind.LIFT, y=6)


def words(zone):
    return place_words(zone.floor.building.site_id).beside(zone.pk)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (40, "opposite the lift"),
        (34, "left of the lift"),
        (46, "right of the lift"),
        (20, "25 m, left of the lift"),
        (60, "25 m, right of the lift"),
    ],
)
def test_the_side_is_seen_from_the_lift_s_door(x, expected, room, lift):
    assert words(room("Store", x)) == expected


def test_doors_next_to_each_other_are_beside(room, lift):
    assert words(room("Cupboard", 44, y=6)) == "beside the lift"


def test_one_of_several_lifts_is_named(room, lift):
    room("Lift 2", 76, ZoneKind.LIFT, y=6)
    assert words(room("Store", 46)) == "right of Lift 1"


def test_a_lift_is_preferred_to_an_exit_that_is_a_little_nearer(room, lift):
    room("Dock", 52, ZoneKind.EXIT)
    assert words(room("Store", 48)) == "right of the lift"


def test_the_nurse_station_serves_where_nothing_else_is_near(room):
    room("Staff base", 20, ZoneKind.NURSE_STATION)
    assert (
        words(room("Store", 26)) == "left of the nurse station"
    )  # coming out to the south, the east is to the left


def test_what_has_no_landmark_near_has_no_words(room, hall):
    assert words(room("Store", 20)) == ""
    assert words(hall) == ""


def test_landmarks_and_corridors_are_named_by_themselves(room, lift, hall):
    assert words(lift) == words(hall) == ""


def test_without_a_door_of_its_own_a_landmark_is_just_near(make_zone, room, hall):
    Passage.objects.create(
        zone_a=make_zone("Lift", ZoneKind.LIFT, x=40, y=6, width=4, height=4), zone_b=hall, x=42, y=8
    )
    assert words(room("Store", 44)) == "near the lift"


def test_a_changed_plan_has_new_words_and_an_unchanged_one_costs_nothing(
    room, lift, site, django_assert_num_queries
):
    store = room("Store", 34)
    assert words(store) == "left of the lift"
    graph = walk_graph(site.pk)
    with django_assert_num_queries(0):
        assert place_words(site.pk, graph).beside(store.pk) == "left of the lift"
    room("Lift 2", 29, ZoneKind.LIFT, y=6)
    assert words(store) == "right of Lift 2"
