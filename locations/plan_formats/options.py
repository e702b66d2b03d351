"""What a file cannot tell of itself: which floor it draws, at what scale, and where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

from locations.plan_parts import PlanRefused

Point = tuple[float, float]

MOST_METRES = 5_000.0
"""Farther apart than the ends of any building."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two points of a drawing, in its own units, and how far they are apart, or where they stand, in metres."""

    a: Point
    b: Point
    metres: float | None = None
    at_a: Point | None = None
    at_b: Point | None = None


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Each format reads those that concern it; docs/floor-plans.md tells which."""

    floor: str = ""
    level: int | None = None
    scale: float | None = None
    """Metres for one unit of the drawing."""
    points: Calibration | None = None
    layers: tuple[str, ...] = ()
    building: str = ""
    """Id or name of the building, in a file that holds several."""
    origin: Point | None = None
    """What becomes 0, 0: latitude and longitude, or x and y in the drawing's units."""
    rotation: float = 0.0
    """Degrees by which the drawing is turned, counter-clockwise."""


DEFAULT = PlanOptions()


@dataclass(frozen=True, slots=True)
class Frame:
    """From a drawing with y downwards to the building's metres: scaled, turned and moved, never skewed."""

    scale: float
    turn: float  # radians, counter-clockwise
    moved: Point

    def place(self, x: float, y: float) -> Point:
        along, up = x * self.scale, -y * self.scale
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return (along * cos - up * sin + self.moved[0], along * sin + up * cos + self.moved[1])


class NoScaleError(PlanRefused):
    """The drawing was read, and only its scale is missing."""


def frame_of(options: PlanOptions, left: float, bottom: float) -> Frame:
    """The frame of a drawing whose lower left corner is at ``left``, ``bottom`` (y downwards).

    With a scale alone that corner becomes 0, 0. Raises :class:`NoScaleError` where no scale can be told.
    """
    points = options.points
    if points is None and options.scale is None:
        raise NoScaleError(["the drawing tells no metres: give its scale, or two points and their distance"])
    apart = math.dist(points.a, points.b) if points else 0.0
    if points and apart == 0.0:
        raise PlanRefused(["the two points are the same: choose two that lie far apart"])
    if points and points.at_a and points.at_b:
        return _placed(points, points.at_a, points.at_b, apart)
    scale = (points.metres or 0.0) / apart if points else options.scale or 0.0
    _check_scale(scale, points)
    return Frame(scale, 0.0, (-left * scale, bottom * scale))


def _placed(points: Calibration, at_a: Point, at_b: Point, apart: float) -> Frame:
    scale = math.dist(at_a, at_b) / apart
    _check_scale(scale, points)
    drawn = math.atan2(-(points.b[1] - points.a[1]), points.b[0] - points.a[0])
    turn = math.atan2(at_b[1] - at_a[1], at_b[0] - at_a[0]) - drawn
    x, y = Frame(scale, turn, (0.0, 0.0)).place(*points.a)
    return Frame(scale, turn, (at_a[0] - x, at_a[1] - y))


def _check_scale(scale: float, points: Calibration | None) -> None:
    if not math.isfinite(scale) or scale <= 0:
        raise PlanRefused(["the scale is a number of metres above 0"])
    if points and points.metres is not None and points.metres > MOST_METRES:
        raise PlanRefused(
            [f"the two points are said to be {points.metres:g} m apart; at most {MOST_METRES:g}"]
        )


def check_level(options: PlanOptions) -> tuple[str, int]:
    """Name and level of the floor that a drawing of one floor shows."""
    if options.level is None or not options.floor:
        raise PlanRefused(["the file draws one floor and does not tell which: give its name and its level"])
    return options.floor, options.level
