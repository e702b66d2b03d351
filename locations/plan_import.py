"""Storing a floor plan: new zones, retired ones, and what one walks through; all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from shapely.geometry import Polygon
from shapely.ops import unary_union

from locations.doors import Guess, PlacedZone, by_level, guess_doors, guess_shafts
from locations.models import Building, Floor, Passage, Receiver, Site, Zone
from locations.plan_parts import Plan, PlanFloor, PlanPassage, PlanRefused, PlanZone
from locations.polygons import label_point, polygon_of
from locations.zones import ZoneKind

WALLS_M = (0.4, 1.0, 2.0, 4.0)
"""Gaps between rooms that are closed to draw a floor's outline; the first that joins everything is taken."""
COURTYARD_M2 = 6.0
"""Holes in the outline from this size on; smaller ones are shafts and columns that nobody drew."""


@dataclass(slots=True)
class Imported:
    """What an import changed. ``successors``: id of a retired zone → id of the zone in its place."""

    floors_created: int = 0
    zones_created: int = 0
    zones_changed: int = 0
    zones_unchanged: int = 0
    zones_retired: int = 0
    passages_told: int = 0
    passages_guessed: int = 0
    successors: dict[int, int] = field(default_factory=dict)


@transaction.atomic
def import_plan(*, plan: Plan, site: Site, building: str, name: str, now: datetime) -> Imported:
    """Make the building's floors look like the plan. Raises :class:`PlanRefused` and changes nothing, or all.

    ``building`` is a slug, made with ``name`` when new. A zone whose outline changed is retired, so that
    history keeps the room as it was, and a new one takes its code; one that the plan no longer has is
    retired. A new name or kind stays the same zone. Floors that the plan does not mention are left alone.
    """
    house = _building(site, building, name)
    imported = Imported()
    zones = {floor.name: _store_floor(house, floor, imported, now) for floor in plan.floors}
    _follow(imported.successors)
    _store_told(plan.passages, zones, imported)
    renew_guesses(house, imported)
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
    outline = outline_of([zone.polygon for zone in told.zones.values()])
    floor = Floor.objects.filter(building=house, name=told.name).first()
    if floor is None:
        floor = Floor(building=house, name=told.name, level=told.level, slug=_floor_slug(house, told))
        imported.floors_created += 1
    if floor.outline != outline:
        floor.outline = outline
        _save_checked(floor)
    earlier = {zone.code: zone for zone in Zone.objects.current().filter(floor=floor)}
    for zone in earlier.values():
        if zone.code not in told.zones:
            _retire(zone, now)
            imported.zones_retired += 1
    return {
        code: _store_zone(floor, zone, earlier.get(code), imported, now) for code, zone in told.zones.items()
    }


def _floor_slug(house: Building, told: PlanFloor) -> str:
    """As short as it can be: building and level, or building and name where that is taken."""
    level = str(told.level) if told.level >= 0 else f"b{-told.level}"
    short = f"{house.slug}-{level}"
    taken = Floor.objects.filter(slug=short).exists()
    return f"{house.slug}-{slugify(told.name)}"[:50] if taken else short


def _store_zone(
    floor: Floor, told: PlanZone, earlier: Zone | None, imported: Imported, now: datetime
) -> Zone:
    if earlier is not None and earlier.polygon == told.rings:
        if (earlier.name, earlier.kind) == (told.name, told.kind):
            imported.zones_unchanged += 1
            return earlier
        earlier.name, earlier.kind = told.name, told.kind
        earlier.save()
        imported.zones_changed += 1
        return earlier
    if earlier is not None:
        _retire(earlier, now)
    zone = _new_zone(floor, told, earlier)
    if earlier is None:
        imported.zones_created += 1
    else:
        imported.zones_changed += 1
        imported.successors[earlier.pk] = zone.pk
    return zone


