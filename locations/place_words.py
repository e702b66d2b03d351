"""Where on its floor a room is, in words, told from what everybody knows: “left of the lift”, “25 m past stairs West”.

Computed from the plan: the nearest lift, stairs, exit or nurse station on foot, and the side of it as
one comes out of its door. Kept in the process for as long as the plan is the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.db.models import F, Q
from django.utils.translation import gettext as _

from locations.interior import Spot
from locations.models import Passage, Zone
from locations.walking import WalkGraph, walk_graph
from locations.zones import ZoneKind

BESIDE_M = 4.0
"""Doors no farther apart than this are beside each other."""
NEAR_M = 18.0
"""Up to here the side says enough; beyond, the metres are told too."""
FAR_M = 60.0
"""A landmark farther away helps nobody."""
AHEAD = math.radians(35)
BEHIND = math.radians(150)
SAME_LANDMARK_M = 6.0
"""A nearer one of a lesser kind counts only if it is nearer by this."""

_LANDMARKS = (ZoneKind.LIFT, ZoneKind.STAIRS, ZoneKind.NURSE_STATION, ZoneKind.EXIT)


class Side(StrEnum):
    """Seen by whoever comes out of the landmark's door."""

    LEFT = "left"
    RIGHT = "right"
    OPPOSITE = "opposite"
    BEHIND = "behind"
    BESIDE = "beside"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Hint:
    """``kind`` where the floor has one of that kind alone, else the landmark's own ``name``; ``metres`` on foot."""

    side: Side
    name: str
    kind: ZoneKind | None
    metres: float

    @property
    def words(self) -> str:
        """In the reader's language."""
        there = _KINDS[self.kind]() if self.kind in _KINDS else self.name
        phrase = _SIDES[self.side]() % {"there": there}
        if self.metres <= NEAR_M:
            return phrase
        return _("%(metres)d m, %(phrase)s") % {"metres": round(self.metres / 5) * 5, "phrase": phrase}


_KINDS = {
    ZoneKind.LIFT: lambda: _("the lift"),
    ZoneKind.STAIRS: lambda: _("the stairs"),
    ZoneKind.NURSE_STATION: lambda: _("the nurse station"),
    ZoneKind.EXIT: lambda: _("the exit"),
}
_SIDES = {
    Side.LEFT: lambda: _("left of %(there)s"),
    Side.RIGHT: lambda: _("right of %(there)s"),
    Side.OPPOSITE: lambda: _("opposite %(there)s"),
    Side.BEHIND: lambda: _("behind %(there)s"),
    Side.BESIDE: lambda: _("beside %(there)s"),
    Side.NEAR: lambda: _("near %(there)s"),
}


@dataclass(frozen=True, slots=True)
class _Mark:
    """What people know on a floor, with the spots where one comes out of it."""

    row: int
    kind: ZoneKind
    name: str
    label: Spot
    doors: Sequence[Spot]


