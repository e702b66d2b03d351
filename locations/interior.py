"""Walking inside one zone: the shortest way between points that does not leave the polygon. Pure; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from shapely.geometry import LinearRing, Point, Polygon

from locations.polygons import is_convex

Spot = tuple[float, float]
Metres = NDArray[np.float64]

WALL_M = 0.02
"""Drawings are inexact: a way that touches a wall by less than this still counts as inside."""


def interior_distances(polygon: Polygon, spots: Sequence[Spot]) -> list[list[float]]:
    """Metres between every two of ``spots``, walking inside the polygon, around its inner corners.

    A spot outside (a door drawn in the middle of a wall) is first moved to the nearest place inside.
    """
    found: list[list[float]] = interior_table(polygon, spots).tolist()
    return found


def interior_table(polygon: Polygon, spots: Sequence[Spot]) -> Metres:
    """As :func:`interior_distances`. Between two spots one walks straight, or by way of inner corners alone."""
    inside = np.array([_moved_inside(polygon, spot) for spot in spots]).reshape(-1, 2)
    if is_convex(polygon) or len(inside) < 2:
        return _straight(inside, inside)
    room = polygon.buffer(WALL_M, join_style="mitre")
    shapely.prepare(room)
    direct = _seen(room, inside, inside)
    corners = np.array(_inner_corners(polygon)).reshape(-1, 2)
    if not len(corners):
        return direct
    between = shortest_path(np.nan_to_num(_seen(room, corners, corners), posinf=0.0), directed=False)
    to_corners = _seen(room, inside, corners)
    return np.minimum(direct, least_sums(least_sums(to_corners, between), to_corners.T))


def interior_path(polygon: Polygon, here: Spot, there: Spot) -> list[Spot]:
    """The corners of the shortest way inside the polygon, its ends included; straight where nothing leads."""
    ends = [_moved_inside(polygon, here), _moved_inside(polygon, there)]
    if is_convex(polygon):
        return ends
    room = polygon.buffer(WALL_M, join_style="mitre")
    shapely.prepare(room)
    spots = np.array([*ends, *_inner_corners(polygon)]).reshape(-1, 2)
    seen = np.nan_to_num(_seen(room, spots, spots), posinf=0.0)
    _, before = shortest_path(seen, directed=False, indices=0, return_predecessors=True)
    way, at = [1], 1
    while (at := int(before[at])) >= 0:
        way.append(at)
    if way[-1] != 0:
        return ends
    return [(float(x), float(y)) for x, y in spots[way[::-1]]]


def least_sums(left: Metres, right: Metres) -> Metres:
    """The shortest way over any of the places between: a product of matrices, with sums and minima."""
    found = np.full((left.shape[0], right.shape[1]), np.inf)
    for middle in range(left.shape[1]):
        np.minimum(found, left[:, middle, None] + right[None, middle, :], out=found)
    return found


def _straight(here: NDArray[Any], there: NDArray[Any]) -> Metres:
    metres: Metres = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
    return metres


def _seen(room: Polygon, here: NDArray[Any], there: NDArray[Any]) -> Metres:
    """Straight metres where the one is seen from the other, infinitely many where not."""
    ends = np.stack(np.broadcast_arrays(here[:, None, :], there[None, :, :]), axis=2)
    is_seen = shapely.covers(room, shapely.linestrings(ends.reshape(-1, 2, 2))).reshape(len(here), len(there))
    metres: Metres = np.where(is_seen, _straight(here, there), np.inf)
    if here is there:
        np.fill_diagonal(metres, 0.0)
    return metres


def _moved_inside(polygon: Polygon, spot: Spot) -> Spot:
    if shapely.intersects_xy(polygon, *spot):
        return spot
    line = shapely.shortest_line(polygon, Point(spot))
    x, y = line.coords[0]
    return (float(x), float(y))


def _inner_corners(polygon: Polygon) -> list[Spot]:
    """Corners that a shortest way may bend around: reflex ones of the outer ring, convex ones of holes."""
    corners = []
    for ring, turn in ((polygon.exterior, 1), *((hole, -1) for hole in polygon.interiors)):
        corners += _bends(ring, turn)
    return corners


def _bends(ring: LinearRing, turn: int) -> list[Spot]:
    points = [(float(x), float(y)) for x, y in ring.coords[:-1]]
    if not ring.is_ccw:
        points.reverse()
    bends = []
    for before, corner, after in zip(points[-1:] + points[:-1], points, points[1:] + points[:1], strict=True):
        cross = (corner[0] - before[0]) * (after[1] - corner[1]) - (corner[1] - before[1]) * (
            after[0] - corner[0]
        )
        if cross * turn < 0:
            bends.append(corner)
    return bends
