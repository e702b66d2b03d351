"""The pieces of a campaign in the order of a walk: nearest first, from where the person is."""

from __future__ import annotations

from collections.abc import Sequence

from assets.recalls.models import Item
from assets.walk import walk_rooms
from locations.models import Zone


def in_walking_order(items: Sequence[Item], start: Zone | None) -> list[Item]:
    """What is open comes first, by the walk; then what has no known room, then what is done."""
    open_ones = [item for item in items if item.is_open]
    rooms = {room for item in open_ones if (room := _room(item)) is not None}
    place = {room: number for number, room in enumerate(walk_rooms(rooms, start))}

    def key(item: Item) -> tuple[bool, int, str]:
        return not item.is_open, place.get(_room(item) or 0, len(place)), item.asset.asset_tag

    return sorted(items, key=key)


def _room(item: Item) -> int | None:
    now = getattr(item.asset, "now", None)
    room: int | None = now.zone_id if now else None
    return room
