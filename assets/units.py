"""Where a person stands: the units that distances are counted from, and what each asks for most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Q

from assets.models import Asset, Category, Stay
from assets.words import Activity
from locations.models import Zone
from locations.zones import ZoneKind

ASKED_FOR_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unit:
    """A place to stand: the nurse station of a department, or its first room where it has none."""

    zone_id: int
    name: str
    floor: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One category, with how many of it are ready now."""

    category: Category
    ready: int


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


def asked_for_most(*, near: Zone | None, user: Any, now: datetime, count: int = 6) -> list[Tile]:
    """The mobile categories that came most often to the unit of ``near`` in the last days.

    Where that says too little, the categories with most pieces follow.
    """
    mobile = Category.objects.filter(is_mobile=True).annotate(
        pieces=Count("models__assets", filter=Q(models__assets__in=_owned(user)))
    )
    categories = {category.pk: category for category in mobile if category.pieces}
    by_size = sorted(categories.values(), key=lambda c: (-c.pieces, c.name))
    chosen = [categories[pk] for pk in _brought_to(near, user, now) if pk in categories][:count]
    chosen += [category for category in by_size if category not in chosen][: count - len(chosen)]
    ready = _ready_by_category(user, now)
    return [Tile(category, ready.get(category.pk, 0)) for category in chosen]


def _owned(user: Any) -> Any:
    return Asset.objects.visible_to(user).in_service().values("pk")


def _brought_to(near: Zone | None, user: Any, now: datetime) -> list[int]:
    if near is None:
        return []
    here = Q(zone__department=near.department_id) if near.department_id else Q(zone__floor=near.floor_id)
    rows = (
        Stay.objects.visible_to(user)
        .filter(here, begin__gte=now - ASKED_FOR_WITHIN)
        .values("asset__model__category")
        .annotate(times=Count("pk"))
        .order_by("-times", "asset__model__category")
    )
    return [row["asset__model__category"] for row in rows]


def _ready_by_category(user: Any, now: datetime) -> dict[int, int]:
    rows = (
        Asset.objects.visible_to(user)
        .in_service()
        .filter(now__activity=Activity.AVAILABLE, now__stale_at__gt=now)
        .order_by()
        .values_list("model__category")
        .annotate(Count("pk"))
    )
    return dict(rows)
