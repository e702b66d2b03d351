"""A forecast of daily demand, and how it did on weeks held back beside two that cost nothing: pure functions.

AutoETS of statsforecast chooses among the models of exponential smoothing with a season of a week. It is given only
where it beats both the last value and the same day of the week before on days that it had not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assets.fleet.models import Outcome

SEASON = 7
HORIZON = 14
"""Days ahead."""
ORIGINS = 4
"""Times that it is made from the past, a week apart, and held against what came then."""
LEAST_DAYS = 70
LEVEL = 80
"""Percent of the days to come that are to lie within the interval."""


@dataclass(frozen=True, slots=True)
class Point:
    value: float
    low: float
    high: float


Forecaster = Callable[[Sequence[float], int], list[Point]]
"""From the values so far, so many more."""


@dataclass(frozen=True, slots=True)
class Judged:
    """``points`` are empty unless the outcome is that they are given. Errors are mean absolute errors."""

    outcome: Outcome
    days: int
    error: float | None = None
    error_last: float | None = None
    error_week: float | None = None
    inside: float | None = None
    points: list[Point] = field(default_factory=list)


def smoothed(values: Sequence[float], count: int) -> list[Point]:
    """By AutoETS. Demand is never less than none."""
    # Two seconds and 130 MB, which only who forecasts has to bear.
    import numpy as np
    from statsforecast.models import AutoETS

    found = AutoETS(season_length=SEASON).forecast(np.array(values, dtype=np.float64), h=count, level=[LEVEL])
    rows = zip(found["mean"], found[f"lo-{LEVEL}"], found[f"hi-{LEVEL}"], strict=True)
    return [Point(*(max(0.0, float(each)) for each in row)) for row in rows]


def judged(values: Sequence[float], forecaster: Forecaster = smoothed) -> Judged:
    """The forecast of what follows, if it is better than what costs nothing."""
    if len(values) < LEAST_DAYS:
        return Judged(Outcome.TOO_SHORT, len(values))
    errors: list[float] = []
    errors_last: list[float] = []
    errors_week: list[float] = []
    inside: list[bool] = []
    for number in range(ORIGINS):
        origin = len(values) - HORIZON - SEASON * number
        known, came = values[:origin], values[origin : origin + HORIZON]
        for ahead, (point, real) in enumerate(zip(forecaster(known, HORIZON), came, strict=True)):
            errors.append(abs(point.value - real))
            errors_last.append(abs(known[-1] - real))
            errors_week.append(abs(known[-SEASON + ahead % SEASON] - real))
            inside.append(point.low <= real <= point.high)
    error, last, week = (sum(each) / len(each) for each in (errors, errors_last, errors_week))
    is_better = error < min(last, week)
    return Judged(
        Outcome.GIVEN if is_better else Outcome.NOT_BETTER,
        len(values),
        error,
        last,
        week,
        sum(inside) / len(inside),
        forecaster(values, HORIZON) if is_better else [],
    )
