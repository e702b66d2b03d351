"""A plan as inline SVG: floors with their zones coloured by kind, what would change, and what is wrong, highlighted.

Drawings hold text and numbers only; the template writes them. The y axis of SVG points down, so y is turned round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from locations.faults import Fault
from locations.plan_changes import Change, FloorChange, ZoneChange
from locations.polygons import Rings

MARGIN = 0.04
MOST_FAULTS = 12
"""Drawings of faults on one page; the rest are told in words."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``path`` as in SVG; ``title`` is what it is called."""

    path: str
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(slots=True)
class PlanDrawing:
    title: str
    view_box: str
    size: float
    """The longer side, in metres: line widths and letters are told from it."""
    shapes: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    spots: list[Label] = field(default_factory=list)
    picture: dict[str, Any] | None = None
    letters: int = 75
    """Height of a letter: this part of the size."""

    @property
    def letter(self) -> float:
        return round(self.size / self.letters, 3)

    @property
    def dot(self) -> float:
        return round(self.size * 0.6 / self.letters, 3)


def path_of(rings: Rings) -> str:
    return "".join("M" + "L".join(f"{x:g} {-y:g}" for x, y in ring) + "Z" for ring in rings if ring)


def _bounds(shapes: Iterable[Rings]) -> tuple[float, float, float, float]:
    points = [point for rings in shapes for ring in rings for point in ring] or [(0.0, 0.0), (1.0, 1.0)]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def _empty(title: str, bounds: Sequence[float], margin_m: float = 0.0) -> PlanDrawing:
    x1, y1, x2, y2 = bounds
    size = max(x2 - x1, y2 - y1, 0.5) + 2 * margin_m
    margin = size * MARGIN + margin_m
    box = (x1 - margin, -y2 - margin, x2 - x1 + 2 * margin, y2 - y1 + 2 * margin)
    return PlanDrawing(title, " ".join(f"{value:.3f}" for value in box), size)


def draw_floor(change: FloorChange, picture_url: str = "") -> PlanDrawing:
    """A floor as it would be; retired zones are drawn over it, dashed."""
    told = change.told
    rings = [_rings(zone) for zone in change.zones]
    outline = told.outline or []
    corners = [[list(told.picture.bounds[:2]), list(told.picture.bounds[2:])]] if told.picture else []
    drawing = _empty(told.name, _bounds([*rings, outline, corners]))
    if outline:
        drawing.shapes.append(Shape(path_of(outline), "plan-outline"))
    order = sorted(change.zones, key=lambda zone: (zone.change == Change.RETIRED, -_extent(_rings(zone))))
    for zone in order:
        drawing.shapes.append(_zone_shape(zone))
        if zone.change != Change.RETIRED:
            drawing.labels += _label(zone, drawing.letter)
    if told.picture and picture_url:
        x1, y1, x2, y2 = told.picture.bounds
        drawing.picture = {"url": picture_url, "x": x1, "y": -y2, "width": x2 - x1, "height": y2 - y1}
    return drawing


def _rings(zone: ZoneChange) -> Rings:
    if zone.told:
        return zone.told.rings
    found: Rings = zone.earlier.polygon if zone.earlier else []
    return found


def _extent(rings: Rings) -> float:
    x1, y1, x2, y2 = _bounds([rings])
    return (x2 - x1) * (y2 - y1)


def _zone_shape(zone: ZoneChange) -> Shape:
    kind = zone.told.kind if zone.told else zone.earlier.kind if zone.earlier else ""
    title = f"{zone.name} ({zone.code}): {zone.change.label.lower()}"
    return Shape(path_of(_rings(zone)), f"plan-zone is-{kind} change-{zone.change}", title)


def _label(zone: ZoneChange, letter: float) -> list[Label]:
    """The name, where it fits into the zone."""
    x1, y1, x2, y2 = _bounds([_rings(zone)])
    if len(zone.name) * letter * 0.6 > x2 - x1 or letter * 1.4 > y2 - y1 or zone.told is None:
        return []
    spot = zone.told.polygon.representative_point()
    return [Label(round(spot.x, 2), round(letter / 3 - spot.y, 2), zone.name)]


def draw_fault(fault: Fault) -> PlanDrawing | None:
    """The faulty shapes, what they share, and the spots; nothing where a fault has no shape."""
    if not fault.shapes:
        return None
    drawing = _empty(fault.words, _bounds(fault.shapes), margin_m=0.2)
    drawing.letters = 20
    drawing.shapes += [Shape(path_of(rings), "plan-fault") for rings in fault.shapes]
    drawing.shapes += [Shape(path_of(rings), "plan-shared") for rings in fault.shared]
    drawing.spots = [Label(x, -y, f"({x:g}, {y:g})") for x, y in fault.spots]
    for rings, name in zip(fault.shapes, fault.zones, strict=False):
        x1, y1, x2, y2 = _bounds([rings])
        drawing.labels.append(Label(round((x1 + x2) / 2, 2), round(-(y1 + y2) / 2, 2), name))
    return drawing


def draw_faults(faults: Sequence[Fault]) -> list[tuple[Fault, PlanDrawing | None]]:
    """Each fault with its drawing; only the first ones are drawn."""
    return [
        (fault, draw_fault(fault) if number < MOST_FAULTS else None) for number, fault in enumerate(faults)
    ]
