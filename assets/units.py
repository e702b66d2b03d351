"""Where a person stands: the units that distances are counted from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q

from locations.models import Zone
from locations.zones import ZoneKind


@dataclass(frozen=True, slots=True)
class Unit:
    """A place to stand: the nurse station of a department, or its first room where it has none."""

    zone_id: int
    name: str
    floor: str


def units_for(user: Any) -> list[Unit]:
    """In the order of buildings and floors."""
    zones = (
        Zone.objects.visible_to(user)
        .current()
        .filter(Q(kind=ZoneKind.NURSE_STATION) | Q(department__isnull=False))
        .select_related("floor__building", "department")
        .defer("polygon", "floor__outline")
        .order_by("floor__building__name", "floor__level", "department__name", "name")
    )
    return [
        unit
        for _, of_department in groupby(zones, key=lambda zone: (zone.floor_id, zone.department_id))
        for unit in _units_of(list(of_department))
    ]


def unit_name(zone: Zone) -> str:
    """What people call the unit of a zone: its department, else the room itself."""
    return zone.department.name if zone.department is not None else zone.name


def own_unit(user: Any) -> Zone | None:
    """The zone that a person's account belongs to, if it has one."""
    zones = Zone.objects.visible_to(user).current().select_related("floor__building", "department")
    found: Zone | None = zones.filter(pk=getattr(user, "home_zone_id", None) or 0).first()
    return found


def unit_of(zone: Zone) -> Unit:
    """A room of its own choosing, named as itself."""
    name = zone.name
    if zone.department is not None and zone.department.name not in name:
        name = f"{name}, {zone.department.name}"
    return Unit(zone.pk, name, _floor_words(zone))


def _units_of(zones: list[Zone]) -> Iterable[Unit]:
    """The department by its own name; by its nurse stations where it has several on one floor."""
    stations = [zone for zone in zones if zone.kind == ZoneKind.NURSE_STATION]
    if zones[0].department is None or len(stations) > 1:
        return [unit_of(zone) for zone in stations]
    stand = stations[0] if stations else min(zones, key=lambda zone: ZoneKind(zone.kind).is_transit)
    return [Unit(stand.pk, zones[0].department.name, _floor_words(stand))]


def _floor_words(zone: Zone) -> str:
    return f"{zone.floor.building.name}, {zone.floor.name}"
