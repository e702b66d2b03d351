"""Which zone covers a point, learnt cell by cell: most points lie where the answer needs no geometry."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import shapely
from shapely.geometry import Polygon

CELL_M = 0.5
"""A power of two, so that a point lies in its cell to the last digit."""
MOST_CELLS = 20_000
"""Kept of one floor; equipment stands in fewer."""

_Cell = tuple[tuple[tuple[Polygon, int], ...], int | None]
"""Zones whose border runs through the cell, in the order in which they count, and the answer after them."""


class ZoneCells:
    """``zones`` in the order in which they count where they overlap."""

    def __init__(self, zones: Mapping[int, Polygon]) -> None:
        self._ids: Sequence[int] = list(zones)
        self._polygons: Sequence[Polygon] = list(zones.values())
        self._tree = shapely.STRtree(self._polygons)
        self._cells: dict[tuple[int, int], _Cell] = {}
        bounds = shapely.total_bounds(self._polygons) if zones else (math.inf, math.inf, -math.inf, -math.inf)
        self._left, self._bottom, self._right, self._top = map(float, bounds)

    def zone_at(self, x: float, y: float) -> int | None:
        """The first zone that covers the point, walls included; ``None`` outside all of them."""
        if not (self._left <= x <= self._right and self._bottom <= y <= self._top):
            return None
        key = (math.floor(x / CELL_M), math.floor(y / CELL_M))
        cell = self._cells.get(key)
        if cell is None:
            cell = self._learn(*key)
        doubtful, sure = cell
        for polygon, zone_id in doubtful:
            if shapely.intersects_xy(polygon, x, y):
                return zone_id
        return sure

    def _learn(self, column: int, row: int) -> _Cell:
        if len(self._cells) >= MOST_CELLS:
            self._cells.clear()
        left, bottom = column * CELL_M, row * CELL_M
        box = shapely.box(left, bottom, left + CELL_M, bottom + CELL_M)
        doubtful: list[tuple[Polygon, int]] = []
        sure = None
        for n in sorted(int(n) for n in self._tree.query(box, predicate="intersects")):
            if shapely.covers(self._polygons[n], box):
                sure = self._ids[n]
                break
            doubtful.append((self._polygons[n], self._ids[n]))
        cell = self._cells[column, row] = (tuple(doubtful), sure)
        return cell
