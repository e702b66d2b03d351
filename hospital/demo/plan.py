"""The building as plain data: rooms, what joins them, and the receivers on the ceilings.

Metres; x to the east, y to the north, the same origin on every floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from locations.zones import ZoneKind

Point = tuple[float, float]
Rings = list[list[list[float]]]

LIFT_METRES = 15.0
"""Walking metres that a lift ride of one storey is worth, waiting included."""
STAIRS_METRES = 12.0


@dataclass(frozen=True, slots=True)
class Room:
    """A rectangular room or corridor; ``key`` is unique in the building, ``code`` on its floor."""

    floor: str
    code: str
    name: str
    kind: ZoneKind
    department: str
    x: float
    y: float
    width: float
    depth: float

    @property
    def key(self) -> str:
        return f"{self.floor}/{self.code}"

    @property
    def level(self) -> int:
        return int(self.floor.rsplit("-", 1)[1])

    @property
    def centre(self) -> Point:
        return (self.x + self.width / 2, self.y + self.depth / 2)

    @property
    def rings(self) -> Rings:
        return rectangle(self.x, self.y, self.width, self.depth)

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.depth


@dataclass(frozen=True, slots=True)
class Door:
    """A place to walk through, from room ``a`` to room ``b``: ``door``, ``lift`` or ``stairs``."""

    a: str
    b: str
    kind: str
    x: float
    y: float
    length_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Listener:
    """A fixed radio receiver."""

    identifier: str
    room: str
    x: float
    y: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class Storey:
    slug: str
    name: str
    level: int
    outline: Rings


@dataclass(frozen=True)
class Plan:
    """The whole building, with the questions that the simulated day asks of it."""

    storeys: tuple[Storey, ...]
    rooms: Mapping[str, Room]
    doors: tuple[Door, ...]
    listeners: tuple[Listener, ...]

    @cached_property
    def doors_of(self) -> dict[str, tuple[Door, ...]]:
        found: dict[str, list[Door]] = {key: [] for key in self.rooms}
        for door in self.doors:
            found[door.a].append(door)
            found[door.b].append(door)
        return {key: tuple(doors) for key, doors in found.items()}

    def on_floor(self, floor: str) -> tuple[Room, ...]:
        return tuple(room for room in self.rooms.values() if room.floor == floor)

    def of_kind(self, *kinds: ZoneKind, department: str | None = None) -> tuple[Room, ...]:
        return tuple(
            room
            for room in self.rooms.values()
            if room.kind in kinds and department in (None, room.department)
        )


def rectangle(x: float, y: float, width: float, depth: float) -> Rings:
    """A closed ring, counter-clockwise, as :class:`locations.models.Zone` keeps polygons."""
    return [[[x, y], [x + width, y], [x + width, y + depth], [x, y + depth], [x, y]]]


def by_key(rooms: Iterable[Room]) -> dict[str, Room]:
    """Rooms by key; a key used twice is a mistake in the drawing."""
    found: dict[str, Room] = {}
    for room in rooms:
        if room.key in found:
            raise ValueError(f"{room.key} is drawn twice")
        found[room.key] = room
    return found
