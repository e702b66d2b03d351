"""One asset day by day: the intervals that its figures come from, cut at the midnights of its site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q

from assets.models import ActivityInterval, Asset
from assets.utilisation.calendars import calendar_of
from assets.utilisation.days import HOUR_S
from assets.utilisation.models import RolledUntil
from assets.utilisation.reports import AssetLine, Choice, assets
from assets.words import Activity, Basis

MOST_INTERVALS = 5000
"""That are drawn and listed; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Stripe:
    """A part of an interval on one day; ``begin`` and ``end`` are hours since the day began."""

    day: date
    begin: float
    end: float
    interval: Any


def line_of(asset: Asset, choice: Choice) -> AssetLine | None:
    """Its sums in the period; nothing where it does not count in it."""
    return next((line for line in assets(choice) if line.asset == asset), None)


def intervals_of(asset: Asset, choice: Choice) -> list[ActivityInterval]:
    """Those that reach into the period, in order."""
    first, last = _bounds(choice)
    rows = ActivityInterval.objects.filter(asset=asset, begin__lt=last).filter(
        Q(end__gt=first) | Q(end__isnull=True)
    )
    return list(rows.order_by("begin"))


def stripes(asset: Asset, choice: Choice) -> Iterator[Stripe]:
    """What goes on does so up to where histories are rolled up."""
    calendar = calendar_of(choice.site.pk)
    first, last = (int(moment.timestamp()) for moment in _bounds(choice))
    until = RolledUntil.objects.filter(site=choice.site).values_list("until_s", flat=True).first() or first
    for interval in intervals_of(asset, choice)[:MOST_INTERVALS]:
        begin = max(first, int(interval.begin.timestamp()))
        end = min(last, until if interval.end is None else int(interval.end.timestamp()))
        while begin < end:
            day = calendar.day_of(begin)
            midnight, next_one = calendar.bounds(day, day)
            stop = min(end, next_one)
            yield Stripe(day, (begin - midnight) / HOUR_S, (stop - midnight) / HOUR_S, interval)
            begin = stop


def words_of(interval: ActivityInterval) -> str:
    """Such as “In use, reported by the device”."""
    return f"{Activity(interval.activity).label}, {Basis(interval.basis).label}"


def _bounds(choice: Choice) -> tuple[datetime, datetime]:
    calendar = calendar_of(choice.site.pk)
    bounds = calendar.bounds(choice.first, choice.last)
    return datetime.fromtimestamp(bounds[0], UTC), datetime.fromtimestamp(bounds[-1], UTC)
