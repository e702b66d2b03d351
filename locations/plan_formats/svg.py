"""Rooms out of an SVG drawing of one floor: closed shapes that are named, with their names and kinds."""

from __future__ import annotations

from xml.etree.ElementTree import Element  # a type; svg_safety parses

from shapely.geometry import Polygon

from locations.kinds_from_text import kind_from_text
from locations.models import Passage
from locations.plan_draft import PlanDraft, TooMuchError, code_of, plain
from locations.plan_formats.options import DEFAULT, Frame, PlanOptions, check_level, frame_of
from locations.plan_formats.svg_drawing import Drawing, Shape, read_drawing, title_of
from locations.plan_formats.svg_paths import Point
from locations.plan_formats.svg_safety import local
from locations.plan_parts import Plan, PlanPassage, PlanRefused
from locations.polygons import PlanError
from locations.zones import ZoneKind

ROOM_LAYERS = ("rooms", "zones", "spaces")
NO_ROOM = (
    "the SVG holds no room: no closed shape has an id or a title"
    " (a group called “rooms” makes rooms of all closed shapes in it)"
)


def read_svg(content: bytes, options: PlanOptions = DEFAULT) -> Plan:
    """The floor that an SVG draws. Raises :class:`PlanRefused`; ``NoScaleError`` where only the scale is missing."""
    drawing = read_drawing(content)
    frame = frame_of(options, drawing.box[0], drawing.bottom)
    floor, level = check_level(options)
    draft = PlanDraft(levels={floor: level})
    chosen = _chosen(drawing.shapes, options.layers)
    draft.notes += _left_out(drawing, chosen)
    try:
        for shape in chosen:
            try:
                _read_shape(draft, floor, shape, frame, drawing.texts)
            except PlanError as error:
                draft.refuse(error)
    except TooMuchError:
        pass
    return draft.finish(NO_ROOM)


def _chosen(shapes: list[Shape], layers: tuple[str, ...]) -> list[Shape]:
    """Shapes on the layers asked for, else on layers called rooms, else all those that are named."""
    wanted = {layer.lower() for layer in layers}
    there = {name for shape in shapes for name in shape.layers}
    if missing := wanted - there:
        names = ", ".join(sorted(filter(None, there))) or "none"
        raise PlanRefused([f"the SVG has no group “{min(missing)}”; its groups: {names}"])
    wanted = wanted or {name for name in there if name in ROOM_LAYERS}
    if wanted:
        special = [shape for shape in shapes if _joins(shape.element) or _is_outline(shape.element)]
        inside = [shape for shape in shapes if wanted & set(shape.layers) and shape not in special]
        return [*special, *inside]
    return [
        shape
        for shape in shapes
        if shape.named_by.get("id") or title_of(shape.named_by) or _joins(shape.element)
    ]


def _left_out(drawing: Drawing, chosen: list[Shape]) -> list[str]:
    count = len(drawing.shapes) - len(chosen)
    return (
        [f"{count} closed shapes are not on a layer of rooms, or have no name, and are left out"]
        if count
        else []
    )


def _read_shape(
    draft: PlanDraft, floor: str, shape: Shape, frame: Frame, texts: list[tuple[Point, str]]
) -> None:
    element = shape.named_by
    rings = sorted((_ring(line, frame) for line in shape.lines), key=lambda ring: -Polygon(ring).area)
    where = f"the SVG's {local(shape.element.tag)} ({title_of(element) or element.get('id') or 'unnamed'})"
    if joins := _joins(shape.element):
        draft.passages.append(_passage(shape.element, joins, floor, rings[0], where))
    elif _is_outline(shape.element):
        draft.outlines[floor] = rings
    else:
        name = title_of(element) or _text_inside(shape.lines[0], texts) or element.get("id") or ""
        space = element.get("data-space") or element.get("id") or name
        kind = _kind(element, shape, name, where)
        draft.add_zone(
            floor,
            space,
            rings,
            name=name or space,
            kind=kind,
            where=where,
            department=plain(element.get("data-department") or ""),
        )


def _ring(line: list[Point], frame: Frame) -> list[list[float]]:
    points = [[round(value, 3) for value in frame.place(*point)] for point in line]
    kept = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
    return kept if kept[0] == kept[-1] and len(kept) > 1 else [*kept, kept[0]]


def _text_inside(line: list[Point], texts: list[tuple[Point, str]]) -> str:
    return " ".join(words for spot, words in texts if _is_inside(spot, line))


def _is_inside(spot: Point, line: list[Point]) -> bool:
    """By the number of edges to the right."""
    inside = False
    for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
        if (y1 > spot[1]) != (y2 > spot[1]) and spot[0] < (x2 - x1) * (spot[1] - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _kind(element: Element, shape: Shape, name: str, where: str) -> ZoneKind:
    told = element.get("data-kind") or ""
    if told and told not in ZoneKind.values:
        raise PlanError(where, f"has the kind “{told}”; it is one of {', '.join(ZoneKind.values)}")
    classes = [word for word in (element.get("class") or "").split() if word in ZoneKind.values]
    if told or classes:
        return ZoneKind(told or classes[0])
    words = " ".join([*shape.layers, element.get("data-category") or "", element.get("class") or ""])
    return kind_from_text(words.replace("_", " ").replace("-", " "), name)


def _joins(element: Element) -> list[str]:
    return (element.get("data-joins") or "").split()


def _is_outline(element: Element) -> bool:
    return (element.get("id") or "").lower() == "outline" or element.get("data-outline") == "true"


def _passage(
    element: Element, joins: list[str], floor: str, ring: list[list[float]], where: str
) -> PlanPassage:
    kind = element.get("data-passage") or Passage.Kind.DOOR.value
    if len(joins) != 2 or kind not in Passage.Kind.values:
        raise PlanError(
            where, "does not tell two zones in data-joins, and door, lift or stairs in data-passage"
        )
    corners = ring[:-1]
    x, y = (round(sum(point[axis] for point in corners) / len(corners), 3) for axis in (0, 1))
    return PlanPassage(floor, floor, (code_of(joins[0]), code_of(joins[1])), str(kind), x, y)
