"""Stocktakes of the demo hospital: one that was closed last quarter, and one on which people are at work."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from assets.signatures import Signed
from assets.stocktake.closing import close_stocktake
from assets.stocktake.counting import close_room, settle
from assets.stocktake.models import Line, Room, Scan, Stocktake
from assets.stocktake.opening import Scope, open_stocktake
from assets.stocktake.words import Said
from hospital.models import User
from locations.models import Floor, Site

DAY = timedelta(days=1)
ROOMS = 6
"""In which somebody has counted."""
UNKNOWN_TAG = "OLD-4711"


def seed_stocktakes(site: Site, now: datetime) -> int:
    """What a new demo begins with; nothing is placed by it."""
    floors = list(Floor.objects.filter(building__site=site).select_related("building").order_by("level"))
    by = User.objects.filter(username="biomed").first()
    if by is None or not floors or Stocktake.objects.exists():
        return 0
    running = open_stocktake(
        name="Stocktake of the upper floor", scope=Scope(site, floor=floors[-1]), by=by,
        now=now - timedelta(hours=3),
    )  # fmt: skip
    _count(running, _busy_rooms(running)[:ROOMS], by, now - timedelta(hours=2))
    begun = now - 80 * DAY
    closed = open_stocktake(
        name="Stocktake of the ground floor", scope=Scope(site, floor=floors[0]), by=by, now=begun
    )
    _count(closed, list(closed.rooms.all()), by, begun + timedelta(hours=1))
    close_stocktake(
        stocktake=closed, by=by, now=begun + timedelta(hours=6), signature=Signed(by.get_full_name() or "biomed"),
        note="Counted by two.",
    )  # fmt: skip
    return 2


def _busy_rooms(whole: Stocktake) -> list[Room]:
    return list(whole.rooms.filter(lines__isnull=False).distinct())


def _count(whole: Stocktake, rooms: list[Room], by: Any, at: datetime) -> None:
    """Nearly all is found, every ninth piece is not; one stands in another room, and one label nobody knows."""
    for number, room in enumerate(rooms):
        for position, line in enumerate(room.lines.select_related("room")):
            if (number + position) % 9 != 8:
                _say(whole, line, rooms[0] if position == 3 else room, by, at)
        if number == 0:
            unknown = Line.objects.create(stocktake=whole, code=UNKNOWN_TAG, found_in=room, is_expected=False)
            _say(whole, unknown, room, by, at)
        close_room(room=room, by=by, now=at + timedelta(minutes=number))


def _say(whole: Stocktake, line: Line, room: Room, by: Any, at: datetime) -> None:
    Scan.objects.create(
        stocktake=whole, line=line, room=room, said=Said.FOUND, key=uuid.uuid4(), at=at, by=by
    )
    settle(line)
