"""What a plan would change about the zones that are there: the same comparison for a preview and for storing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices

from locations.models import Building, Department, Floor, Site, Zone
from locations.plan_parts import Plan, PlanFloor, PlanZone


class Change(TextChoices):
    NEW = "new", "New"
    REDRAWN = "redrawn", "Redrawn"
    CHANGED = "changed", "Changed"
    RETIRED = "retired", "Retired"
    UNCHANGED = "unchanged", "As before"


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """``told`` is the zone as the plan has it, none for a retired one; ``earlier`` the stored one, none for a new
    one."""

    change: Change
    told: PlanZone | None
    earlier: Zone | None = None

    @property
    def code(self) -> str:
        return self.told.code if self.told else self.earlier.code if self.earlier else ""

    @property
    def name(self) -> str:
        return self.told.name if self.told else self.earlier.name if self.earlier else ""


@dataclass(frozen=True, slots=True)
class FloorChange:
    """``floor`` is none where it would be made."""

    told: PlanFloor
    floor: Floor | None
    zones: list[ZoneChange] = field(default_factory=list)

    def count(self, change: Change) -> int:
        return sum(1 for zone in self.zones if zone.change == change)

    @property
    def counts(self) -> list[tuple[Change, int]]:
        return [(change, count) for change in Change if (count := self.count(change))]


class Departments:
    """Departments of a site, by code or name as a plan tells them."""

    def __init__(self, site: Site | None) -> None:
        rows = Department.objects.filter(site=site) if site and site.pk else Department.objects.none()
        self._known: dict[str, Department] = {}
        for row in rows:
            self._known[row.name.casefold()] = row
        for row in rows:
            self._known[row.code.casefold()] = row

    def find(self, told: str) -> Department | None:
        return self._known.get(told.casefold())

    def add(self, told: str, made: Department) -> None:
        self._known[told.casefold()] = made


def building_changes(plan: Plan, site: Site | None, building: Building | None) -> Iterator[FloorChange]:
    """Floor by floor, from the lowest; nothing is stored. Floors that the plan does not mention do not change."""
    departments = Departments(site)
    for told in plan.floors:
        floor = Floor.objects.filter(building=building, name=told.name).first() if building else None
        yield FloorChange(told, floor, zone_changes(told, current_zones(floor), departments))


def current_zones(floor: Floor | None) -> list[Zone]:
    return list(Zone.objects.current().filter(floor=floor).order_by("pk")) if floor else []


def zone_changes(told: PlanFloor, earlier: Iterable[Zone], departments: Departments) -> list[ZoneChange]:
    """By code. A plan without zones (a picture alone) changes none."""
    if not told.zones:
        return []
    stored = {zone.code: zone for zone in earlier}
    changes = [change_of(zone, stored.get(code), departments) for code, zone in told.zones.items()]
    gone = [ZoneChange(Change.RETIRED, None, zone) for code, zone in stored.items() if code not in told.zones]
    return changes + gone


def change_of(told: PlanZone, earlier: Zone | None, departments: Departments) -> ZoneChange:
    """A zone with another outline is redrawn: history keeps it as it was, and a new one takes its place."""
    if earlier is None:
        return ZoneChange(Change.NEW, told)
    if earlier.polygon != told.rings:
        return ZoneChange(Change.REDRAWN, told, earlier)
    same = (earlier.code, earlier.name, earlier.kind) == (told.code, told.name, told.kind)
    if same and not _other_department(told, earlier, departments):
        return ZoneChange(Change.UNCHANGED, told, earlier)
    return ZoneChange(Change.CHANGED, told, earlier)


def _other_department(told: PlanZone, earlier: Zone, departments: Departments) -> bool:
    if not told.department:
        return False
    found = departments.find(told.department)
    return found is None or found.pk != earlier.department_id


def audit_changes(changes: Iterable[ZoneChange]) -> dict[str, list[Any]]:
    """“zone code” → [before, after] of what changes, for the trail; outlines stay with the zones themselves."""
    return {
        f"zone {zone.code}": [_values(zone.earlier), _told_values(zone.told)]
        for zone in changes
        if zone.change != Change.UNCHANGED
    }


def _values(zone: Zone | None) -> dict[str, Any] | None:
    if zone is None:
        return None
    return {"id": zone.pk, "code": zone.code, "name": zone.name, "kind": str(zone.kind)}


def _told_values(told: PlanZone | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "code": told.code,
        "name": told.name,
        "kind": str(told.kind),
        "area_m2": round(told.polygon.area, 1),
        "department": told.department,
    }
