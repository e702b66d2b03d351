"""Which polygons a plan may have, and which zone a point is in."""

import math

import pytest
from django.core.exceptions import ValidationError
from shapely.geometry import Polygon, box

from locations.geometry import ZoneIndex, zone_index
from locations.models import Floor, Zone
from locations.polygons import (
    MAX_POINTS,
    PlanError,
    area_m2,
    check_rings,
    is_convex,
    label_point,
    outside_m,
    overlaps,
    validate_outline,
    validate_rings,
)
from locations.zones import ZoneKind

SQUARE = [[0, 0], [4, 0], [4, 3], [0, 3], [0, 0]]
L_SHAPE = [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10], [0, 0]]


def test_a_closed_ring_is_a_polygon_with_its_area():
    assert check_rings([SQUARE]).area == 12.0
    assert area_m2([SQUARE]) == 12.0


def test_a_hole_is_taken_out_of_the_area():
    assert check_rings([SQUARE, [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]).area == 11.0


@pytest.mark.parametrize(
    ("rings", "message"),
    [
        ("a word", "Bay 1 polygon: is not a list of rings"),
        (None, "Bay 1 polygon: is not a list of rings"),
        ([], "Bay 1 polygon: is not a list of rings"),
        ([4], "Bay 1 polygon[0]: is not a list of points"),
        ([[[0, 0], [1, 0], [0, 0]]], "Bay 1 polygon[0]: has 3 points; a closed ring has at least 4"),
        ([SQUARE[:-1]], "Bay 1 polygon[0]: is open: it begins at (0, 0) and ends at (0, 3)"),
        ([[[0, 0], [1], [1, 1], [0, 0]]], "Bay 1 polygon[0][1]: is not a point [x, y]"),
        ([[[0, 0], [1, 0, 3], [1, 1], [0, 0]]], "Bay 1 polygon[0][1]: is not a point [x, y]"),
        (
            [[[0, 0], [1, "2"], [1, 1], [0, 0]]],
            "Bay 1 polygon[0][1]: has a coordinate that is not a number: '2'",
        ),
        (
            [[[0, 0], [1, True], [1, 1], [0, 0]]],
            "Bay 1 polygon[0][1]: has a coordinate that is not a number: True",
        ),
        (
            [[[0, 0], [1, math.nan], [1, 1], [0, 0]]],
            "Bay 1 polygon[0][1]: has a coordinate that is not finite: nan",
        ),
        (
            [[[0, 0], [math.inf, 0], [1, 1], [0, 0]]],
            "Bay 1 polygon[0][1]: has a coordinate that is not finite: inf",
        ),
        (
            [[[0, 0], [5e6, 0], [1, 1], [0, 0]]],
            "Bay 1 polygon[0][1]: lies 5000000 m from the origin; coordinates are metres",
        ),
        (
            [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]],
            "Bay 1 polygon[0]: crosses or touches itself (Self-intersection near x y = 1 1)",
        ),
        (
            [[[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1], [0, 0]]],
            "Bay 1 polygon: covers 0.010 m²; a zone has at least 0.05 m²",
        ),
    ],
)
def test_a_bad_polygon_is_refused_with_the_place_named(rings, message):
    with pytest.raises(PlanError) as refused:
        check_rings(rings, "Bay 1 polygon")
    assert str(refused.value) == message


def test_a_hole_outside_its_polygon_is_refused():
    with pytest.raises(PlanError, match=r"^room: has a hole that does not lie inside it"):
        check_rings([SQUARE, [[8, 8], [9, 8], [9, 9], [8, 8]]], "room")


def test_too_many_points_are_refused_before_anything_is_computed():
    many = [[math.cos(i / 1000), math.sin(i / 1000)] for i in range(MAX_POINTS + 1)]
    with pytest.raises(PlanError, match=f"has {MAX_POINTS + 1} points; at most {MAX_POINTS} are allowed"):
        check_rings([many], "room")