class PlaceWords:
    """Zone → hint, for one site; a zone's is made when somebody asks for it, and kept."""

    def __init__(self, graph: WalkGraph) -> None:
        self.graph = graph
        self._at = {
            int(zone): (floor, row)
            for floor, table in graph.floors.items()
            for row, zone in enumerate(table.zones)
        }
        self._hints: dict[int, Hint | None] = {}

    def know(self, zones: Iterable[int]) -> None:
        """Makes the hints of these zones that are not made yet: two queries for all of them."""
        new = [zone for zone in zones if zone in self._at and zone not in self._hints]
        if not new:
            return
        kinds = dict(Zone.objects.current().filter(pk__in=new).order_by().values_list("pk", "kind"))
        doors = _doors(new)
        for zone in new:
            self._hints[zone] = self._made(zone, kinds.get(zone), doors.get(zone, ()))

    def hint(self, zone_id: int | None) -> Hint | None:
        if zone_id is None:
            return None
        self.know([zone_id])
        return self._hints.get(zone_id)

    def beside(self, zone_id: int | None) -> str:
        """“left of the lift”; empty where no landmark is known or near."""
        found = self.hint(zone_id)
        return found.words if found else ""

    def _made(self, zone: int, kind: str | None, doors: Sequence[Spot]) -> Hint | None:
        if kind is None or ZoneKind(kind).is_transit or kind in _LANDMARKS:
            return None
        floor, row = self._at[zone]
        marks = self._marks.get(floor, [])
        near = self.graph.floors[floor].walked.near[row]
        mark = min(marks, key=lambda mark: (near[mark.row] + _handicap(mark), mark.row), default=None)
        if mark is None or near[mark.row] > FAR_M:
            return None
        is_only_one = sum(other.kind == mark.kind for other in marks) == 1
        side = _side(self.graph.rooms[zone].label, doors, mark)
        return Hint(side, mark.name, mark.kind if is_only_one else None, float(near[mark.row]))

    @cached_property
    def _marks(self) -> dict[int, list[_Mark]]:
        """Floor → its landmarks: two queries for the whole site."""
        known = Zone.objects.current().filter(kind__in=_LANDMARKS, pk__in=list(self._at))
        rows = list(known.order_by("pk").values_list("pk", "kind", "name"))
        doors = _doors([zone for zone, _kind, _name in rows])
        found: dict[int, list[_Mark]] = {}
        for zone, kind, name in rows:
            floor, row = self._at[zone]
            label = self.graph.rooms[zone].label
            found.setdefault(floor, []).append(_Mark(row, ZoneKind(kind), name, label, doors.get(zone, ())))
        return found


_kept: dict[int, PlaceWords] = {}


def place_words(site_id: int, graph: WalkGraph | None = None) -> PlaceWords:
    """The words of a site's plan as it is now; ``graph``: what :func:`walk_graph` has just said, if it was asked."""
    graph = graph or walk_graph(site_id)
    kept = _kept.get(site_id)
    if kept is None or kept.graph is not graph:
        kept = _kept[site_id] = PlaceWords(graph)
    return kept


def _handicap(mark: _Mark) -> float:
    """Lifts and stairs are known to everybody, a nurse station to those of the ward, an exit to few."""
    return SAME_LANDMARK_M * _LANDMARKS.index(mark.kind)


def _side(label: Spot, doors: Sequence[Spot], mark: _Mark) -> Side:
    """Where a room's door lies, for one who comes out of the landmark's door."""
    here = mark.label
    out = min(mark.doors, key=lambda spot: math.dist(spot, label), default=None)
    if out is None or math.dist(out, here) < 0.1:
        return Side.NEAR
    there = min(doors, key=lambda spot: math.dist(spot, out), default=label)
    ahead, aside = (out[0] - here[0], out[1] - here[1]), (there[0] - out[0], there[1] - out[1])
    turn = math.atan2(ahead[0] * aside[1] - ahead[1] * aside[0], ahead[0] * aside[0] + ahead[1] * aside[1])
    if abs(turn) < AHEAD:
        return Side.OPPOSITE
    if abs(turn) > BEHIND:
        return Side.BEHIND
    if math.hypot(*aside) <= BESIDE_M:
        return Side.BESIDE
    return Side.LEFT if turn > 0 else Side.RIGHT


def _doors(zones: Sequence[int]) -> dict[int, list[Spot]]:
    """Zone → where one goes in and out of it on its own floor. One query."""
    found: dict[int, list[Spot]] = {}
    inside = Passage.objects.current().filter(zone_a__floor=F("zone_b__floor"))
    of_these = inside.filter(Q(zone_a__in=zones) | Q(zone_b__in=zones)).order_by("pk")
    for zone_a, zone_b, x, y, x_b, y_b in of_these.values_list("zone_a", "zone_b", "x", "y", "x_b", "y_b"):
        here = (x, y)
        found.setdefault(zone_a, []).append(here)
        found.setdefault(zone_b, []).append(here if x_b is None or y_b is None else (x_b, y_b))
    return found
