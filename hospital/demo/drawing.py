"""From tables of room widths to a plan: rows of rooms along corridors, doors where they share a wall.

The building is a ring of corridors around two courtyards, joined in the middle by a link with the lifts::

    +--------------------------------------------+  45
    |  north row                                 |
    |============ north corridor ================|  35..38
    |W |in|------------+ link +------------|in|E |
    |row  |  courtyard |  ||  | courtyard  |  row|
    |  |  |------------+  ||  +------------|  |  |
    |============ south corridor ================|  7..10
    |  south row                                 |
    +--------------------------------------------+  0
    0                     40                    80
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hospital.demo.plan import LIFT_METRES, STAIRS_METRES, Door, Listener, Room, Storey, rectangle
from locations.zones import ZoneKind

WIDTH, DEPTH = 80.0, 45.0
COURTYARDS = ((14.0, 15.0, 20.0, 15.0), (46.0, 15.0, 20.0, 15.0))

Spec = tuple[float, str, str, ZoneKind, str]
"""Length along the row in metres, code, name, kind, department code."""


@dataclass(frozen=True, slots=True)
class Row:
    """A strip of rooms: ``x``, ``y`` its south-west corner, ``across`` its depth, ``along`` "x" or "y"."""

    x: float
    y: float
    across: float
    along: str = "x"

    def rooms(self, floor: str, specs: Sequence[Spec]) -> Iterator[Room]:
        offset = 0.0
        for length, code, name, kind, department in specs:
            if self.along == "x":
                place = (self.x + offset, self.y, length, self.across)
            else:
                place = (self.x, self.y + offset, self.across, length)
            yield Room(floor, code, name, kind, department, *place)
            offset += length


SOUTH = Row(0, 0, 7)
SOUTH_EAST = Row(48, 0, 7)
NORTH = Row(0, 38, 7)
WEST = Row(0, 10, 7, along="y")
EAST = Row(73, 10, 7, along="y")
INNER_SOUTH_WEST = Row(10, 10, 5)
INNER_SOUTH_EAST = Row(41.5, 10, 5)
INNER_NORTH_WEST = Row(10, 30, 5)
INNER_NORTH_EAST = Row(41.5, 30, 5)
INNER_WEST = Row(10, 15, 4, along="y")
INNER_EAST = Row(66, 15, 4, along="y")
CORE_WEST = Row(34, 15, 4.5, along="y")
CORE_EAST = Row(41.5, 15, 4.5, along="y")


def corridors(floor: str, *, lobby: bool = False) -> list[Room]:
    """The ring of corridors and the link; on the ground floor a lobby parts the southern one."""
    kind = ZoneKind.CORRIDOR
    south = [Room(floor, "cs", "South corridor", kind, "fac", 0, 7, WIDTH, 3)]
    if lobby:
        south = [
            Room(floor, "csw", "South corridor west", kind, "fac", 0, 7, 32, 3),
            Room(floor, "lobby", "Entrance hall", ZoneKind.EXIT, "fac", 32, 0, 16, 10),
            Room(floor, "cse", "South corridor east", kind, "fac", 48, 7, 32, 3),
        ]
    return [
        *south,
        Room(floor, "cn", "North corridor", kind, "fac", 0, 35, WIDTH, 3),
        Room(floor, "cw", "West corridor", kind, "fac", 7, 10, 3, 25),
        Room(floor, "ce", "East corridor", kind, "fac", 70, 10, 3, 25),
        Room(floor, "cl", "Link", kind, "fac", 38.5, 10, 3, 25),
    ]


def storey(level: int, name: str) -> Storey:
    outer = rectangle(0, 0, WIDTH, DEPTH)
    holes = [rectangle(*yard)[0][::-1] for yard in COURTYARDS]
    return Storey(f"main-{level}", name, level, [*outer, *holes])


def doors_on_floor(rooms: Sequence[Room]) -> list[Door]:
    """One door from each room to the corridor or hall that it borders most; openings between corridors."""
    halls = [room for room in rooms if room.kind is ZoneKind.CORRIDOR or room.code == "lobby"]
    doors: list[Door] = []
    for i, hall in enumerate(halls):
        doors.extend(
            Door(hall.key, other.key, "door", *wall[:2])
            for other in halls[i + 1 :]
            if (wall := shared_wall(hall, other)) is not None
        )
    for room in rooms:
        if room in halls:
            continue
        walls = [(wall[2], hall.key, wall) for hall in halls if (wall := shared_wall(room, hall))]
        if not walls:
            raise ValueError(f"{room.key} has no wall towards a corridor")
        _, hall_key, wall = max(walls)
        doors.append(Door(room.key, hall_key, "door", *wall[:2]))
    return doors


def shared_wall(a: Room, b: Room) -> tuple[float, float, float] | None:
    """The middle of the wall that two rooms share, and its length in metres; ``None`` below one metre."""
    low_x, high_x = max(a.x, b.x), min(a.x + a.width, b.x + b.width)
    low_y, high_y = max(a.y, b.y), min(a.y + a.depth, b.y + b.depth)
    along_x, along_y = high_x - low_x, high_y - low_y
    if min(along_x, along_y) != 0 or max(along_x, along_y) < 1:
        return None
    return ((low_x + high_x) / 2, (low_y + high_y) / 2, max(along_x, along_y))


def shafts(rooms: Sequence[Room]) -> list[Door]:
    """Lifts and stairs: from each to the one above it at the same place."""
    doors = []
    for room in rooms:
        if room.kind not in (ZoneKind.LIFT, ZoneKind.STAIRS):
            continue
        is_lift = room.kind is ZoneKind.LIFT
        above = f"main-{room.level + 1}/{room.code}"
        if any(other.key == above for other in rooms):
            doors.append(
                Door(
                    room.key,
                    above,
                    "lift" if is_lift else "stairs",
                    *room.centre,
                    LIFT_METRES if is_lift else STAIRS_METRES,
                )
            )
    return doors


_HEARD = {
    ZoneKind.CLEAN_STORE, ZoneKind.SOILED, ZoneKind.CLEANING, ZoneKind.WORKSHOP, ZoneKind.THEATRE,
    ZoneKind.IMAGING, ZoneKind.NURSE_STATION, ZoneKind.EXIT, ZoneKind.LIFT,
}  # fmt: skip


def listeners(rooms: Sequence[Room]) -> list[Listener]:
    """A receiver in every room that matters by itself, in every second other, and along the corridors."""
    found: list[Listener] = []
    for room in rooms:
        spots = _corridor_spots(room) if room.kind is ZoneKind.CORRIDOR else [room.centre]
        others = sum(1 for other in found if other.room.startswith(room.floor))
        if room.kind is ZoneKind.STAIRS or (
            room.kind not in _HEARD | {ZoneKind.CORRIDOR} and _ordinal(rooms, room) % 2
        ):
            continue
        for spot in spots:
            others += 1
            found.append(Listener(f"rx-{room.level}-{others:03d}", room.key, *spot, reach_m=5.0))
    return found


def _ordinal(rooms: Sequence[Room], room: Room) -> int:
    return [other.key for other in rooms if other.floor == room.floor].index(room.key)


def _corridor_spots(room: Room) -> list[tuple[float, float]]:
    """Along the middle, about twelve metres apart."""
    length = max(room.width, room.depth)
    count = max(1, round(length / 12))
    steps = [(i + 0.5) / count for i in range(count)]
    if room.width >= room.depth:
        return [(room.x + room.width * step, room.y + room.depth / 2) for step in steps]
    return [(room.x + room.width / 2, room.y + room.depth * step) for step in steps]
