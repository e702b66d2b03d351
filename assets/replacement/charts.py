"""The plan as a chart in the manner of :mod:`assets.charts`: no colours, a sentence for what it says, and rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from assets.charts import Spec
from assets.replacement.plan import Plan
from assets.replacement.shown import money


def plan_chart(plan: Plan) -> Spec:
    """What is planned in each year as bars, with a mark for its budget where one is set."""
    values = [
        {"year": str(year.year), "cost": float(year.planned_cost), "pieces": year.planned}
        for year in plan.years
    ]
    budgets = [
        {"year": str(year.year), "budget": float(year.budget)}
        for year in plan.years
        if year.budget is not None
    ]
    x: dict[str, Any] = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    y = {"type": "quantitative", "title": gettext("cost"), "axis": {"tickCount": 4, "format": "~s"}}
    finding = _finding(plan)
    return {
        "description": finding,
        "width": "container",
        "height": 180,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "style": "silence"},
                "encoding": {
                    "x": x,
                    "y": {"field": "cost", **y},
                    "tooltip": [
                        {"field": "year", "type": "nominal", "title": " "},
                        {"field": "cost", "type": "quantitative", "format": ",.0f", "title": gettext("cost")},
                        {"field": "pieces", "type": "quantitative", "title": gettext("pieces")},
                    ],
                },
            },
            {
                "data": {"values": budgets},
                "mark": {"type": "tick", "thickness": 2, "width": {"band": 0.95}},
                "encoding": {"x": x, "y": {"field": "budget", **y}},
            },
        ],
        "usermeta": {
            "finding": finding,
            "rows": [
                [
                    str(year.year),
                    money(year.planned_cost),
                    "–" if year.budget is None else money(year.budget),
                    str(year.planned),
                ]
                for year in plan.years
            ],
        },
    }


def _finding(plan: Plan) -> str:
    dearest = max(plan.years, key=lambda year: year.planned_cost)
    if not dearest.planned_cost:
        return gettext("Nothing with a price is planned")
    return gettext("Most is planned in %(year)s: %(cost)s; the line is the budget") % {
        "year": dearest.year,
        "cost": money(dearest.planned_cost),
    }
