"""Charts as Vega-Lite specifications: one definition for page and print.

Colours are not here: marks carry style names, and whoever draws gives those names the colours of its ground.
Time is drawn as seconds since the beginning of the period, labelled by the site's wall clock, so that neither
the viewer's time zone nor a change of the clock moves a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assets.history import ActivitySpan, Period, clock_marks
from assets.trends import HourRow, Point, by_hour, thinned, unbroken
from assets.vocabulary import Term

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """How the numbers of an axis are told: in which unit, divided by what, with how many decimals."""

    unit: str
    divisor: float
    decimals: int

    def of(self, value: float) -> float:
        return value / self.divisor

    def number(self, value: float) -> str:
        return f"{self.of(value):,.{self.decimals}f}"

    def words(self, value: float) -> str:
        return f"{self.number(value)} {self.unit}".rstrip()


def measure(points: Sequence[Point], term: Term) -> Measure:
    """The term's own unit; lengths of time in the unit in which the longest can be read."""
    if term.unit != "s":
        return Measure(term.unit, 1, term.decimals)
    longest = max((point.value for point in points), default=0)
    for unit, seconds, decimals in (("d", 86400, 1), ("h", 3600, 1), ("min", 60, 0)):
        if longest >= 2 * seconds:
            return Measure(unit, seconds, decimals)
    return Measure("s", 1, 0)


def finding(points: Sequence[Point], term: Term) -> str:
    """What the line says, in one sentence."""
    if not points:
        return f"{term.label}: no values in this period"
    told = measure(points, term)
    low, high = min(p.value for p in points), max(p.value for p in points)
    last = told.words(points[-1].value)
    if told.number(low) == told.number(high):
        return f"{term.label}: steady at {last}"
    return f"{term.label}: last {last}, between {told.number(low)} and {told.words(high)}"


def trend_chart(
    points: Sequence[Point], term: Term, period: Period, zone: ZoneInfo, silent: Sequence[ActivitySpan] = ()
) -> Spec:
    """A line that holds each recorded value until the next, with silences shaded behind it."""
    stretches = unbroken(points, term, silent)
    told = measure(points, term)
    axes = {"x": time_axis(period, zone), "y": _value_axis(points, told, term)}
    return {
        "description": finding(points, term),
        "width": "container",
        "height": 150,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": [
            _silences(silent, period, axes["x"]),
            _line([_values(stretch, told, period, zone) for stretch in stretches], term, axes),
            _last_point(_values(points[-1:], told, period, zone), axes),
        ],
        "usermeta": {
            "finding": finding(points, term),
            "rows": [_table_row(row, told) for row in by_hour(points, zone)],
        },
    }


_STEPS = ((2, 15), (8, 120), (math.inf, 360))
"""Up to so many hours, a label every so many minutes."""


def seconds_into(moment: datetime, period: Period) -> float:
    return round((moment - period.begin).total_seconds(), 3)


def time_axis(period: Period, zone: ZoneInfo) -> Spec:
    hours = period.length / timedelta(hours=1)
    marks = clock_marks(period, zone, every=next(step for limit, step in _STEPS if hours <= limit))
    values = [seconds_into(mark, period) for mark in marks]
    labels = [f"{mark:%H:%M}" if mark.hour else f"{mark:%a %-d}" for mark in marks]
    return {
        "field": "t",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, period.length.total_seconds()], "nice": False, "zero": False},
        "axis": {
            "values": values,
            "labelExpr": f"{labels!r}[indexof({values!r}, datum.value)]",
            "grid": False,
        },
    }


def _silences(silent: Sequence[ActivitySpan], period: Period, axis: Spec) -> Spec:
    return {
        "data": {
            "values": [
                {
                    "t": seconds_into(gap.begin, period),
                    "end": seconds_into(gap.end, period),
                    "words": "Not heard",
                }
                for gap in silent
            ]
        },
        "mark": {"type": "rect", "style": "silence", "clip": True},
        "encoding": {"x": axis, "x2": {"field": "end"}, "tooltip": {"field": "words", "type": "nominal"}},
    }


def _value_axis(points: Sequence[Point], told: Measure, term: Term) -> Spec:
    return {
        "field": "value",
        "type": "quantitative",
        "title": told.unit or None,
        "scale": {"domain": _span(points, told, term), "nice": True, "zero": False},
        "axis": {"tickCount": 4, "tickMinStep": 10**-told.decimals, "format": f",.{told.decimals}~f"},
    }


def _span(points: Sequence[Point], told: Measure, term: Term) -> list[float]:
    """What the axis covers: of a steady line at least four deadbands, or four of its last digit, so that
    it is not blown up; and nothing below zero of what cannot be negative."""
    if (term.unit == "%" and term.high == 100) or not points:
        return [0, 100] if term.unit == "%" else [0, 1]
    low, high = (told.of(f(point.value for point in points)) for f in (min, max))
    deadband = 0.0 if term.unit == "s" else told.of(term.deadband)
    least = 4 * max(deadband, 10.0**-told.decimals)
    room = max(0.0, least - (high - low)) / 2
    floor = told.of(term.low) if term.low >= 0 else -math.inf
    bottom = max(floor, low - room)
    return [bottom, max(high + room, bottom + least)]


def _values(points: Sequence[Point], told: Measure, period: Period, zone: ZoneInfo) -> list[Spec]:
    return [
        {
            "t": seconds_into(point.at, period),
            "value": told.of(point.value),
            "clock": f"{point.at.astimezone(zone):%H:%M:%S}",
            "words": told.words(point.value),
        }
        for point in thinned(points)
    ]


def _line(stretches: Sequence[Sequence[Spec]], term: Term, encoding: Spec) -> Spec:
    values = [{**value, "stretch": number} for number, stretch in enumerate(stretches) for value in stretch]
    nearest = {
        "type": "point",
        "on": "pointerover",
        "nearest": True,
        "clear": "pointerout",
        "encodings": ["x"],
    }
    return {
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "line", "interpolate": "step-after", "clip": True},
                "encoding": {**encoding, "detail": {"field": "stretch", "type": "nominal"}},
            },
            {
                "params": [{"name": "near", "select": nearest}],
                "mark": {"type": "point", "style": "near", "filled": True},
                "encoding": {
                    **encoding,
                    "opacity": {"condition": {"param": "near", "empty": False, "value": 1}, "value": 0},
                    "tooltip": [
                        {"field": "words", "type": "nominal", "title": term.label},
                        {"field": "clock", "type": "nominal", "title": "at"},
                    ],
                },
            },
        ],
    }


def _last_point(values: Sequence[Spec], encoding: Spec) -> Spec:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "point", "style": "last", "filled": True, "opacity": 1},
        "encoding": encoding,
    }


def _table_row(row: HourRow, told: Measure) -> list[str]:
    """Hour, lowest, highest and last, as the table beneath shows them."""
    return [f"{row.begin:%a %H:%M}", *(told.number(value) for value in (row.lowest, row.highest, row.last))]
