"""What is wrong with a plan, as a person can see it: the words, the shapes, and the worst spot. Pure; metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from locations.polygons import OUTSIDE_TOLERANCE_M, Rings, outside_m, overlaps


@dataclass(frozen=True, slots=True)
class Fault:
    """``zones`` are codes, ``keys`` what an editor calls them. The worst spot comes first in ``spots``."""

    kind: str
    words: str
    floor: str = ""
    zones: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    shapes: tuple[Any, ...] = ()
    shared: tuple[Any, ...] = ()
    spots: tuple[tuple[float, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def overlap_faults(floor: str, zones: Sequence[tuple[str, str, Polygon]]) -> list[Fault]:
    """Pairs of zones (code, name, polygon) that share more than walls, the worst first."""
    polygons = [polygon for _, _, polygon in zones]
    found = sorted(overlaps(polygons), key=lambda pair: -pair[2])
    return [_overlap(floor, zones[a], zones[b], shared) for a, b, shared in found]


def _overlap(
    floor: str, one: tuple[str, str, Polygon], other: tuple[str, str, Polygon], shared_m2: float
) -> Fault:
    common = one[2].intersection(other[2])
    spot = common.representative_point()
    return Fault(
        "overlap",
        f"{floor}: {one[0]} ({one[1]}) and {other[0]} ({other[1]}) overlap by {shared_m2:.1f} m²",
        floor,
        zones=(one[0], other[0]),
        shapes=(rings_of(one[2]), rings_of(other[2])),
        shared=pieces_of(common),
        spots=((round(spot.x, 2), round(spot.y, 2)),),
    )


def outside_faults(floor: str, zones: Sequence[tuple[str, str, Polygon]], outline: Rings) -> list[Fault]:
    """Zones that reach over the outline by more than half an outer wall, and where they do so most."""
    wall = Polygon(outline[0], list(outline[1:]))
    inside = prep(wall.buffer(OUTSIDE_TOLERANCE_M))
    return [
        _outside(floor, code, name, polygon, wall)
        for code, name, polygon in zones
        if not inside.covers(polygon) and outside_m(polygon, wall) > OUTSIDE_TOLERANCE_M
    ]


def _outside(floor: str, code: str, name: str, polygon: Polygon, wall: Polygon) -> Fault:
    beyond = polygon.difference(wall)
    corners = [(float(x), float(y)) for x, y in shapely.get_coordinates(beyond)]
    x, y = max(corners, key=lambda corner: wall.distance(shapely.points(corner)))
    return Fault(
        "outside",
        f"{floor}: {code} ({name}) reaches {outside_m(polygon, wall):.1f} m over the floor's outline"
        f" at ({x:.1f}, {y:.1f})",
        floor,
        zones=(code,),
        shapes=(rings_of(polygon),),
        shared=pieces_of(beyond),
        spots=((round(x, 2), round(y, 2)),),
    )


def rings_of(polygon: Polygon) -> list[list[list[float]]]:
    return [[[float(x), float(y)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]


def pieces_of(geometry: BaseGeometry) -> tuple[Any, ...]:
    """The polygons of a geometry, as rings; lines and points are left out."""
    return tuple(rings_of(part) for part in shapely.get_parts(geometry).tolist() if isinstance(part, Polygon))
