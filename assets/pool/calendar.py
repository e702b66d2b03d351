"""A week of reservations, day by day, in the clock of the site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assets.pool.models import Reservation

DAYS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A reservation as it falls into one day: ``begin`` and ``end`` are cut to it."""

    reservation: Reservation
    begin: datetime
    end: datetime
    is_from_before: bool
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    is_today: bool
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Week:
    """From Monday. ``name``, ``before`` and ``after`` are as in addresses: “2026-W10”."""

    name: str
    before: str
    after: str
    days: list[Day]


def week_name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(name: str) -> date:
    """The first day of a week, as in “2026-W10”. ``ValueError`` for what is no week."""
    year, mark, week = name.partition("-W")
    if not mark or not (year.isascii() and year.isdecimal() and week.isascii() and week.isdecimal()):
        raise ValueError("a week is written as in 2026-W10")
    if len(name) > 8 or not 2000 <= int(year) <= 2100:
        raise ValueError("no such week")
    return date.fromisocalendar(int(year), int(week), 1)


def span_of(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Its begin and end."""
    return _midnight(monday, zone), _midnight(monday + timedelta(days=DAYS), zone)


def draw_week(monday: date, reservations: Iterable[Any], zone: ZoneInfo, now: datetime) -> Week:
    """The reservations of that week, each under every day that it touches."""
    today, known = now.astimezone(zone).date(), list(reservations)
    days = []
    for offset in range(DAYS):
        day = monday + timedelta(days=offset)
        begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        lines = [_line(one, begin, end) for one in known if one.begin < end and one.end > begin]
        days.append(Day(day, day == today, lines))
    return Week(
        week_name(monday),
        week_name(monday - timedelta(days=DAYS)),
        week_name(monday + timedelta(days=DAYS)),
        days,
    )


def _line(one: Reservation, begin: datetime, end: datetime) -> Line:
    return Line(one, max(one.begin, begin), min(one.end, end), one.begin < begin, one.end > end)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
