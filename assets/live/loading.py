"""What the hub reads from the database. Everything here is synchronous and runs in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import close_old_connections

from assets.live.events import Change, Identity, Marker, make_marker
from assets.models import Asset, AssetNow
from locations.models import Floor, Zone

_T = TypeVar("_T")

_IDENTITY = (
    "pk",
    "asset_tag",
    "model__manufacturer",
    "model__name",
    "model__category__slug",
    "model__category__name",
    "model__category__shape",
    "department__code",
    "department__name",
    "is_fixed",
)
_NOW = (
    "asset_id", "revision", "activity", "basis", "since", "floor_id", "zone_id", "x", "y", "position_at",
    "position_error_m", "position_confidence", "battery_percent", "heard_at", "stale_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A floor as the database has it: only equipment of the floor's own site, for that is who may see the floor."""

    markers: dict[int, Marker]
    identities: dict[int, Identity]
    zone_names: dict[int, str]


async def in_thread(function: Callable[..., _T], *arguments: Any) -> _T:
    """Run a function that uses the database, off the loop."""
    return await asyncio.to_thread(_with_fresh_connections, function, *arguments)


def _with_fresh_connections(function: Callable[..., _T], *arguments: Any) -> _T:
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


def read_floor(floor_id: int) -> Snapshot:
    zone_names = dict(Zone.objects.filter(floor_id=floor_id).order_by().values_list("pk", "name"))
    here = AssetNow.objects.filter(
        floor_id=floor_id, asset__site__buildings__floors=floor_id, asset__retired_at__isnull=True
    )
    changes = [Change(*row) for row in here.order_by().values_list(*_NOW)]
    identities = read_identities([change.id for change in changes], floor_id)
    markers = {
        change.id: make_marker(identities[change.id], change, _name(zone_names, change.zone))
        for change in changes
        if change.id in identities
    }
    return Snapshot(markers, identities, zone_names)


def read_identities(asset_ids: Iterable[int], floor_id: int) -> dict[int, Identity]:
    """Of those assets that belong to the floor's site and are in service."""
    site = Floor.objects.filter(pk=floor_id).values("building__site")
    rows = Asset.objects.in_service().filter(pk__in=list(asset_ids), site__in=site).order_by()
    return {row[0]: _identity(row) for row in rows.values_list(*_IDENTITY)}


def read_zone_names(floor_id: int) -> dict[int, str]:
    return dict(Zone.objects.filter(floor_id=floor_id).order_by().values_list("pk", "name"))


def _identity(row: tuple[Any, ...]) -> Identity:
    pk, tag, manufacturer, model, category, category_name, shape, department, department_name, is_fixed = row
    return Identity(
        id=pk,
        tag=tag,
        name=f"{manufacturer} {model}",
        category=category,
        category_name=category_name,
        shape=shape,
        department=department or "",
        department_name=department_name or "",
        fixed=is_fixed,
    )


def _name(zone_names: dict[int, str], zone_id: int | None) -> str | None:
    return None if zone_id is None else zone_names.get(zone_id)
