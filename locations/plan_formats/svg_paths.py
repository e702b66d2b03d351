"""The outlines that SVG shapes draw, as closed lines of points. Strict: what is not understood is refused. Pure."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
CURVE_STEPS = 12
"""Straight pieces of one Bézier curve."""
ARC_STEP = math.pi / 18
MOST_POINTS = 20_000
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(rf"\s*,?\s*(?:([A-Za-z])|({_NUMBER}))")
_FLAG = re.compile(r"\s*,?\s*([01])")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


class PathError(ValueError):
    """A drawing that says no outline: what is wrong, in words."""


def times(a: Matrix, b: Matrix) -> Matrix:
    """First ``b``, then ``a``, as nested transforms apply."""
    return (
        a[0] * b[0] + a[2] * b[1],
        a[1] * b[0] + a[3] * b[1],
        a[0] * b[2] + a[2] * b[3],
        a[1] * b[2] + a[3] * b[3],
        a[0] * b[4] + a[2] * b[5] + a[4],
        a[1] * b[4] + a[3] * b[5] + a[5],
    )


def moved(matrix: Matrix, point: Point) -> Point:
    x, y = point
    return (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])


def _rotate(degrees: float, x: float = 0.0, y: float = 0.0) -> Matrix:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)


_TRANSFORMS: Mapping[str, tuple[tuple[int, ...], Callable[..., Matrix]]] = {
    "matrix": ((6,), lambda a, b, c, d, e, f: (a, b, c, d, e, f)),
    "translate": ((1, 2), lambda x, y=0.0: (1.0, 0.0, 0.0, 1.0, x, y)),
    "scale": ((1, 2), lambda x, y=None: (x, 0.0, 0.0, x if y is None else y, 0.0, 0.0)),
    "rotate": ((1, 3), _rotate),
    "skewX": ((1,), lambda degrees: (1.0, 0.0, math.tan(math.radians(degrees)), 1.0, 0.0, 0.0)),
    "skewY": ((1,), lambda degrees: (1.0, math.tan(math.radians(degrees)), 0.0, 1.0, 0.0, 0.0)),
}


def matrix_of(transform: str) -> Matrix:
    """The matrix of a ``transform`` attribute. Raises :class:`PathError`."""
    matrix = IDENTITY
    rest = re.sub(r"([A-Za-z]+)\s*\(([^()]*)\)\s*,?", "", transform).strip()
    if rest:
        raise PathError(f"has a transform that is not understood: {rest[:40]!r}")
    for name, told in re.findall(r"([A-Za-z]+)\s*\(([^()]*)\)", transform):
        counts, make = _TRANSFORMS.get(name, ((), _rotate))
        numbers = [number(text) for text in re.split(r"[\s,]+", told.strip()) if text]
        if len(numbers) not in counts:
            raise PathError(f"has a transform that is not understood: {name!r}")
        matrix = times(matrix, make(*numbers))
    return matrix


def number(text: str) -> float:
    found = re.fullmatch(rf"({_NUMBER})(?:px)?", text.strip())
    if found is None or not math.isfinite(float(found[1])):
        raise PathError(f"has a number that is not understood: {text[:20]!r}")
    return float(found[1])


def numbers(text: str) -> list[float]:
    return [number(part) for part in re.split(r"[\s,]+", text.strip()) if part]


@dataclass(slots=True)
class _Pen:
    """``lines``: the lines drawn so far, each with whether it was closed."""

    at: Point = (0.0, 0.0)
    start: Point = (0.0, 0.0)
    handle: Point | None = None  # of the curve before, for S and T
    lines: list[tuple[list[Point], bool]] = field(default_factory=list)
    count: int = 0

    def to(self, point: Point) -> None:
        self.count += 1
        if self.count > MOST_POINTS:
            raise PathError(f"has more than {MOST_POINTS} points")
        if not self.lines or self.lines[-1][1]:
            self.lines.append(([self.at], False))
        self.lines[-1][0].append(point)
        self.at = point

    def lift(self, point: Point) -> None:
        self.at = self.start = point
        self.lines.append(([point], False))

    def close(self) -> None:
        if self.lines:
            self.lines[-1] = (self.lines[-1][0], True)
        self.at = self.start


def outlines(path: str) -> list[list[Point]]:
    """Closed lines of a path's ``d``, in its own units; lines left open are none, unless they end where they began."""
    pen = _Pen()
    before = ""
    for command, values in _commands(path):
        if not before and command.upper() != "M":
            raise PathError("has a path that does not begin with M")
        _draw(pen, command, values, before)
        before = command.upper()
    return [points for points, closed in pen.lines if len(points) > 2 and (closed or points[0] == points[-1])]


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Commands with their numbers, repeated ones one by one."""
    place, command = 0, ""
    values: list[float] = []
    path = path.rstrip()
    while place < len(path):
        is_flag = command.upper() == "A" and len(values) in (3, 4)
        found = (_FLAG if is_flag else _TOKEN).match(path, place)
        if found is None or (is_flag is False and found[1] and (values or found[1].upper() not in _TAKES)):
            raise PathError(f"has a path that is not understood: {path[place : place + 20]!r}")
        place = found.end()
        if not is_flag and found[1]:
            command = found[1]
        elif not command or command.upper() == "Z":
            raise PathError(f"has a path that is not understood: {path[place - 5 : place + 20]!r}")
        else:
            values.append(float(found[1] if is_flag else found[2]))
        if command and len(values) == _TAKES[command.upper()]:
            yield command, values
            command = {"M": "L", "m": "l"}.get(command, command)
            values = []
    if values:
        raise PathError("has a path that ends in the middle")


def _draw(pen: _Pen, command: str, values: list[float], before: str) -> None:
    kind = command.upper()
    x, y = pen.at if command.islower() else (0.0, 0.0)
    if kind == "Z":
        pen.close()
    elif kind == "H":
        pen.to((x + values[0], pen.at[1]))
    elif kind == "V":
        pen.to((pen.at[0], y + values[0]))
    elif kind == "A":
        _arc(pen, values, (x + values[5], y + values[6]))
    else:
        points = [(x + a, y + b) for a, b in zip(values[::2], values[1::2], strict=True)]
        {"M": pen.lift, "L": pen.to}.get(kind, lambda _: _curve(pen, kind, points, before))(points[0])


def _curve(pen: _Pen, kind: str, points: list[Point], before: str) -> None:
    if kind in "ST":
        is_smooth = pen.handle is not None and before in ("CS" if kind == "S" else "QT")
        handle = pen.handle if is_smooth and pen.handle else pen.at
        points = [(2 * pen.at[0] - handle[0], 2 * pen.at[1] - handle[1]), *points]
    way = [pen.at, *points]
    for step in range(1, CURVE_STEPS + 1):
        pen.to(_along(way, step / CURVE_STEPS) if step < CURVE_STEPS else points[-1])
    pen.handle = points[-2]


def _along(way: list[Point], share: float) -> Point:
    """A point of a Bézier curve, by de Casteljau."""
    while len(way) > 1:
        way = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in itertools.pairwise(way)
        ]
    return way[0]


def _arc(pen: _Pen, values: list[float], end: Point) -> None:
    """An elliptical arc as SVG 1.1, appendix F.6, tells it."""
    begin, (rx, ry) = pen.at, (abs(values[0]), abs(values[1]))
    if not rx or not ry or begin == end:
        pen.to(end)
        return
    phi = math.radians(values[2])
    cos, sin = math.cos(phi), math.sin(phi)
    dx, dy = (begin[0] - end[0]) / 2, (begin[1] - end[1]) / 2
    x, y = cos * dx + sin * dy, -sin * dx + cos * dy
    grown = math.sqrt(max(1.0, (x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grown, ry * grown
    below = (rx * y) ** 2 + (ry * x) ** 2
    share = math.sqrt(max(0.0, ((rx * ry) ** 2 - below) / below)) * (-1 if values[3] == values[4] else 1)
    cx, cy = share * rx * y / ry, -share * ry * x / rx
    first = math.atan2((y - cy) / ry, (x - cx) / rx)
    swept = math.atan2((-y - cy) / ry, (-x - cx) / rx) - first
    if values[4] and swept < 0:
        swept += 2 * math.pi
    elif not values[4] and swept > 0:
        swept -= 2 * math.pi
    middle = ((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2)
    steps = max(1, math.ceil(abs(swept) / ARC_STEP))
    for step in range(1, steps):
        angle = first + swept * step / steps
        px, py = cx + rx * math.cos(angle), cy + ry * math.sin(angle)
        pen.to((cos * px - sin * py + middle[0], sin * px + cos * py + middle[1]))
    pen.to(end)
