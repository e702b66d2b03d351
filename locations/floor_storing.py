"""Storing a floor as an editor drew it: zones, passages and receivers in one change; all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from locations.floor_checks import check_drawing
from locations.floor_drawing import Drawing, DrawnPassage, DrawnReceiver, PlanChangedError, stamp_of
from locations.geometry import ZoneIndex
from locations.models import Building, Floor, Passage, Receiver, Zone
from locations.passage_storing import renew_guesses
from locations.plan_changes import Change, Departments, ZoneChange, audit_changes, change_of
from locations.plan_import import Imported, set_outline
from locations.plan_parts import PlanRefused
from locations.polygons import polygon_of
from locations.zone_storing import Heirs, follow, store_zones

_PASSAGE_FIELDS = ("zone_a_id", "zone_b_id", "kind", "x", "y", "x_b", "y_b", "length_m", "is_guess")
_RECEIVER_FIELDS = ("kind", "label", "floor_id", "zone_id", "x", "y", "reach_m")


@transaction.atomic
def store_drawing(*, floor: Floor, drawing: Drawing, now: datetime) -> Imported:
    """Make the floor look like the drawing. Raises :class:`PlanRefused` with every fault, or
    :class:`PlanChangedError` where the floor changed since it was opened; and changes nothing, or all."""
    house = Building.objects.select_for_update().select_related("site").get(pk=floor.building_id)
    if stamp_of(floor) != drawing.stamp:
        raise PlanChangedError(str(floor))
    if faults := check_drawing(floor, drawing):
        raise PlanRefused(faults)
    imported, heirs = Imported(building=house), Heirs()
    changes = _changes(floor, drawing)
    imported.count(changes)
    imported.changes |= audit_changes({floor.slug: changes})
    stored = store_zones(floor, changes, house.site, heirs, now)
    zones = {change.key: zone for change, zone in zip(changes, stored, strict=True) if zone is not None}
    imported.successors = heirs.successors
    _store_passages(floor, drawing.passages, zones, imported)
    follow(heirs)
    _store_receivers(floor, drawing.receivers, list(zones.values()), imported)
    polygons = [zone.plan.polygon for zone in drawing.zones]
    if polygons and not floor.outline_is_told:
        set_outline(floor, polygons, None)
    imported.passages_guessed = renew_guesses(house, kept={floor.level})
    return imported


def _changes(floor: Floor, drawing: Drawing) -> list[ZoneChange]:
    """By identity, not by code: an editor knows which zone is which."""
    stored = {zone.pk: zone for zone in Zone.objects.current().filter(floor=floor)}
    departments = Departments(floor.building.site)
    changes = [
        change_of(
            zone.plan,
            stored.pop(zone.zone_id) if zone.zone_id is not None else None,
            departments,
            key=zone.key,
            drawn_from=zone.drawn_from,
        )
        for zone in drawing.zones
    ]
    return changes + [ZoneChange(Change.RETIRED, None, zone) for zone in stored.values()]


def _store_passages(
    floor: Floor, drawn: tuple[DrawnPassage, ...], zones: Mapping[str, Zone], imported: Imported
) -> None:
    own = (
        Passage.objects.filter(zone_a__floor=floor) | Passage.objects.filter(zone_b__floor=floor)
    ).distinct()
    stored = {passage.pk: passage for passage in own}
    made, changed = [], []
    for told in drawn:
        passage = stored.pop(told.passage_id, None) if told.passage_id else None
        before = passage and {name: getattr(passage, name) for name in _PASSAGE_FIELDS}
        after = _values(told, zones, before)
        if before == after:
            continue
        row = passage or Passage()
        for name, value in after.items():
            setattr(row, name, value)
        row.updated_at = timezone.now()
        (changed if passage else made).append(row)
        imported.changes[_named(floor, told.kind, told.x, told.y)] = [before, after]
    for passage in stored.values():
        before = {name: getattr(passage, name) for name in _PASSAGE_FIELDS}
        imported.changes[_named(floor, passage.kind, passage.x, passage.y)] = [before, None]
    Passage.objects.filter(pk__in=stored).delete()
    Passage.objects.bulk_update(changed, [*_names(_PASSAGE_FIELDS), "updated_at"])
    Passage.objects.bulk_create(made)
    imported.passages_told = sum(1 for told in drawn if not told.is_guess)


def _values(told: DrawnPassage, zones: Mapping[str, Zone], before: dict[str, Any] | None) -> dict[str, Any]:
    """A guess stays one only where it was one and stands where it stood."""
    ends = [end if isinstance(end, int) else zones[end].pk for end in told.ends]
    stands = before is not None and before["is_guess"] and (before["x"], before["y"]) == (told.x, told.y)
    return {
        "zone_a_id": ends[0],
        "zone_b_id": ends[1],
        "kind": told.kind,
        "x": told.x,
        "y": told.y,
        "x_b": told.x_b,
        "y_b": told.y_b,
        "length_m": told.length_m,
        "is_guess": bool(told.is_guess and stands),
    }


def _named(floor: Floor, kind: str, x: float, y: float) -> str:
    return f"{floor.slug}/{kind} at {x:g}, {y:g}"


def _names(fields: tuple[str, ...]) -> list[str]:
    return [name.removesuffix("_id") for name in fields]


def _store_receivers(
    floor: Floor, drawn: tuple[DrawnReceiver, ...], zones: list[Zone], imported: Imported
) -> None:
    index = ZoneIndex({zone.pk: polygon_of(zone.polygon) for zone in zones})
    rows = Receiver.objects.in_bulk([told.identifier for told in drawn], field_name="identifier")
    made, moved, removed = [], [], []
    for told in drawn:
        row = rows.get(told.identifier)
        before = row and {name: getattr(row, name) for name in _RECEIVER_FIELDS}
        after = None if told.is_removed else _receiver_values(floor, told, index)
        if before == after:
            continue
        imported.changes[f"receiver {told.identifier}"] = [before, after]
        if after is None:
            removed.append(told.identifier)
            continue
        placed = row or Receiver(identifier=told.identifier)
        for name, value in after.items():
            setattr(placed, name, value)
        (moved if row else made).append(placed)
    Receiver.objects.filter(identifier__in=removed).delete()
    Receiver.objects.bulk_update(moved, _names(_RECEIVER_FIELDS))
    Receiver.objects.bulk_create(made)


def _receiver_values(floor: Floor, told: DrawnReceiver, index: ZoneIndex) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "label": told.label,
        "floor_id": floor.pk,
        "zone_id": index.zone_at(told.x, told.y),
        "x": told.x,
        "y": told.y,
        "reach_m": told.reach_m,
    }
