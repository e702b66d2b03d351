"""A floor plan on its way in: floors, zones and passages that were checked and are not stored yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from shapely.geometry import Polygon

from locations.polygons import overlaps
from locations.zones import ZoneKind


class PlanRefused(ValueError):  # noqa: N818  # reads as what happened
    """A file that cannot be imported; every problem names the feature and the key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PlanZone:
    code: str
    name: str
    kind: ZoneKind
    rings: list[list[list[float]]]
    polygon: Polygon = field(compare=False, repr=False)
    base_m: float | None = None  # height of its floor, where told


@dataclass(frozen=True, slots=True)
class PlanPassage:
    """A passage that the file tells: from a zone on ``floor`` to one on ``to_floor``."""

    floor: str
    to_floor: str
    codes: tuple[str, str]
    kind: str
    x: float
    y: float
    length_m: float


@dataclass(frozen=True, slots=True)
class PlanFloor:
    name: str
    level: int
    zones: dict[str, PlanZone]

    def overlapping(self) -> list[str]:
        """Pairs of zones that share more than walls, in words, the worst first."""
        zones = list(self.zones.values())
        found = sorted(overlaps([zone.polygon for zone in zones]), key=lambda pair: -pair[2])
        return [
            f"{self.name}: {zones[a].code} ({zones[a].name}) and {zones[b].code} ({zones[b].name})"
            f" overlap by {shared:.1f} m²"
            for a, b, shared in found
        ]


@dataclass(frozen=True, slots=True)
class Plan:
    floors: list[PlanFloor]
    passages: list[PlanPassage]
