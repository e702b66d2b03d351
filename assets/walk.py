"""Rooms in the order of a walk: always on to the nearest that is left."""

from __future__ import annotations

from locations.models import Zone
from locations.walking import WalkGraph, walk_graph

MOST = 200
"""Rooms; beyond, the order is that of the floors."""


def walk_rooms(rooms: set[int], start: Zone | None) -> list[int]:
    """From ``start``; without one, or where there are too many, the order is that of the floors."""
    if start is None or len(rooms) > MOST:
        return sorted(rooms)
    graph, here, left = walk_graph(start.floor.building.site_id), start.pk, set(rooms)
    walk: list[int] = []
    while left:
        here = min(left, key=lambda room: (metres(graph, here, room), room))
        walk.append(here)
        left.discard(here)
    return walk


def metres(graph: WalkGraph, here: int, room: int) -> float:
    found = graph.walk(here, room)
    return found.metres if found else float("inf")
