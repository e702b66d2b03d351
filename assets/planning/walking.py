"""The walk: what is due, in the order in which somebody passes it, and whether it is free at this moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from assets.find.distances import Distances
from assets.maintenance.words import UNDONE
from assets.planning.clock import today_for
from assets.planning.models import Occurrence
from assets.planning.queries import ATTEMPTS
from assets.walk import walk_rooms
from assets.words import Activity
from locations.models import Zone
from locations.walking import walk_graph

MOST = 200
DAYS = (1, 7, 30)
"""So far ahead one can look."""
BUSY = (Activity.IN_USE, Activity.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Stop:
    """A piece, with all that is due for it; ``distance_m`` from where the person is, nothing if that is not known.

    ``is_last_try``: one more attempt, and it counts as tried.
    """

    asset: Any
    occurrences: Sequence[Occurrence]
    distance_m: float | None
    is_approximate: bool
    floors: int | None
    attempts: int

    @property
    def closes_on(self) -> date | None:
        return min((each.closes_on for each in self.occurrences if each.closes_on), default=None)

    @property
    def is_tried(self) -> bool:
        return self.attempts >= ATTEMPTS


@dataclass(frozen=True, slots=True)
class Walk:
    """``free``: in walking order. ``busy``: in use or on the move, watched until they are not. ``lost``: not heard, or
    without a known room."""

    free: Sequence[Stop]
    busy: Sequence[Stop]
    lost: Sequence[Stop]
    is_cut: bool

    @property
    def count(self) -> int:
        return len(self.free) + len(self.busy) + len(self.lost)


def due_for(user: Any, *, now: datetime, days: int, site_id: int | None = None) -> Any:
    """What may be done by now, and is planned, or over, within ``days``. The most pressing first."""
    today = today_for(user, now)
    latest = today + timedelta(days=days)
    rows = Occurrence.objects.visible_to(user).planned().filter(asset__retired_at__isnull=True)
    rows = rows.filter(
        Q(planned_on__lte=latest) | Q(closes_on__lte=latest), opens_on__lte=today + timedelta(days=1)
    )
    rows = rows.filter(Q(order=None) | Q(order__state__in=UNDONE))
    if site_id is not None:
        rows = rows.filter(asset__site=site_id)
    return rows.with_attempts().with_asset().order_by("closes_on", "pk")


def walk_for(user: Any, *, near: Zone | None, now: datetime, days: int) -> Walk:
    """At most 200 pieces, the most pressing."""
    site_id = near.floor.building.site_id if near else None
    by_asset: dict[int, list[Occurrence]] = {}
    is_cut = False
    for each in due_for(user, now=now, days=days, site_id=site_id)[: MOST * 3]:
        if each.asset_id not in by_asset and len(by_asset) == MOST:
            is_cut = True
            continue
        by_asset.setdefault(each.asset_id, []).append(each)
    distances = Distances(near, walk_graph(site_id) if site_id is not None else None)
    free, busy, lost = [], [], []
    for occurrences in by_asset.values():
        stop = _stop(occurrences, distances)
        row = stop.asset.now_as_of(now)
        if row is None or row.zone_id is None or row.activity == Activity.UNKNOWN:
            lost.append(stop)
        elif row.activity in BUSY:
            busy.append(stop)
        else:
            free.append(stop)
    rooms = walk_rooms({stop.asset.now.zone_id for stop in free}, near)
    place = {room: number for number, room in enumerate(rooms)}
    free.sort(key=lambda stop: (place[stop.asset.now.zone_id], stop.asset.asset_tag))
    busy.sort(
        key=lambda stop: (math.inf if stop.distance_m is None else stop.distance_m, stop.asset.asset_tag)
    )
    return Walk(free, busy, lost, is_cut)


def _stop(occurrences: Sequence[Occurrence], distances: Distances) -> Stop:
    asset = occurrences[0].asset
    now = getattr(asset, "now", None)
    room = now.zone_id if now else None
    walk = distances.walk(room)
    return Stop(
        asset=asset,
        occurrences=occurrences,
        distance_m=walk.metres if walk else None,
        is_approximate=bool(walk and walk.is_approximate),
        floors=distances.storeys(room),
        attempts=min(each.tried for each in occurrences),  # type: ignore[attr-defined]  # annotated
    )
