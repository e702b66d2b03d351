"""How a level was kept in the past, exactly: from stays and activities, not from samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from assets.models import ActivityInterval, Stay
from assets.par.models import ParLevel
from assets.words import Activity

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the number of ready pieces did not change."""

    begin: datetime
    end: datetime
    count: int

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Kept:
    """A period of a level: how many were ready when, and how long that was too few."""

    stretches: tuple[Stretch, ...]
    level: ParLevel

    def below(self, limit: int) -> list[Stretch]:
        """Stretches with fewer than ``limit``, those that follow each other as one, with the fewest of it."""
        found = []
        for is_below, group in groupby(self.stretches, key=lambda stretch: stretch.count < limit):
            if is_below:
                each = list(group)
                found.append(Stretch(each[0].begin, each[-1].end, min(part.count for part in each)))
        return found

    @property
    def shortfalls(self) -> list[Stretch]:
        """Below critical, the latest first."""
        return self.below(self.level.critical)[::-1]

    def percent_below(self, limit: int) -> float:
        """Of the period."""
        whole = sum((stretch.length for stretch in self.stretches), timedelta())
        short = sum((stretch.length for stretch in self.below(limit)), timedelta())
        return 100 * short / whole if whole else 0.0

    @property
    def percent_below_critical(self) -> float:
        return self.percent_below(self.level.critical)

    @property
    def percent_below_target(self) -> float:
        return self.percent_below(self.level.target)


def kept_between(level: ParLevel, begin: datetime, end: datetime) -> Kept:
    """By the limits that the level has today. Two queries: stays in the unit, and what those pieces did there."""
    stays = Stay.objects.filter(zone__in=level.zones(), asset__model__category=level.category_id)
    rows = list(stays.overlapping(begin, end).order_by("asset", "begin").values_list("asset", "begin", "end"))
    intervals = ActivityInterval.objects.filter(
        asset__in={asset for asset, *_ in rows}, activity=Activity.AVAILABLE
    ).overlapping(begin, end)
    ready: dict[int, list[Span]] = defaultdict(list)
    for asset, since, until in intervals.values_list("asset", "begin", "end"):
        ready[asset].append((max(since, begin), min(until or end, end)))
    spans = [
        (max(since, begin, first), min(until or end, end, last))
        for asset, since, until in rows
        for first, last in ready[asset]
    ]
    return Kept(tuple(stretches_of((span for span in spans if span[0] < span[1]), begin, end)), level)


def stretches_of(spans: Iterable[Span], begin: datetime, end: datetime) -> list[Stretch]:
    """How many of the spans run at once, from ``begin`` to ``end`` without a gap."""
    steps: dict[datetime, int] = defaultdict(int)
    for first, last in spans:
        steps[first] += 1
        steps[last] -= 1
    found, since, count = [], begin, steps.pop(begin, 0)
    for at in sorted(steps):
        if steps[at] and since < at < end:
            found.append(Stretch(since, at, count))
            since = at
        count += steps[at] if at < end else 0
    if since < end:
        found.append(Stretch(since, end, count))
    return found
