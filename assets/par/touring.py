"""The order of a walk on which each thing is taken before it is left: nearest first, then made shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Metres = Callable[[int, int], float]
"""Walking metres from one room to another."""
MOST_VISITS = 80
"""Beyond this, improving costs more time than it saves steps."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop: thing number ``thing`` is taken in ``room``, or left there."""

    room: int
    thing: int
    is_leaving: bool


def tour(start: int, things: Sequence[tuple[int, int]], metres: Metres) -> list[Visit]:
    """Visits for all ``things`` (from room, to room), beginning at ``start``: each is taken before it is left."""
    walk = _nearest_first(start, things, metres)
    return _shortened(start, walk, metres) if len(walk) <= MOST_VISITS else walk


def length_of(start: int, walk: Sequence[Visit], metres: Metres) -> float:
    rooms = [start, *(visit.room for visit in walk)]
    return sum(metres(here, there) for here, there in pairwise(rooms))


def _nearest_first(start: int, things: Sequence[tuple[int, int]], metres: Metres) -> list[Visit]:
    open_visits = [Visit(origin, number, is_leaving=False) for number, (origin, _) in enumerate(things)]
    walk: list[Visit] = []
    here = start
    while open_visits:
        # In the same distance, what is at hand is taken before something is left.
        chosen = min(open_visits, key=lambda visit: (metres(here, visit.room), visit.is_leaving, visit.thing))
        open_visits.remove(chosen)
        walk.append(chosen)
        here = chosen.room
        if not chosen.is_leaving:
            open_visits.append(Visit(things[chosen.thing][1], chosen.thing, is_leaving=True))
    return walk


def _shortened(start: int, walk: list[Visit], metres: Metres) -> list[Visit]:
    """2-opt: parts of the walk are turned round as long as that saves steps and nothing is left before it is taken."""
    best, shortest = walk, length_of(start, walk, metres)
    is_better = True
    while is_better:
        is_better = False
        for first in range(len(best) - 1):
            for last in range(first + 1, len(best)):
                turned = [*best[:first], *best[first : last + 1][::-1], *best[last + 1 :]]
                length = length_of(start, turned, metres)
                if length < shortest - 1e-6 and is_possible(turned):
                    best, shortest, is_better = turned, length, True
    return best


def is_possible(walk: Sequence[Visit]) -> bool:
    """Whether each thing is taken before it is left."""
    taken: set[int] = set()
    for visit in walk:
        if visit.is_leaving and visit.thing not in taken:
            return False
        taken.add(visit.thing)
    return True
