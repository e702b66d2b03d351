"""Charts of utilisation in the manner of :mod:`assets.charts`: no colours, a sentence for what they say, and rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from assets.charts import Spec
from assets.utilisation.explaining import share
from assets.utilisation.reports import CategoryLine, DayLine


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
