"""Walking inside one zone: the shortest way between points that does not leave the polygon. Pure; metres."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import shapely
from shapely.geometry import LinearRing, Point, Polygon

from locations.polygons import is_convex

Spot = tuple[float, float]

WALL_M = 0.02
"""Drawings are inexact: a way that touches a wall by less than this still counts as inside."""


def interior_distances(polygon: Polygon, spots: Sequence[Spot]) -> list[list[float]]:
    """Metres between every two of ``spots``, walking inside the polygon, around its inner corners.

    A spot outside (a door drawn in the middle of a wall) is first moved to the nearest place inside.
    """
    inside = [_moved_inside(polygon, spot) for spot in spots]
    if is_convex(polygon):
        return [[math.dist(a, b) for b in inside] for a in inside]
    places = inside + _inner_corners(polygon)
    ways = _visible_ways(polygon, places)
    return [_shortest(ways, start)[: len(inside)] for start in range(len(inside))]


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


def _visible_ways(polygon: Polygon, places: Sequence[Spot]) -> list[list[tuple[int, float]]]:
    """For each place, the places that it sees, with the distance."""
    room = polygon.buffer(WALL_M, join_style="mitre")
    shapely.prepare(room)
    pairs = [(a, b) for a in range(len(places)) for b in range(a)]
    seen = shapely.covers(room, shapely.linestrings([(places[a], places[b]) for a, b in pairs]))
    ways: list[list[tuple[int, float]]] = [[] for _ in places]
    for (a, b), is_seen in zip(pairs, seen, strict=True):
        if is_seen:
            distance = math.dist(places[a], places[b])
            ways[a].append((b, distance))
            ways[b].append((a, distance))
    return ways


def _shortest(ways: Sequence[Sequence[tuple[int, float]]], start: int) -> list[float]:
    best = [math.inf] * len(ways)
    best[start] = 0.0
    queue = [(0.0, start)]
    while queue:
        walked, place = heapq.heappop(queue)
        if walked > best[place]:
            continue
        for onward, distance in ways[place]:
            if walked + distance < best[onward]:
                best[onward] = walked + distance
                heapq.heappush(queue, (walked + distance, onward))
    return best
