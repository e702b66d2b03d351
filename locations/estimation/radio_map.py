"""What is known of one floor: who listens where, how strongly each hears every place, and where one can walk."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from shapely.geometry import Polygon

from locations.estimation import propagation
from locations.estimation.anchors import Anchor, SurveyPoint
from locations.estimation.grid import MARGIN_M, NOWHERE, Box, Grid, cover, zones_of_cells
from locations.estimation.survey import Surface, surfaces
from locations.estimation.walls import Door, Walls

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class Area:
    """The plan of a floor as far as it bounds where a tag can be and how it can get there; metres.

    ``box``: the limits of the floor, where no zones tell them.
    """

    zones: Mapping[int, Polygon] = field(default_factory=dict)
    doors: Sequence[Door] = ()
    box: Box | None = None


class RadioMap:
    """Built once for a floor, and again when its receivers, its survey or its plan change; read by many threads.

    ``means`` has a plane of cells for each anchor: strength in dBm; ``nominal`` is that before anything was learned of
    the anchors' levels. ``variances`` says how far a place may be off
    that: a plane for all, and ``extra`` on top for each anchor. ``hush`` has, for each anchor, the logarithm of the
    probability that it does not hear a tag there within a window; ``silence`` is the sum of them.
    """

    def __init__(
        self,
        anchors: Sequence[Anchor],
        *,
        survey: Sequence[SurveyPoint] = (),
        area: Area | None = None,
    ) -> None:
        self.anchors = {anchor.identifier: anchor for anchor in anchors}
        self.index = {identifier: n for n, identifier in enumerate(self.anchors)}
        self.area = area or Area()
        self.grid: Grid = cover(_limits(list(self.anchors.values()), survey, self.area))
        polygons = list(self.area.zones.values())
        self.zone_of = zones_of_cells(self.grid, polygons)
        self.is_inside = (self.zone_of != NOWHERE) if polygons else np.ones(self.grid.shape, dtype=bool)
        self.walls = Walls(self.grid, self.zone_of, list(self.area.zones), self.area.doors)
        x, y = self.grid.points()
        known = surfaces(list(self.anchors.values()), survey, x, y) if survey else {}
        self.is_surveyed = bool(known)
        self._draw(known, x, y)

    def _draw(self, known: Mapping[str, Surface], x: propagation.Floats, y: propagation.Floats) -> None:
        shape = self.grid.shape
        means, extra, by_law = [], [], []
        own = propagation.PLACE_SPREAD_DB**2
        common = next(iter(known.values())).spread ** 2 if known else np.zeros(x.size)
        for name, anchor in self.anchors.items():
            surface = known.get(name)
            means.append(self._by_law_of_distance(anchor, x, y) if surface is None else surface.mean)
            extra.append(own if surface is None else 0.0)
            by_law.append(surface is None)
        self.nominal: Planes = np.array(means, dtype=np.float32).reshape(-1, *shape)
        self.means = self.nominal
        self.variances: Planes = common.astype(np.float32).reshape(shape)
        self.extra = np.array(extra, dtype=np.float32)
        self._is_by_law = np.array(by_law, dtype=bool)
        self.listen()

    def _by_law_of_distance(
        self, anchor: Anchor, x: propagation.Floats, y: propagation.Floats
    ) -> propagation.Floats:
        apart = propagation.distances(x, y, anchor.x, anchor.y, anchor.z)
        walls = np.minimum(self.walls.between(anchor.x, anchor.y).ravel(), propagation.MOST_WALLS)
        law = propagation.STRENGTH_AT_1_M - 10 * propagation.EXPONENT * np.log10(apart)
        return law - propagation.WALL_DB * walls

    def listen(self) -> None:
        """Work out anew how likely each anchor is to hear nothing."""
        spread = np.sqrt(propagation.FLOOR_SPREAD_DB**2 + self.variances + self.extra[:, None, None])
        unheard = ndtr((propagation.FLOOR_DBM - self.means) / spread)
        hush = np.log(propagation.MISSED + (1 - propagation.MISSED) * unheard)
        self.hush: Planes = hush.astype(np.float32)
        self.silence: Planes = self.hush.sum(axis=0)

    def decades_of(self, index: NDArray[np.int64], means: propagation.Floats) -> propagation.Floats:
        """-10 · log10 of the distances at which these anchors are heard so strongly; 0 where a survey says how."""
        decades = (means - propagation.STRENGTH_AT_1_M) / propagation.EXPONENT
        return np.where(self._is_by_law[index], decades, 0.0)

    def at_levels(self, levels: Mapping[str, float], exponent: float = 0.0) -> RadioMap:
        """The same floor, some of whose anchors are louder or quieter by so many dB, and whose strengths fall off
        by a larger or smaller exponent where nobody has surveyed."""
        other = copy.copy(self)
        louder = np.array([levels.get(name, 0.0) for name in self.anchors], dtype=np.float32)
        bend = np.float32(exponent / propagation.EXPONENT) * self._is_by_law.astype(np.float32)
        below = self.nominal - np.float32(propagation.STRENGTH_AT_1_M)
        other.means = self.nominal + bend[:, None, None] * below + louder[:, None, None]
        other.listen()
        return other


def _limits(anchors: Sequence[Anchor], survey: Sequence[SurveyPoint], area: Area) -> Box:
    if area.box is not None:
        return area.box
    if area.zones:
        bounds = np.array([polygon.bounds for polygon in area.zones.values()])
        return (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    xs = [anchor.x for anchor in anchors] + [point.x for point in survey]
    ys = [anchor.y for anchor in anchors] + [point.y for point in survey]
    if not xs:
        return (0.0, 0.0, 0.0, 0.0)
    return (min(xs) - MARGIN_M, min(ys) - MARGIN_M, max(xs) + MARGIN_M, max(ys) + MARGIN_M)
