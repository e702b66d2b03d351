"""Opening a stocktake: its list is what the system says is there at that moment, and stays that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.models import Asset, Category
from assets.provenance import place_source
from assets.queries import AssetQuerySet
from assets.stocktake.models import Line, Room, Stocktake
from locations.models import Building, Floor, Site, Zone

MOST_LINES = 50_000
"""Pieces in one stocktake: more than that is counted building by building."""
BATCH = 1000
HOME = "home"
"""What a place is known by that is only where it belongs."""


class StocktakeRefusedError(ValueError):
    """It cannot be so; ``field`` names what is wrong, the text says why."""

    def __init__(self, words: str, *, field: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Scope:
    """A site, or a part of it: the rooms that are named, else a floor, else a building. No categories: all."""

    site: Site
    building: Building | None = None
    floor: Floor | None = None
    zones: Collection[Zone] = ()
    categories: Collection[Category] = ()

    @property
    def is_whole_site(self) -> bool:
        return self.building is None and self.floor is None and not self.zones

    def words(self) -> str:
        place = self.site.name
        if self.zones:
            place = ", ".join(zone.name for zone in self.zones)
        elif self.floor:
            place = f"{self.floor.building.name}, {self.floor.name}"
        elif self.building:
            place = self.building.name
        kinds = ", ".join(category.plural for category in self.categories)
        text = f"{place}: {kinds}" if kinds else place
        return text if len(text) <= 300 else f"{text[:299]}…"

    def rooms(self) -> Any:
        """In the order of the floors."""
        zones = Zone.objects.current().in_site(self.site.pk)
        if self.zones:
            zones = zones.filter(pk__in=[zone.pk for zone in self.zones])
        elif self.floor:
            zones = zones.filter(floor=self.floor)
        elif self.building:
            zones = zones.filter(floor__building=self.building)
        ordered = zones.order_by("floor__building__name", "floor__level", "name", "pk")
        return ordered.select_related("floor__building").defer("polygon", "floor__outline")


@transaction.atomic
def open_stocktake(*, name: str, scope: Scope, by: Any, now: datetime) -> Stocktake:
    """Its rooms, and a line of each piece that should be in one of them. Raises :class:`StocktakeRefusedError`.

    Where a piece was last known counts; where no place is known, the room where it belongs. In a whole site, what has
    neither is counted, too. One transaction.
    """
    title = " ".join(name.replace("\0", "").split())
    if not title or len(title) > 120:
        raise StocktakeRefusedError(_("name: from 1 to 120 characters."), field="name")
    zones = list(scope.rooms())
    if not zones:
        raise StocktakeRefusedError(_("rooms: there are none in this part of the site."), field="zones")
    assets = _expected(scope, zones)
    if assets.count() > MOST_LINES:
        words = _("scope: more than %s pieces. Count building by building.") % f"{MOST_LINES:,}"
        raise StocktakeRefusedError(words, field="building")
    made = Stocktake.objects.create(
        name=title, site=scope.site, scope=scope.words(), opened_at=now, opened_by=by
    )
    made.categories.set(scope.categories)
    rooms = Room.objects.bulk_create(
        [
            Room(
                stocktake=made, zone=zone, name=zone.name[:120], position=number,
                floor=f"{zone.floor.building.name}, {zone.floor.name}"[:200],
            )
            for number, zone in enumerate(zones, start=1)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    of_zone = {room.zone_id: room for room in rooms}
    lines = _lines(made, assets, of_zone)
    while some := list(islice(lines, BATCH)):
        Line.objects.bulk_create(some)
    return made


def _expected(scope: Scope, zones: list[Zone]) -> AssetQuerySet:
    rooms = [zone.pk for zone in zones]
    in_rooms = Q(now__zone__in=rooms) | Q(now__zone__isnull=True, home_zone__in=rooms)
    where = Q() if scope.is_whole_site else in_rooms
    assets = Asset.objects.in_service().filter(where, site=scope.site)
    if scope.categories:
        assets = assets.filter(model__category__in=[category.pk for category in scope.categories])
    return assets


def _lines(made: Stocktake, assets: AssetQuerySet, rooms: dict[int, Room]) -> Iterator[Line]:
    whole = assets.with_place().select_related("purchase", "now__zone", "home_zone").order_by("pk")
    for asset in whole.iterator(chunk_size=BATCH):
        yield line_of(made, asset, rooms)


def line_of(made: Stocktake, asset: Asset, rooms: dict[int, Room] | None) -> Line:
    """A line as it is at this moment; ``rooms`` by zone, or nothing for what was not expected."""
    now = getattr(asset, "now", None)
    shown = now.zone if now and now.zone_id else None
    zone = shown or asset.home_zone
    source = place_source(now) if shown else None
    room = rooms.get(zone.pk) if rooms is not None and zone else None
    purchase = getattr(asset, "purchase", None)
    return Line(
        stocktake=made,
        asset=asset,
        is_expected=rooms is not None,
        room=room,
        asset_tag=asset.asset_tag,
        serial_number=asset.serial_number,
        model=str(asset.model),
        category=asset.model.category.name,
        department=asset.department.name if asset.department else "",
        place=str(room) if room else (zone.name if zone else ""),
        place_at=now.position_at if now and shown else None,
        place_by=(str(source.value) if source else "") if shown else (HOME if zone else ""),
        cost=purchase.cost if purchase else None,
    )
