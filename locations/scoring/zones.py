"""The zones that positions are judged by: those of a plan, or a plain grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import shapely
from shapely.geometry import Polygon

from locations.estimation.grid import Box


class Zoning(Protocol):
    """Names places."""

    def zone_at(self, x: float, y: float) -> str | None: ...


class GridZones:
    """``columns`` × ``rows`` equal parts of a rectangle; what lies beyond its edge belongs to the part next to it."""

    def __init__(self, box: Box, columns: int, rows: int) -> None:
        self._box, self._columns, self._rows = box, columns, rows

    def zone_at(self, x: float, y: float) -> str | None:
        x1, y1, x2, y2 = self._box
        column = int((x - x1) / (x2 - x1) * self._columns)
        row = int((y - y1) / (y2 - y1) * self._rows)
        return f"{min(max(column, 0), self._columns - 1) + 1}/{min(max(row, 0), self._rows - 1) + 1}"


class PlanZones:
    """Polygons by name; a place in several is in the smallest, a place in none in none."""

    def __init__(self, polygons: Mapping[str, Polygon]) -> None:
        self._named = sorted(polygons.items(), key=lambda item: (item[1].area, item[0]))
        for _, polygon in self._named:
            shapely.prepare(polygon)

    def zone_at(self, x: float, y: float) -> str | None:
        return next((name for name, p in self._named if shapely.intersects_xy(p, x, y)), None)
