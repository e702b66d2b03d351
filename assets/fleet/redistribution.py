"""Which unit has some to spare while another has too few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from assets.fleet.steps import Steps, Unit
from assets.utilisation.reports import UnitLine

MOST_MOVES = 20
"""That are shown; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Move:
    """What ``giver`` could lend to ``taker``: while that has too few (``short``, of all time), in how much of that time
    the other has some to spare, and how many on average then."""

    giver: Unit
    taker: Unit
    seconds: int
    of_short: float
    of_time: float
    pieces: float


@dataclass(frozen=True, slots=True)
class Need:
    """A unit: how many it can have in use, and in what share of the time that leaves less than the buffer."""

    unit: Unit
    capacity: int
    short: float


def usable_of(line: UnitLine) -> int | None:
    """Of what the unit has, those that are not being cleaned or out of service on average."""
    if line.size.pieces is None:
        return None
    away = (line.size.cleaned or 0) + (line.size.down or 0)
    return max(0, math.floor(round(line.owned - away, 9)))


@dataclass
class Moves:
    """A unit has too few while what is in use and the buffer are more than it can have in use; it has some to spare
    while they are less. ``capacities`` are of units that have a figure; others are left out."""

    capacities: dict[Unit, int]
    buffer: float
    _time: int = 0
    _short: dict[Unit, int] = field(default_factory=dict)
    _helped: dict[tuple[Unit, Unit], list[int]] = field(default_factory=dict)

    def add(self, day: Steps) -> None:
        self._time += int(day.length.sum())
        units = [place for place, unit in enumerate(day.units) if unit in self.capacities]
        if not units:
            return
        names = [day.units[place] for place in units]
        capacity = np.array([self.capacities[name] for name in names], dtype=np.int64)
        wanted = np.ceil(np.round(day.levels[units] * (1 + self.buffer), 9)).astype(np.int64)
        spare = capacity[:, np.newaxis] - wanted
        for place in np.flatnonzero((spare < 0).any(axis=1)).tolist():
            when = spare[place] < 0
            length = day.length[when]
            taker = names[place]
            self._short[taker] = self._short.get(taker, 0) + int(length.sum())
            given = np.clip(spare[:, when], 0, -spare[place][when])
            seconds, pieces = ((given > 0) @ length).tolist(), (given @ length).tolist()
            for giver, lent_s, lent in zip(names, seconds, pieces, strict=True):
                if lent_s:
                    sums = self._helped.setdefault((giver, taker), [0, 0])
                    sums[0] += lent_s
                    sums[1] += lent

    @property
    def needs(self) -> list[Need]:
        """Every unit that has a figure, the one that is short the most first."""
        if not self._time:
            return []
        found = [
            Need(unit, capacity, self._short.get(unit, 0) / self._time)
            for unit, capacity in self.capacities.items()
        ]
        return sorted(found, key=lambda each: (-each.short, each.unit is None, each.unit or 0))

    @property
    def moves(self) -> list[Move]:
        """What would help longest first."""
        found = [
            Move(giver, taker, seconds, seconds / self._short[taker], seconds / self._time, lent / seconds)
            for (giver, taker), (seconds, lent) in self._helped.items()
        ]
        return sorted(found, key=lambda each: (-each.seconds, -each.pieces, str(each.taker), str(each.giver)))


def moves_between(lines: Sequence[UnitLine], buffer: float) -> Moves:
    capacities = {
        line.department.pk if line.department else None: usable_of(line)
        for line in lines
    }  # fmt: skip
    return Moves({unit: each for unit, each in capacities.items() if each is not None}, buffer)
