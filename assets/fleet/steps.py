"""How many of each unit are in use from one change to the next, a day at a time, which bounds memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np

from assets.utilisation.figures import UseBasis
from assets.utilisation.packing import Numbers, unpack
from assets.utilisation.patterns import TooManyError
from assets.utilisation.reports import Choice
from assets.utilisation.selecting import rolls

Unit = int | None
"""A department's number, or what belongs to none."""


@dataclass(frozen=True, slots=True)
class Steps:
    """One day, or what is rolled up of it: from ``begin`` on (seconds since 1970) for ``length`` seconds each."""

    units: tuple[Unit, ...]
    begin: Numbers
    length: Numbers
    levels: Numbers
    """Unit × step: how many are in use."""

    @property
    def total(self) -> Numbers:
        whole: Numbers = self.levels.sum(axis=0)
        return whole


class Finder(Protocol):
    """Looks at one day after the other and keeps what it is about."""

    def add(self, day: Steps) -> None: ...


def walk(days: Iterable[Steps], *finders: Finder) -> None:
    """Show every day to every finder: the roll-ups are read once, whatever is asked of them."""
    for day in days:
        for finder in finders:
            finder.add(day)


def days_of(choice: Choice) -> Iterator[Steps]:
    """The days of one category that are rolled up, in order. Raises :class:`TooManyError` for too large a part of a
    fleet."""
    name = "edges_confirmed" if choice.basis is UseBasis.CONFIRMED else "edges_any"
    if choice.is_narrowed:
        yield from _narrowed(choice, name)
        return
    rows = choice.units().order_by("day").values_list("day", "begin_s", "until_s", "department", name)
    for _, group in groupby(rows, key=lambda row: row[0]):
        units = list(group)
        yield steps_of(
            units[0][1], units[0][2], {unit: unpack(packed, 1).ravel() for *_, unit, packed in units}
        )


def _narrowed(choice: Choice, name: str) -> Iterator[Steps]:
    found = rolls(choice)
    if found is None:
        raise TooManyError
    for days in found.values():
        for roll in days:
            edges = {
                unit.unit: getattr(unit, name).ravel()
                for unit in roll.units
                if choice.department is None or unit.unit == choice.department.pk
            }
            if edges:
                yield steps_of(roll.begin, roll.until, edges)


def steps_of(begin: int, until: int, edges: Mapping[Unit, Numbers]) -> Steps:
    """From packed edges: twice the second of the day, one more where use begins; in order, ends first."""
    units = tuple(sorted(edges, key=lambda unit: (unit is None, unit or 0)))
    moments = np.unique(np.concatenate([[0, until - begin], *(codes >> 1 for codes in edges.values())]))
    starts = moments[:-1]
    levels = np.zeros((len(units), len(starts)), dtype=np.int64)
    for row, unit in enumerate(units):
        codes = edges[unit]
        running = np.append(0, np.cumsum(2 * (codes & 1) - 1))
        levels[row] = running[np.searchsorted(codes >> 1, starts, "right")]
    return Steps(units, begin + starts, np.diff(moments), levels)
