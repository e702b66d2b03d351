"""What is known of one floor: who listens where, how strongly each hears every place, and where one can walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shapely.geometry import Polygon

from locations.estimation.anchors import Anchor, SurveyPoint


@dataclass(frozen=True, slots=True)
class Door:
    """Where one can walk from one zone to another."""

    zone_a: int
    zone_b: int
    x: float
    y: float


@dataclass(frozen=True)
class Area:
    """The plan of a floor as far as it bounds where a tag can be and how it can get there; metres."""

    zones: Mapping[int, Polygon] = field(default_factory=dict)
    doors: Sequence[Door] = ()


class RadioMap:
    """Built once for a floor, and again when its receivers, its survey or its plan change; read by many threads."""

    def __init__(
        self,
        anchors: Sequence[Anchor],
        *,
        survey: Sequence[SurveyPoint] = (),
        area: Area | None = None,
    ) -> None:
        self.anchors = {anchor.identifier: anchor for anchor in anchors}
        self.survey = tuple(survey)
        self.area = area or Area()
