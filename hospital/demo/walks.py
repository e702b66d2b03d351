"""How a piece of equipment gets from one room to another: through doors, along corridors, by lift."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from hospital.demo.plan import Door, Plan, Point, Room
from locations.zones import ZoneKind

LIFT_WAIT_S = 8.0
LIFT_STOREY_S = 7.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where something truly is."""

    room: str
    floor: str
    x: float
    y: float
    is_moving: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """Corner points with the moment at which each is reached; in between it is straight and steady."""

    times: tuple[float, ...]
    places: tuple[Place, ...]

    @property
    def begin(self) -> float:
        return self.times[0]

    @property
    def end(self) -> float:
        return self.times[-1]

    def at(self, moment: float) -> Place:
        """The place at ``moment``; the start before it began, the goal after it ended."""
        index = bisect_right(self.times, moment)
        if index == 0:
            return self.places[0]
        if index == len(self.times):
            return self.places[-1]
        before, after = self.places[index - 1], self.places[index]
        if before.floor != after.floor:
            return before
        share = (moment - self.times[index - 1]) / (self.times[index] - self.times[index - 1])
        return Place(
            after.room,
            after.floor,
            before.x + (after.x - before.x) * share,
            before.y + (after.y - before.y) * share,
            is_moving=True,
        )


class Routes:
    """Shortest ways through the building for things on wheels: no stairs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._doors = tuple(door for door in plan.doors if door.kind != "stairs")
        self._doors_in: dict[str, list[int]] = {key: [] for key in plan.rooms}
        for number, door in enumerate(self._doors):
            self._doors_in[door.a].append(number)
            self._doors_in[door.b].append(number)
        self.between = lru_cache(maxsize=4096)(self._between)

    def _between(self, start: str, goal: str, lift: str = "lift-3") -> tuple[Door, ...]:
        """Doors in the order in which they are passed; empty within one room. Dijkstra over doors.

        Between floors only the lift named is used.
        """
        if start == goal:
            return ()
        best = dict.fromkeys(self._doors_in[start], 0.0)
        came_from: dict[int, int] = {}
        queue = [(0.0, number) for number in best]
        heapq.heapify(queue)
        while queue:
            cost, number = heapq.heappop(queue)
            if cost > best[number]:
                continue
            door = self._doors[number]
            if goal in (door.a, door.b):
                return self._trace(number, came_from)
            for room in (door.a, door.b):
                if self._may_enter(room, lift):
                    self._relax(number, cost, room, best, came_from, queue)
        raise ValueError(f"there is no way from {start} to {goal}")

    def _may_enter(self, room: str, lift: str) -> bool:
        entered = self._plan.rooms[room]
        return entered.kind is not ZoneKind.LIFT or entered.code == lift

    def _relax(
        self,
        number: int,
        cost: float,
        room: str,
        best: dict[int, float],
        came_from: dict[int, int],
        queue: list[tuple[float, int]],
    ) -> None:
        door = self._doors[number]
        for other_number in self._doors_in[room]:
            other = self._doors[other_number]
            reached = cost + math.hypot(other.x - door.x, other.y - door.y) + other.length_m
            if reached < best.get(other_number, math.inf):
                best[other_number] = reached
                came_from[other_number] = number
                heapq.heappush(queue, (reached, other_number))

    def _trace(self, number: int, came_from: dict[int, int]) -> tuple[Door, ...]:
        passed = [number]
        while passed[-1] in came_from:
            passed.append(came_from[passed[-1]])
        return tuple(self._doors[number] for number in reversed(passed))

    def walk(
        self,
        origin: Place,
        goal: str,
        spot: Point,
        *,
        begin: float,
        speed: float,
        lane: float = 0.0,
        lift: str = "lift-3",
    ) -> Walk:
        """A walk at ``speed`` metres a second; in corridors ``lane`` metres beside the middle."""
        places, times = [origin], [begin]
        room = origin.room

        def go(to_room: str, floor: str, x: float, y: float, extra_s: float = 0.0) -> None:
            last = places[-1]
            metres = math.hypot(x - last.x, y - last.y)
            if metres + extra_s < 0.05:
                return
            places.append(Place(to_room, floor, x, y))
            times.append(times[-1] + metres / speed + extra_s)

        for door in self.between(origin.room, goal, lift):
            here = self._plan.rooms[room]
            beyond = self._plan.rooms[door.b if room == door.a else door.a]
            if door.kind == "lift":
                go(here.key, here.floor, door.x, door.y)
                go(beyond.key, beyond.floor, door.x, door.y, _ride_s(places, here, beyond))
            else:
                for x, y in _along(here, places[-1], (door.x, door.y), lane):
                    go(here.key, here.floor, x, y)
                go(here.key, here.floor, door.x, door.y)
            room = beyond.key
        end = self._plan.rooms[goal]
        go(goal, end.floor, *spot, extra_s=0.1)
        return Walk(tuple(times), tuple(places))


def _ride_s(places: list[Place], here: Room, beyond: Room) -> float:
    """A storey's ride; the first storey of a ride also waits for the doors."""
    is_first = len(places) < 2 or places[-2].floor == here.floor
    return LIFT_STOREY_S * abs(beyond.level - here.level) + (LIFT_WAIT_S if is_first else 0.0)


def _along(room: Room, origin: Place, goal: Point, lane: float) -> list[Point]:
    """In a corridor: step into its lane, follow it, and leave it opposite the goal. Elsewhere straight on."""
    if room.kind is not ZoneKind.CORRIDOR:
        return []
    if room.width >= room.depth:
        y = room.y + room.depth / 2 + lane
        return [(origin.x, y), (goal[0], y)]
    x = room.x + room.width / 2 + lane
    return [(x, origin.y), (x, goal[1])]
