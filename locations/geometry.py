"""Which zone a point is in: one index per floor, kept in the process until the plan changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely
from django.db import connection
from shapely.geometry import Point, Polygon

from locations.models import Zone
from locations.polygons import polygon_of
from locations.zone_cells import ZoneCells


@dataclass(frozen=True, slots=True)
class PlanStamp:
    """What changes whenever a plan does: an index of an older stamp is thrown away."""

    zones: int
    current: int
    changed_at: object  # as the database has it


class ZoneIndex:
    """The current zones of one floor, made for many questions. All coordinates and answers in metres."""

    def __init__(self, zones: Mapping[int, Polygon]) -> None:
        # Smallest first: where plans overlap, a point belongs to the narrower zone, always to the same one.
        self._ids = sorted(zones, key=lambda zone_id: (zones[zone_id].area, zone_id))
        self._polygons = {zone_id: zones[zone_id] for zone_id in self._ids}
        shapely.prepare(list(self._polygons.values()))
        self._tree = shapely.STRtree(list(self._polygons.values()))
        self._cells = ZoneCells(self._polygons)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, zone_id: int) -> bool:
        return zone_id in self._polygons

    def zone_at(self, x: float, y: float) -> int | None:
        """The zone that covers the point, walls included; ``None`` outside all of them."""
        return self._cells.zone_at(x, y)

    def nearest_zone(self, x: float, y: float, within_m: float) -> int | None:
        """The zone that covers the point, else the nearest one no farther than ``within_m``."""
        covering = self.zone_at(x, y)
        if covering is not None:
            return covering
        nearby = self._tree.query(Point(x, y), predicate="dwithin", distance=within_m)
        if not nearby.size:
            return None
        return min(
            (self._ids[int(n)] for n in sorted(nearby)), key=lambda zone_id: self.distance_to(zone_id, x, y)
        )

    def distance_to(self, zone_id: int, x: float, y: float) -> float:
        """Metres from the point to the zone; 0 inside it. ``KeyError`` for a zone of another plan."""
        polygon = self._polygons[zone_id]
        if shapely.intersects_xy(polygon, x, y):
            return 0.0
        return float(shapely.distance(polygon, Point(x, y)))

    def nearest_point(self, zone_id: int, x: float, y: float) -> tuple[float, float]:
        """The point of the zone next to the point; itself inside. ``KeyError`` for a zone of another plan."""
        nearest = shapely.shortest_line(self._polygons[zone_id], Point(x, y)).coords[0]
        return (float(nearest[0]), float(nearest[1]))


def plan_stamp(floor_ids: Iterable[int]) -> PlanStamp:
    """The stamp of the plan of these floors, by one query: in plain SQL, for every batch of reports asks."""
    floors = list(floor_ids)
    with connection.cursor() as cursor:
        cursor.execute(_STAMP.replace("{floors}", ", ".join(["%s"] * len(floors)) or "NULL"), floors)
        return PlanStamp(*cursor.fetchone())


_STAMP = (
    "SELECT COUNT(*), COUNT(CASE WHEN retired_at IS NULL THEN 1 END), MAX(updated_at) "  # noqa: S608 names of our own
    f'FROM "{Zone._meta.db_table}" WHERE floor_id IN ({{floors}})'
)


_indexes: dict[int, tuple[PlanStamp, ZoneIndex]] = {}


def zone_index(floor_id: int) -> ZoneIndex:
    """The index of a floor's current zones.

    Costs one short query, to see whether the plan changed: ask once for a batch of points.
    """
    stamp = plan_stamp([floor_id])
    kept = _indexes.get(floor_id)
    if kept is None or kept[0] != stamp:
        plan = Zone.objects.current().filter(floor_id=floor_id).order_by().values_list("pk", "polygon")
        kept = (stamp, ZoneIndex({pk: polygon_of(rings) for pk, rings in plan}))
        _indexes[floor_id] = kept
    return kept[1]
