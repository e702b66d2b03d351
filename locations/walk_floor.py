"""How far it is to walk between all zones of one floor, and to where one leaves it. Pure; metres.

Rooms with a single door are dead ends: nobody walks through them. What is left, the doors of corridors and of rooms
with several doors, and the lifts and stairs, is small, and shortest ways over it are found by Dijkstra's algorithm.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import Polygon

from locations.interior import Metres, Spot, interior_table, least_sums


@dataclass(frozen=True, slots=True)
class FloorRoom:
    polygon: Polygon
    label: Spot


@dataclass(frozen=True, slots=True)
class Way:
    """A passage: the zones it joins, where it stands in each, its length in metres.

    Where it leaves the floor, one of its zones is not among the floor's rooms.
    """

    way_id: int
    zones: tuple[int, int]
    spots: tuple[Spot, Spot]
    length_m: float
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Distances:
    """Metres between zones (by label points), from zones to exits, and between exits; half of an exit's own length is
    counted on each of its floors."""

    near: Metres
    to_exits: Metres
    between: Metres


@dataclass(frozen=True, slots=True)
class FloorTable:
    """``zones`` and ``exits`` (passages to other floors) name rows and columns. ``told``: over passages alone that
    somebody told; the same as ``walked`` where none of the floor is a guess. ``stamp``: of the plan it is of."""

    zones: NDArray[np.int64]
    exits: NDArray[np.int64]
    walked: Distances
    told: Distances
    stamp: str = ""

    def to_bytes(self) -> bytes:
        out = io.BytesIO()
        parts = {"zones": self.zones, "exits": self.exits}
        layers = (
            {"walked": self.walked}
            if self.told is self.walked
            else {"walked": self.walked, "told": self.told}
        )
        for name, layer in layers.items():
            parts |= {f"{name}_{part.name}": getattr(layer, part.name) for part in fields(Distances)}
        np.savez_compressed(out, allow_pickle=False, **parts)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, stamp: str = "") -> FloorTable:
        with np.load(io.BytesIO(content), allow_pickle=False) as parts:
            found = dict(parts.items())
        walked = Distances(*(found[f"walked_{part.name}"] for part in fields(Distances)))
        is_told = "told_near" in found
        told = Distances(*(found[f"told_{part.name}"] for part in fields(Distances))) if is_told else walked
        return cls(found["zones"], found["exits"], walked, told, stamp)


def measure_floor(rooms: Mapping[int, FloorRoom], ways: Sequence[Way], stamp: str = "") -> FloorTable:
    """All distances of a floor. Passages that touch none of its rooms are left out."""
    touching = [way for way in ways if way.zones[0] in rooms or way.zones[1] in rooms]
    exits = [way.way_id for way in touching if not _is_inside(way, rooms)]
    walked = _Floor(rooms, touching).distances(exits)
    told = walked
    if any(way.is_guess for way in touching):
        told = _Floor(rooms, [way for way in touching if not way.is_guess]).distances(exits)
    return FloorTable(
        np.array(list(rooms), dtype=np.int64), np.array(exits, dtype=np.int64), walked, told, stamp
    )


def _is_inside(way: Way, rooms: Mapping[int, FloorRoom]) -> bool:
    return way.zones[0] in rooms and way.zones[1] in rooms


class _Floor:
    """One floor while it is measured. Core: the doors that lead on. Points: what distances are wanted between, each in
    its host: a zone that one walks through, by its label, or a dead end, by its door."""

    def __init__(self, rooms: Mapping[int, FloorRoom], ways: Sequence[Way]) -> None:
        self._rooms, self._ways = rooms, ways
        self._doors: dict[int, list[int]] = {zone: [] for zone in rooms}
        for number, way in enumerate(ways):
            for zone in way.zones:
                if zone in rooms:
                    self._doors[zone].append(number)
        self._host = self._dead_ends()
        leaves = {self._doors[zone][0] for zone in self._host}
        self._core = {
            number: row for row, number in enumerate(n for n in range(len(ways)) if n not in leaves)
        }

    def _dead_ends(self) -> dict[int, int]:
        """Dead end → the zone before its only door."""
        hosts: dict[int, int] = {}
        for zone, doors in self._doors.items():
            if len(doors) != 1:
                continue
            a, b = self._ways[doors[0]].zones
            host = b if zone == a else a
            if host in self._rooms and host not in hosts and host != zone:
                hosts[zone] = host
        return hosts

    def distances(self, exits: Sequence[int]) -> Distances:
        zones = {zone: row for row, zone in enumerate(self._rooms)}
        near = np.full((len(zones), len(zones)), np.inf)
        to_core = np.full((len(zones), len(self._core)), np.inf)
        core = np.full((len(self._core), len(self._core)), np.inf)
        guests: dict[int, list[int]] = {}
        for zone, host in self._host.items():
            guests.setdefault(host, []).append(zone)
        for zone in self._rooms:
            if zone not in self._host:
                self._measure(zone, guests.get(zone, []), zones, (near, to_core, core))
        np.fill_diagonal(near, 0.0)
        between = _shortest(core)
        on = least_sums(to_core, between)
        np.minimum(near, least_sums(on, to_core.T), out=near)
        rows = {self._ways[number].way_id: row for number, row in self._core.items()}
        return _at_exits(near, on, between, [rows.get(way_id, -1) for way_id in exits])

    def _measure(
        self, zone: int, guests: Sequence[int], rows: Mapping[int, int], into: tuple[Metres, Metres, Metres]
    ) -> None:
        """Everything inside one zone: its core doors, its own label, the doors of dead ends."""
        near, to_core, core = into
        doors = [number for number in self._doors[zone] if number in self._core]
        leaves = [self._doors[guest][0] for guest in guests]
        spots = [self._spot(number, zone) for number in [*doors, *leaves]]
        room = self._rooms[zone]
        table = interior_table(room.polygon, [*spots, room.label])
        extra = [self._ways[number].length_m / 2 for number in doors]
        extra += [self._into(guest) for guest in guests] + [0.0]
        table = table + np.array(extra)[:, None] + np.array(extra)[None, :]
        at, columns = len(doors), [self._core[number] for number in doors]
        points = [rows[guest] for guest in guests] + [rows[zone]]
        _lower(core, columns, columns, table[:at, :at])
        _lower(to_core, points, columns, table[at:, :at])
        _lower(near, points, points, table[at:, at:])

    def _spot(self, number: int, zone: int) -> Spot:
        way = self._ways[number]
        return way.spots[way.zones.index(zone)]

    def _into(self, guest: int) -> float:
        """Through the only door of a dead end, and on to its label."""
        number = self._doors[guest][0]
        room = self._rooms[guest]
        inside = interior_table(room.polygon, [self._spot(number, guest), room.label])
        return float(inside[0, 1]) + self._ways[number].length_m


def _lower(into: Metres, rows: Sequence[int], columns: Sequence[int], metres: Metres) -> None:
    """Two doors may join the same zones: the shorter way counts."""
    place = np.ix_(rows, columns)
    into[place] = np.minimum(into[place], metres)


def _shortest(core: Metres) -> Metres:
    """Between all doors that lead on; over each other too."""
    if not len(core):
        return core
    rows, columns = np.nonzero(np.isfinite(core) & ~np.eye(len(core), dtype=bool))
    graph = csr_array((core[rows, columns], (rows, columns)), shape=core.shape)
    found: Metres = dijkstra(graph, directed=False)
    return found


def _at_exits(near: Metres, on: Metres, between: Metres, places: Sequence[int]) -> Distances:
    """Columns of the exits; one that is not there (a guess, among what was told) is infinitely far."""
    known = [place for place in places if place >= 0]
    columns = [number for number, place in enumerate(places) if place >= 0]
    to_exits = np.full((len(near), len(places)), np.inf)
    among = np.full((len(places), len(places)), np.inf)
    if known:
        to_exits[:, columns] = on[:, known]
        among[np.ix_(columns, columns)] = between[np.ix_(known, known)]
    return Distances(near, to_exits, among)
