"""A floor as inline SVG to stand on: its rooms, those with points tinted, and the points."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hospital.plan_drawing import Label, path_of
from locations.models import Floor, SurveyPoint, Zone
from locations.plans import picture_of
from locations.survey_points import bounds_of

MARGIN = 0.03
LETTERS = 55
"""Height of a letter: this part of the longer side."""


@dataclass(frozen=True, slots=True)
class Room:
    pk: int
    path: str
    css: str
    name: str


@dataclass(slots=True)
class SurveyDrawing:
    """Metres, with y turned round, for that of SVG points down."""

    view_box: str
    letter: float
    outline: str = ""
    rooms: list[Room] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    spots: list[Any] = field(default_factory=list)
    picture: dict[str, Any] | None = None

    @property
    def dot(self) -> float:
        return round(self.letter * 0.45, 3)


def draw_survey(
    floor: Floor, zones: Sequence[Zone], surveyed: Collection[int], points: Iterable[SurveyPoint]
) -> SurveyDrawing | None:
    """None of a floor that has no plan."""
    picture = picture_of(floor)
    bounds = bounds_of(floor, zones) or (picture and picture["bounds"])
    if not bounds:
        return None
    x1, y1, x2, y2 = bounds
    size = max(x2 - x1, y2 - y1, 0.5)
    edge = size * MARGIN
    box = (x1 - edge, -y2 - edge, x2 - x1 + 2 * edge, y2 - y1 + 2 * edge)
    drawing = SurveyDrawing(" ".join(f"{value:.3f}" for value in box), round(size / LETTERS, 3))
    drawing.outline = path_of(floor.outline or [])
    for zone in sorted(zones, key=_extent, reverse=True):
        css = f"plan-zone is-{zone.kind}" + (" is-surveyed" if zone.pk in surveyed else "")
        drawing.rooms.append(Room(zone.pk, path_of(zone.polygon), css, zone.name))
        drawing.labels += _label(zone, drawing.letter)
    drawing.spots = [{"pk": point.pk, "x": point.x, "y": -point.y} for point in points]
    if picture:
        west, south, east, north = picture["bounds"]
        drawing.picture = {
            "url": picture["url"], "x": west, "y": -north, "width": east - west, "height": north - south,
        }  # fmt: skip
    return drawing


def _sides(zone: Zone) -> tuple[float, float]:
    xs, ys = zip(*(point[:2] for point in zone.polygon[0]), strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def _extent(zone: Zone) -> float:
    width, height = _sides(zone)
    return width * height


def _label(zone: Zone, letter: float) -> list[Label]:
    """The name, where it fits into the room."""
    width, height = _sides(zone)
    if len(zone.name) * letter * 0.6 > width or letter * 1.4 > height:
        return []
    return [Label(round(zone.label_x, 2), round(letter / 3 - zone.label_y, 2), zone.name)]