def _new_zone(floor: Floor, told: PlanZone, earlier: Zone | None) -> Zone:
    x, y = label_point(told.polygon)
    return Zone.objects.create(
        floor=floor,
        code=told.code,
        name=told.name,
        kind=told.kind,
        polygon=told.rings,
        label_x=round(x, 3),
        label_y=round(y, 3),
        department=earlier.department if earlier else None,
    )


def _retire(zone: Zone, now: datetime) -> None:
    zone.retired_at = now
    zone.save()


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


def _follow(successors: Mapping[int, int]) -> None:
    """What hangs on a retired zone moves to the one in its place."""
    for receiver in Receiver.objects.filter(zone__in=successors).select_related("zone"):
        if receiver.zone is not None:
            receiver.zone_id = successors[receiver.zone.pk]
            receiver.save()
    touching = Q(zone_a__in=successors) | Q(zone_b__in=successors)
    for passage in Passage.objects.filter(touching, is_guess=False):
        passage.zone_a_id = successors.get(passage.zone_a_id, passage.zone_a_id)
        passage.zone_b_id = successors.get(passage.zone_b_id, passage.zone_b_id)
        passage.save()


def _store_told(
    passages: Iterable[PlanPassage], zones: Mapping[str, Mapping[str, Zone]], imported: Imported
) -> None:
    for told in passages:
        a, b = zones[told.floor][told.codes[0]], zones[told.to_floor][told.codes[1]]
        _, is_new = Passage.objects.get_or_create(
            zone_a=a, zone_b=b, kind=told.kind, x=told.x, y=told.y, is_guess=False,
            defaults={"length_m": told.length_m},
        )  # fmt: skip
        imported.passages_told += is_new


def renew_guesses(house: Building, imported: Imported) -> None:
    """Guessed passages of the building as they are to be now; those that stay keep their rows."""
    within = Q(zone_a__floor__building=house) | Q(zone_b__floor__building=house)
    kept = {(p.zone_a_id, p.zone_b_id, p.x, p.y): p for p in Passage.objects.filter(within, is_guess=True)}
    for kind, guess in _guesses(house):
        key = (guess.zone_a, guess.zone_b, guess.x, guess.y)
        if kept.pop(key, None) is None:
            Passage.objects.create(
                zone_a_id=guess.zone_a, zone_b_id=guess.zone_b, kind=kind, x=guess.x, y=guess.y,
                length_m=guess.length_m, is_guess=True,
            )  # fmt: skip
        imported.passages_guessed += 1
    for passage in kept.values():
        passage.delete()


def _guesses(house: Building) -> list[tuple[Passage.Kind, Guess]]:
    """Doors on floors where none is told, lifts and stairs between floors where none is told."""
    told = Passage.objects.current().filter(is_guess=False)
    floors: dict[int, list[PlacedZone]] = {}
    with_doors = set(
        told.filter(kind=Passage.Kind.DOOR)
        .values_list("zone_a__floor__level", flat=True)
        .filter(zone_a__floor__building=house)
    )
    for zone in Zone.objects.current().filter(floor__building=house).select_related("floor").order_by("pk"):
        placed = PlacedZone(zone.pk, ZoneKind(zone.kind), polygon_of(zone.polygon))
        floors.setdefault(zone.floor.level, []).append(placed)
    doors = [
        (Passage.Kind.DOOR, g)
        for level in floors
        if level not in with_doors
        for g in guess_doors(floors[level])
    ]
    if told.exclude(kind=Passage.Kind.DOOR).filter(zone_a__floor__building=house).exists():
        return doors
    shafts = [guess for lower, upper in by_level(floors) for guess in guess_shafts(lower, upper)]
    kinds = {zone.zone_id: zone.kind for zones in floors.values() for zone in zones}
    return doors + [(_SHAFT_KIND[kinds[guess.zone_a]], guess) for guess in shafts]


_SHAFT_KIND = {ZoneKind.LIFT: Passage.Kind.LIFT, ZoneKind.STAIRS: Passage.Kind.STAIRS}
