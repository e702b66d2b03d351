"""The cells that a floor is divided into."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

CELL_M = 0.5
MOST_CELLS = 20_000
"""A floor that would have more gets larger cells."""
MARGIN_M = 4.0
"""Around the receivers, where no plan tells how far the floor goes."""
NOWHERE = -1

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Grid:
    """Square cells, rows along y. ``xs`` and ``ys`` are their middles."""

    x0: float
    y0: float
    cell: float
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.ys), len(self.xs)

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x and y of every cell, row by row."""
        x, y = np.meshgrid(self.xs, self.ys)
        return x.ravel(), y.ravel()

    def column(self, x: float) -> int:
        return min(max(int((x - self.x0) / self.cell), 0), len(self.xs) - 1)

    def row(self, y: float) -> int:
        return min(max(int((y - self.y0) / self.cell), 0), len(self.ys) - 1)


def cover(box: Box) -> Grid:
    x1, y1, x2, y2 = box
    width, height = max(x2 - x1, CELL_M), max(y2 - y1, CELL_M)
    cell = max(CELL_M, math.sqrt(width * height / MOST_CELLS))
    return Grid(x1, y1, cell, _middles(x1, width, cell), _middles(y1, height, cell))


def _middles(begin: float, length: float, cell: float) -> NDArray[np.float64]:
    return np.asarray(begin + cell * (np.arange(math.ceil(length / cell)) + 0.5), dtype=np.float64)


def zones_of_cells(grid: Grid, polygons: list[Polygon]) -> NDArray[np.int32]:
    """For each cell the position in ``polygons`` of the one that holds its middle, or :data:`NOWHERE`."""
    x, y = grid.points()
    found = np.full(x.size, NOWHERE, dtype=np.int32)
    for position, polygon in enumerate(polygons):
        x1, y1, x2, y2 = polygon.bounds
        near = np.flatnonzero((found == NOWHERE) & (x >= x1) & (x <= x2) & (y >= y1) & (y <= y2))
        found[near[shapely.contains_xy(polygon, x[near], y[near])]] = position
    return found.reshape(grid.shape)
