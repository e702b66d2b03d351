"""The way to what was found, drawn on the plan of each floor that one walks: inline SVG, metres, y pointing down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from locations.models import Floor, Zone
from locations.plans import picture_of
from locations.polygons import Rings
from locations.routes import Leg, route

MARGIN_M = 6.0
LEAST_M = 30.0
"""So much of the floor is shown at least, so that one sees where one is."""
LETTERS = 34

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Room:
    path: str
    css: str
    name: str


@dataclass(slots=True)
class Drawing:
    """One floor's part of the way. ``by`` is what leads on from its end, with ``onward``, the floor it leads to."""

    floor: Floor
    view_box: str
    size: float
    rooms: list[Room]
    labels: list[dict[str, Any]]
    outline: str
    line: str
    begin: dict[str, float]
    end: dict[str, float]
    is_last: bool
    by: str = ""
    onward: str = ""
    picture: dict[str, Any] | None = None

    @property
    def letter(self) -> float:
        return round(self.size / LETTERS, 3)

    @property
    def stroke(self) -> float:
        return round(self.size / 110, 3)

    @property
    def dot(self) -> float:
        return round(self.size / 60, 3)


@dataclass(frozen=True, slots=True)
class Way:
    """Floor by floor; ``is_known`` is false where the plan tells no doors that lead there."""

    drawings: list[Drawing] = field(default_factory=list)
    is_known: bool = True


def draw_way(near: Zone | None, place: Zone | None, spot: tuple[float, float] | None = None) -> Way:
    """From ``near`` to ``place``; ``spot`` is where in it the equipment is shown. Without ``near`` or a way, the floor
    around the place alone."""
    if place is None:
        return Way(is_known=False)
    legs = route(near, place) if near is not None and _same_site(near, place) else []
    is_known = bool(legs)
    legs = legs or [Leg(place.floor_id, ((place.label_x, place.label_y),))]
    if spot is not None:
        legs[-1] = replace(legs[-1], points=(*legs[-1].points[:-1], spot))
    floors = Floor.objects.select_related("building").in_bulk([leg.floor_id for leg in legs])
    drawings = [_draw(leg, floors[leg.floor_id]) for leg in legs]
    drawings[-1].is_last = True
    for this, beyond in pairwise(drawings):
        this.onward = beyond.floor.name
    return Way(drawings, is_known)


def _same_site(near: Zone, place: Zone) -> bool:
    return near.floor.building.site_id == place.floor.building.site_id


def _draw(leg: Leg, floor: Floor) -> Drawing:
    box = _box(leg.points)
    size = max(box[2] - box[0], box[3] - box[1])
    zones = [
        zone for zone in Zone.objects.current().filter(floor=floor).order_by("pk") if _overlaps(zone, box)
    ]
    drawing = Drawing(
        floor=floor,
        view_box=" ".join(f"{n:.2f}" for n in (box[0], -box[3], box[2] - box[0], box[3] - box[1])),
        size=size,
        rooms=[
            Room(path_of(z.polygon), f"plan-zone is-{z.kind}", z.name)
            for z in sorted(zones, key=_extent)[::-1]
        ],
        labels=[],
        outline=path_of(floor.outline or []),
        line=" ".join(f"{x:.2f},{-y:.2f}" for x, y in leg.points) if len(leg.points) > 1 else "",
        begin=_point(*leg.points[0]),
        end=_point(*leg.points[-1]),
        is_last=False,
        by=leg.by,
        picture=_picture(floor),
    )
    drawing.labels = list(_labels(zones, drawing.letter))
    return drawing


def path_of(rings: Rings) -> str:
    return "".join("M" + "L".join(f"{x:g} {-y:g}" for x, y in ring) + "Z" for ring in rings if ring)


def _point(x: float, y: float) -> dict[str, float]:
    return {"x": round(x, 2), "y": round(-y, 2)}


def _box(points: Sequence[tuple[float, float]]) -> Box:
    """Around the points with a margin, and neither too small nor too narrow for a phone."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x1, y1, x2, y2 = min(xs) - MARGIN_M, min(ys) - MARGIN_M, max(xs) + MARGIN_M, max(ys) + MARGIN_M
    width = max(x2 - x1, LEAST_M, (y2 - y1) * 0.9)
    height = max(y2 - y1, width * 0.45)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _sides(zone: Zone) -> Box:
    xs, ys = zip(*(point[:2] for point in zone.polygon[0]), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _overlaps(zone: Zone, box: Box) -> bool:
    x1, y1, x2, y2 = _sides(zone)
    return x1 <= box[2] and x2 >= box[0] and y1 <= box[3] and y2 >= box[1]


def _extent(zone: Zone) -> float:
    x1, y1, x2, y2 = _sides(zone)
    return float((x2 - x1) * (y2 - y1))


def _labels(zones: Iterable[Zone], letter: float) -> Iterable[dict[str, Any]]:
    """Names, in as many lines as they need, where they fit into their rooms."""
    for zone in zones:
        x1, y1, x2, y2 = _sides(zone)
        lines = _lines(zone.name, int((x2 - x1) / (letter * 0.55)))
        if lines and len(lines) * letter * 1.15 <= y2 - y1:
            top = zone.label_y + (len(lines) / 2 - 0.8) * letter * 1.15
            spots = [(line, _point(zone.label_x, top - n * letter * 1.15)) for n, line in enumerate(lines)]
            yield from ({**spot, "text": line} for line, spot in spots)


def _lines(name: str, letters: int) -> list[str]:
    """The name broken at its spaces; none if a word is too long."""
    lines = [""]
    for word in name.split():
        if len(word) > letters:
            return []
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= letters:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _picture(floor: Floor) -> dict[str, Any] | None:
    found = picture_of(floor)
    if found is None:
        return None
    west, south, east, north = found["bounds"]
    return {"url": found["url"], "x": west, "y": -north, "width": east - west, "height": north - south}
