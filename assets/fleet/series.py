"""Demand day by day, from roll-ups: how many were in use at once, confirmed or presumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assets.fleet.models import Measure
from assets.utilisation.days import ONE
from assets.utilisation.figures import UseBasis
from assets.utilisation.forms import LEAST_HEARD
from assets.utilisation.measures import Levels, Totals, coverage, percentile
from assets.utilisation.models import SECONDS
from assets.utilisation.packing import unpack

MOST_DAYS = 400
COLUMNS = ("day", "levels_any", *SECONDS)


@dataclass(frozen=True, slots=True)
class Demand:
    """Of one day; ``None`` where too little was heard for a figure."""

    day: date
    p95: float | None
    mean: float | None

    def of(self, measure: str) -> float | None:
        return self.p95 if measure == Measure.P95 else self.mean


def demand_of(rows: Any) -> list[Demand]:
    """Of roll-ups of one fleet or unit, in order of days."""
    return [
        _demand(day, Levels.of(unpack(levels, 2)), Totals(*seconds))
        for day, levels, *seconds in rows.order_by("day").values_list(*COLUMNS)
    ]


def _demand(day: date, levels: Levels, totals: Totals) -> Demand:
    heard = coverage(totals).value
    if not levels.length or heard is None or heard < LEAST_HEARD / 100:
        return Demand(day, None, None)
    mean = sum(level * seconds for level, seconds in levels.seconds.items()) / levels.length
    return Demand(day, percentile(levels, UseBasis.PRESUMED, heard).value, mean)


def unbroken(demand: Sequence[Demand], measure: str, last: date) -> list[float]:
    """The values of the days in a row up to ``last`` that have one; none where that day has none."""
    found: list[float] = []
    wanted = last
    for each in sorted(demand, key=lambda each: each.day, reverse=True):
        value = each.of(measure)
        if each.day > last:
            continue
        if each.day != wanted or value is None or len(found) == MOST_DAYS:
            break
        found.append(value)
        wanted -= ONE
    return found[::-1]
