"""A floor as an editor opens it and gives it back: zones, passages and receivers together, checked as one drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from locations.geometry import plan_stamp
from locations.models import Department, Floor, Passage, Receiver, Zone
from locations.plan_parts import PlanZone
from locations.plans import picture_of
from locations.zones import ZoneKind


class PlanChangedError(Exception):
    """Somebody else saved the floor since it was opened."""


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """``zone_id``: the stored zone that it is; none for one that was drawn, split or merged from ``drawn_from``."""

    key: str
    zone_id: int | None
    plan: PlanZone
    drawn_from: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DrawnPassage:
    """``ends``: the key of a zone of this floor, or the id of one of another floor."""

    passage_id: int | None
    ends: tuple[str | int, str | int]
    kind: str
    x: float
    y: float
    x_b: float | None
    y_b: float | None
    length_m: float
    is_guess: bool


@dataclass(frozen=True, slots=True)
class DrawnReceiver:
    receiver_id: int | None
    identifier: str
    kind: str
    label: str
    x: float
    y: float
    reach_m: float
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    stamp: str
    zones: tuple[DrawnZone, ...]
    passages: tuple[DrawnPassage, ...]
    receivers: tuple[DrawnReceiver, ...]
    lets_overlaps_in: bool = False


def stamp_of(floor: Floor) -> str:
    """Changes with every change of the floor's zones and passages."""
    plan = plan_stamp([floor.pk])
    passages = sorted(passages_of(floor).values_list("pk", "updated_at"))
    newest = max((at for _, at in passages), default=None)
    told = (plan.zones, plan.current, plan.changed_at, len(passages), newest)
    return "/".join(value.isoformat() if hasattr(value, "isoformat") else str(value) for value in told)


def passages_of(floor: Floor) -> QuerySet[Passage]:
    """Passages of the plan as it is now that begin or end on the floor."""
    return (
        Passage.objects.current().filter(zone_a__floor=floor)
        | Passage.objects.current().filter(zone_b__floor=floor)
    ).distinct()


def drawing_of(floor: Floor) -> dict[str, Any]:
    """The floor as JSON can hold it, with what an editor offers to choose from."""
    zones = list(Zone.objects.current().filter(floor=floor).select_related("department").order_by("code"))
    passages = list(passages_of(floor).select_related("zone_a__floor", "zone_b__floor").order_by("pk"))
    here = {zone.pk for zone in zones}
    elsewhere = {zone.pk: zone for p in passages for zone in (p.zone_a, p.zone_b) if zone.pk not in here}
    departments = Department.objects.filter(site=floor.building.site_id).values_list("code", "name")
    return {
        "floor": {
            "id": floor.pk, "slug": floor.slug, "name": floor.name, "level": floor.level,
            "building": floor.building.name,
        },
        "stamp": stamp_of(floor),
        "outline": floor.outline,
        "outline_is_told": floor.outline_is_told,
        "picture": picture_of(floor),
        "kinds": [list(choice) for choice in ZoneKind.choices],
        "departments": [list(department) for department in departments],
        "zones": [_zone(zone) for zone in zones],
        "passages": [_passage(passage, here) for passage in passages],
        "elsewhere": [
            {"id": zone.pk, "name": zone.name, "floor": zone.floor.name} for zone in elsewhere.values()
        ],
        "receivers": [
            {
                "id": r.pk, "identifier": r.identifier, "kind": r.kind, "label": r.label, "x": r.x, "y": r.y,
                "reach_m": r.reach_m,
            }
            for r in Receiver.objects.filter(floor=floor)
        ],
        "lets_overlaps_in": False,
    }  # fmt: skip


def _zone(zone: Zone) -> dict[str, Any]:
    return {
        "key": str(zone.pk),
        "id": zone.pk,
        "code": zone.code,
        "name": zone.name,
        "kind": zone.kind,
        "department": zone.department.code if zone.department else None,
        "rings": zone.polygon,
        "drawn_from": [],
    }


def _passage(passage: Passage, here: set[int]) -> dict[str, Any]:
    ends = (passage.zone_a_id, passage.zone_b_id)
    return {
        "id": passage.pk,
        "zones": [str(end) if end in here else end for end in ends],
        "kind": passage.kind,
        "x": passage.x,
        "y": passage.y,
        "x_b": passage.x_b,
        "y_b": passage.y_b,
        "length_m": passage.length_m,
        "is_guess": passage.is_guess,
    }
