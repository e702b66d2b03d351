"""Longitude and latitude as metres around an origin. Pure."""

from __future__ import annotations

import math
from typing import Any

from locations.polygons import PlanError

_A, _E2 = 6_378_137.0, 6.694_379_990_14e-3  # WGS 84: equatorial radius in metres, squared eccentricity


class LocalFrame:
    """Metres east and north of an origin, turned by ``rotation`` degrees counter-clockwise.

    Scaled by the ellipsoid's radii at the origin: within a kilometre of it true to centimetres.
    """

    def __init__(self, latitude: float, longitude: float, rotation: float = 0.0) -> None:
        self.latitude, self.longitude = latitude, longitude
        sin = math.sin(math.radians(latitude))
        shape = 1 - _E2 * sin * sin
        self._north = math.radians(1) * _A * (1 - _E2) / shape**1.5
        self._east = math.radians(1) * _A / math.sqrt(shape) * math.cos(math.radians(latitude))
        self._cos, self._sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))

    def place(self, longitude: float, latitude: float) -> list[float]:
        east = ((longitude - self.longitude + 180) % 360 - 180) * self._east
        north = (latitude - self.latitude) * self._north
        return [
            round(east * self._cos - north * self._sin, 3),
            round(east * self._sin + north * self._cos, 3),
        ]

    def rings(self, coordinates: Any, where: str) -> list[list[list[float]]]:
        """A polygon's rings in metres. Raises :class:`PlanError` naming ``where``."""
        if not isinstance(coordinates, list) or not coordinates:
            raise PlanError(where, "is not a list of rings")
        return [[self.point(point, where) for point in line_of(ring, where)] for ring in coordinates]

    def point(self, told: Any, where: str) -> list[float]:
        longitude, latitude = position(told, where)
        return self.place(longitude, latitude)


def line_of(told: Any, where: str) -> list[Any]:
    if not isinstance(told, list):
        raise PlanError(where, "is not a list of points")
    return told


def position(told: Any, where: str) -> tuple[float, float]:
    """Longitude and latitude in degrees."""
    if not isinstance(told, list) or len(told) < 2 or not all(_is_number(value) for value in told[:2]):
        raise PlanError(where, "is not a point [longitude, latitude]")
    longitude, latitude = float(told[0]), float(told[1])
    if not (abs(longitude) <= 180 and abs(latitude) <= 89):
        raise PlanError(where, f"is no longitude and latitude: {longitude:g}, {latitude:g}")
    return longitude, latitude


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
