"""How full a room was, as a Vega-Lite specification in the manner of :mod:`assets.charts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assets.charts import Spec, seconds_into, time_axis
from assets.history import Period

Steps = Sequence[tuple[datetime, int]]


def occupancy_finding(steps: Steps, zone: ZoneInfo) -> str:
    """What the line says, in one sentence."""
    most = max(count for _, count in steps)
    if not most:
        return "Nothing was here in this period"
    at = next(moment for moment, count in steps if count == most)
    least = min(count for _, count in steps)
    if least == most:
        return f"{most} here all the time"
    return f"Most at {at.astimezone(zone):%a %H:%M}: {most} here; fewest {least}"


def occupancy_chart(steps: Steps, period: Period, zone: ZoneInfo, *, until: datetime) -> Spec:
    """Each count holds until the next; the line ends where the period does, or where time has come to."""
    values = [_value(moment, count, period, zone) for moment, count in steps]
    values.append(_value(until, steps[-1][1], period, zone))
    most = max(count for _, count in steps)
    return {
        "description": occupancy_finding(steps, zone),
        "width": "container",
        "height": 120,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "mark": {"type": "area", "interpolate": "step-after", "line": True, "style": "silence", "clip": True},
        "encoding": {
            "x": time_axis(period, zone),
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": "pieces",
                "scale": {"domain": [0, max(most, 1)], "nice": True},
                "axis": {"tickCount": min(max(most, 1), 4), "tickMinStep": 1, "format": "d"},
            },
            "tooltip": [
                {"field": "value", "type": "quantitative", "title": "here"},
                {"field": "clock", "type": "nominal", "title": "from"},
            ],
        },
        "usermeta": {
            "finding": occupancy_finding(steps, zone),
            "rows": [[f"{moment.astimezone(zone):%a %H:%M:%S}", str(count)] for moment, count in steps[:500]],
        },
    }


def _value(moment: datetime, count: int, period: Period, zone: ZoneInfo) -> Spec:
    return {
        "t": seconds_into(moment, period),
        "value": count,
        "clock": f"{moment.astimezone(zone):%a %H:%M:%S}",
    }
