"""How far it is to walk from one zone to another: through doors, along corridors, by lifts and stairs.

Distances count from label point to label point, over the passages of the plan. Where the plan tells no
passage that leads there, the distance is estimated from the straight line, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from locations.interior import Metres, Spot
from locations.models import Passage, Zone
from locations.walk_floor import Distances, FloorTable
from locations.walk_tables import floor_tables

DETOUR = 1.4
"""Walking metres for a metre of straight line, where no passages are known: customary inside buildings."""
LEVEL_M = 25.0
"""Estimated walking metres for one storey up or down: to the lift or stairs, and on from there."""
KEPT_ORIGINS = 256
"""Zones from which distances are kept at a time, for each site."""
SAME_M = 1e-6
"""Ways that differ by less are equally long."""


class Walk(NamedTuple):
    """How far one walks, in metres; approximate when not over doors that the plan tells, all the way."""

    metres: float
    is_approximate: bool


class Walks(Mapping[int, Walk]):
    """Zone → walk, from one zone. Kept as numbers: a walk is made when somebody asks for it."""

    def __init__(self, place: Mapping[int, int], metres: Metres, guessed: NDArray[np.bool_]) -> None:
        self._place, self._metres, self._guessed = place, metres, guessed
        self._ordered: list[int] | None = None

    def __getitem__(self, zone_id: int) -> Walk:
        place = self._place[zone_id]
        metres = float(self._metres[place])
        if not math.isfinite(metres):
            raise KeyError(zone_id)
        return Walk(metres, bool(self._guessed[place]))

    def __iter__(self) -> Iterator[int]:
        return (zone for zone, place in self._place.items() if math.isfinite(self._metres[place]))

    def __len__(self) -> int:
        return int(np.isfinite(self._metres).sum())

    def in_order(self) -> list[int]:
        """The zones, the nearest first."""
        if self._ordered is None:
            zones = list(self._place)
            places = np.fromiter(self._place.values(), dtype=np.int64, count=len(zones))
            metres = self._metres[places]
            order = np.argsort(metres, kind="stable")[: len(self)]
            self._ordered = [zones[at] for at in order.tolist()]
        return self._ordered


@dataclass(frozen=True, slots=True)
class Room:
    """A zone as the graph knows it. Coordinates compare only within one building."""

    label: Spot
    building_id: int
    level: int


class WalkGraph:
    """The floors of one site, and the lifts, stairs and bridges between them, made for many questions."""

    def __init__(self, rooms: Mapping[int, Room], floors: Mapping[int, FloorTable]) -> None:
        self.rooms = rooms
        self.floors = floors
        self._at = {
            int(zone): (floor, row) for floor, table in floors.items() for row, zone in enumerate(table.zones)
        }
        self._place = {zone: place for place, zone in enumerate(self._at)}
        exits = sorted({int(way) for table in floors.values() for way in table.exits})
        column = {way: number for number, way in enumerate(exits)}
        self._columns = {
            floor: np.array([column[int(way)] for way in table.exits], dtype=np.int64)
            for floor, table in floors.items()
        }
        self._has_guesses = any(table.told is not table.walked for table in floors.values())
        self._over = {is_told: self._between(len(exits), is_told) for is_told in (False, True)}
        self.walks_from = lru_cache(maxsize=KEPT_ORIGINS)(self._walks_from)

    def _layer(self, floor: int, is_told: bool) -> Distances:  # noqa: FBT001
        table = self.floors[floor]
        return table.told if is_told else table.walked

    def _between(self, count: int, is_told: bool) -> Metres:  # noqa: FBT001
        """Metres between all exits of the site, over any floors."""
        least = np.full((count, count), np.inf)
        for floor, columns in self._columns.items():
            place = np.ix_(columns, columns)
            least[place] = np.minimum(least[place], self._layer(floor, is_told).between)
        np.fill_diagonal(least, np.inf)
        rows, columns = np.nonzero(np.isfinite(least))
        if not count:
            return least
        graph = csr_array((least[rows, columns], (rows, columns)), shape=least.shape)
        found: Metres = dijkstra(graph, directed=False)
        return found

    def _metres_from(self, origin: int, is_told: bool) -> Metres:  # noqa: FBT001
        """Metres to every zone, in the order of ``zones``; infinitely many where nothing leads."""
        here, row = self._at[origin]
        leaving = self._layer(here, is_told).to_exits[row]
        over = self._over[is_told][self._columns[here]]
        base = (leaving[:, None] + over).min(axis=0, initial=np.inf)
        found = []
        for floor, columns in self._columns.items():
            layer = self._layer(floor, is_told)
            metres = (layer.to_exits + base[columns]).min(axis=1, initial=np.inf)
            found.append(np.minimum(metres, layer.near[row]) if floor == here else metres)
        return np.concatenate(found)

    def _walks_from(self, origin: int) -> Walks:
        """Zone → walk, for each zone that passages lead to; the origin itself is 0 away."""
        walked = self._metres_from(origin, is_told=False)
        told = self._metres_from(origin, is_told=True) if self._has_guesses else walked
        return Walks(self._place, walked, told > walked + SAME_M)

    def is_current(self, zone_id: int) -> bool:
        """Whether the zone is of the plan as it is now; others are in ``rooms`` too, for what still stands there."""
        return zone_id in self._at

    def walk(self, origin: int, target: int) -> Walk | None:
        """From zone to zone; approximate where passages do not lead there, ``None`` if nothing is known."""
        if origin not in self.rooms or target not in self.rooms:
            return None
        walked = self.walks_from(origin).get(target) if self.is_current(origin) else None
        if walked is not None:
            return walked
        here, there = self.rooms[origin], self.rooms[target]
        if here.building_id != there.building_id:
            return None
        climbed = abs(here.level - there.level) * LEVEL_M
        return Walk(math.dist(here.label, there.label) * DETOUR + climbed, is_approximate=True)


@dataclass(frozen=True, slots=True)
class PlansStamp:
    """Changes whenever something that one walks through does, at any site. Times are as the database tells them."""

    zones: int
    zones_at: datetime | str | None
    passages: int
    passages_at: datetime | str | None


_graphs: dict[int, tuple[PlansStamp, WalkGraph]] = {}


def walk_graph(site_id: int) -> WalkGraph:
    """The graph of a site, kept in the process until a plan changes. Floors that did not change are not measured
    again, and those whose distances are stored are only fetched."""
    stamp = _stamp()
    kept = _graphs.get(site_id)
    if kept is None or kept[0] != stamp:
        known = kept[1].floors if kept else {}
        graph = WalkGraph(_rooms(site_id), floor_tables(site_id, known=known))
        kept = (stamp, graph)
        _graphs[site_id] = kept
    return kept[1]


def _stamp() -> PlansStamp:
    """One short statement over indexes: it is asked at each search, and the ORM takes longer to write it."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return PlansStamp(*cursor.fetchone())


def _of_table(model: type[Zone | Passage]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return f"(SELECT COUNT(*) FROM {table}), (SELECT MAX(updated_at) FROM {table})"  # noqa: S608 a name of our own


_STAMP = f"SELECT {_of_table(Zone)}, {_of_table(Passage)}"


def _rooms(site_id: int) -> dict[int, Room]:
    rows: Iterable[tuple[int, float, float, int, int]] = (
        Zone.objects.in_site(site_id)
        .order_by("pk")
        .values_list("pk", "label_x", "label_y", "floor__building_id", "floor__level")
    )
    return {pk: Room((x, y), building, level) for pk, x, y, building, level in rows}


def walking_distances(zone: Zone) -> dict[int, float]:
    """Zone → walking metres from ``zone``, for each zone of its site that passages lead to."""
    graph = walk_graph(zone.floor.building.site_id)
    if not graph.is_current(zone.pk):
        return {}
    return {zone_id: walk.metres for zone_id, walk in graph.walks_from(zone.pk).items()}
