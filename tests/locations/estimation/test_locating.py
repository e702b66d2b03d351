"""Where a tag is, from what receivers hear: exact where nothing disturbs, steady where something does."""

from __future__ import annotations

import math
import random

import orjson
import pytest
from shapely.geometry import box

from locations.estimation import propagation
from locations.estimation.anchors import Anchor, Heard, Signal, SurveyPoint
from locations.estimation.belief import Belief
from locations.estimation.locating import estimate, hear
from locations.estimation.radio_map import Area, Door, RadioMap

CORNERS = [Anchor(f"r{x}{y}", float(x), float(y), 2.2) for x in (0, 6, 12, 18) for y in (0, 6, 12)]
FLOOR = RadioMap(CORNERS, area=Area(box=(0, 0, 18, 12)))


def strength(anchor: Anchor, x: float, y: float) -> float:
    apart = math.dist((x, y, propagation.TAG_HEIGHT_M), (anchor.x, anchor.y, anchor.z or 0))
    return propagation.STRENGTH_AT_1_M - 10 * propagation.EXPONENT * math.log10(max(apart, 0.5))


def stood(belief: Belief, x: float, y: float, seconds: range, radio_map: RadioMap = FLOOR) -> None:
    for second in seconds:
        for anchor in radio_map.anchors.values():
            hear(radio_map, belief, Heard(anchor.identifier, second, strength(anchor, x, y)))


@pytest.mark.parametrize(("x", "y"), [(4.0, 3.0), (9.0, 6.0), (14.5, 8.0)])
def test_without_noise_it_is_where_the_law_of_distance_says(x, y):
    belief = Belief()
    stood(belief, x, y, range(0, 60, 2))

    found = estimate(FLOOR, belief)

    assert found is not None
    assert math.dist((found.x, found.y), (x, y)) < 0.3
    assert found.anchors == len(CORNERS)


def test_nothing_heard_is_no_place():
    assert estimate(FLOOR, Belief()) is None


def test_one_wild_reading_moves_it_little():
    belief = Belief()
    stood(belief, 9, 6, range(0, 60, 2))
    hear(FLOOR, belief, Heard("r00", 60, -40.0))

    found = estimate(FLOOR, belief)

    assert found is not None
    assert math.dist((found.x, found.y), (9, 6)) < 1.0


def test_a_sole_receiver_is_all_that_is_known():
    belief = Belief()
    hear(FLOOR, belief, Heard("r60", 0, -70.0))

    found = estimate(FLOOR, belief)

    assert found is not None
    assert (found.x, found.y, found.error_m, found.is_anchored) == (6, 0, 6.0, True)


def test_a_choke_point_is_its_zone():
    gate = Anchor("gate", 3, 3, zone=7, reach_m=1.5)
    radio_map = RadioMap([*CORNERS, gate])
    belief = Belief()
    stood(belief, 14, 8, range(0, 10, 2), radio_map=RadioMap(CORNERS))
    hear(radio_map, belief, Heard("gate", 20))

    found = estimate(radio_map, belief)

    assert found is not None
    assert (found.x, found.y, found.zone, found.error_m) == (3, 3, 7, 1.5)


def test_ranges_are_exact_to_centimetres_and_one_around_a_corner_does_not_pull():
    belief = Belief()
    for second in range(0, 20, 2):
        for anchor in CORNERS[:6]:
            apart = math.dist((4.2, 3.3, 1.2), (anchor.x, anchor.y, 2.2))
            too_long = 3.0 if anchor is CORNERS[4] else 0.0
            heard = Heard(anchor.identifier, second, range_m=apart + too_long, range_error_m=0.1)
            hear(FLOOR, belief, heard)

    found = estimate(FLOOR, belief)

    assert found is not None
    assert math.dist((found.x, found.y), (4.2, 3.3)) < 0.1


def test_what_is_not_heard_tells_too():
    """Ten metres from one receiver there are two places; at one of them another would hear the tag."""
    radio_map = RadioMap([Anchor("b", 12, 0), Anchor("c", 24, 0)], area=Area(box=(0, -2, 24, 2)))
    belief = Belief()
    for second in range(0, 60, 2):
        hear(radio_map, belief, Heard("b", second, -79.0))

    place = belief.place

    assert place is not None
    assert place.spot().x < 6


def test_a_wall_without_a_door_nearby_holds_it_back():
    rooms = {1: box(0, 0, 9, 12), 2: box(9, 0, 18, 12)}
    open_floor = RadioMap(CORNERS, area=Area(rooms))
    walled = RadioMap(CORNERS, area=Area(rooms, [Door(1, 2, 9, 11.5)]))

    straight, on_foot = open_floor.walls.distances, walled.walls.distances

    grid = walled.grid
    everywhere = slice(None), slice(None)
    crow = ((grid.xs - 8) ** 2 + (grid.ys[:, None] - 1) ** 2) ** 0.5
    assert straight(8, 1, *everywhere, crow) is None
    far = on_foot(8, 1, *everywhere, crow)
    assert far is not None
    assert far[grid.row(1), grid.column(10)] > 20
    assert far[grid.row(1), grid.column(4)] == crow[grid.row(1), grid.column(4)]


def test_a_survey_counts_for_more_than_the_law():
    def signal(anchor: Anchor, x: float, y: float) -> Signal:
        return Signal(strength(anchor, x, y) - (12 if anchor.x < 9 else 0), 2.0, 50)

    points = [
        SurveyPoint(float(x), float(y), {a.identifier: signal(a, x, y) for a in CORNERS})
        for x in range(0, 19, 2)
        for y in range(0, 13, 2)
    ]
    radio_map = RadioMap(CORNERS, survey=points, area=Area(box=(0, 0, 18, 12)))
    belief = Belief()
    for second in range(0, 40, 2):
        for anchor in CORNERS:
            level = signal(anchor, 5, 7).mean_dbm
            hear(radio_map, belief, Heard(anchor.identifier, second, level))

    found = estimate(radio_map, belief)

    assert found is not None
    assert math.dist((found.x, found.y), (5, 7)) < 0.8


def test_the_same_sightings_give_the_same_state_however_often_it_is_read_or_packed():
    source = random.Random(4)
    sightings = [
        Heard(anchor.identifier, second + n / 100, strength(anchor, 9, 6) + source.gauss(0, 4))
        for second in range(20)
        for n, anchor in enumerate(CORNERS)
    ]
    plain, handled = Belief(), Belief()
    for heard in sightings:
        hear(FLOOR, plain, heard)
        hear(FLOOR, handled, heard)
        estimate(FLOOR, handled)
        handled = Belief(**orjson.loads(orjson.dumps(handled)))

    assert orjson.dumps(plain) == orjson.dumps(handled)
    assert estimate(FLOOR, plain) == estimate(FLOOR, handled)
    assert len(orjson.dumps(plain)) < 3000


def test_receivers_that_the_map_does_not_know_are_left_out():
    assert hear(FLOOR, Belief(), Heard("elsewhere", 0, -60.0)) is False


def test_as_time_passes_it_may_have_gone():
    belief = Belief()
    stood(belief, 9, 6, range(0, 20, 2))

    now, later = estimate(FLOOR, belief, 18), estimate(FLOOR, belief, 78)

    assert now is not None
    assert later is not None
    assert later.error_m > now.error_m
    assert later.at == 18
