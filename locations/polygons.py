"""Polygons of a plan: what makes one acceptable, its area, its label point. Pure; metres throughout."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from shapely.geometry import Point, Polygon
from shapely.validation import explain_validity

MAX_POINTS = 2_000
"""Points of one polygon: more is a scan or a mistake, not a room."""
MAX_COORDINATE_M = 20_000.0
"""Farther from the origin than any campus: a plan in degrees times something, or in millimetres."""
MIN_AREA_M2 = 0.05
OUTSIDE_TOLERANCE_M = 0.3
"""How far a zone may reach over its floor's outline: half an outer wall."""
OVERLAP_TOLERANCE_M2 = 0.5
"""Area that two zones may share: drawings meet at wall centres or faces, never exactly."""

MOST_SPOTS = 20
"""Crossing points that are told of one ring."""

Rings = Sequence[Sequence[Sequence[float]]]
"""Closed rings of ``[x, y]`` points: the outer one first, then holes."""


class PlanError(ValueError):
    """A plan that cannot be accepted: ``where`` names zone and key, ``problem`` says what is wrong."""

    def __init__(
        self, where: str, problem: str, kind: str = "file", spots: Sequence[tuple[float, float]] = ()
    ) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem
        self.kind = kind
        self.spots = list(spots)
        self.floor = self.code = ""
        self.rings: Any = None  # told by whoever knows the whole shape


def check_rings(rings: Any, where: str = "polygon") -> Polygon:
    """The polygon that ``rings`` draw.

    Raises :class:`PlanError` naming the place inside ``where``, as in ``polygon[0][3]``, for what is no list
    of closed rings of finite coordinates, crosses itself, has no area, or holds too many points.
    """
    if not isinstance(rings, list) or not rings:
        raise PlanError(where, "is not a list of rings")
    for number, ring in enumerate(rings):
        _check_ring(ring, f"{where}[{number}]")
    if sum(len(ring) for ring in rings) > MAX_POINTS:
        raise PlanError(where, f"has more than {MAX_POINTS} points")
    for number, ring in enumerate(rings):
        _check_simple(Polygon(ring), f"{where}[{number}]")
    polygon = Polygon(rings[0], rings[1:])
    if not polygon.is_valid:
        raise PlanError(
            where, f"has a hole that does not lie inside it ({_explained(polygon)})", "shape", _spots(polygon)
        )
    if polygon.area < MIN_AREA_M2:
        spot = polygon.exterior.coords[0]
        words = f"covers {polygon.area:.3f} m²; a zone has at least {MIN_AREA_M2} m²"
        raise PlanError(where, words, "shape", [(float(spot[0]), float(spot[1]))])
    return polygon


def _check_ring(ring: Any, where: str) -> None:
    if not isinstance(ring, list):
        raise PlanError(where, "is not a list of points")
    if len(ring) > MAX_POINTS:
        raise PlanError(where, f"has {len(ring)} points; at most {MAX_POINTS} are allowed")
    for number, point in enumerate(ring):
        _check_point(point, f"{where}[{number}]")
    if len(ring) < 4:
        raise PlanError(where, f"has {len(ring)} points; a closed ring has at least 4")
    if list(ring[0]) != list(ring[-1]):
        raise PlanError(where, f"is open: it begins at {_spot(ring[0])} and ends at {_spot(ring[-1])}")


def _check_point(point: Any, where: str) -> None:
    if not isinstance(point, list) or len(point) != 2:
        raise PlanError(where, "is not a point [x, y]")
    for value in point:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PlanError(where, f"has a coordinate that is not a number: {value!r}")
        if not math.isfinite(value):
            raise PlanError(where, f"has a coordinate that is not finite: {value}")
        if abs(value) > MAX_COORDINATE_M:
            raise PlanError(where, f"lies {value:.0f} m from the origin; coordinates are metres")


def _check_simple(polygon: Polygon, where: str) -> None:
    if not polygon.is_valid:
        spots = crossings([[x, y] for x, y in polygon.exterior.coords])
        raise PlanError(where, f"crosses or touches itself ({_explained(polygon)})", "crossing", spots)


def _explained(polygon: Polygon) -> str:
    return explain_validity(polygon).replace("[", " near x y = ").replace("]", "")


def _spots(polygon: Polygon) -> list[tuple[float, float]]:
    found = re.search(r"\[(\S+) (\S+)\]", explain_validity(polygon))
    return [(float(found[1]), float(found[2]))] if found else []


def crossings(ring: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Where a closed ring meets itself other than at its corners in turn, at most 20 spots."""
    lines = [shapely.linestrings([a, b]) for a, b in itertools.pairwise(ring) if list(a) != list(b)]
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    spots: dict[tuple[float, float], None] = {}
    for a, b in sorted((int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b):
        met = shapely.intersection(lines[a], lines[b])
        if b - a in (1, len(lines) - 1) and met.geom_type == "Point":
            continue
        for x, y in shapely.get_coordinates(met):
            spots[(round(float(x), 3), round(float(y), 3))] = None
    return list(spots)[:MOST_SPOTS]


def _spot(point: Sequence[float]) -> str:
    return f"({point[0]:g}, {point[1]:g})"


def validate_rings(value: Any) -> None:
    """For a zone's field: :func:`check_rings` as a form error."""
    try:
        check_rings(value)
    except PlanError as error:
        raise ValidationError(str(error)) from error


def validate_outline(value: Any) -> None:
    """For a floor's field: empty when the outer walls are not known."""
    if value:
        validate_rings(value)


def polygon_of(rings: Rings) -> Polygon:
    """The polygon of rings that were checked before."""
    return Polygon(rings[0], list(rings[1:]))


def area_m2(rings: Rings) -> float:
    return float(polygon_of(rings).area)


def label_point(polygon: Polygon) -> tuple[float, float]:
    """A point well inside: the centroid of a convex polygon, else the centre of its largest inner circle."""
    if is_convex(polygon):
        return (polygon.centroid.x, polygon.centroid.y)
    circle = shapely.maximum_inscribed_circle(polygon, tolerance=0.05)
    x, y = circle.coords[0]
    return (float(x), float(y))


def is_convex(polygon: Polygon) -> bool:
    """Whether any two points inside see each other."""
    return not polygon.interiors and math.isclose(polygon.convex_hull.area, polygon.area, rel_tol=1e-6)


def outside_m(polygon: Polygon, outline: Polygon) -> float:
    """How far the polygon reaches over the outline, in metres; 0 inside."""
    beyond = polygon.difference(outline)
    if beyond.is_empty:
        return 0.0
    corners = shapely.get_coordinates(beyond)
    return max(float(outline.distance(Point(x, y))) for x, y in corners)


def overlaps(
    polygons: Sequence[Polygon], tolerance_m2: float = OVERLAP_TOLERANCE_M2
) -> list[tuple[int, int, float]]:
    """Pairs of positions in ``polygons`` that share more than the tolerance, with the shared area in m²."""
    if len(polygons) < 2:
        return []
    tree = shapely.STRtree(polygons)
    left, right = tree.query(polygons, predicate="intersects")
    pairs = sorted((int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b)
    found = []
    for a, b in pairs:
        shared = float(polygons[a].intersection(polygons[b]).area)
        if shared > tolerance_m2:
            found.append((a, b, shared))
    return found
