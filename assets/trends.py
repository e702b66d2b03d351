"""The numeric history of a reading as a line that breaks where nothing was known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from assets.history import ActivitySpan, Period
from assets.models import Asset, Reading, ReadingNow
from assets.vocabulary import Term
from assets.words import Quality

MOST_POINTS = 1200
"""A line has no more points than this: twice what a wide screen can tell apart."""


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class HourRow:
    """What was recorded in one hour of the wall clock."""

    begin: datetime
    lowest: float
    highest: float
    last: float


def reading_points(asset: Asset, term: Term, period: Period) -> list[Point]:
    """Recorded values in order; the latest good one ends the list, though history may not repeat it yet."""
    rows = (
        Reading.objects.filter(asset=asset, name=term.name, at__gte=period.begin, at__lte=period.end)
        .order_by("at")
        .values_list("at", "value")
    )
    points = [Point(at, value) for at, value in rows]
    latest = ReadingNow.objects.filter(asset=asset, name=term.name, quality=Quality.GOOD).first()
    if latest is None or latest.number is None or latest.at > period.end:
        return points
    reached = points[-1].at if points else period.begin
    return [*points, Point(latest.at, latest.number)] if latest.at > reached else points


def unbroken(points: Sequence[Point], term: Term, silent: Sequence[ActivitySpan]) -> list[list[Point]]:
    """Stretches without a break. A value is recorded at least every heartbeat, so twice that without one is a
    break, and so is a silence of the asset in between: a value holds until the silence begins."""
    if not points:
        return []
    stretches: list[list[Point]] = [[]]
    patience = timedelta(seconds=2 * term.heartbeat_s)
    for before, after in zip(points, [*points[1:], None], strict=True):
        stretches[-1].append(before)
        end = None if after is None else after.at
        gap = next((g for g in silent if g.end > before.at and (end is None or g.begin < end)), None)
        if gap is not None and before.at < gap.begin <= before.at + patience:
            stretches[-1].append(Point(gap.begin, before.value))
        if end is not None and (gap is not None or end - before.at > patience):
            stretches.append([])
    return stretches


def thinned(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """At most ``most`` of the points; each slot keeps its lowest and its highest, so that no peak is lost."""
    if len(points) <= most:
        return list(points)
    size = -(-len(points) // (most // 2))
    kept: list[Point] = []
    for start in range(0, len(points), size):
        slot = points[start : start + size]
        extremes = {min(slot, key=lambda p: p.value), max(slot, key=lambda p: p.value)}
        kept.extend(sorted(extremes, key=lambda p: p.at))
    return kept


def by_hour(points: Iterable[Point], zone: ZoneInfo) -> list[HourRow]:
    """One row for each hour that has values, the newest first."""
    hours: dict[datetime, list[float]] = {}
    for point in points:
        clock = point.at.astimezone(zone)
        past = timedelta(minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
        hours.setdefault(point.at.astimezone(UTC) - past, []).append(point.value)
    rows = [
        HourRow(begin.astimezone(zone), min(values), max(values), values[-1])
        for begin, values in hours.items()
    ]
    return rows[::-1]
