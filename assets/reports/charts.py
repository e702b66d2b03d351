"""The two charts of these reports, in the manner of :mod:`assets.charts`: bars by name, and a table of "
"shades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assets.charts import Spec

MOST_BARS = 20


def bars(
    finding: str,
    rows: Sequence[tuple[str, float, str]],
    *,
    title: str,
    most: float | None = None,
    mark: float | None = None,
) -> Spec:
    """Rows are name, length and the value in words. ``most`` is where the axis ends, ``mark`` a line "
    "across."""
    shown = rows[:MOST_BARS]
    scale = {} if most is None else {"scale": {"domain": [0, most]}}
    x: dict[str, Any] = {"type": "quantitative", "title": title, "axis": {"tickCount": 4}, **scale}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": 14},
            "encoding": {
                "y": {
                    "field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 150},
                },
                "x": {"field": "value", **x},
                "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
            },
        }
    ]  # fmt: skip
    if mark is not None:
        layers.append(
            {"mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"x": {"datum": mark, **x}}}
        )
    return {
        "description": finding,
        "width": "container",
        "height": 22 * max(len(shown), 1),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {
            "values": [
                {"name": name, "value": round(value, 4), "told": f"{name}: {told}"}
                for name, value, told in shown
            ]
        },
        "layer": layers,
        "usermeta": {"finding": finding, "rows": [[name, told] for name, _, told in rows]},
    }


def shades(finding: str, cells: Sequence[tuple[str, str, int]], *, across: str, down: str, told: str) -> Spec:
    """From where (down) to where (across), and how often: the more, the darker."""
    names = list(dict.fromkeys(name for origin, target, _ in cells for name in (origin, target)))
    return {
        "description": finding,
        "width": "container",
        "height": 30 * max(len(names), 1),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {
            "values": [
                {"origin": origin, "target": target, "count": count, "told": f"{origin} → {target}: {count}"}
                for origin, target, count in cells
            ]
        },
        "mark": {"type": "rect"},
        "encoding": {
            "y": {
                "field": "origin", "type": "nominal", "title": down, "scale": {"domain": names},
                "axis": {"labelLimit": 120},
            },
            "x": {
                "field": "target", "type": "nominal", "title": across, "scale": {"domain": names},
                "axis": {"labelAngle": -40, "labelLimit": 110},
            },
            "color": {
                "field": "count",
                "type": "quantitative",
                "scale": {"domainMin": 0},
                "legend": {"title": told, "orient": "bottom", "gradientLength": 160, "tickCount": 4},
            },
            "tooltip": [{"field": "told", "type": "nominal", "title": " "}],
        },
        "usermeta": {
            "finding": finding,
            "rows": [
                [f"{origin} → {target}", str(count)]
                for origin, target, count in sorted(cells, key=lambda cell: -cell[2])
            ],
        },
    }  # fmt: skip
