"""Units that share one pool: how many they need each by itself, and how many together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.fleet.steps import Steps, Unit
from assets.utilisation.measures import Levels, Totals
from assets.utilisation.reports import CategoryLine, Choice, UnitLine

NOT_ALL = _("not every unit has a figure of its own")
ONE_ALONE = _("a pool is of two units or more")


@dataclass
class Together:
    """How many of these units are in use at once, and how long."""

    units: frozenset[Unit]
    _seconds: list[np.ndarray] = field(default_factory=list)

    def add(self, day: Steps) -> None:
        own = [place for place, unit in enumerate(day.units) if unit in self.units]
        if own:
            self._seconds.append(np.column_stack([day.levels[own].sum(axis=0), day.length]))

    @property
    def levels(self) -> Levels:
        return Levels.of(np.concatenate(self._seconds)) if self._seconds else Levels({})


@dataclass(frozen=True)
class Pool:
    """``saving`` is what the units need each by itself less what they need together, or why that is not known."""

    units: Sequence[UnitLine]
    together: CategoryLine
    reason: str | Promise = ""

    @property
    def apart(self) -> int | None:
        """The sum of what each needs by itself."""
        pieces = [line.size.pieces for line in self.units]
        if self.reason or None in pieces:
            return None
        return sum(each or 0 for each in pieces)

    @property
    def saving(self) -> int | None:
        if self.apart is None or self.together.size.pieces is None:
            return None
        return self.apart - self.together.size.pieces

    @property
    def unknown(self) -> list[UnitLine]:
        """Units without a figure of their own."""
        return [line for line in self.units if line.size.pieces is None]


def pool_of(choice: Choice, units: Sequence[UnitLine], levels: Levels) -> Pool:
    """Of these units; ``levels`` are of all of them together."""
    whole = CategoryLine(
        replace(choice, department=None),
        sum(line.owned for line in units),
        added(line.totals for line in units),
        levels,
        calendar=added(line.calendar or line.totals for line in units),
        category=choice.category,
    )
    reason: str | Promise = ""
    if len(units) < 2:
        reason = ONE_ALONE
    elif whole.size.pieces is None:
        reason = whole.size.needed.reason
    elif any(line.size.pieces is None for line in units):
        reason = NOT_ALL
    return Pool(units, whole, reason)


def added(parts: Iterable[Totals]) -> Totals:
    rows = list(parts)
    return Totals(**{each.name: sum(getattr(row, each.name) for row in rows) for each in fields(Totals)})
