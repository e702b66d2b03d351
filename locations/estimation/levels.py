"""How loud the receivers of a floor really hear, learned from what they hear and from nothing else.

Where nobody has surveyed, every receiver is taken to be like every other. In truth they differ by several dB: make,
mounting, antenna. A tag that is carried around tells: the place that most receivers agree on says how strongly each
of them should hear it. No true position is needed, and none is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from locations.estimation import propagation
from locations.estimation.belief import Settled, Spot
from locations.estimation.propagation import Floats
from locations.estimation.radio_map import RadioMap

SPREAD_DB = 4.0
"""Standard deviation of what receivers differ by."""
SPREAD_SURVEYED_DB = 1.5
"""The same against a survey, which knows the receivers and says how they differ; they may have aged since."""
COMMON_SPREAD_DB = 4.0
"""Of what all differ by from what is expected: the power of the tags."""
LOOK_S = 6.0
"""A tag on the move is at a place of other fading after so long."""
NOISE_DB2 = propagation.PLACE_SPREAD_DB**2 + propagation.TIME_SPREAD_DB**2 / 4
ENOUGH = 300.0
"""Looks at one receiver, beyond which old ones fade."""
MIDDLE = -10 * np.log10(6.0)
"""Exponent and common level are told apart around this distance."""


@dataclass(slots=True)
class Levels:
    """Sums of a weighted regression: for each anchor looks, deviations and decades; goes to JSON as it is.

    ``solve`` gives what :meth:`RadioMap.at_levels` takes.
    """

    sums: dict[str, list[float]] = field(default_factory=dict)
    decades2: float = 0.0
    decades_by_deviation: float = 0.0

    def learn(self, radio_map: RadioMap, settled: Settled) -> None:
        """Take in a window: the more, the surer the place, and the likelier that the tag moves."""
        place, elapsed = settled.place, settled.elapsed
        told = [
            (name, report.rssi_dbm)
            for name, report in settled.window.items()
            if report.rssi_dbm is not None and name in radio_map.index
        ]
        if len(told) < 3 or elapsed <= 0:
            return
        names, strengths = zip(*told, strict=True)
        index = np.array([radio_map.index[name] for name in names])
        rows, columns, shares = _around(radio_map, place.spot())
        nominal = radio_map.nominal[:, rows, columns][index].astype(np.float64)
        means = nominal @ shares
        unsure = np.square(nominal - means[:, None]) @ shares
        weights = min(elapsed / LOOK_S, 1.0) * place.moving * NOISE_DB2 / (NOISE_DB2 + unsure)
        deviations = np.array(strengths) - means
        decades = radio_map.decades_of(index, means) - MIDDLE
        for name, w, e, u in zip(names, weights.tolist(), deviations.tolist(), decades.tolist(), strict=True):
            row = self.sums.setdefault(name, [0.0, 0.0, 0.0])
            fade = min(1.0, ENOUGH / (row[0] + w))
            self.sums[name] = [fade * (row[0] + w), fade * (row[1] + w * e), fade * (row[2] + w * u)]
        most = sum(row[0] for row in self.sums.values())
        fade = min(1.0, ENOUGH * len(self.sums) / most) if most else 1.0
        self.decades2 = fade * (self.decades2 + float((weights * decades * decades).sum()))
        self.decades_by_deviation = fade * (
            self.decades_by_deviation + float((weights * decades * deviations).sum())
        )

    def solve(self, *, surveyed: bool = False) -> tuple[dict[str, float], float]:
        """By how many dB each anchor is louder than the map says; and by how much the exponent is larger."""
        if not self.sums:
            return {}, 0.0
        n, e, u = np.array(list(self.sums.values())).T
        ease = NOISE_DB2 / (SPREAD_SURVEYED_DB if surveyed else SPREAD_DB) ** 2
        own = ease / (n + ease)  # what remains after each anchor has taken up its share
        taken = 1 / (n + ease)
        cc = (n * own).sum() + NOISE_DB2 / COMMON_SPREAD_DB**2
        cs = (u * own).sum()
        ss = self.decades2 - (u * u * taken).sum() + NOISE_DB2 / propagation.EXPONENT_SPREAD**2
        ce = (e * own).sum()
        se = self.decades_by_deviation - (u * e * taken).sum()
        if surveyed:
            common, exponent = ce / cc, 0.0
        else:
            area = cc * ss - cs * cs
            common, exponent = (ss * ce - cs * se) / area, (cc * se - cs * ce) / area
        levels = common + (e - exponent * u - n * common) * taken
        levels -= exponent * MIDDLE  # the map turns around one metre
        return dict(zip(self.sums, levels.tolist(), strict=True)), float(exponent)


def _around(radio_map: RadioMap, spot: Spot) -> tuple[list[int], list[int], Floats]:
    """Cells at the middle of a distribution and at both sides along each axis, and what each counts for."""
    grid = radio_map.grid
    wide, high = 1.73 * spot.xx**0.5, 1.73 * spot.yy**0.5
    xs = (spot.x, spot.x - wide, spot.x + wide, spot.x, spot.x)
    ys = (spot.y, spot.y, spot.y, spot.y - high, spot.y + high)
    shares = np.array([1 / 3, 1 / 6, 1 / 6, 1 / 6, 1 / 6])
    return [grid.row(y) for y in ys], [grid.column(x) for x in xs], shares
