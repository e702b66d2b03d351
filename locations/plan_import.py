"""Storing a floor plan: new zones, retired ones, and what one walks through; all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from shapely.geometry import Polygon
from shapely.ops import unary_union

from locations.models import Building, Floor, FloorPicture, Passage, Site, Zone
from locations.passage_storing import renew_guesses, store_told
from locations.plan_changes import (
    Change,
    Departments,
    ZoneChange,
    audit_changes,
    current_zones,
    zone_changes,
)
from locations.plan_parts import Plan, PlanFloor, PlanPicture, PlanRefused
from locations.zone_storing import follow, store_zones

WALLS_M = (0.4, 1.0, 2.0, 4.0)
"""Gaps between rooms that are closed to draw a floor's outline; the first that joins everything is taken."""
COURTYARD_M2 = 6.0
"""Holes in the outline from this size on; smaller ones are shafts and columns that nobody drew."""


@dataclass(slots=True)
class Imported:
    """What an import changed. ``successors``: id of a retired zone → id of the zone in its place.

    ``changes``: what the audit trail is told of each floor that changed, name → [before, after].
    """

    floors_created: int = 0
    zones_created: int = 0
    zones_changed: int = 0
    zones_unchanged: int = 0
    zones_retired: int = 0
    passages_told: int = 0
    passages_guessed: int = 0
    pictures: int = 0
    successors: dict[int, int] = field(default_factory=dict)
    changes: dict[Floor, dict[str, list[Any]]] = field(default_factory=dict)
    building: Building | None = None

    def count(self, changes: Iterable[ZoneChange]) -> None:
        for zone in changes:
            self.zones_created += zone.change == Change.NEW
            self.zones_changed += zone.change in (Change.CHANGED, Change.REDRAWN)
            self.zones_unchanged += zone.change == Change.UNCHANGED
            self.zones_retired += zone.change == Change.RETIRED


@transaction.atomic
def import_plan(*, plan: Plan, site: Site, building: str, name: str, now: datetime) -> Imported:
    """Make the building's floors look like the plan. Raises :class:`PlanRefused` and changes nothing, or all.

    ``building`` is a slug, made with ``name`` when new. A zone whose outline changed is retired, so that
    history keeps the room as it was, and a new one takes its code; one that the plan no longer has is
    retired. A new name or kind stays the same zone. Floors that the plan does not mention are left alone.
    """
    imported = Imported()
    house = imported.building = _building(site, building, name)
    zones = {floor.name: _store_floor(house, floor, imported, now) for floor in plan.floors}
    follow(imported.successors)
    imported.passages_told = store_told(house, plan.passages, zones)
    levels = {floor.name: floor.level for floor in plan.floors}
    told = {levels[p.floor] for p in plan.passages if p.kind == Passage.Kind.DOOR}
    imported.passages_guessed = renew_guesses(house, told_levels=told)
    return imported


def _building(site: Site, slug: str, name: str) -> Building:
    found = Building.objects.select_for_update().filter(slug=slug).first()
    if found is None:
        made = Building(site=site, slug=slug, name=name)
        _save_checked(made)
        return made
    if found.site_id != site.pk:
        raise PlanRefused([f"the building “{slug}” belongs to another site: {found.site}"])
    return found


def _save_checked(row: Building | Floor) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise PlanRefused([f"{row}: {message}" for message in error.messages]) from error
    row.save()


def _store_floor(house: Building, told: PlanFloor, imported: Imported, now: datetime) -> dict[str, Zone]:
    """Code → zone, after the floor looks like the plan."""
    floor = Floor.objects.filter(building=house, name=told.name).first()
    if floor is None:
        floor = Floor(building=house, name=told.name, level=told.level, slug=_floor_slug(house, told))
        imported.floors_created += 1
    is_new = floor.pk is None
    if told.zones:
        set_outline(floor, [zone.polygon for zone in told.zones.values()], told.outline)
    if floor.pk is None:
        _save_checked(floor)
    if told.picture:
        store_picture(floor, told.picture)
        imported.pictures += 1
    changes = zone_changes(told, current_zones(floor), Departments(house.site))
    imported.count(changes)
    told_of = _floor_changes(told, is_new=is_new) | audit_changes(changes)
    if told_of:
        imported.changes[floor] = told_of
    stored = store_zones(floor, changes, house.site, imported.successors, now)
    return {zone.code: zone for zone in stored if zone is not None}


def _floor_changes(told: PlanFloor, *, is_new: bool) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = (
        {"floor": [None, {"name": told.name, "level": told.level}]} if is_new else {}
    )
    if told.picture:
        changes["picture"] = [None, {"bounds": list(told.picture.bounds)}]
    return changes


def set_outline(floor: Floor, polygons: Iterable[Polygon], told: list[list[list[float]]] | None) -> None:
    """The outline that a plan tells, else one that is drawn around the zones. Saved where it changed."""
    outline = told or outline_of(polygons)
    if floor.outline != outline or floor.outline_is_told != bool(told):
        floor.outline, floor.outline_is_told = outline, bool(told)
        _save_checked(floor)


def store_picture(floor: Floor, told: PlanPicture) -> None:
    digest = hashlib.sha256(told.content).hexdigest()
    FloorPicture.objects.update_or_create(
        floor=floor,
        defaults={
            "content": told.content,
            "media_type": told.media_type,
            "width_px": told.width_px,
            "height_px": told.height_px,
            "bounds": list(told.bounds),
            "digest": digest,
        },
    )


def _floor_slug(house: Building, told: PlanFloor) -> str:
    """As short as it can be: building and level, or building and name where that is taken."""
    level = str(told.level) if told.level >= 0 else f"b{-told.level}"
    short = f"{house.slug}-{level}"[-50:]
    taken = Floor.objects.filter(slug=short).exists()
    return f"{house.slug}-{slugify(told.name)}"[:50] if taken else short


def outline_of(polygons: Iterable[Polygon]) -> list[list[list[float]]]:
    """The outer walls around all rooms, as rings in metres; courtyards are holes."""
    rooms = unary_union(list(polygons))
    joined = Polygon(shapely.get_coordinates(rooms.convex_hull))
    for gap in WALLS_M:
        closed = rooms.buffer(gap, join_style="mitre").buffer(-gap, join_style="mitre").simplify(0.01)
        if isinstance(closed, Polygon) and closed.is_valid:
            joined = closed
            break
    rings = [joined.exterior, *(hole for hole in joined.interiors if Polygon(hole).area > COURTYARD_M2)]
    return [[[round(x, 3), round(y, 3)] for x, y in ring.coords] for ring in rings]
