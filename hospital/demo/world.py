"""What every routine of the day shares: the time, the ways, and who stands where."""

from __future__ import annotations

from collections.abc import Generator

from hospital.demo.plan import Plan, Point, Room
from hospital.demo.walks import Place, Routes
from locations.zones import ZoneKind

Routine = Generator[float, None, None]
"""Changes the state of a piece of equipment and yields the seconds until its next change."""

_PITCH_M = 1.0
_MARGIN_M = 0.8


class World:
    """The building with its standing places, at one moment: ``now``, in seconds since the day began."""

    def __init__(self, plan: Plan, routes: Routes, *, now: float = 0.0) -> None:
        self.now = now
        self.plan = plan
        self.routes = routes
        self._free: dict[str, list[Point]] = {
            room.key: list(reversed(standing_places(room))) for room in plan.rooms.values()
        }

    def take_spot(self, room: str) -> Point:
        """The next free standing place of a room; its centre when all are taken."""
        free = self._free[room]
        return free.pop() if free else self.plan.rooms[room].centre

    def free_spot(self, room: str, spot: Point) -> None:
        if spot != self.plan.rooms[room].centre:
            self._free[room].append(spot)

    def crowding(self, room: str) -> int:
        """How many standing places of a room are left."""
        return len(self._free[room])

    def care_rooms(self, department: str) -> list[str]:
        """Where the patients of a department are."""
        kinds = (ZoneKind.PATIENT_ROOM, ZoneKind.THEATRE)
        return [room.key for room in self.plan.of_kind(*kinds, department=department)]

    def place(self, room: str, spot: Point) -> Place:
        return Place(room, self.plan.rooms[room].floor, *spot)


def standing_places(room: Room) -> list[Point]:
    """A grid inside the walls, the back of the room first, so that things stand in rows."""
    columns = max(1, int((room.width - 2 * _MARGIN_M) / _PITCH_M) + 1)
    rows = max(1, int((room.depth - 2 * _MARGIN_M) / _PITCH_M) + 1)
    xs = _spread(room.x, room.width, columns)
    ys = _spread(room.y, room.depth, rows)
    return [(x, y) for y in _from_the_wall(room, ys) for x in xs]


def _spread(start: float, length: float, count: int) -> list[float]:
    if count == 1:
        return [start + length / 2]
    step = (length - 2 * _MARGIN_M) / (count - 1)
    return [start + _MARGIN_M + step * i for i in range(count)]


def _from_the_wall(room: Room, ys: list[float]) -> list[float]:
    """Rooms of the northern half fill from the north, those of the southern half from the south."""
    return sorted(ys, reverse=room.centre[1] > 22.5)
