"""How likely a window of sightings is at each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from locations.estimation import propagation
from locations.estimation.belief import Reports
from locations.estimation.radio_map import RadioMap
from locations.estimation.ranging import ERROR_M

DEGREES = 4.0
"""Of freedom of Student's distribution: what lies far off is unlikely, but not impossible."""
MOST = 16
"""Anchors that are looked at: the strongest. More change little and cost time."""

Cells = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strengths:
    """Strengths of a window as arrays: which anchors, mean power, variance of it in time."""

    index: NDArray[np.int64]
    rssi: NDArray[np.float32]
    variance: NDArray[np.float32]


def strengths(radio_map: RadioMap, window: Mapping[str, Reports]) -> Strengths | None:
    told = [
        (report.rssi_dbm, radio_map.index[name], report.count)
        for name, report in window.items()
        if report.rssi_dbm is not None and name in radio_map.index
    ]
    if not told:
        return None
    if len(told) > MOST:
        told = sorted(told, reverse=True)[:MOST]
    rssi, index, count = zip(*told, strict=True)
    at = np.array(index)
    return Strengths(
        at,
        np.array(rssi, dtype=np.float32),
        (radio_map.extra[at] + propagation.TIME_SPREAD_DB**2 / np.array(count)).astype(np.float32),
    )


def likelihood(radio_map: RadioMap, heard: Strengths, rows: slice, columns: slice) -> Cells:
    """Logarithm, at these cells, of what was heard and of what was not."""
    index = heard.index
    off = heard.rssi[:, None, None] - radio_map.means[:, rows, columns][index]
    if radio_map.is_surveyed:
        variance = radio_map.variances[rows, columns] + heard.variance[:, None, None]
        np.multiply(off, off, out=off)
        off /= variance
        of_spread = -0.5 * np.log(variance.prod(axis=0, dtype=np.float64))
    else:
        np.multiply(off, off, out=off)
        off /= heard.variance[:, None, None]
        of_spread = 0.0
    off *= 1 / DEGREES
    off += 1
    unheard = radio_map.silence[rows, columns] - radio_map.hush[:, rows, columns][index].sum(axis=0)
    total: Cells = -(DEGREES + 1) / 2 * np.log(off.prod(axis=0, dtype=np.float64)) + of_spread + unheard
    return total


def likelihood_of_others(
    radio_map: RadioMap, window: Mapping[str, Reports], x: Cells, y: Cells, spacing: float
) -> Cells | float:
    """The same of ranges, and of anchors that tell no more than that they hear; as exact as cells so wide allow."""
    total: Cells | float = 0.0
    for name, report in window.items():
        anchor = radio_map.anchors.get(name)
        if anchor is None or report.rssi_dbm is not None:
            continue
        apart = propagation.distances(x, y, anchor.x, anchor.y, anchor.z)
        if report.range_m is None:
            total = total - 0.5 * (1.51 * apart / max(anchor.reach_m, spacing)) ** 2
        else:
            error = np.hypot(report.range_error_m or ERROR_M, spacing)
            total = total - (DEGREES + 1) / 2 * np.log1p(((report.range_m - apart) / error) ** 2 / DEGREES)
    return total
