"""Charts of utilisation in the manner of :mod:`assets.charts`: no colours, a sentence for what they say, and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext

from assets.charts import Spec
from assets.utilisation.explaining import share
from assets.utilisation.figures import Figure
from assets.utilisation.patterns import Cell, Step
from assets.utilisation.reports import CategoryLine, DayLine
from assets.utilisation.stripes import Stripe, words_of
from assets.words import Activity


def fleet_chart(lines: Sequence[CategoryLine]) -> Spec:
    """Average use by category, those with a figure, the most used first."""
    known = sorted(
        (line for line in lines if line.average.value is not None),
        key=lambda line: -(line.average.value or 0),
    )
    values = [
        {"name": str(line.category.plural if line.category else ""), "value": 100 * (line.average.value or 0)}
        for line in known
    ]
    finding = (
        gettext("Most used: %(name)s, %(share)s of the time that was heard")
        % {"name": values[0]["name"], "share": share(known[0].average.value or 0)}
        if values
        else gettext("No category has a figure in this period")
    )
    return {
        "description": finding,
        "width": "container",
        "height": 22 * max(len(values[:20]), 1),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values[:20]},
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 150},
            },
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": gettext("% of the time that was heard"),
                "scale": {"domain": [0, 100]},
                "axis": {"tickCount": 4},
            },
            "tooltip": [
                {"field": "name", "type": "nominal", "title": " "},
                {"field": "value", "type": "quantitative", "format": ".1f", "title": "%"},
            ],
        },
        "usermeta": {
            "finding": finding,
            "rows": [
                [str(line.category.plural if line.category else ""), share(line.average.value or 0)]
                for line in known
            ],
        },
    }


def concurrent_chart(lines: Sequence[DayLine], owned: int) -> Spec:
    """In use at once on each day, 95th percentile and peak, with a line for how many there are."""
    known = [line for line in lines if line.peak.value is not None]
    values = [
        {
            "day": number,
            "date": f"{line.day:%Y-%m-%d}",
            "peak": line.peak.value,
            "p95": line.p95.value,
        }
        for number, line in enumerate(known)
    ]
    most = int(max((line.peak.value or 0 for line in known), default=0))
    finding = (
        gettext("At most %(most)d of %(owned)d in use at once") % {"most": most, "owned": owned}
        if known
        else gettext("Nothing was heard in this period")
    )
    x = {
        "field": "date",
        "type": "ordinal",
        "title": None,
        "axis": {"labelOverlap": "greedy", "labelSeparation": 12, "labelAngle": 0},
    }
    y = {
        "type": "quantitative",
        "title": gettext("pieces"),
        "scale": {"domain": [0, max(owned, most, 1)]},
        "axis": {"tickCount": 4, "tickMinStep": 1, "format": "d"},
    }
    return {
        "description": finding,
        "width": "container",
        "height": 180,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "area", "style": "silence", "interpolate": "step"},
                "encoding": {"x": x, "y": {"field": "peak", **y}},
            },
            {
                "mark": {"type": "line", "interpolate": "step"},
                "encoding": {
                    "x": x,
                    "y": {"field": "p95", **y},
                    "tooltip": [
                        {"field": "date", "type": "nominal", "title": " "},
                        {"field": "p95", "type": "quantitative", "title": gettext("95th percentile")},
                        {"field": "peak", "type": "quantitative", "title": gettext("peak")},
                    ],
                },
            },
            {
                "mark": {"type": "rule", "strokeDash": [4, 4]},
                "encoding": {"y": {"datum": owned, "type": "quantitative"}},
            },
        ],
        "usermeta": {
            "finding": finding,
            "rows": [[row["date"], str(row["p95"]), str(row["peak"])] for row in values],
        },
    }


def week_chart(cells: Sequence[Cell]) -> Spec:
    """A heat map of the week; an hour without a figure stays empty. Its rows are hours, its columns weekdays."""
    known = [cell for cell in cells if cell.average.value is not None]
    if known:
        most = max(known, key=lambda cell: cell.average.value or 0)
        least = min(known, key=lambda cell: cell.average.value or 0)
        finding = gettext(
            "Most used on %(most)s (%(most_share)s), least on %(least)s (%(least_share)s)"
        ) % {
            "most": hour_words(most), "most_share": share(most.average.value or 0),
            "least": hour_words(least), "least_share": share(least.average.value or 0),
        }  # fmt: skip
    else:
        finding = gettext("No hour of the week has a figure in this period")
    days = [str(WEEKDAYS_ABBR[weekday]) for weekday in range(7)]
    return {
        "description": finding,
        "width": "container",
        "height": 7 * 26,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {
            "values": [
                {
                    "day": days[cell.weekday],
                    "hour": cell.hour,
                    "value": 100 * (cell.average.value or 0),
                    "told": f"{hour_words(cell)}: {share(cell.average.value or 0)}",
                }
                for cell in known
            ]
        },
        "mark": {"type": "rect"},
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "scale": {"domain": list(range(24))},
                "title": gettext("hour of the day"),
                "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 6},
            },
            "y": {"field": "day", "type": "ordinal", "scale": {"domain": days}, "title": None},
            "color": {
                "field": "value",
                "type": "quantitative",
                "scale": {"domain": [0, 100]},
                "legend": {
                    "title": gettext("% of the time that was heard"),
                    "orient": "bottom",
                    "gradientLength": 160,
                    "tickCount": 4,
                },
            },
            "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
        },
        "usermeta": {
            "finding": finding,
            "rows": [
                [
                    f"{hour:02}:00",
                    *(
                        _or_dash(cell.average)
                        for cell in sorted(cells, key=lambda cell: cell.weekday)
                        if cell.hour == hour
                    ),
                ]
                for hour in range(24)
            ],
        },
    }


def hour_words(cell: Cell) -> str:
    """Such as “Monday, 10:00”."""
    return f"{WEEKDAYS[cell.weekday]}, {cell.hour:02}:00"


def _or_dash(figure: Figure) -> str:
    return "–" if figure.value is None else share(figure.value)


def at_once_chart(steps: Sequence[Step], owned: int, needed: int | None) -> Spec:
    """The most at once and the mean as time goes on, with lines for how many there are and how many are needed."""
    values: list[dict[str, Any]] = [
        {
            "n": number,
            "when": step_words(step),
            "most": step.most.value,
            "mean": round(step.mean.value or 0, 2),
        }
        for number, step in enumerate(steps)
        if step.most.value is not None
    ]
    most = int(max((row["most"] for row in values), default=0))
    finding = (
        gettext("At most %(most)d of %(owned)d in use at once") % {"most": most, "owned": owned}
        if values
        else gettext("Nothing was heard in this period")
    )
    lines = [{"level": owned, "told": gettext("there are %(count)d") % {"count": owned}, "of": 0}]
    if needed is not None:
        lines.append({"level": needed, "told": gettext("needed: %(count)d") % {"count": needed}, "of": 1})
    x = {
        "field": "when",
        "type": "ordinal",
        "sort": {"field": "n"},
        "title": None,
        "axis": {"labelOverlap": "greedy", "labelSeparation": 16, "labelAngle": 0, "ticks": False},
    }
    y = {
        "type": "quantitative",
        "title": gettext("pieces"),
        "scale": {"domain": [0, max(owned, needed or 0, most, 1)]},
        "axis": {"tickCount": 4, "tickMinStep": 1, "format": "d"},
    }
    return {
        "description": finding,
        "width": "container",
        "height": 220,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "area", "style": "silence", "interpolate": "step"},
                "encoding": {"x": x, "y": {"field": "most", **y}},
            },
            {
                "mark": {"type": "line", "interpolate": "step"},
                "encoding": {
                    "x": x,
                    "y": {"field": "mean", **y},
                    "tooltip": [
                        {"field": "when", "type": "nominal", "title": " "},
                        {"field": "most", "type": "quantitative", "title": gettext("most at once")},
                        {"field": "mean", "type": "quantitative", "title": gettext("on average")},
                    ],
                },
            },
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "strokeDash": [4, 4]},
                "encoding": {"y": {"field": "level", **y}},
            },
            {
                "data": {"values": lines},
                "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -2},
                "encoding": {
                    "x": {"value": 0},
                    "y": {"field": "level", **y},
                    "text": {"field": "told", "type": "nominal"},
                },
            },
        ],
        "usermeta": {
            "finding": finding,
            "rows": [[row["when"], str(row["most"]), f"{row['mean']:.1f}"] for row in values],
        },
    }


def step_words(step: Step) -> str:
    return f"{step.begin:%Y-%m-%d}" if step.hours == 24 else f"{step.begin:%Y-%m-%d %H:%M}"


def strip_chart(found: Sequence[Stripe], used_h: float) -> Spec:
    """One asset, a line for each day; what it does is told by colour, in the tip, and in the rows."""
    finding = (
        gettext("In use for %(hours)s h in this period") % {"hours": f"{used_h:,.1f}"}
        if found
        else gettext("Nothing was heard in this period")
    )
    days = sorted({stripe.day.isoformat() for stripe in found})
    words = [str(activity.label) for activity in Activity]
    return {
        "description": finding,
        "width": "container",
        "height": max(1, len(days)) * (18 if len(days) <= 40 else 8),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {
            "values": [
                {
                    "day": stripe.day.isoformat(),
                    "begin": round(stripe.begin, 4),
                    "end": round(stripe.end, 4),
                    "does": str(Activity(stripe.interval.activity).label),
                    "told": f"{words_of(stripe.interval)}, {_clock(stripe.begin)}–{_clock(stripe.end)}",
                }
                for stripe in found
            ]
        },
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "day",
                "type": "ordinal",
                "scale": {"domain": days, "padding": 0.15},
                "title": None,
                "axis": {"labelOverlap": "greedy"},
            },
            "x": {
                "field": "begin",
                "type": "quantitative",
                "scale": {"domain": [0, max([24, *(stripe.end for stripe in found)])], "nice": False},
                "title": gettext("hours since the day began"),
                "axis": {"values": [0, 6, 12, 18, 24]},
            },
            "x2": {"field": "end"},
            "color": {
                "field": "does",
                "type": "nominal",
                "scale": {"domain": words},
                "legend": {"title": None, "orient": "bottom", "columns": 2},
            },
            "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
        },
        "usermeta": {
            "finding": finding,
            "rows": [
                [
                    stripe.day.isoformat(),
                    f"{_clock(stripe.begin)}–{_clock(stripe.end)}",
                    words_of(stripe.interval),
                ]
                for stripe in found
            ],
        },
    }


def _clock(hours: float) -> str:
    minutes = round(60 * hours)
    return f"{minutes // 60:02}:{minutes % 60:02}"
