"""How far it is from where a person is to each room of the site."""

from __future__ import annotations

import math
from collections.abc import Sequence

from locations.models import Zone
from locations.walking import Walk, WalkGraph


class Distances:
    """Walks from where a person is, nowhere if that is not known."""

    def __init__(self, near: Zone | None, graph: WalkGraph | None) -> None:
        self._near, self._graph = near, graph
        self._metres: dict[int | None, float] = {}

    def walk(self, place: int | None) -> Walk | None:
        if self._graph is None or self._near is None or place is None:
            return None
        return self._graph.walk(self._near.pk, place)

    def metres(self, place: int | None) -> float:
        known = self._metres.get(place)
        if known is None:
            walk = self.walk(place)
            known = self._metres[place] = walk.metres if walk else math.inf
        return known

    def zones(self) -> Sequence[int]:
        """The zones of the site, the nearest first; none where it is not known what is near."""
        if self._graph is None or self._near is None or not self._graph.is_current(self._near.pk):
            return []
        return self._graph.walks_from(self._near.pk).in_order()

    def whole(self, count: int) -> Sequence[int]:
        """The nearest ``count`` zones, and those after them that are just as near."""
        zones = self.zones()
        while 0 < count < len(zones) and self.metres(zones[count]) <= self.metres(zones[count - 1]):
            count += 1
        return zones[:count]

    def storeys(self, place: int | None) -> int | None:
        """Up from where the person is; ``None`` in another building."""
        rooms = self._graph.rooms if self._graph else {}
        here = rooms.get(self._near.pk) if self._near else None
        there = rooms.get(place) if place else None
        if here is None or there is None or here.building_id != there.building_id:
            return None
        return there.level - here.level
