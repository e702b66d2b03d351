"""How much of each fleet was in use on each of the last seven days: exact, weighted by time (definitions, 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from assets.models import ActivityInterval, Asset, Category
from assets.words import Activity
from locations.models import Site

DAYS = 7
DAY = timedelta(days=1)
KEPT_S, KEPT_TODAY_S = 86_400, 300
"""A day that is over changes only by late arrivals; today goes on."""
WIDTH, HEIGHT = 84.0, 24.0
"""Of the drawing."""

Lengths = dict[int, tuple[timedelta, timedelta]]
"""Category → how long its pieces were in use, and how long they were heard."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One category: percent in use of what was heard, day by day, the latest last; None where nothing was heard."""

    category: Category
    shares: tuple[float | None, ...]
    coverage: float
    """Percent of all time of all pieces in which they were heard."""

    @property
    def path(self) -> str:
        """As an SVG path; a day on which nothing was heard is a gap."""
        step = WIDTH / (DAYS - 1)
        drawn, is_on = [], False
        for number, share in enumerate(self.shares):
            if share is not None:
                letter = "L" if is_on else "M"
                drawn.append(f"{letter}{number * step:.1f} {HEIGHT - 2 - share * (HEIGHT - 4) / 100:.1f}")
            is_on = share is not None
        return "".join(drawn)

    @property
    def first(self) -> float | None:
        return next((share for share in self.shares if share is not None), None)

    @property
    def last(self) -> float | None:
        return next((share for share in reversed(self.shares) if share is not None), None)


def fleet_trends(user: Any, now: datetime) -> list[Trend]:
    """For every category that ``user`` sees; at most seven queries, and one while the days before are known."""
    sites = tuple(sorted(Site.objects.visible_to(user).values_list("pk", flat=True)))
    days = [_day(sites, now - back * DAY, now) for back in reversed(range(DAYS))]
    owned = _owned(sites)
    trends = []
    for category in Category.objects.in_bulk(owned).values():
        shares = tuple(_share(*day.get(category.pk, (timedelta(), timedelta()))) for day in days)
        heard = sum((day.get(category.pk, (timedelta(), timedelta()))[1] for day in days), timedelta())
        whole = owned[category.pk] * ((DAYS - 1) * DAY + (now - _midnight(now)))
        trends.append(Trend(category, shares, min(100.0, 100 * (heard / whole)) if whole else 0.0))
    return sorted(trends, key=lambda trend: (-owned[trend.category.pk], trend.category.name))


def _owned(sites: tuple[int, ...]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for category in (
        Asset.objects.in_service().filter(site__in=sites).values_list("model__category", flat=True)
    ):
        counts[category] = counts.get(category, 0) + 1
    return counts


def _share(in_use: timedelta, heard: timedelta) -> float | None:
    return 100 * (in_use / heard) if heard else None


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _day(sites: tuple[int, ...], moment: datetime, now: datetime) -> Lengths:
    begin = _midnight(moment)
    key = f"fleet-day-{begin:%F}-{'-'.join(map(str, sites))}"
    known: Lengths | None = cache.get(key)
    if known is None:
        is_over = begin + DAY <= now
        known = _measured(sites, begin, min(begin + DAY, now))
        cache.set(key, known, KEPT_S if is_over else KEPT_TODAY_S)
    return known


def _measured(sites: tuple[int, ...], begin: datetime, end: datetime) -> Lengths:
    """Added up by the database: a row for each category and activity comes back."""
    first, last = Value(begin, DateTimeField()), Value(end, DateTimeField())
    length = ExpressionWrapper(
        Least(Coalesce(F("end"), last), last) - Greatest(F("begin"), first), output_field=DurationField()
    )
    rows = (
        ActivityInterval.objects.filter(asset__site__in=sites, asset__retired_at__isnull=True)
        .overlapping(begin, end)
        .exclude(activity=Activity.UNKNOWN)
        .order_by()
        .values_list("asset__model__category", "activity")
        .annotate(lasted=Sum(length))
    )
    found: Lengths = {}
    for category, activity, lasted in rows:
        in_use, heard = found.get(category, (timedelta(), timedelta()))
        found[category] = (in_use + (lasted if activity == Activity.IN_USE else timedelta()), heard + lasted)
    return found
