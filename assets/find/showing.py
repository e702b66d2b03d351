"""The few that are shown, with all that a hit shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assets.find.catalogue import Catalogue
from assets.models import Asset, AssetNow
from locations.models import Zone


def read(numbers: Sequence[int], catalogue: Catalogue) -> list[Asset]:
    """Those that are still there, in that order: two queries, however many.

    Places and models are put to them here, since they share a few: one query that joins all of it takes PostgreSQL
    longer to plan than to answer.
    """
    found: dict[int, Asset] = (
        Asset.objects.select_related("now", "site").order_by().in_bulk(numbers) if numbers else {}
    )
    assets = [found[pk] for pk in numbers if pk in found]
    _put_places(assets)
    for asset in assets:
        if (model := catalogue.models.get(asset.model_id)) is not None:
            _put(asset, "model", model)
    return assets


def _put_places(assets: Iterable[Asset]) -> None:
    """Zones with their floors, without drawings."""
    rows = [(asset, getattr(asset, "now", None)) for asset in assets]
    wanted = {asset.home_zone_id for asset, _ in rows} | {now.zone_id for _, now in rows if now is not None}
    zones = _zones(number for number in wanted if number is not None)
    floors = {zone.floor_id: zone.floor for zone in zones.values()}
    for asset, now in rows:
        if asset.home_zone_id in zones:
            _put(asset, "home_zone", zones[asset.home_zone_id])
        if now is not None and now.zone_id in zones:
            _put(now, "zone", zones[now.zone_id])
        if now is not None and now.floor_id in floors:
            _put(now, "floor", floors[now.floor_id])


def _zones(numbers: Iterable[int]) -> dict[int, Zone]:
    zones = Zone.objects.select_related("floor").defer("polygon", "floor__outline")
    found: dict[int, Zone] = zones.order_by().in_bulk(sorted(numbers))
    return found


def _put(row: Asset | AssetNow, name: str, value: Any) -> None:
    """As a query that joins would."""
    row._meta.get_field(name).set_cached_value(row, value)  # type: ignore[union-attr]
