"""From points where somebody recorded to the whole floor: Gaussian process regression around a law of distance.

What the points scatter by, and over which distance they resemble each other, is estimated from the survey itself, by
the likelihood of what was recorded, over all receivers together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from locations.estimation import propagation
from locations.estimation.anchors import Anchor, SurveyPoint
from locations.estimation.propagation import Floats

LENGTHS_M = (1.0, 2.0, 4.0, 8.0)
"""Over which the deviation from the law of distance is alike."""
SHARES = (0.15, 0.3, 0.5, 0.7, 0.85)
"""Of the deviation that is the point's alone, such as standing waves; the rest is shared with points around."""
MOST_POINTS = 1500
"""More are thinned evenly."""
LEAST_SPREAD_DB = 2.0
"""No survey is so good that another tag, on another day, would agree with it better."""
CHUNK = 4096


@dataclass(frozen=True)
class Surface:
    """For one receiver, the mean strength at each cell and its standard deviation."""

    mean: Floats
    spread: Floats


@dataclass(frozen=True)
class _Covariance:
    length: float
    shared: float  # variance, dB²
    own: float

    def between(self, a: Floats, b: Floats) -> Floats:
        apart = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
        alike: Floats = self.shared * np.exp(-apart / self.length)
        return alike


def surfaces(
    anchors: Sequence[Anchor], survey: Sequence[SurveyPoint], x: Floats, y: Floats
) -> dict[str, Surface]:
    """For each receiver that the survey heard anywhere."""
    points = list(survey)[:: max(1, -(-len(survey) // MOST_POINTS))]
    places = np.array([(point.x, point.y) for point in points])
    heard = [anchor for anchor in anchors if any(anchor.identifier in point.signals for point in points)]
    readings = {anchor.identifier: _readings(anchor, points) for anchor in heard}
    laws = _laws(heard, places, readings)
    rests = np.array([_rest(readings[a.identifier], _law(laws[a.identifier], a, *places.T)) for a in heard]).T
    covariance = _fit(places, rests)
    smooth, spread = _spread_out(covariance, places, rests, np.column_stack((x, y)))
    return {
        anchor.identifier: Surface(_law(laws[anchor.identifier], anchor, x, y) + smooth[:, n], spread)
        for n, anchor in enumerate(heard)
    }


def _readings(anchor: Anchor, points: Sequence[SurveyPoint]) -> Floats:
    """Power at each point; not a number where it was not heard."""
    signals = [point.signals.get(anchor.identifier) for point in points]
    means = np.array([np.nan if s is None else s.mean_dbm for s in signals])
    return propagation.power_mean(means, np.array([0.0 if s is None else s.spread_db for s in signals]))


def _rest(readings: Floats, law: Floats) -> Floats:
    """What the law leaves over. Where it was not heard, it is as weak as the law says, or too weak to be heard."""
    return np.where(np.isnan(readings), np.minimum(propagation.FLOOR_DBM - law, 0.0), readings - law)


def _laws(
    anchors: Sequence[Anchor], places: Floats, readings: dict[str, Floats]
) -> dict[str, tuple[float, float]]:
    """Strength at a metre and exponent of each receiver, the exponent drawn towards the one of all together."""
    common = _line(
        np.concatenate([_decades(anchor, *places.T) for anchor in anchors]),
        np.concatenate([readings[anchor.identifier] for anchor in anchors]),
        propagation.EXPONENT,
    )[1]
    return {a.identifier: _line(_decades(a, *places.T), readings[a.identifier], common) for a in anchors}


def _line(decades: Floats, strengths: Floats, expected: float) -> tuple[float, float]:
    """Least squares of ``strength = level - 10 · exponent · decades``, with what is expected of the exponent."""
    weight = (propagation.PLACE_SPREAD_DB / (10 * propagation.EXPONENT_SPREAD)) ** 2
    is_heard = ~np.isnan(strengths)
    decades, strengths = decades[is_heard], strengths[is_heard]
    off = decades - decades.mean()
    slope = (-10 * weight * expected + (off * strengths).sum()) / (weight + (off * off).sum())
    return float(strengths.mean() - slope * decades.mean()), float(-slope / 10)


def _decades(anchor: Anchor, x: Floats, y: Floats) -> Floats:
    return np.log10(propagation.distances(x, y, anchor.x, anchor.y, anchor.z))


def _law(law: tuple[float, float], anchor: Anchor, x: Floats, y: Floats) -> Floats:
    return law[0] - 10 * law[1] * _decades(anchor, x, y)


def _fit(places: Floats, rests: Floats) -> _Covariance:
    """The likeliest of some lengths and shares; the size of the whole follows from them."""
    thin = slice(None, None, max(1, len(places) // 300))
    places, rests = places[thin], rests[thin]
    best: tuple[float, _Covariance] | None = None
    for length in LENGTHS_M:
        for share in SHARES:
            shape = _Covariance(length, 1 - share, share)
            factor = cho_factor(shape.between(places, places) + share * np.eye(len(places)), lower=True)
            size = max(float((rests * cho_solve(factor, rests)).sum()) / rests.size, 0.1)
            likelihood = -rests.shape[1] * np.log(np.diag(factor[0])).sum() - rests.size / 2 * np.log(size)
            if best is None or likelihood > best[0]:
                own = max(size * share, LEAST_SPREAD_DB**2)
                best = likelihood, _Covariance(length, size * (1 - share), own)
    if best is None:
        raise AssertionError("there are lengths and shares")
    return best[1]


def _spread_out(
    covariance: _Covariance, places: Floats, rests: Floats, cells: Floats
) -> tuple[Floats, Floats]:
    """Mean deviation of each receiver at each cell, and the standard deviation there, which all have in common."""
    inner = covariance.between(places, places) + covariance.own * np.eye(len(places))
    factor = cho_factor(inner, lower=True)
    weights = cho_solve(factor, rests)
    means, spreads = [], []
    for begin in range(0, len(cells), CHUNK):
        across = covariance.between(cells[begin : begin + CHUNK], places)
        means.append(across @ weights)
        known = (across * cho_solve(factor, across.T).T).sum(axis=1)
        spreads.append(np.sqrt(np.maximum(covariance.shared - known, 0) + covariance.own))
    return np.concatenate(means), np.concatenate(spreads)
