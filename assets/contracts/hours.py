"""Which hours are covered: the union of the hours of the agreements that run, and every hour where none does.

All in microseconds since 1970, so that sums are exact; days and hours are of the wall clock of the agreement's site.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from assets.planning.calendar import DAY
from assets.recording.moments import to_us
from assets.utilisation.staffing import Week, seconds_of, wall_s

US = 1_000_000
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Days are both included; without ``ends_on`` it goes on, without ``week`` it covers every hour."""

    begins_on: date
    ends_on: date | None
    week: Week | None
    zone: ZoneInfo


class CoveredHours:
    """The covered hours of what has these agreements, from ``begin`` to ``end``; :meth:`length` answers within."""

    def __init__(self, agreements: Iterable[Agreement], begin: datetime, end: datetime) -> None:
        window = to_us(begin), max(to_us(begin), to_us(end))
        terms: list[Stretch] = []
        hours: list[Stretch] = []
        for each in agreements:
            term = _term(each, window)
            if term[0] < term[1]:
                terms.append(term)
                hours += [term] if each.week is None else _hours(each, each.week, term)
        without = _rest(_joined(terms), window)
        self._stretches = _joined([*hours, *without])
        self._begins = [first for first, _last in self._stretches]
        self._before = [0, *accumulate(last - first for first, last in self._stretches)]

    def length(self, begin: datetime, end: datetime) -> timedelta:
        """How much of a stretch of time is covered."""
        if end <= begin:
            return timedelta(0)
        return timedelta(microseconds=self._up_to(to_us(end)) - self._up_to(to_us(begin)))

    def _up_to(self, moment: int) -> int:
        at = bisect_right(self._begins, moment)
        if at == 0:
            return 0
        first, last = self._stretches[at - 1]
        return self._before[at - 1] + min(moment, last) - first


def _term(agreement: Agreement, window: Stretch) -> Stretch:
    """From the beginning of its first day to the end of its last, within the window."""
    first = US * wall_s(agreement.begins_on, 0, agreement.zone)
    if agreement.ends_on is None:
        return max(first, window[0]), window[1]
    last = US * wall_s(agreement.ends_on + DAY, 0, agreement.zone)
    return max(first, window[0]), min(last, window[1])


def _hours(agreement: Agreement, week: Week, term: Stretch) -> list[Stretch]:
    day = datetime.fromtimestamp(term[0] // US, agreement.zone).date()
    final = datetime.fromtimestamp(-(-term[1] // US), agreement.zone).date()
    found = []
    while day <= final:
        for begin, end in seconds_of(day, week, agreement.zone):
            stretch = max(US * begin, term[0]), min(US * end, term[1])
            if stretch[0] < stretch[1]:
                found.append(stretch)
        day += DAY
    return found


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Their union, in order and apart."""
    joined: list[Stretch] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _rest(joined: Sequence[Stretch], window: Stretch) -> list[Stretch]:
    """What of the window they leave."""
    left, since = [], window[0]
    for begin, end in joined:
        if since < begin:
            left.append((since, begin))
        since = max(since, end)
    if since < window[1]:
        left.append((since, window[1]))
    return left
