"""Doors, lifts and stairs where a plan tells none: guessed from which rooms lie beside which. Pure; metres.

A guess is good enough to rank what is near, and everything counted over it is marked approximate.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from locations.zones import ZoneKind

WALL_M = 0.6
"""Rooms no farther apart than this may have a door between them: the thickness of a thick wall."""
DOORWAY_M = 0.7
"""Rooms need this much wall in common for a door."""
SHAFT_SHARE = 0.3
"""A lift or stairs goes on above where a zone of its kind covers this share of it."""
STOREY_M = {ZoneKind.LIFT: 15.0, ZoneKind.STAIRS: 12.0}
"""Walking metres that one storey counts for: the wait and ride of a lift, the flights of stairs."""

_HALLS = frozenset({ZoneKind.CORRIDOR, ZoneKind.LIFT, ZoneKind.STAIRS})
_OPEN = frozenset({ZoneKind.EXIT, ZoneKind.OTHER, ZoneKind.NURSE_STATION})


@dataclass(frozen=True, slots=True)
class PlacedZone:
    zone_id: int
    kind: ZoneKind
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Guess:
    """A passage between two zones that is likely there."""

    zone_a: int
    zone_b: int
    x: float
    y: float
    length_m: float = 0.0


@dataclass(frozen=True, slots=True)
class _Front:
    """Two zones, by position, that lie beside each other: how much wall they share, and its middle."""

    a: int
    b: int
    shared_m: float
    middle: tuple[float, float]


def guess_doors(zones: Sequence[PlacedZone]) -> list[Guess]:
    """Doors of one floor.

    Corridors, lifts and stairs that touch are open to each other. Each room gets one door, to the corridor
    that it shares most wall with, else through a neighbour; a second one only where that joins parts of the
    floor that nothing else joins.
    """
    joined = _Parts(len(zones))
    fronts = sorted(
        _fronts(zones), key=lambda front: (_rank(zones, front), -front.shared_m, front.a, front.b)
    )
    return [
        Guess(zones[front.a].zone_id, zones[front.b].zone_id, *front.middle)
        for front in fronts
        if joined.join(front.a, front.b) or _rank(zones, front) == 0
    ]


def _rank(zones: Sequence[PlacedZone], front: _Front) -> int:
    """Which fronts get a door first."""
    kinds = {zones[front.a].kind, zones[front.b].kind}
    if kinds <= _HALLS:
        return 0
    if kinds & _HALLS:
        return 1
    return 2 if kinds & _OPEN else 3


def _fronts(zones: Sequence[PlacedZone]) -> Iterable[_Front]:
    polygons = [zone.polygon for zone in zones]
    if not polygons:
        return
    left, right = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=WALL_M)
    for a, b in sorted((int(a), int(b)) for a, b in zip(left, right, strict=True) if a < b):
        strip = polygons[a].buffer(WALL_M, join_style="mitre").intersection(polygons[b])
        if strip.is_empty:
            continue
        x1, y1, x2, y2 = strip.bounds
        shared = max(x2 - x1, y2 - y1)
        if shared >= DOORWAY_M:
            yield _Front(a, b, shared, _middle(polygons[a], polygons[b], strip))


def _middle(a: Polygon, b: Polygon, strip: BaseGeometry) -> tuple[float, float]:
    here = nearest_points(a, strip.centroid)[0]
    there = nearest_points(b, here)[0]
    return (round((here.x + there.x) / 2, 3), round((here.y + there.y) / 2, 3))


def guess_shafts(lower: Iterable[PlacedZone], upper: Iterable[PlacedZone]) -> list[Guess]:
    """Lifts and stairs from one floor to the next: zones of the same kind that stand over each other."""
    guesses = []
    above = [zone for zone in upper if zone.kind in STOREY_M]
    for zone in lower:
        for other in above:
            shared = zone.polygon.intersection(other.polygon)
            if zone.kind == other.kind and shared.area >= SHAFT_SHARE * min(
                zone.polygon.area, other.polygon.area
            ):
                spot = shared.representative_point()
                guesses.append(
                    Guess(
                        zone.zone_id, other.zone_id, round(spot.x, 3), round(spot.y, 3), STOREY_M[zone.kind]
                    )
                )
    return guesses


class _Parts:
    """Which zones hang together already."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def _root(self, member: int) -> int:
        while self._parent[member] != member:
            self._parent[member] = self._parent[self._parent[member]]
            member = self._parent[member]
        return member

    def join(self, a: int, b: int) -> bool:
        """Joins two parts; whether they were apart."""
        a, b = self._root(a), self._root(b)
        self._parent[a] = b
        return a != b


Storey = tuple[int, Sequence[PlacedZone]]


def by_level(floors: Mapping[int, Sequence[PlacedZone]]) -> list[tuple[Storey, Storey]]:
    """Floors that lie directly over each other, as pairs of level and zones."""
    return list(itertools.pairwise(sorted(floors.items())))
