"""A floor plan on its way in: floors, zones and passages that were checked and are not stored yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shapely.geometry import Polygon

from locations.faults import Fault, overlap_faults
from locations.zones import ZoneKind


class PlanRefused(ValueError):  # noqa: N818  # reads as what happened
    """A plan that cannot be taken; every fault names what it is in, and shows the shape where there is one."""

    def __init__(self, problems: Iterable[str | Fault]) -> None:
        self.faults = [Fault("file", told) if isinstance(told, str) else told for told in problems]
        super().__init__("\n".join(self.problems))

    @property
    def problems(self) -> list[str]:
        return [fault.words for fault in self.faults]


@dataclass(frozen=True, slots=True)
class PlanZone:
    """``department`` is a code or name as the plan tells it; where it tells none, a zone keeps the one that it has."""

    code: str
    name: str
    kind: ZoneKind
    rings: list[list[list[float]]]
    polygon: Polygon = field(compare=False, repr=False)
    base_m: float | None = None  # height of its floor, where told
    department: str = ""


@dataclass(frozen=True, slots=True)
class PlanPassage:
    """A passage that the file tells: from a zone on ``floor`` to one on ``to_floor``."""

    floor: str
    to_floor: str
    codes: tuple[str, str]
    kind: str
    x: float
    y: float
    length_m: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """What is drawn under a floor: PNG or JPEG, upright, from its lower left to its upper right corner."""

    content: bytes = field(repr=False)
    media_type: str
    width_px: int
    height_px: int
    bounds: tuple[float, float, float, float]
    """x and y of the lower left corner, then of the upper right one, in metres."""


@dataclass(frozen=True, slots=True)
class PlanFloor:
    """A floor without zones (a picture alone) leaves those as they are that it has."""

    name: str
    level: int
    zones: dict[str, PlanZone]
    outline: list[list[list[float]]] | None = None  # where the plan tells one
    picture: PlanPicture | None = None

    def overlaps(self) -> list[Fault]:
        """Pairs of zones that share more than walls, the worst first."""
        named = [(zone.code, zone.name, zone.polygon) for zone in self.zones.values()]
        return overlap_faults(self.name, named)

    def overlapping(self) -> list[str]:
        return [fault.words for fault in self.overlaps()]


@dataclass(frozen=True, slots=True)
class Plan:
    """``notes``: what was left out of the file, in words."""

    floors: list[PlanFloor]
    passages: list[PlanPassage]
    notes: list[str] = field(default_factory=list)
