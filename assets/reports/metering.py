"""Examinations and energy out of readings: pure. Times are seconds since 1970 or any other fixed moment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

JOULES_PER_KWH = 3_600_000
Span = tuple[float, float]


def exams_counted(before: float | None, values: Sequence[float]) -> int | None:
    """By a counter that begins anew each day: what it rose by; where it fell it began anew, from nothing.

    ``before`` is what it showed last before these, in order. None where it showed nothing in the period and before; the
    first value that was ever read is where counting begins.
    """
    if not values:
        return None if before is None else 0
    shown = values[0] if before is None else before
    count = 0.0
    for value in values:
        count += value - shown if value >= shown else value
        shown = value
    return round(count)


def energy_kwh(
    points: Sequence[tuple[float, float]], spans: Sequence[Span], patience_s: float
) -> tuple[float, float]:
    """What flowed in these stretches, which are in order and apart, and for how many of their seconds that is known.

    Points are moment and watts, in order; each holds until the next, but no longer than ``patience_s``.
    """
    joules, known = 0.0, 0.0
    nth = 0
    for (at, watts), (following, _watts) in pairwise([*points, (float("inf"), 0.0)]):
        until = min(following, at + patience_s)
        while nth < len(spans) and spans[nth][1] <= at:
            nth += 1
        for begin, end in spans[nth:]:
            if begin >= until:
                break
            seconds = max(0.0, min(end, until) - max(begin, at))
            joules, known = joules + watts * seconds, known + seconds
    return joules / JOULES_PER_KWH, known
