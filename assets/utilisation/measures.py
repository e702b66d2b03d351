"""Figures of utilisation (definitions, 2): pure functions over roll-ups. Times are seconds, shares 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.utils.functional import Promise

from assets.utilisation.figures import (
    ALL_DOWN,
    NO_ASSETS,
    NO_STAYS,
    NO_TIME,
    NOT_HEARD,
    TOO_LITTLE_HEARD,
    Figure,
    Policy,
    Unit,
    UseBasis,
)
from assets.utilisation.packing import Numbers

P95 = 0.95
BUFFER = 0.10


@dataclass(frozen=True, slots=True)
class Totals:
    """Asset-seconds of a group, by what they count as; ``presumed`` is what is presumed alone."""

    confirmed: int = 0
    presumed: int = 0
    down: int = 0
    dirty: int = 0
    available: int = 0
    in_transit: int = 0
    unknown: int = 0

    @property
    def whole(self) -> int:
        return self.heard + self.unknown

    @property
    def heard(self) -> int:
        return self.confirmed + self.presumed + self.down + self.dirty + self.available + self.in_transit

    def in_use(self, basis: UseBasis) -> int:
        return self.confirmed + (self.presumed if basis is UseBasis.PRESUMED else 0)

    def denominator(self, policy: Policy) -> int:
        return self.heard - (self.down if policy is Policy.SERVICEABLE else 0)


def coverage(totals: Totals, *, empty: str | Promise = NO_ASSETS) -> Figure:
    """``1 - unknown / T``."""
    if not totals.whole:
        return Figure(None, Unit.SHARE, empty)
    return Figure(totals.heard / totals.whole, Unit.SHARE, coverage=totals.heard / totals.whole)


def share_in_use(
    totals: Totals, basis: UseBasis, policy: Policy, *, empty: str | Promise = NO_ASSETS
) -> Figure:
    """In use, of the time that was heard; of one asset, or of a fleet on average."""
    heard = coverage(totals, empty=empty).value
    below = totals.denominator(policy)
    reason: str | Promise = empty if not totals.whole else NOT_HEARD if not totals.heard else ALL_DOWN
    if below <= 0:
        return Figure(None, Unit.SHARE, reason, basis, policy, heard)
    return Figure(totals.in_use(basis) / below, Unit.SHARE, "", basis, policy, heard)


def withheld(figure: Figure, least: float) -> Figure:
    """The figure, or none and the reason where less than ``least`` of the time was heard."""
    covered = figure.coverage
    if figure.value is None or covered is None or covered >= least:
        return figure
    reason = TOO_LITTLE_HEARD % {"heard": round(100 * covered), "least": round(100 * least)}
    return replace(figure, value=None, reason=reason)


@dataclass(frozen=True, slots=True)
class Levels:
    """How many were in use at once, and for how many seconds: level → seconds."""

    seconds: Mapping[int, int]

    @classmethod
    def of(cls, table: Numbers) -> Levels:
        """From packed tables, one below the other."""
        if not len(table):
            return cls({})
        sums = np.bincount(table[:, 0], weights=table[:, 1])
        return cls({int(level): int(sums[level]) for level in np.flatnonzero(sums)})

    @property
    def length(self) -> int:
        return sum(self.seconds.values())

    def above(self, level: int) -> int:
        """Seconds in which more than so many were in use."""
        return sum(seconds for each, seconds in self.seconds.items() if each > level)


def peak(levels: Levels, basis: UseBasis, covered: float | None, *, empty: str | Promise = NO_TIME) -> Figure:
    if not levels.length or covered is None:
        return Figure(None, Unit.PIECES, empty, basis, None, covered)
    if not covered:
        return Figure(None, Unit.PIECES, NOT_HEARD, basis, None, covered)
    return Figure(max(levels.seconds), Unit.PIECES, "", basis, None, covered)


def percentile(
    levels: Levels,
    basis: UseBasis,
    covered: float | None,
    share: float = P95,
    *,
    empty: str | Promise = NO_TIME,
) -> Figure:
    """The least number that was enough for ``share`` of the time: weighted by time, not by samples."""
    highest = peak(levels, basis, covered, empty=empty)
    if highest.value is None:
        return highest
    left = levels.length
    for level in sorted(levels.seconds):
        left -= levels.seconds[level]
        if left <= round(levels.length * (1 - share), 6):
            return Figure(level, Unit.PIECES, "", basis, None, covered)
    return highest


@dataclass(frozen=True, slots=True)
class FleetSize:
    """How many are needed, and of what that is made up. ``pieces`` and ``surplus`` are whole pieces."""

    needed: Figure
    pieces: int | None
    surplus: int | None
    at_once: int | None
    """Enough in use at once, the buffer included."""
    cleaned: float | None
    down: float | None
    short: Figure
    """Share of the time in which more were in use at once."""


def fleet_size(
    *,
    owned: int,
    demand: Figure,
    levels: Levels,
    totals: Totals,
    buffer: float = BUFFER,
) -> FleetSize:
    """``N* = ceil(demand x (1 + buffer)) + mean being cleaned + mean down``; what ``owned`` has beyond it is surplus.

    ``demand`` is peak or percentile. The means are over the time rolled up, of which :class:`Levels` knows the length.
    """
    if demand.value is None:
        nothing = Figure(None, Unit.PIECES, demand.reason, demand.basis, None, demand.coverage)
        return FleetSize(
            nothing, None, None, None, None, None, Figure(None, Unit.SHARE, demand.reason, demand.basis)
        )
    at_once = math.ceil(round(demand.value * (1 + buffer), 9))
    cleaned, down = totals.dirty / levels.length, totals.down / levels.length
    needed = at_once + cleaned + down
    pieces = math.ceil(round(needed, 9))
    return FleetSize(
        Figure(needed, Unit.PIECES, "", demand.basis, None, demand.coverage),
        pieces,
        owned - pieces,
        at_once,
        cleaned,
        down,
        Figure(levels.above(at_once) / levels.length, Unit.SHARE, "", demand.basis, None, demand.coverage),
    )


@dataclass(frozen=True, slots=True)
class Dwell:
    """Of the stays that ended: how many, the middle one, and the one that nine of ten were not longer than."""

    count: int
    median: Figure
    p90: Figure


def dwell(lengths: Sequence[int] | Numbers) -> Dwell:
    """By rank: each is the length of a stay that there was."""
    ordered = np.sort(np.asarray(lengths, dtype=np.int64))
    if not len(ordered):
        nothing = Figure(None, Unit.SECONDS, NO_STAYS)
        return Dwell(0, nothing, nothing)
    return Dwell(
        len(ordered),
        Figure(int(ordered[_rank(len(ordered), 50)]), Unit.SECONDS),
        Figure(int(ordered[_rank(len(ordered), 90)]), Unit.SECONDS),
    )


def _rank(count: int, percent: int) -> int:
    return max(0, -(-count * percent // 100) - 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one asset for the idle list. ``days`` is how many whole days it was not in use up to now."""

    asset: int
    is_owned: bool
    is_serviceable: bool
    is_heard: bool
    is_in_use: bool
    days: float | None


def idle(assets: Sequence[Seen], more_than: float) -> list[Seen]:
    """Owned, serviceable, seen, and not in use for more than so many days; the longest first."""
    found = [
        each
        for each in assets
        if each.is_owned
        and each.is_serviceable
        and each.is_heard
        and not each.is_in_use
        and each.days is not None
        and each.days > more_than
    ]
    return sorted(found, key=lambda each: (-(each.days or 0), each.asset))


def concurrent_over_time(edges: Numbers) -> Numbers:
    """From packed edges of several units or days, moments in seconds: two columns, from when on, and how many."""
    codes = np.sort(edges.ravel())
    if not len(codes):
        return np.zeros((0, 2), dtype=np.int64)
    moments = codes >> 1
    level = np.cumsum(2 * (codes & 1) - 1)
    last = np.append(moments[1:] != moments[:-1], True)
    return np.column_stack([moments[last], level[last]])
