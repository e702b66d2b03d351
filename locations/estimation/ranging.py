"""Position from measured distances: exact to centimetres, where a grid of cells would be too coarse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from locations.estimation import propagation
from locations.estimation.belief import Reports, Spot
from locations.estimation.radio_map import RadioMap

DEGREES = 4.0
"""Of freedom: a range around a corner is too long by metres, and must not pull."""
ERROR_M = 0.3
"""Standard deviation of a range that comes without its own."""
ROUNDS = 8
FLAT = 1e-6
"""What is known beforehand where nothing is, in 1/m²."""


@dataclass(frozen=True, slots=True)
class Range:
    """From an anchor at ``x``, ``y``, whose height over the tag is ``rise``."""

    x: float
    y: float
    rise: float
    metres: float
    error: float


def ranges(radio_map: RadioMap, window: Mapping[str, Reports]) -> list[Range]:
    """Those of a window, in the order of the anchors' names."""
    found = []
    for name in sorted(window):
        report, anchor = window[name], radio_map.anchors.get(name)
        if report.range_m is not None and anchor is not None:
            height = propagation.ANCHOR_HEIGHT_M if anchor.z is None else anchor.z
            rise = height - propagation.TAG_HEIGHT_M
            found.append(Range(anchor.x, anchor.y, rise, report.range_m, report.range_error_m or ERROR_M))
    return found


def refine(before: Spot | None, start: Spot, measured: list[Range]) -> Spot:
    """The likeliest place near ``start``, by Gauss and Newton, ``before`` being what was known without the ranges.

    Without anything known before, fewer than three ranges leave more than one place: then it is ``start``.
    """
    if before is None and len(measured) < 3:
        return start
    known = _inverse(before.xx, before.xy, before.yy) if before else (FLAT, 0.0, FLAT)
    origin = before or start
    x, y = start.x, start.y
    xx, xy, yy = known
    for _ in range(ROUNDS):
        xx, xy, yy = known
        gx = xx * (origin.x - x) + xy * (origin.y - y)
        gy = xy * (origin.x - x) + yy * (origin.y - y)
        for r in measured:
            dx, dy = x - r.x, y - r.y
            apart = max(math.sqrt(dx * dx + dy * dy + r.rise * r.rise), 0.05)
            off = r.metres - apart
            weight = (DEGREES + 1) / (DEGREES * r.error**2 + off * off)
            ux, uy = dx / apart, dy / apart
            xx, xy, yy = xx + weight * ux * ux, xy + weight * ux * uy, yy + weight * uy * uy
            gx, gy = gx + weight * ux * off, gy + weight * uy * off
        cxx, cxy, cyy = _inverse(xx, xy, yy)
        x, y = x + cxx * gx + cxy * gy, y + cxy * gx + cyy * gy
    return Spot(x, y, *_inverse(xx, xy, yy))


def _inverse(xx: float, xy: float, yy: float) -> tuple[float, float, float]:
    area = max(xx * yy - xy * xy, 1e-12)
    return yy / area, -xy / area, xx / area
