"""When equipment is used: by weekday and hour of the site's clock, and how many at once as time goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
from django.utils.functional import Promise

from assets.utilisation.calendars import calendar_of
from assets.utilisation.days import HOUR_S
from assets.utilisation.figures import NO_ASSETS, NO_TIME, NOT_HEARD, Figure, Unit, UseBasis
from assets.utilisation.measures import Totals, concurrent_over_time, coverage, share_in_use, withheld
from assets.utilisation.models import SECONDS
from assets.utilisation.packing import Numbers, unpack
from assets.utilisation.reports import Choice
from assets.utilisation.rolling import UNKNOWN, DayRoll, UnitRoll
from assets.utilisation.selecting import TOO_MANY, rolls

STEPS = ((7, 1), (31, 3), (92, 6), (10**6, 24))
"""Up to so many days, a step of so many hours."""


class TooManyError(Exception):
    """Part of a fleet, too large to be counted from its histories."""


@dataclass(frozen=True)
class Cell:
    """One hour of the week: ``weekday`` 0 is Monday, ``hour`` is of the site's clock."""

    weekday: int
    hour: int
    totals: Totals
    choice: Choice
    no_figure: str | Promise = NO_ASSETS

    @cached_property
    def average(self) -> Figure:
        figure = share_in_use(self.totals, self.choice.basis, self.choice.policy, empty=self.no_figure)
        return withheld(figure, self.choice.least)

    @cached_property
    def coverage(self) -> Figure:
        return coverage(self.totals, empty=self.no_figure)


def week(choice: Choice) -> list[Cell]:
    """The 168 hours of the week, Monday first. An hour that the clock shows twice counts twice."""
    sums = np.zeros((7, 24, len(SECONDS)), dtype=np.int64)
    reason: str | Promise = NO_TIME
    calendar = calendar_of(choice.site.pk)
    try:
        for day, begin_s, table in _hours(choice):
            zone = calendar.zone(day)
            for number in range(len(table)):
                wall = datetime.fromtimestamp(begin_s + number * HOUR_S, zone)
                sums[wall.weekday(), wall.hour] += table[number]
    except TooManyError:
        reason = TOO_MANY
    return [
        Cell(weekday, hour, Totals(*sums[weekday, hour].tolist()), choice, reason)
        for weekday in range(7)
        for hour in range(24)
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """From ``begin`` on, for ``hours`` hours: the most at once, and how many on average."""

    begin: datetime
    hours: int
    most: Figure
    mean: Figure


def at_once(choice: Choice) -> list[Step]:
    """Of a category, in the site's time zone, step by step; a step in which nothing was heard has no figure.

    Raises :class:`TooManyError`.
    """
    hours = next(hours for days, hours in STEPS if (choice.last - choice.first).days < days)
    calendar = calendar_of(choice.site.pk)
    heard: dict[int, int] = {}
    bounds: list[tuple[int, int]] = []
    for _, begin_s, table in sorted(_hours(choice), key=lambda row: row[1]):
        for first in range(0, len(table), hours):
            begin, part = begin_s + first * HOUR_S, table[first : first + hours]
            if not part.sum():
                continue
            if begin not in heard:
                bounds.append((begin, begin + len(part) * HOUR_S))
            heard[begin] = heard.get(begin, 0) + int(part[:, :UNKNOWN].sum())
    if not bounds:
        return []
    most, mean = _levels(_edges(choice), bounds)
    return [
        Step(
            datetime.fromtimestamp(begin, UTC).astimezone(
                calendar.zone(datetime.fromtimestamp(begin, UTC).date())
            ),
            hours,
            _figure(most[number] if heard[begin] else None, choice.basis),
            _figure(mean[number] if heard[begin] else None, choice.basis),
        )
        for number, (begin, _) in enumerate(bounds)
    ]


def _figure(value: float | None, basis: UseBasis) -> Figure:
    return Figure(value, Unit.PIECES, "" if value is not None else NOT_HEARD, basis)


def _levels(edges: Numbers, bounds: Sequence[tuple[int, int]]) -> tuple[list[int], list[float]]:
    """The most and the mean in each of these stretches of time, which are in order and apart."""
    steps = concurrent_over_time(edges)
    begins, ends = np.array(bounds, dtype=np.int64).T
    moments = np.unique(np.concatenate([steps[:, 0], begins, ends]))
    levels = np.append(0, steps[:, 1])[np.searchsorted(steps[:, 0], moments, "right")]
    place = np.searchsorted(begins, moments[:-1], "right") - 1
    inside = (place >= 0) & (moments[:-1] < ends[place])
    place, level, length = place[inside], levels[:-1][inside], np.diff(moments)[inside]
    most, seconds = np.zeros(len(begins), np.int64), np.zeros(len(begins), np.int64)
    np.maximum.at(most, place, level)
    np.add.at(seconds, place, level * length)
    return most.tolist(), (seconds / (ends - begins)).tolist()


def _hours(choice: Choice) -> Iterator[tuple[date, int, Numbers]]:
    """Day, its beginning, and the asset-seconds of each of its hours."""
    if not choice.is_narrowed:
        for day, begin_s, packed in choice.rows().values_list("day", "begin_s", "hours"):
            yield day, begin_s, unpack(packed, len(SECONDS))
        return
    for roll, units in _rolls(choice):
        for unit in units:
            yield roll.day, roll.begin, unit.hours


def _edges(choice: Choice) -> Numbers:
    """Twice the second since 1970, one more where use begins."""
    name = "edges_confirmed" if choice.basis is UseBasis.CONFIRMED else "edges_any"
    if choice.is_narrowed:
        found = [
            2 * roll.begin + getattr(unit, name).ravel() for roll, units in _rolls(choice) for unit in units
        ]
    else:
        rows = choice.units().values_list("begin_s", name)
        found = [2 * begin_s + unpack(packed, 1).ravel() for begin_s, packed in rows]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _rolls(choice: Choice) -> Iterator[tuple[DayRoll, list[UnitRoll]]]:
    found = rolls(choice)
    if found is None:
        raise TooManyError
    for days in found.values():
        for roll in days:
            yield (
                roll,
                [
                    unit
                    for unit in roll.units
                    if choice.department is None or unit.unit == choice.department.pk
                ],
            )
