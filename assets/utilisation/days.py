"""Days of a site's own calendar as stretches of time: 23, 24 or 25 hours long, one after the other without gaps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from assets.utilisation.staffing import Week, seconds_of, wall_s

HOUR_S = 3600
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Which time zone a site's days are counted in: (from which day on, zone), the first of them since ever."""

    clocks: tuple[tuple[date, str], ...]

    @cached_property
    def _zones(self) -> list[ZoneInfo]:
        return [ZoneInfo(name) for _, name in self.clocks]

    @cached_property
    def _from(self) -> list[date]:
        return [day for day, _ in self.clocks]

    def zone(self, day: date) -> ZoneInfo:
        return self._zones[max(bisect_right(self._from, day) - 1, 0)]

    def begin_s(self, day: date) -> int:
        """When the day begins, in seconds since 1970: at midnight, or where there is none when the clock passes it."""
        return wall_s(day, 0, self.zone(day))

    def day_of(self, moment_s: int) -> date:
        """The day in which a moment lies."""
        day = datetime.fromtimestamp(moment_s, UTC).date() + 2 * ONE
        while self.begin_s(day) > moment_s:
            day -= ONE
        return day

    def bounds(self, first: date, last: date) -> list[int]:
        """The beginnings of the days from ``first`` to ``last`` and the end of the last.

        They never go back: a day that the calendar leaves out, or that a change of time zone swallows, has no length.
        """
        found: list[int] = []
        day = first
        while day <= last + ONE:
            begin = self.begin_s(day)
            found.append(max(begin, found[-1]) if found else begin)
            day += ONE
        return found


def days_between(first: date, last: date) -> list[date]:
    """From ``first`` to ``last``, both included."""
    return [first + number * ONE for number in range((last - first).days + 1)]


@dataclass(frozen=True)
class Roster:
    """The staffed hours of a site: (department or None for the site, from which day on, week), in order of days."""

    rows: tuple[tuple[int | None, date, Week], ...] = ()

    def week(self, department: int | None, day: date) -> Week | None:
        """Those of the department if it has some on that day, else those of the site."""
        own = self._latest(department, day) if department is not None else None
        return own or self._latest(None, day)

    def _latest(self, department: int | None, day: date) -> Week | None:
        weeks = [week for unit, since, week in self.rows if unit == department and since <= day]
        return weeks[-1] if weeks else None

    def stretches(
        self, department: int | None, days: Sequence[date], calendar: Calendar
    ) -> list[tuple[int, int]]:
        """The staffed stretches of these days in seconds since 1970, in order and apart."""
        found: list[tuple[int, int]] = []
        for day in days:
            week = self.week(department, day)
            if week is None:
                continue
            for begin, end in seconds_of(day, week, calendar.zone(day)):
                begin = max(begin, found[-1][1]) if found else begin
                if begin < end:
                    found.append((begin, end))
        return found
