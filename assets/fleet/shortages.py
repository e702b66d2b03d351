"""When a fleet falls short: more in use at once than a fleet of that size can have in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assets.fleet.steps import Steps, Unit
from assets.utilisation.figures import Figure, UseBasis
from assets.utilisation.figures import Unit as Kind
from assets.utilisation.measures import FleetSize, Levels
from assets.utilisation.packing import Numbers
from assets.utilisation.reports import Line

MOST_SIZES = 300
"""Sizes of one curve; of a larger fleet not each is computed."""


def usable(pieces: int, size: FleetSize) -> int:
    """How many of so many can be in use at once, while on average some are being cleaned or are out of service.

    Of the fleet size itself that is its demand with its buffer.
    """
    away = (size.cleaned or 0) + (size.down or 0)
    return max(0, math.floor(round(pieces - away, 9)))


@dataclass(frozen=True, slots=True)
class Shortage:
    """From ``begin`` to ``end`` (seconds since 1970) more were in use than could be; ``most`` of them first at
    ``worst``."""

    begin: int
    end: int
    most: int
    lacking: int
    worst: int

    @property
    def seconds(self) -> int:
        return self.end - self.begin


@dataclass
class Shortages:
    """Finds every stretch in which more than ``capacity`` are in use at once; one that goes past midnight is one."""

    capacity: int
    found: list[Shortage] = field(default_factory=list)
    piece_days: int = 0
    """Day by day, the most that were lacking: what renting them would take."""

    def add(self, day: Steps) -> None:
        total = day.total
        if not len(total):
            return
        self.piece_days += max(0, int(total.max()) - self.capacity)
        for first, last in runs(total > self.capacity):
            level = total[first:last]
            place = first + int(level.argmax())
            self._enter(
                Shortage(
                    int(day.begin[first]),
                    int(day.begin[last - 1] + day.length[last - 1]),
                    int(total[place]),
                    int(total[place]) - self.capacity,
                    int(day.begin[place]),
                )
            )

    def _enter(self, one: Shortage) -> None:
        before = self.found[-1] if self.found else None
        if before is None or before.end != one.begin:
            self.found.append(one)
        elif one.most > before.most:
            self.found[-1] = replace(one, begin=before.begin)
        else:
            self.found[-1] = replace(before, end=one.end)

    @property
    def seconds(self) -> int:
        return sum(each.seconds for each in self.found)

    @property
    def worst(self) -> Shortage | None:
        """The one in which the most were lacking, the first of several."""
        return max(self.found, key=lambda each: (each.lacking, -each.begin), default=None)


def runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]] | Numbers) -> list[tuple[int, int]]:
    """First place and the one after the last of each run that is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, dtype=np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class UnitShort:
    """How many of a unit are in use on average while the fleet is short, and otherwise; ``None`` where there is no such
    time."""

    unit: Unit
    short: float | None
    otherwise: float | None


@dataclass
class WhoUses:
    """What each unit has in use while more than ``capacity`` of the whole fleet are."""

    capacity: int
    _used: dict[Unit, list[int]] = field(default_factory=dict)
    _time: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, day: Steps) -> None:
        is_short = day.total > self.capacity
        weights = [day.length * ~is_short, day.length * is_short]
        for place, weight in enumerate(weights):
            self._time[place] += int(weight.sum())
            for unit, seconds in zip(day.units, (day.levels @ weight).tolist(), strict=True):
                self._used.setdefault(unit, [0, 0])[place] += seconds

    @property
    def lines(self) -> list[UnitShort]:
        """Those that use the most while it is short first."""
        calm, short = self._time
        found = [
            UnitShort(unit, used[1] / short if short else None, used[0] / calm if calm else None)
            for unit, used in self._used.items()
        ]
        return sorted(found, key=lambda each: (-(each.short or 0), each.unit is None, each.unit or 0))


@dataclass(frozen=True, slots=True)
class Size:
    """A fleet of so many ``pieces``: how many of them can be in use at once, and how often that is too few."""

    pieces: int
    capacity: int
    short: Figure
    seconds: int


def size_of(line: Line, pieces: int) -> Size:
    """Of a line that has a fleet size."""
    capacity = usable(pieces, line.size)
    return Size(
        pieces,
        capacity,
        short_of(line.found, capacity, line.choice.basis, line.coverage.value),
        line.found.above(capacity),
    )


def short_of(levels: Levels, capacity: int, basis: UseBasis, covered: float | None) -> Figure:
    return Figure(levels.above(capacity) / levels.length, Kind.SHARE, "", basis, None, covered)


def sizes(line: Line) -> Sequence[Size]:
    """From none to what there is, or is needed if that is more; empty where there is no fleet size."""
    if line.size.pieces is None:
        return []
    top = max(line.owned, line.size.pieces)
    chosen = {round(pieces) for pieces in np.linspace(0, top, min(top, MOST_SIZES) + 1)}
    return [size_of(line, pieces) for pieces in sorted(chosen | {line.owned, line.size.pieces})]
