"""The way from one zone to another, to be drawn: points on each floor, through doors and around corners.

Distances are counted beforehand (:mod:`locations.walking`); the way itself is looked for when somebody asks for it,
over the two floors it begins and ends on and the lifts and stairs between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from django.db.models import Q

from locations.interior import Spot, interior_path, interior_table
from locations.models import Passage, Zone
from locations.polygons import polygon_of
from locations.zones import ZoneKind

_SHAFTS = (ZoneKind.LIFT, ZoneKind.STAIRS)


@dataclass(frozen=True, slots=True)
class Leg:
    """What one walks on one floor: ``points`` in metres. ``by`` names what leads on to the next floor."""

    floor_id: int
    points: tuple[Spot, ...]
    by: str = ""
    by_kind: str = ""


@dataclass(frozen=True, slots=True)
class _Door:
    """One side of a passage: where one stands in ``zone`` before going through; through it is ``beyond``."""

    zone: int
    spot: Spot
    beyond: int
    exit: Spot
    length_m: float


def route(origin: Zone, target: Zone) -> list[Leg]:
    """From label to label, floor by floor. Empty where the plan tells no passages that lead there."""
    if origin.pk == target.pk:
        return [Leg(origin.floor_id, ((origin.label_x, origin.label_y),))]
    zones = _zones(origin, target)
    doors = _doors(zones)
    return _legs(_steps(zones, doors, origin, target), zones, origin, target)


def _zones(origin: Zone, target: Zone) -> dict[int, Zone]:
    """All of the two floors, and the lifts and stairs of the rest of the site."""
    floors = {origin.floor_id, target.floor_id}
    wanted = Q(floor__in=floors) if len(floors) == 1 else Q(floor__in=floors) | Q(kind__in=_SHAFTS)
    in_site = Zone.objects.current().in_site(origin.floor.building.site_id)
    return {zone.pk: zone for zone in in_site.filter(wanted).order_by("pk")}


def _doors(zones: dict[int, Zone]) -> dict[int, list[_Door]]:
    found: dict[int, list[_Door]] = {pk: [] for pk in zones}
    ways = Passage.objects.filter(zone_a__in=zones, zone_b__in=zones).order_by("pk")
    for way in ways:
        a, b = way.zone_a_id, way.zone_b_id
        here = (way.x, way.y)
        there = here if way.x_b is None or way.y_b is None else (way.x_b, way.y_b)
        found[a].append(_Door(a, here, b, there, way.length_m))
        found[b].append(_Door(b, there, a, here, way.length_m))
    return found


def _steps(zones: dict[int, Zone], doors: dict[int, list[_Door]], origin: Zone, target: Zone) -> list[_Door]:
    """The doors of the shortest way, in order: Dijkstra's algorithm over doors, room by room."""
    turn = count()
    start, end = (origin.label_x, origin.label_y), (target.label_x, target.label_y)
    queue: list[tuple[float, int, int, Spot, tuple[_Door, ...]]] = [(0.0, next(turn), origin.pk, start, ())]
    tables: dict[int, dict[tuple[Spot, Spot], float]] = {}
    done: set[tuple[int, Spot]] = set()
    while queue:
        metres, _, here, spot, path = heappop(queue)
        if here == -1:
            return list(path)
        if (here, spot) in done:
            continue
        done.add((here, spot))
        table = tables.get(here)
        if table is None:
            table = tables[here] = _table(
                zones[here], doors[here], [start] * (here == origin.pk) + [end] * (here == target.pk)
            )
        if here == target.pk:
            heappush(queue, (metres + table[spot, end], next(turn), -1, end, path))
        for door in doors[here]:
            if (door.beyond, door.exit) in done or _is_dead_end(door.beyond, doors, target):
                continue
            onward = metres + table[spot, door.spot] + door.length_m
            heappush(queue, (onward, next(turn), door.beyond, door.exit, (*path, door)))
    return []


def _is_dead_end(zone: int, doors: dict[int, list[_Door]], target: Zone) -> bool:
    return zone != target.pk and len(doors[zone]) < 2


def _table(zone: Zone, doors: Sequence[_Door], labels: Sequence[Spot]) -> dict[tuple[Spot, Spot], float]:
    spots = list(dict.fromkeys([*(door.spot for door in doors), *labels]))
    metres = interior_table(polygon_of(zone.polygon), spots)
    return {(a, b): float(metres[i, j]) for i, a in enumerate(spots) for j, b in enumerate(spots)}


def _legs(steps: Sequence[_Door], zones: dict[int, Zone], origin: Zone, target: Zone) -> list[Leg]:
    if not steps:
        return []
    legs: list[Leg] = []
    points: list[Spot] = [(origin.label_x, origin.label_y)]
    for door in steps:
        points += _inside(zones[door.zone], points[-1], door.spot)
        this, beyond = zones[door.zone], zones[door.beyond]
        if this.floor_id != beyond.floor_id:
            if len(points) > 1 or not legs:
                legs.append(Leg(this.floor_id, tuple(_plain(points)), this.name, this.kind))
            points = [door.exit]
    points += _inside(zones[target.pk], points[-1], (target.label_x, target.label_y))
    legs.append(Leg(target.floor_id, tuple(_plain(points))))
    return [leg for leg in legs if leg.floor_id in (origin.floor_id, target.floor_id)]


def _inside(zone: Zone, here: Spot, there: Spot) -> list[Spot]:
    """From ``here``, which is not repeated, to ``there``."""
    return interior_path(polygon_of(zone.polygon), here, there)[1:]


def _plain(points: Sequence[Spot]) -> Iterator[Spot]:
    """Without spots that are told twice."""
    last: Spot | None = None
    for point in points:
        if last is None or math.dist(last, point) > 0.01:
            yield point
        last = point
