"""Charts of fleet size and forecasts in the manner of :mod:`assets.charts`: no colours, a finding, and rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from assets.charts import Spec
from assets.fleet.models import Forecast, Outcome
from assets.fleet.sensitivity import MINUTES, How, Sensitive
from assets.fleet.shortages import Size
from assets.utilisation.explaining import share
from assets.utilisation.reports import Line


def sizes_chart(sizes: Sequence[Size], line: Line) -> Spec:
    """Share of the time in which a fleet of each size is too small, with lines for what there is and what is needed."""
    values = [
        {"pieces": each.pieces, "value": 100 * (each.short.value or 0), "told": _size_words(each)}
        for each in sizes
    ]
    enough = next((each.pieces for each in sizes if not each.seconds), None)
    finding = (
        gettext("%(pieces)d would always have been enough") % {"pieces": enough}
        if enough is not None
        else gettext("No size that is shown would always have been enough")
        if sizes
        else gettext("No fleet size, because %(reason)s.") % {"reason": line.size.needed.reason}
    )
    marks: list[dict[str, Any]] = [
        {"at": line.owned, "told": gettext("there are %(count)d") % {"count": line.owned}, "y": 92}
    ]
    if line.size.pieces is not None:
        marks.append(
            {
                "at": line.size.pieces,
                "told": gettext("needed: %(count)d") % {"count": line.size.pieces},
                "y": 78,
            }
        )
    top = max((each.pieces for each in sizes), default=1) or 1
    x = {
        "field": "pieces",
        "type": "quantitative",
        "title": gettext("pieces"),
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"tickMinStep": 1, "format": "d", "tickCount": 6},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": gettext("% of the time too few"),
        "scale": {"domain": [0, 100]},
        "axis": {"tickCount": 4},
    }
    marked = {"field": "at", "type": "quantitative"}
    return {
        **_frame(finding, 200),
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "interpolate": "step-after", "point": False},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 24},
                "encoding": {
                    "x": x,
                    "y": y,
                    "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
                },
            },
            {
                "data": {"values": marks},
                "mark": {"type": "rule", "strokeDash": [4, 4]},
                "encoding": {"x": {**x, **marked}},
            },
            *(
                {
                    "data": {"values": [mark]},
                    "mark": {
                        "type": "text",
                        "align": "right" if mark["at"] > top / 2 else "left",
                        "dx": -5 if mark["at"] > top / 2 else 5,
                    },
                    "encoding": {
                        "x": {**x, **marked},
                        "y": {"datum": mark["y"], "type": "quantitative"},
                        "text": {"field": "told", "type": "nominal"},
                    },
                }
                for mark in marks
            ),
        ],
        "usermeta": {
            "finding": finding,
            "rows": [
                [
                    str(each.pieces),
                    str(each.capacity),
                    share(each.short.value or 0),
                    f"{each.seconds / 3600:,.1f}",
                ]
                for each in sizes
            ],
        },
    }


def _size_words(size: Size) -> str:
    told = {"pieces": size.pieces, "share": share(size.short.value or 0)}
    return gettext("%(pieces)d pieces: too few in %(share)s of the time") % told


def sensitivity_chart(cells: Sequence[Sensitive], line: Line) -> Spec:
    """A heat map of one way to count otherwise: the fleet size by threshold and buffer."""
    numbers = [cell.pieces for cell in cells if cell.pieces is not None]
    low, high = min(numbers, default=0), max(numbers, default=1)
    buffers = sorted({cell.buffer for cell in cells})
    finding = (
        _how_words(cells[0].how, line.size.pieces or 0, low, high)
        if numbers
        else gettext("No fleet size, because %(reason)s.") % {"reason": line.size.needed.reason}
    )
    steps = [_minutes(each) for each in MINUTES]
    axes: Spec = {
        "x": {
            "field": "buffer",
            "type": "ordinal",
            "sort": [_percent(buffer) for buffer in buffers],
            "title": gettext("buffer"),
            "axis": {"labelAngle": 0},
        },
        "y": {"field": "minutes", "type": "ordinal", "scale": {"domain": steps}, "title": None},
    }
    colour = {
        "field": "pieces",
        "type": "quantitative",
        "scale": {"domain": [low, max(high, low + 1)]},
        "legend": None,
    }
    texts: list[Spec] = [
        {
            "transform": [{"filter": {"field": "is_strong", "equal": is_strong}}],
            "mark": {"type": "text", "style": "on-strong" if is_strong else "on-faint"},
            "encoding": {**axes, "text": {"field": "pieces", "type": "quantitative"}},
        }
        for is_strong in (False, True)
    ]
    return {
        **_frame(finding, 26 * len(steps)),
        "data": {
            "values": [
                {
                    "buffer": _percent(cell.buffer),
                    "minutes": _minutes(cell.minutes),
                    "pieces": cell.pieces,
                    "is_strong": (cell.pieces or 0) - low > (high - low) / 2,
                }
                for cell in cells
                if cell.pieces is not None
            ]
        },
        "layer": [{"mark": {"type": "rect"}, "encoding": {**axes, "color": colour}}, *texts],
        "usermeta": {
            "finding": finding,
            "rows": [
                [
                    _minutes(minutes),
                    *(
                        "–" if cell.pieces is None else str(cell.pieces)
                        for cell in cells
                        if cell.minutes == minutes
                    ),
                ]
                for minutes in (MINUTES if cells else ())
            ],
        },
    }


def _how_words(how: How, pieces: int, low: int, high: int) -> str:
    words = (
        gettext("Pauses shorter than this bridged: %(low)d to %(high)d needed instead of %(pieces)d")
        if how == "bridged"
        else gettext("Uses shorter than this left out: %(low)d to %(high)d needed instead of %(pieces)d")
    )
    return words % {"low": low, "high": high, "pieces": pieces}


def _percent(buffer: float) -> str:
    return f"{round(100 * buffer)} %"


def _minutes(count: int) -> str:
    return gettext("as it is") if not count else gettext("%(count)d min") % {"count": count}


def forecast_chart(known: Sequence[tuple[date, float | None]], forecast: Forecast | None) -> Spec:
    """What was, and what is to come with its interval where there is a forecast."""
    past = [{"day": day.isoformat(), "value": round(value, 2)} for day, value in known if value is not None]
    points: list[dict[str, Any]] = (
        [
            {"day": point["day"], **{name: round(point[name], 2) for name in ("value", "low", "high")}}
            for point in forecast.points
        ]
        if forecast is not None and forecast.outcome == Outcome.GIVEN
        else []
    )
    if points:
        finding = gettext("%(least)s to %(most)s in use at once in the coming %(days)d days") % {
            "least": f"{min(point['value'] for point in points):.1f}",
            "most": f"{max(point['value'] for point in points):.1f}",
            "days": len(points),
        }
    elif past:
        finding = gettext("No forecast; the last weeks as they were")
    else:
        finding = gettext("Nothing was heard in this period")
    top = max([1.0, *(row["value"] for row in past), *(point["high"] for point in points)])
    x = {
        "field": "day",
        "type": "ordinal",
        "title": None,
        "axis": {"labelOverlap": "greedy", "labelSeparation": 12, "labelAngle": 0},
    }
    y = {
        "type": "quantitative",
        "title": gettext("in use at once"),
        "scale": {"domain": [0, top]},
        "axis": {"tickCount": 4},
    }
    tips = [
        {"field": "day", "type": "nominal", "title": " "},
        {"field": "value", "type": "quantitative", "title": gettext("in use at once")},
    ]
    return {
        **_frame(finding, 220),
        "layer": [
            {
                "data": {"values": past},
                "mark": {"type": "line"},
                "encoding": {"x": x, "y": {"field": "value", **y}, "tooltip": tips},
            },
            {
                "data": {"values": points},
                "mark": {"type": "area", "style": "silence"},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "line", "strokeDash": [4, 4]},
                "encoding": {"x": x, "y": {"field": "value", **y}, "tooltip": tips},
            },
        ],
        "usermeta": {
            "finding": finding,
            "rows": [
                *([row["day"], f"{row['value']:.1f}", "–", "–"] for row in past),
                *(
                    [point["day"], *(f"{point[name]:.1f}" for name in ("value", "low", "high"))]
                    for point in points
                ),
            ],
        },
    }


def _frame(finding: str, height: int) -> Spec:
    return {
        "description": finding,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
