"""Who was in a room between two times: from stays, which are kept for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from assets.history import ActivitySpan, Period, Share, shares
from assets.models import ActivityInterval, Asset, Stay
from assets.playback.ways import IS_INSTALLED
from assets.words import Activity, Basis
from locations.models import Zone

LONGEST = timedelta(days=31)
"""The longest period that is told at once."""
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Where an asset was before or after: which zone, and how long between in which no room is known."""

    zone: Zone
    apart: timedelta


@dataclass(frozen=True, slots=True)
class Presence:
    """One stay. ``length`` and ``shares`` are of its part inside the period; ``end`` is None while it lasts."""

    asset: Asset
    zone: Zone
    begin: datetime
    end: datetime | None
    length: timedelta
    shares: tuple[Share, ...]
    came_from: Neighbour | None
    went_to: Neighbour | None

    @property
    def unheard(self) -> timedelta:
        """How long of it nothing was heard, so that its being there is what was known last."""
        return sum((s.length for s in self.shares if s.activity == Activity.UNKNOWN), _NOTHING)


def room_through_time(zone: Zone) -> list[Zone]:
    """The zone, and those that had its code on its floor in earlier and later plans; the newest first."""
    same = Zone.objects.filter(floor=zone.floor_id, code=zone.code).select_related("floor")
    return sorted(same, key=lambda each: (each.retired_at is None, each.retired_at, each.pk), reverse=True)


def stays_in(zones: Iterable[Zone], period: Period) -> QuerySet[Stay]:
    """Stays in any of these that share time with the period, in order, with what stands before and after each."""
    return with_neighbours(
        Stay.objects.filter(zone__in=list(zones))
        .overlapping(period.begin, period.end)
        .order_by("begin", "pk")
    )


def with_neighbours(stays: QuerySet[Stay]) -> QuerySet[Stay]:
    own = Stay.objects.filter(asset=OuterRef("asset"))
    before = own.filter(begin__lt=OuterRef("begin")).order_by("-begin")
    after = own.filter(begin__gt=OuterRef("begin")).order_by("begin")
    return stays.select_related("zone__floor", "asset__model__category").annotate(
        before_zone=Subquery(before.values("zone")[:1]),
        before_end=Subquery(before.values("end")[:1]),
        after_zone=Subquery(after.values("zone")[:1]),
        after_begin=Subquery(after.values("begin")[:1]),
    )


def presences(stays: Sequence[Any], period: Period, *, now: datetime) -> list[Presence]:
    """What :func:`with_neighbours` found, told in full, by two more queries however many there are.

    An open stay reaches to ``now`` and no further.
    """
    names = {zone for stay in stays for zone in (stay.before_zone, stay.after_zone)} - {None}
    zones = {zone.pk: zone for zone in Zone.objects.filter(pk__in=names).select_related("floor")}
    deeds = _deeds(stays, period)
    return [_presence(stay, period, deeds[stay.asset_id], zones, now) for stay in stays]


def _presence(stay: Any, period: Period, deeds: list[Any], zones: dict[int, Zone], now: datetime) -> Presence:
    end = min(stay.end or now, period.end)
    span = Period(max(stay.begin, period.begin), max(end, stay.begin, period.begin))
    return Presence(
        stay.asset,
        stay.zone,
        stay.begin,
        stay.end,
        span.length,
        tuple(shares(_without_gaps(deeds, span))),
        _neighbour(zones.get(stay.before_zone), stay.before_end, stay.begin),
        _neighbour(zones.get(stay.after_zone), stay.end, stay.after_begin),
    )


def _neighbour(zone: Zone | None, left: datetime | None, came: datetime | None) -> Neighbour | None:
    if zone is None:
        return None
    return Neighbour(zone, came - left if left is not None and came is not None else _NOTHING)


def _deeds(stays: Sequence[Any], period: Period) -> dict[int, list[Any]]:
    assets = {stay.asset_id for stay in stays}
    rows = ActivityInterval.objects.filter(asset__in=assets).overlapping(period.begin, period.end)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.select_related("asset__now").order_by("asset", "begin"):
        found[row.asset_id].append(row)
    return found


def _without_gaps(rows: Iterable[ActivityInterval], span: Period) -> list[ActivitySpan]:
    """The whole span: intervals cut to it, and unknown where there is none or where silence came unswept."""
    spans, reached = list[ActivitySpan](), span.begin
    for row in rows:
        begin, end = max(row.begin, reached), min(row.end or _stale_at(row) or span.end, span.end)
        if end <= begin:
            continue
        if begin > reached:
            spans.append(_unknown(reached, begin))
        spans.append(ActivitySpan(begin, end, Activity(row.activity), Basis(row.basis)))
        reached = end
    if reached < span.end:
        spans.append(_unknown(reached, span.end))
    return spans


def _stale_at(row: ActivityInterval) -> datetime | None:
    now = getattr(row.asset, "now", None)
    is_lasting = row.activity == Activity.UNKNOWN or row.basis == Basis.PERSON
    return None if now is None or is_lasting else now.stale_at


def _unknown(begin: datetime, end: datetime) -> ActivitySpan:
    return ActivitySpan(begin, end, Activity.UNKNOWN, Basis.SILENCE, is_recorded=False)


def occupancy(stays: Iterable[Any], period: Period) -> list[tuple[datetime, int]]:
    """How many were in the room, from when on: the changes in order, the first at the period's begin."""
    steps: dict[datetime, int] = defaultdict(int)
    for stay in stays:
        steps[max(stay.begin, period.begin)] += 1
        if stay.end is not None and stay.end < period.end:
            steps[stay.end] -= 1
    count = steps.pop(period.begin, 0)
    told = [(period.begin, count)]
    for moment in sorted(steps):
        if steps[moment]:
            count += steps[moment]
            told.append((moment, count))
    return told


def installed_in(zones: Iterable[Zone]) -> QuerySet[Asset]:
    """Equipment that is registered there now and not moved; it has no stays."""
    found: QuerySet[Asset] = (
        Asset.objects.in_service()
        .filter(IS_INSTALLED, home_zone__in=list(zones))
        .select_related("model__category")
    )
    return found
