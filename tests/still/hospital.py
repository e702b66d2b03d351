"""The demo hospital as the recorder's plan: its zones, its receivers and what tags send there, without a database."""

from __future__ import annotations

import math
import random
from functools import cache

from hospital.demo.floors import the_plan
from hospital.demo.plan import Listener
from hospital.demo.walks import Place
from locations.estimation.anchors import Anchor
from locations.estimation.radio_map import Area, RadioMap
from locations.estimation.walls import Door
from locations.geometry import ZoneIndex
from locations.polygons import polygon_of
from locations.positioning import Fix

FLOORS = {storey.slug: number for number, storey in enumerate(the_plan().storeys, start=1)}
ZONES = {key: number for number, key in enumerate(the_plan().rooms, start=1)}
HEARS_M, WEAKEST_DBM, MOST = 25.0, -95.0, 6


class DemoPlan:
    """What the recorder asks about places."""

    def __init__(self) -> None:
        self._zones = {number: _index(slug) for slug, number in FLOORS.items()}
        self._maps = {number: _radio_map(slug) for slug, number in FLOORS.items()}

    def zones(self, floor_id: int) -> ZoneIndex:
        return self._zones[floor_id]

    def kind(self, floor_id: int, zone_id: int) -> str:
        return "other"

    def radio_map(self, floor_id: int) -> RadioMap:
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


class Air:
    """How strongly each receiver hears one tag: -45 dBm at 1 m, 28 dB less per decade, 7 by a wall; a shadow of 4 dB
    for each receiver that wanders over ten minutes, 3 dB from sighting to sighting, bursts and losses."""

    shadow_db, shadow_s, fading_db, missing = 4.0, 600.0, 3.0, 0.15
    bursts_per_hour, burst_s, burst_db = 1.0, 8.0, 10.0

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._shadows: dict[str, tuple[float, float]] = {}
        self._burst: tuple[float, str] = (0.0, "")

    def heard(self, place: Place, at: float) -> list[tuple[Listener, float]]:
        """The strongest few, in no order that matters."""
        found = []
        for one in listeners(place.floor):
            metres = math.hypot(one.x - place.x, one.y - place.y)
            if metres < HEARS_M:
                walls = 0 if one.room == place.room else 7
                level = -45 - 28 * math.log10(max(1.0, metres)) - walls + self._noise(one, at)
                if level > WEAKEST_DBM and self._rng.random() > self.missing:
                    found.append((one, round(level)))
        return sorted(found, key=lambda row: -row[1])[:MOST]

    def _noise(self, one: Listener, at: float) -> float:
        rng = self._rng
        before, then = self._shadows.get(one.identifier, (rng.gauss(0, self.shadow_db), at))
        keep = math.exp((then - at) / self.shadow_s)
        shadow = keep * before + math.sqrt(1 - keep * keep) * rng.gauss(0, self.shadow_db)
        self._shadows[one.identifier] = shadow, at
        if rng.random() < (at - then) * self.bursts_per_hour / 3600 / MOST:
            self._burst = at + rng.expovariate(1 / self.burst_s), one.identifier
        until, whom = self._burst
        body = self.burst_db if at < until and whom == one.identifier else 0.0
        return shadow - body + rng.gauss(0, self.fading_db)