def test_many_rings_together_may_not_exceed_the_limit_either():
    with pytest.raises(PlanError, match=f"has more than {MAX_POINTS} points"):
        check_rings([SQUARE] * (MAX_POINTS // 5 + 1), "room")


def test_a_form_gets_the_same_sentence():
    with pytest.raises(ValidationError, match=r"polygon\[0\]: is open"):
        validate_rings([SQUARE[:-1]])


def test_an_unknown_outline_is_allowed_and_a_broken_one_is_not():
    validate_outline([])
    with pytest.raises(ValidationError, match="is open"):
        validate_outline([SQUARE[:-1]])


def test_a_zone_with_a_broken_polygon_does_not_validate(make_zone):
    zone = make_zone("Bay 1", ZoneKind.PATIENT_ROOM)
    zone.polygon = [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]
    with pytest.raises(ValidationError) as refused:
        zone.full_clean()
    assert list(refused.value.message_dict) == ["polygon"]


def test_the_label_of_a_convex_room_is_its_middle():
    assert label_point(Polygon(SQUARE)) == (2.0, 1.5)


def test_the_label_of_an_l_shaped_room_lies_well_inside_it():
    x, y = label_point(Polygon(L_SHAPE))
    assert Polygon(L_SHAPE).buffer(-0.9).intersects(Polygon([(x, y), (x + 0.01, y), (x, y + 0.01)]))


def test_a_room_with_a_hole_or_a_corner_inside_is_not_convex():
    assert is_convex(Polygon(SQUARE))
    assert not is_convex(Polygon(L_SHAPE))
    assert not is_convex(Polygon(SQUARE, [[[1, 1], [2, 1], [2, 2], [1, 1]]]))


def test_how_far_a_zone_reaches_over_its_floor_is_told_in_metres():
    assert outside_m(box(1, 1, 5, 5), box(0, 0, 10, 10)) == 0.0
    assert outside_m(box(8, 1, 12, 5), box(0, 0, 10, 10)) == 2.0


def test_rooms_that_share_a_wall_do_not_overlap():
    assert overlaps([box(0, 0, 4, 4), box(4, 0, 8, 4), box(8.1, 0, 12, 4)]) == []


def test_rooms_that_share_more_than_the_tolerance_are_named_with_the_area():
    assert overlaps([box(0, 0, 4, 4), box(20, 0, 24, 4), box(3, 0, 8, 4)]) == [(0, 2, 4.0)]


def test_a_point_is_in_the_zone_that_covers_it():
    index = ZoneIndex({1: box(0, 0, 4, 4), 2: box(5, 0, 9, 4)})
    assert [index.zone_at(x, 2) for x in (0, 3.9, 4.5, 5, 9.1)] == [1, 1, None, 2, None]


def test_a_point_on_a_shared_wall_always_belongs_to_the_same_zone():
    assert ZoneIndex({2: box(4, 0, 8, 4), 1: box(0, 0, 4, 4)}).zone_at(4, 1) == 1


def test_where_zones_overlap_the_narrower_one_has_the_point():
    assert ZoneIndex({1: box(0, 0, 20, 20), 2: box(5, 5, 6, 6)}).zone_at(5.5, 5.5) == 2


def test_a_point_in_a_wall_is_given_to_the_nearest_zone_within_reach():
    index = ZoneIndex({1: box(0, 0, 4, 4), 2: box(5, 0, 9, 4)})
    assert index.nearest_zone(4.2, 2, within_m=0.5) == 1
    assert index.nearest_zone(4.8, 2, within_m=0.5) == 2
    assert index.nearest_zone(30, 2, within_m=0.5) is None
    assert index.nearest_zone(8, 2, within_m=0.5) == 2


def test_the_distance_to_a_zone_is_zero_inside_and_metres_outside():
    index = ZoneIndex({1: Polygon(L_SHAPE)})
    assert index.distance_to(1, 1, 9) == 0.0
    assert index.distance_to(1, 13, 6) == 5.0
    with pytest.raises(KeyError):
        index.distance_to(2, 0, 0)


def test_the_nearest_point_of_a_zone_is_the_point_itself_inside_and_on_the_wall_outside():
    index = ZoneIndex({1: box(0, 0, 4, 4)})
    assert index.nearest_point(1, 1, 3) == (1, 3)
    assert index.nearest_point(1, 6, 3) == (4, 3)


def test_an_empty_floor_has_no_zone_anywhere(floor):
    assert len(zone_index(floor.pk)) == 0
    assert zone_index(floor.pk).zone_at(1, 1) is None


def test_the_index_is_kept_until_the_plan_changes(make_zone, floor, noon, django_assert_num_queries):
    bay = make_zone("Bay 1", x=0, y=0, width=4, height=4)
    index = zone_index(floor.pk)
    assert index.zone_at(1, 1) == bay.pk
    with django_assert_num_queries(1):
        assert zone_index(floor.pk) is index

    hall = make_zone("Hall", ZoneKind.CORRIDOR, x=4, y=0, width=4, height=4)
    assert zone_index(floor.pk).zone_at(6, 1) == hall.pk

    hall.polygon = [SQUARE]
    hall.save()
    assert zone_index(floor.pk).zone_at(6, 1) is None

    Zone.objects.filter(pk=bay.pk).update(retired_at=noon)
    assert bay.pk not in zone_index(floor.pk)


def test_floors_do_not_share_an_index(make_zone, floor, building):
    upper = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    below, above = make_zone("Bay 1"), make_zone("Bay 1", floor=upper)
    assert zone_index(floor.pk).zone_at(1, 1) == below.pk
    assert zone_index(upper.pk).zone_at(1, 1) == above.pk
