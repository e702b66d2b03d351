"""Walking distances counted beforehand, floor by floor: stored with the plan they belong to, found by its stamp.

A table is used only while its stamp is the floor's, so an answer is never an old plan's. Whoever changes a plan calls
:func:`renew_walks` afterwards; what was changed otherwise is measured by whoever asks first (some
hundredths of a second for a floor), and stored by the next beat of the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, Q

from locations.models import Floor, FloorWalks, Passage, Site, Zone
from locations.polygons import polygon_of
from locations.walk_floor import FloorRoom, FloorTable, Way, measure_floor

VERSION = 1
"""Of the way of counting: tables of an earlier one are not used."""


def floor_tables(site_id: int, *, known: Mapping[int, FloorTable]) -> dict[int, FloorTable]:
    """Floor → its distances as the plan is now; of ``known`` those that still hold, else the stored ones, else
    measured now."""
    stamps = _stamps(site_id)
    held = {
        floor: known[floor]
        for floor, stamp in stamps.items()
        if floor in known and known[floor].stamp == stamp
    }
    for row in FloorWalks.objects.filter(floor__in=stamps.keys() - held.keys()):
        if row.stamp == stamps[row.floor_id]:
            held[row.floor_id] = FloorTable.from_bytes(bytes(row.content), row.stamp)
    return {floor: held.get(floor) or _measured(floor, stamp) for floor, stamp in stamps.items()}


def renew_walks(site_id: int) -> int:
    """Measures and stores what changed; how many floors."""
    stamps = _stamps(site_id)
    stored = dict(FloorWalks.objects.filter(floor__in=stamps).values_list("floor", "stamp"))
    stale = [floor for floor, stamp in stamps.items() if stored.get(floor) != stamp]
    for floor in stale:
        content = _measured(floor, stamps[floor]).to_bytes()
        FloorWalks.objects.update_or_create(
            floor_id=floor, defaults={"stamp": stamps[floor], "content": content}
        )
    return len(stale)


def renew_all_walks() -> int:
    """For every site, as :func:`renew_walks`."""
    return sum(renew_walks(site_id) for site_id in Site.objects.order_by("pk").values_list("pk", flat=True))


def _stamps(site_id: int) -> dict[int, str]:
    """Floor → what changes whenever its zones do, or the passages that begin or end on it."""
    floors = Floor.objects.filter(building__site_id=site_id).order_by("building", "level", "pk")
    zones = _by_floor(Zone.objects.in_site(site_id), "floor", Count("pk", filter=Q(retired_at__isnull=True)))
    ways = Passage.objects.current().in_site(site_id)
    ends = [_by_floor(ways, f"{end}__floor", Count("pk")) for end in ("zone_a", "zone_b")]
    return {
        floor: "/".join([str(VERSION), *(found.get(floor, "-") for found in (zones, *ends))])
        for floor in floors.values_list("pk", flat=True)
    }


def _by_floor(rows: Any, path: str, count: Count) -> dict[int, str]:
    found = rows.order_by().values_list(path).annotate(count=count, at=Max("updated_at"))
    return {floor: f"{many}@{at:%Y%m%d%H%M%S.%f}" for floor, many, at in found}


def _measured(floor: int, stamp: str) -> FloorTable:
    zones = Zone.objects.current().filter(floor=floor).order_by("pk")
    rooms = {zone.pk: FloorRoom(polygon_of(zone.polygon), (zone.label_x, zone.label_y)) for zone in zones}
    touching = Q(zone_a__floor=floor) | Q(zone_b__floor=floor)
    passages = Passage.objects.current().filter(touching).order_by("pk")
    return measure_floor(rooms, [_way(passage) for passage in passages], stamp)


def _way(passage: Passage) -> Way:
    x_b = passage.x if passage.x_b is None else passage.x_b
    y_b = passage.y if passage.y_b is None else passage.y_b
    return Way(
        way_id=passage.pk,
        zones=(passage.zone_a_id, passage.zone_b_id),
        spots=((passage.x, passage.y), (x_b, y_b)),
        length_m=passage.length_m,
        is_guess=passage.is_guess,
    )
