"""What an SVG file draws: closed shapes with the groups they stand in, and texts, in the drawing's own units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element  # a type; svg_safety parses

from locations.plan_draft import plain
from locations.plan_formats.svg_paths import (
    IDENTITY,
    Matrix,
    PathError,
    Point,
    matrix_of,
    moved,
    number,
    numbers,
    outlines,
    times,
)
from locations.plan_formats.svg_safety import local, safe_svg
from locations.plan_parts import PlanRefused

LABEL = "{http://www.inkscape.org/namespaces/inkscape}label"
UNDRAWN = frozenset({"defs", "symbol", "clippath", "mask", "pattern", "marker", "metadata", "style"})
CIRCLE_POINTS = 36


@dataclass(slots=True)
class Shape:
    """One element that draws, with what it stands in. Lines are in the drawing's units, y downwards."""

    element: Element
    lines: list[list[Point]]
    layers: tuple[str, ...]
    named_by: Element
    """Itself, or the group that names it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """``left``, ``top``, ``width``, ``height``: its frame in its own units."""

    box: tuple[float, float, float, float]
    shapes: list[Shape]
    texts: list[tuple[Point, str]] = field(default_factory=list)

    @property
    def bottom(self) -> float:
        return self.box[1] + self.box[3]


def read_drawing(content: bytes) -> Drawing:
    """Closed shapes and texts of an SVG. Raises :class:`PlanRefused`."""
    root = safe_svg(content)
    try:
        drawing = Drawing(_box(root), [])
        for element, matrix, layers, named_by in _drawn(root):
            _take(drawing, element, matrix, layers, named_by)
    except PathError as error:
        raise PlanRefused([f"the SVG {error}"]) from error
    return drawing


def _box(root: Element) -> tuple[float, float, float, float]:
    told = numbers(root.get("viewBox", ""))
    if len(told) == 4 and told[2] > 0 and told[3] > 0:
        return (told[0], told[1], told[2], told[3])
    if root.get("width") and root.get("height"):
        return (0.0, 0.0, number(root.get("width", "")), number(root.get("height", "")))
    raise PlanRefused(["the SVG tells no viewBox, nor width and height in pixels"])


def _drawn(root: Element) -> Iterator[tuple[Element, Matrix, tuple[str, ...], Element | None]]:
    """Each element that is drawn, with its matrix, the names of its groups, and the named group closest to it."""
    waiting: list[tuple[Element, Matrix, tuple[str, ...], Element | None]] = [(root, IDENTITY, (), None)]
    while waiting:
        element, matrix, layers, named_by = waiting.pop()
        tag = local(element.tag)
        if tag in UNDRAWN or element.get("display") == "none":
            continue
        matrix = times(matrix, matrix_of(element.get("transform", "")))
        if tag == "g":
            name = element.get(LABEL) or element.get("id") or ""
            layers = (*layers, name.lower())
            is_layer = element.get("{http://www.inkscape.org/namespaces/inkscape}groupmode") == "layer"
            named_by = (
                None if is_layer else element if title_of(element) or element.get("data-space") else named_by
            )
        yield element, matrix, layers, named_by
        waiting += [(child, matrix, layers, named_by) for child in reversed(element)]


def _take(
    drawing: Drawing, element: Element, matrix: Matrix, layers: tuple[str, ...], named_by: Element | None
) -> None:
    tag = local(element.tag)
    if tag == "text":
        words = plain(" ".join(element.itertext()))
        spot = (number((element.get("x") or "0").split()[0]), number((element.get("y") or "0").split()[0]))
        if words:
            drawing.texts.append((moved(matrix, spot), words))
        return
    lines = [[moved(matrix, point) for point in line] for line in _lines(tag, element)]
    if lines:
        drawing.shapes.append(Shape(element, lines, layers, element if named_by is None else named_by))


def _lines(tag: str, element: Element) -> list[list[Point]]:
    def told(name: str, default: str = "0") -> float:
        return number(element.get(name) or default)

    if tag == "path":
        return outlines(element.get("d", ""))
    if tag == "rect":
        x, y, width, height = told("x"), told("y"), told("width"), told("height")
        return [[(x, y), (x + width, y), (x + width, y + height), (x, y + height)]]
    if tag == "polygon":
        values = numbers(element.get("points", ""))
        return [list(zip(values[::2], values[1::2], strict=False))]
    if tag in ("circle", "ellipse"):
        rx, ry = (told("r"),) * 2 if tag == "circle" else (told("rx"), told("ry"))
        steps = [2 * math.pi * step / CIRCLE_POINTS for step in range(CIRCLE_POINTS)]
        return [[(told("cx") + rx * math.cos(angle), told("cy") + ry * math.sin(angle)) for angle in steps]]
    return []


def title_of(element: Element) -> str:
    """What people call it: its title, its label."""
    for child in element:
        if local(child.tag) == "title":
            return plain("".join(child.itertext()))
    return plain(element.get(LABEL) or element.get("aria-label") or element.get("data-name") or "")
