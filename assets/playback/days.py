"""A day as the clock of a site counts it: 24 hours long, or 23, or 25."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assets.history import Period

_QUARTER = timedelta(minutes=15)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:([+-])(\d\d):(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Day:
    """``date`` in ``zone``, from midnight to midnight."""

    date: dt.date
    zone: ZoneInfo

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Day:
        return cls(moment.astimezone(zone).date(), zone)

    @classmethod
    def named(cls, text: str, zone: ZoneInfo) -> Day:
        """``2026-03-29``; ``ValueError`` for what no calendar has, or is far out of any history."""
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise ValueError("a day is written as in 2026-03-29")
        named = dt.date.fromisoformat(text)
        if not 1990 <= named.year <= 2200:
            raise ValueError("no such day is in any history")
        return cls(named, zone)

    @property
    def period(self) -> Period:
        return Period(self._midnight(self.date), self._midnight(self.date + timedelta(days=1)))

    def _midnight(self, day: dt.date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    @property
    def shifts(self) -> list[tuple[int, int]]:
        """From which second of the day on the clock is how many seconds ahead of UTC."""
        period, found = self.period, list[tuple[int, int]]()
        moment = period.begin
        while moment < period.end:
            ahead = moment.astimezone(self.zone).utcoffset() or timedelta()
            if not found or found[-1][1] != ahead.total_seconds():
                found.append((int((moment - period.begin).total_seconds()), int(ahead.total_seconds())))
            moment += _QUARTER
        return found

    def moment(self, text: str) -> datetime:
        """When the clock shows ``14:05``, ``14:05:30``, or ``02:30+01:00`` where it shows that twice.

        An hour that is left out is the moment at which it was; of two, the first. ``ValueError`` for anything else.
        """
        found = _CLOCK.fullmatch(text)
        if found is None:
            raise ValueError("a time is written as in 14:05 or 14:05:30")
        hour, minute, second, sign, *ahead = found.groups()
        local = datetime.combine(self.date, time(int(hour), int(minute), int(second or 0)))
        if sign is not None:
            offset = timedelta(hours=int(ahead[0]), minutes=int(ahead[1])) * (1 if sign == "+" else -1)
            return self._within((local - offset).replace(tzinfo=UTC))
        aware = local.replace(tzinfo=self.zone).astimezone(UTC)
        if aware.astimezone(self.zone).replace(tzinfo=None) == local:
            return self._within(aware)
        return self._within(self._jump_before(aware))

    def _jump_before(self, moment: datetime) -> datetime:
        """The change of the clock that skipped what would have been shown at ``moment``."""
        begin = self.period.begin
        jumps = [begin + timedelta(seconds=at) for at, _ in self.shifts]
        return max((jump for jump in jumps if jump <= moment), default=begin)

    def _within(self, moment: datetime) -> datetime:
        period = self.period
        return min(max(moment, period.begin), period.end)
