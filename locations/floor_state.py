"""A floor as the editor takes it up: its zones, passages and receivers, and a revision that says which they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from django.db.models import Q, QuerySet

from locations.models import Building, Department, Floor, Passage, Receiver, Zone


def plan_state(floor: Floor) -> dict[str, Any]:
    """Everything on the floor that the editor changes, with its ``revision``. Metres throughout.

    Keys are ``z<id>``, ``p<id>``, ``r<id>``. ``guesses`` are passages that nobody told: shown, never sent back.
    """
    passages = [_passage_row(passage) for passage in told_passages(floor)]
    content = {
        "outline": floor.outline,
        "zones": [_zone_row(zone) for zone in current_zones(floor)],
        "passages": passages,
        "receivers": [_receiver_row(receiver) for receiver in floor.receivers.order_by("pk")],
    }
    return content | {"revision": _stamp(content), "guesses": [_passage_row(p) for p in _guesses(floor)]}


def revision_of(floor: Floor) -> str:
    """Changes with whatever somebody may draw: outlines, names, doors, receivers."""
    return str(plan_state(floor)["revision"])


def _stamp(content: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def current_zones(floor: Floor) -> QuerySet[Zone]:
    found: QuerySet[Zone] = Zone.objects.current().filter(floor=floor).order_by("pk")
    return found


def told_passages(floor: Floor) -> QuerySet[Passage]:
    """Passages with at least one end on the floor, as somebody told them."""
    found: QuerySet[Passage] = _touching(floor).filter(is_guess=False)
    return found


def _guesses(floor: Floor) -> QuerySet[Passage]:
    found: QuerySet[Passage] = _touching(floor).filter(is_guess=True)
    return found


def _touching(floor: Floor) -> QuerySet[Passage]:
    found: QuerySet[Passage] = (
        Passage.objects.current()
        .filter(Q(zone_a__floor=floor) | Q(zone_b__floor=floor))
        .order_by("pk")
        .select_related("zone_a__floor__building", "zone_b__floor__building")
    )
    return found


def _zone_row(zone: Zone) -> dict[str, Any]:
    return {
        "key": f"z{zone.pk}", "id": zone.pk, "from": [], "code": zone.code, "name": zone.name, "kind": zone.kind,
        "department": zone.department_id, "rings": zone.polygon,
    }  # fmt: skip


def _passage_row(passage: Passage) -> dict[str, Any]:
    return {
        "key": f"p{passage.pk}", "id": passage.pk, "kind": passage.kind,
        "ends": [f"z{passage.zone_a_id}", f"z{passage.zone_b_id}"],
        "x": passage.x, "y": passage.y, "x_b": passage.x_b, "y_b": passage.y_b, "length_m": passage.length_m,
    }  # fmt: skip


def _receiver_row(receiver: Receiver) -> dict[str, Any]:
    return {
        "key": f"r{receiver.pk}", "id": receiver.pk, "identifier": receiver.identifier, "label": receiver.label,
        "kind": receiver.kind, "x": receiver.x, "y": receiver.y, "reach_m": receiver.reach_m,
    }  # fmt: skip


def departments_of(floor: Floor) -> list[dict[str, Any]]:
    rows = Department.objects.filter(site__buildings__floors=floor).order_by("name")
    return [{"id": row.pk, "name": row.name} for row in rows]


def zones_elsewhere(floor: Floor) -> list[dict[str, Any]]:
    """Where lifts and stairs may lead: such zones on the other floors of the building, and those led to already."""
    building: Building = floor.building
    shafts = Zone.objects.current().filter(
        floor__building=building, kind__in=(Zone.Kind.LIFT, Zone.Kind.STAIRS)
    )
    led_to = [end for passage in _touching(floor) for end in (passage.zone_a, passage.zone_b)]
    found = {zone.pk: zone for zone in [*shafts.exclude(floor=floor).select_related("floor"), *led_to]}
    return [_elsewhere_row(zone) for zone in _by_level(found.values()) if zone.floor_id != floor.pk]


def _by_level(zones: Iterable[Zone]) -> list[Zone]:
    return sorted(zones, key=lambda zone: (zone.floor.level, zone.name, zone.pk))


def _elsewhere_row(zone: Zone) -> dict[str, Any]:
    return {
        "key": f"z{zone.pk}", "name": zone.name, "kind": zone.kind, "floor": zone.floor.name, "level": zone.floor.level,
        "x": zone.label_x, "y": zone.label_y, "rings": zone.polygon,
    }  # fmt: skip
