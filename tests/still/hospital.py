"""The demo hospital as the recorder's plan: its zones and its receivers, without a database."""

from __future__ import annotations

from functools import cache

from hospital.demo.floors import the_plan
from hospital.demo.plan import Listener
from locations.estimation.anchors import Anchor
from locations.estimation.radio_map import Area, RadioMap
from locations.estimation.walls import Door
from locations.geometry import ZoneIndex
from locations.polygons import polygon_of
from locations.positioning import Fix

FLOORS = {storey.slug: number for number, storey in enumerate(the_plan().storeys, start=1)}
ZONES = {key: number for number, key in enumerate(the_plan().rooms, start=1)}


class DemoPlan:
    """What the recorder asks about places."""

    def __init__(self) -> None:
        self._zones = {number: _index(slug) for slug, number in FLOORS.items()}
        self._maps = {number: _radio_map(slug) for slug, number in FLOORS.items()}

    def zones(self, floor_id: int) -> ZoneIndex:
        return self._zones[floor_id]

    def kind(self, floor_id: int, zone_id: int) -> str:
        return "other"

    def radio_map(self, floor_id: int, *, is_ranged: bool) -> RadioMap:
        return self._maps[floor_id]


def _index(slug: str) -> ZoneIndex:
    return ZoneIndex({ZONES[room.key]: polygon_of(room.rings) for room in the_plan().on_floor(slug)})


def _radio_map(slug: str) -> RadioMap:
    anchors = [Anchor(one.identifier, one.x, one.y, reach_m=one.reach_m) for one in listeners(slug)]
    zones = {ZONES[room.key]: polygon_of(room.rings) for room in the_plan().on_floor(slug)}
    doors = [
        Door(ZONES[door.a], ZONES[door.b], door.x, door.y)
        for door in the_plan().doors
        if door.a.startswith(f"{slug}/") and door.b.startswith(f"{slug}/")
    ]
    return RadioMap(anchors, area=Area(zones, doors))


@cache
def listeners(slug: str) -> tuple[Listener, ...]:
    return tuple(one for one in the_plan().listeners if one.room.startswith(f"{slug}/"))


def place_of(listener: Listener) -> Fix:
    """What being heard there says, as the register tells it."""
    floor = FLOORS[listener.room.partition("/")[0]]
    return Fix(floor, listener.x, listener.y, listener.reach_m, ZONES[listener.room])
