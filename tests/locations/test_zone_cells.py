"""Which zone covers a point, told cell by cell, is what geometry says of the point itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from locations import zone_cells
from locations.zone_cells import CELL_M, ZoneCells

L_SHAPE = Polygon([(0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10)])
ZONES = {
    4: box(5.25, 5.25, 5.5, 5.5),
    1: box(4, 4, 6, 6),
    2: L_SHAPE,
    3: Polygon([(2, 2), (9.3, 2.1), (3.1, 9.7)]),
    5: box(-3, -2, -1, 12),
}
quarters = st.integers(-20, 60).map(lambda n: n / 4)
anywhere = st.floats(-5, 15, allow_nan=False)


def directly(x, y):
    return next((zone for zone, polygon in ZONES.items() if polygon.intersects(Point(x, y))), None)


@given(st.lists(st.tuples(st.one_of(quarters, anywhere), st.one_of(quarters, anywhere)), max_size=20))
def test_every_point_has_the_zone_that_geometry_gives_it_on_walls_and_in_overlaps_too(points):
    cells = ZoneCells(ZONES)
    assert [cells.zone_at(x, y) for x, y in points] == [directly(x, y) for x, y in points]


def test_a_wall_between_two_belongs_to_the_one_that_counts_first():
    left, right = box(0, 0, 4, 4), box(4, 0, 8, 4)
    assert ZoneCells({1: left, 2: right}).zone_at(4, 1) == 1
    assert ZoneCells({2: right, 1: left}).zone_at(4, 1) == 2


@pytest.mark.parametrize(("x", "y"), [(1e300, 1), (-1e300, 1), (math.inf, 1), (1, math.nan), (20, 20)])
def test_nothing_is_learnt_of_places_beyond_every_zone(x, y):
    cells = ZoneCells(ZONES)
    assert cells.zone_at(x, y) is None
    assert not cells._cells


def test_a_floor_without_zones_has_none_anywhere():
    assert ZoneCells({}).zone_at(0, 0) is None


def test_what_is_kept_of_a_floor_has_a_bound(monkeypatch):
    monkeypatch.setattr(zone_cells, "MOST_CELLS", 3)
    cells = ZoneCells({1: box(0, 0, 100, 1)})
    assert {cells.zone_at(n * CELL_M, 0.25) for n in range(100)} == {1}
    assert len(cells._cells) <= 3
