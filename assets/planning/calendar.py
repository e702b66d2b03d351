"""When planned work falls due: arithmetic of dates alone.

A rule and the day it begins make a row of days, its *slots*. Months count from the day of the beginning: what begins
on the 31st falls on the last day of shorter months and on the 31st again after them.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from assets.planning.words import Nth, Unit

DAY = timedelta(days=1)
MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Rule:
    """Every ``every`` days, weeks or months; or in every so manieth month on the ``nth`` ``weekday`` (0 is Monday)."""

    unit: Unit
    every: int
    nth: Nth = Nth.FIRST
    weekday: int = 0

    @property
    def days(self) -> float:
        """The length of the interval, in days."""
        lengths = {Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: MONTH_DAYS, Unit.WEEKDAY: MONTH_DAYS}
        return self.every * lengths[self.unit]


@lru_cache(maxsize=65536)
def next_slot(rule: Rule, begins: date, after: date) -> date:
    """The first slot later than ``after``; the first of all is ``begins``, or the first such weekday from then on."""
    if rule.unit in (Unit.DAY, Unit.WEEK):
        step = rule.every * (7 if rule.unit == Unit.WEEK else 1)
        count = 0 if after < begins else (after - begins).days // step + 1
        return begins + count * step * DAY
    first = _month(begins)
    if rule.unit == Unit.WEEKDAY and _weekday_in(rule, first) < begins:
        first += 1
    # The slot of the month of ``after``, or of the last one before it that has a slot, may be over: then the next.
    count = max(0, (_month(after) - first) // rule.every)
    while (slot := _in_month(rule, begins, first + count * rule.every)) <= after:
        count += 1
    return slot


def next_from(rule: Rule, done: date) -> date:
    """For plans that float: due one interval after it was done."""
    if rule.unit in (Unit.DAY, Unit.WEEK):
        return done + rule.every * (7 if rule.unit == Unit.WEEK else 1) * DAY
    return _in_month(rule, done, _month(done) + rule.every)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _in_month(rule: Rule, begins: date, month: int) -> date:
    if rule.unit == Unit.WEEKDAY:
        return _weekday_in(rule, month)
    year, number = divmod(month, 12)
    return date(year, number + 1, min(begins.day, monthrange(year, number + 1)[1]))


def _weekday_in(rule: Rule, month: int) -> date:
    year, number = divmod(month, 12)
    first, length = monthrange(year, number + 1)
    day = 1 + (rule.weekday - first) % 7
    if rule.nth == Nth.LAST:
        return date(year, number + 1, day + (length - day) // 7 * 7)
    return date(year, number + 1, day + 7 * (rule.nth - 1))


@dataclass(frozen=True, slots=True)
class Window:
    """When work counts as in time, both days included, and the day from which it is out of compliance."""

    opens: date
    closes: date
    late_from: date


ANNUAL, SIX_MONTHLY = (360, 30), (180, 20)
"""From so many days of interval on, so many days to either side."""
QUARTER = (84, 93)
"""Intervals of so many days are quarterly."""
BY_METER = 30
"""Days that work by a meter has, from the day on which it was reached."""


def window_of(
    rule: Rule, due: date, *, before: int | None = None, after: int | None = None, late: int | None = None
) -> Window:
    """The customary window around ``due``, or so many days to its sides; out of compliance ``late`` days after due,
    else from the day after the window.

    Annual 30 days, half-yearly 20, quarterly the calendar quarter; other intervals a tenth of their length.
    """
    opens, closes = _customary(rule.days, due)
    opens = opens if before is None else due - before * DAY
    closes = closes if after is None else due + after * DAY
    return Window(opens, closes, closes + DAY if late is None else due + late * DAY)


def window_by_meter(reached: date, *, after: int | None = None, late: int | None = None) -> Window:
    """From the day on which the meter was found to be there."""
    closes = reached + (BY_METER if after is None else after) * DAY
    return Window(reached, closes, closes + DAY if late is None else reached + late * DAY)


def _customary(days: float, due: date) -> tuple[date, date]:
    if QUARTER[0] <= days <= QUARTER[1]:
        first = date(due.year, due.month - (due.month - 1) % 3, 1)
        return first, _in_month(Rule(Unit.MONTH, 3), first, _month(first) + 3) - DAY
    for least, side in (ANNUAL, SIX_MONTHLY):
        if days >= least:
            return due - side * DAY, due + side * DAY
    side = int(days) // 10
    return due - side * DAY, due + side * DAY


def end_of_day(day: date, zone: str) -> datetime:
    """The moment at which ``day`` is over there, also where the clock is changed in that night."""
    return datetime.combine(day + DAY, time(), ZoneInfo(zone)).astimezone(UTC)


def day_at(moment: datetime, zone: str) -> date:
    """Which day it is there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY
