"""Walking distances on a floor's cells, around walls and through doors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from locations.estimation.grid import NOWHERE, Grid

FARTHEST_M = 30.0
"""Ways longer than this are not worked out: nobody walks them between two sightings that count together."""
NEAR_DOORS_M = 12.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where one can walk from one zone to another."""

    zone_a: int
    zone_b: int
    x: float
    y: float


class Walls:
    """How far it is from a point to each cell on foot. Zones without a single door count as open on all sides."""

    def __init__(
        self, grid: Grid, zone_of: NDArray[np.int32], zones: Sequence[int], doors: Sequence[Door]
    ) -> None:
        self._grid = grid
        self._zone_of = zone_of
        self.doors: list[Door] = []
        self._by_zone: dict[int, NDArray[np.int64]] = {}
        self._fields: NDArray[np.float32] | None = None
        positions = {zone: n for n, zone in enumerate(zones)}
        kept = [door for door in doors if door.zone_a in positions and door.zone_b in positions]
        if not kept:
            return
        self.doors = kept
        joined: dict[int, list[int]] = {}
        for n, door in enumerate(kept):
            joined.setdefault(positions[door.zone_a], []).append(n)
            joined.setdefault(positions[door.zone_b], []).append(n)
        self._by_zone = {zone: np.array(members) for zone, members in joined.items()}
        self._walled = np.zeros(len(positions) + 1, dtype=bool)  # the last one: nowhere
        self._walled[list(joined)] = True
        self._spots = np.array([(door.x, door.y) for door in kept])
        self._fields = _fields(grid, zone_of, kept, positions, set(joined))

    def between(self, x: float, y: float) -> NDArray[np.int32]:
        """How many walls stand between a point and each cell."""
        if self._fields is None:
            return np.zeros(self._grid.shape, dtype=np.int32)
        grid, zones = self._grid, self._zone_of
        farthest = grid.cell * max(grid.shape)
        steps = max(2, math.ceil(farthest / (2 * grid.cell)))
        xs, ys = grid.points()
        count = np.zeros(xs.size, dtype=np.int32)
        before = np.full(xs.size, zones[grid.row(y), grid.column(x)])
        for n in range(1, steps + 1):
            share = n / steps
            columns = np.clip((x + share * (xs - x) - grid.x0) / grid.cell, 0, grid.shape[1] - 1).astype(int)
            rows = np.clip((y + share * (ys - y) - grid.y0) / grid.cell, 0, grid.shape[0] - 1).astype(int)
            now = zones[rows, columns]
            is_crossed = (now != before) & (now != NOWHERE)
            walled = self._walled[now] | self._walled[before]
            count += is_crossed & walled
            before = np.where(now == NOWHERE, before, now)
        return count.reshape(grid.shape)

    def distances(
        self, x: float, y: float, rows: slice, columns: slice, straight: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Metres on foot from a point to these cells, ``straight`` being those through walls.

        ``None`` where the plan tells of no wall around the point.
        """
        if self._fields is None:
            return None
        zone = int(self._zone_of[self._grid.row(y), self._grid.column(x)])
        doors = self._by_zone.get(zone)
        if doors is None:
            return None
        to_doors = np.hypot(self._spots[doors, 0] - x, self._spots[doors, 1] - y)
        near = to_doors < NEAR_DOORS_M
        if not near.all():
            doors, to_doors = doors[near], to_doors[near]
        other = self._zone_of[rows, columns] != zone
        if not doors.size:
            return np.where(other, FARTHEST_M + straight, straight)
        onward = self._fields[:, rows, columns][doors] + to_doors[:, None, None]
        return np.where(other, np.maximum(onward.min(axis=0), straight), straight)


def _fields(
    grid: Grid,
    zone_of: NDArray[np.int32],
    doors: Sequence[Door],
    positions: dict[int, int],
    walled: set[int],
) -> NDArray[np.float32]:
    """For each door, the metres on foot to every cell."""
    rows, columns = grid.shape
    numbers = np.arange(rows * columns).reshape(rows, columns)
    zones = zone_of.ravel()
    is_walled = np.isin(zones, list(walled))
    starts, ends, lengths = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = numbers[: rows - down, max(0, -right) : columns - max(0, right)].ravel()
        b = numbers[down:, max(0, right) : columns + min(0, right)].ravel()
        is_open = (zones[a] == zones[b]) | ~(is_walled[a] | is_walled[b])
        is_open &= (zones[a] != NOWHERE) & (zones[b] != NOWHERE)
        starts.append(a[is_open])
        ends.append(b[is_open])
        lengths.append(np.full(int(is_open.sum()), grid.cell * np.hypot(down, right)))
    sills = np.arange(len(doors)) + rows * columns
    for sill, door in zip(sills, doors, strict=True):
        for zone in (door.zone_a, door.zone_b):
            cell, apart = _nearest(grid, zones, positions[zone], door)
            starts.append(np.array([sill]))
            ends.append(np.array([cell]))
            lengths.append(np.array([max(apart, 0.01)]))
    count = rows * columns + len(doors)
    graph = coo_array(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))), shape=(count, count)
    ).tocsr()
    far = dijkstra(graph, directed=False, indices=sills, limit=FARTHEST_M)[:, : rows * columns]
    reached = np.where(np.isfinite(far), far, 2 * FARTHEST_M)
    return reached.reshape(len(doors), rows, columns).astype(np.float32)


def _nearest(grid: Grid, zones: NDArray[np.int32], zone: int, door: Door) -> tuple[int, float]:
    """The cell of a zone that is nearest to a door, and how far that is."""
    x, y = grid.points()
    own = np.flatnonzero(zones == zone)
    if not own.size:  # narrower than a cell
        own = np.array([grid.row(door.y) * grid.shape[1] + grid.column(door.x)])
    apart = np.hypot(x[own] - door.x, y[own] - door.y)
    return int(own[apart.argmin()]), float(apart.min())
