"""How far it is to walk from one zone to another: through doors, along corridors, by lifts and stairs.

Distances count from label point to label point, over the passages of the plan. Where the plan tells no
passage that leads there, the distance is estimated from the straight line, and says so.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max
from shapely.geometry import Polygon

from locations.geometry import PlanStamp, plan_stamp
from locations.interior import Spot, interior_distances
from locations.models import Floor, Passage, Zone
from locations.polygons import polygon_of

DETOUR = 1.4
"""Walking metres for a metre of straight line, where no passages are known: customary inside buildings."""
LEVEL_M = 25.0
"""Estimated walking metres for one storey up or down: to the lift or stairs, and on from there."""
KEPT_ORIGINS = 512
"""Zones from which distances are kept at a time, for each site."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one walks, in metres; approximate when not over doors that the plan tells, all the way."""

    metres: float
    is_approximate: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A zone as the graph knows it. Coordinates compare only within one building."""

    polygon: Polygon
    label: Spot
    building_id: int
    level: int


@dataclass(frozen=True, slots=True)
class Way:
    """A passage as the graph knows it: the zones it joins, where it stands in each, its length in metres."""

    zones: tuple[int, int]
    spots: tuple[Spot, Spot]
    length_m: float
    is_guess: bool = False


class WalkGraph:
    """The zones and passages of one site, made for many questions."""

    def __init__(self, rooms: Mapping[int, Room], ways: Sequence[Way]) -> None:
        self.rooms = rooms
        self._ways = [way for way in ways if way.zones[0] in rooms and way.zones[1] in rooms]
        self._doors: dict[int, list[int]] = {zone_id: [] for zone_id in rooms}
        for number, way in enumerate(self._ways):
            for zone_id in way.zones:
                self._doors[zone_id].append(number)
        self._to_label: dict[int, list[float]] = {}
        self._across: dict[int, dict[int, list[float]]] = {}
        for zone_id, doors in self._doors.items():
            self._measure(zone_id, doors)
        self.walks_from = lru_cache(maxsize=KEPT_ORIGINS)(self._walks_from)

    def _measure(self, zone_id: int, doors: Sequence[int]) -> None:
        """Metres between the doors of a zone and to its label; half a passage's length is on each side."""
        room = self.rooms[zone_id]
        spots = [self._ways[door].spots[self._ways[door].zones.index(zone_id)] for door in doors]
        halves = [self._ways[door].length_m / 2 for door in doors]
        table = interior_distances(room.polygon, [*spots, room.label]) if doors else []
        self._to_label[zone_id] = [row[-1] + half for row, half in zip(table, halves, strict=False)]
        self._across[zone_id] = {
            door: [metres + halves[i] + half for metres, half in zip(table[i], halves, strict=False)]
            for i, door in enumerate(doors)
        }

    def _walks_from(self, origin: int) -> dict[int, Walk]:
        """Zone → walk, for each zone that passages lead to; the origin itself is 0 away."""
        reached, guessed = self._walk_doors(origin)
        found = {origin: Walk(0.0, is_approximate=False)}
        for zone_id, doors in self._doors.items():
            legs = zip(doors, self._to_label[zone_id], strict=True)
            metres, door = min(((reached[door] + leg, door) for door, leg in legs), default=(math.inf, -1))
            if zone_id != origin and metres < math.inf:
                found[zone_id] = Walk(metres, is_approximate=guessed[door])
        return found

    def _walk_doors(self, origin: int) -> tuple[list[float], list[bool]]:
        """Metres to each passage, and whether a guessed one is on the way, by Dijkstra's algorithm.

        A passage reached across a zone leads on only into the zone behind it: ways inside one zone are
        shortest already. A zone with one door leads nowhere, so that a corridor's many rooms cost little.
        """
        reached = [math.inf] * len(self._ways)
        guessed = [way.is_guess for way in self._ways]
        queue: list[tuple[float, int, int]] = []
        for door, leg in zip(self._doors[origin], self._to_label[origin], strict=True):
            reached[door] = leg
            heapq.heappush(queue, (leg, door, origin))
        while queue:
            walked, door, came_across = heapq.heappop(queue)
            if walked > reached[door]:
                continue
            behind = self._behind(door, came_across)
            for onward, metres in zip(self._doors[behind], self._across[behind][door], strict=True):
                if walked + metres < reached[onward]:
                    reached[onward] = walked + metres
                    guessed[onward] = guessed[door] or self._ways[onward].is_guess
                    if len(self._doors[self._behind(onward, behind)]) > 1:
                        heapq.heappush(queue, (walked + metres, onward, behind))
        return reached, guessed

    def _behind(self, door: int, zone_id: int) -> int:
        a, b = self._ways[door].zones
        return b if zone_id == a else a

    def walk(self, origin: int, target: int) -> Walk | None:
        """From zone to zone; approximate where passages do not lead there, ``None`` if nothing is known."""
        if origin not in self.rooms or target not in self.rooms:
            return None
        walked = self.walks_from(origin).get(target)
        if walked is not None:
            return walked
        here, there = self.rooms[origin], self.rooms[target]
        if here.building_id != there.building_id:
            return None
        climbed = abs(here.level - there.level) * LEVEL_M
        return Walk(math.dist(here.label, there.label) * DETOUR + climbed, is_approximate=True)


@dataclass(frozen=True, slots=True)
class SiteStamp:
    """What changes whenever something that one walks through does."""

    plan: PlanStamp
    passages: int
    changed_at: datetime | None


_graphs: dict[int, tuple[SiteStamp, WalkGraph]] = {}


def walk_graph(site_id: int) -> WalkGraph:
    """The graph of a site, kept in the process; three short queries see whether the plan changed."""
    floors = list(Floor.objects.filter(building__site_id=site_id).order_by().values_list("pk", flat=True))
    stamp = _stamp(site_id, floors)
    kept = _graphs.get(site_id)
    if kept is None or kept[0] != stamp:
        kept = (stamp, WalkGraph(_rooms(floors), _ways(site_id)))
        _graphs[site_id] = kept
    return kept[1]


def _stamp(site_id: int, floors: Iterable[int]) -> SiteStamp:
    found = Passage.objects.in_site(site_id).aggregate(passages=Count("pk"), changed_at=Max("updated_at"))
    return SiteStamp(plan=plan_stamp(floors), **found)


def _rooms(floors: Iterable[int]) -> dict[int, Room]:
    zones = Zone.objects.current().filter(floor_id__in=list(floors)).select_related("floor").order_by("pk")
    return {
        zone.pk: Room(
            polygon_of(zone.polygon), (zone.label_x, zone.label_y), zone.floor.building_id, zone.floor.level
        )
        for zone in zones
    }


def _ways(site_id: int) -> list[Way]:
    return [
        Way(
            zones=(passage.zone_a_id, passage.zone_b_id),
            spots=(
                (passage.x, passage.y),
                (
                    passage.x if passage.x_b is None else passage.x_b,
                    passage.y if passage.y_b is None else passage.y_b,
                ),
            ),
            length_m=passage.length_m,
            is_guess=passage.is_guess,
        )
        for passage in Passage.objects.current().in_site(site_id).order_by("pk")
    ]


def walking_distances(zone: Zone) -> dict[int, float]:
    """Zone → walking metres from ``zone``, for each zone of its site that passages lead to."""
    graph = walk_graph(zone.floor.building.site_id)
    if zone.pk not in graph.rooms:
        return {}
    return {zone_id: walk.metres for zone_id, walk in graph.walks_from(zone.pk).items()}
