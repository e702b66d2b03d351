"""How strongly receivers hear a tag: what stays at a place, what changes slowly, and what changes with each sighting.

Most of what a strength is off its distance belongs to the place: shadows of walls and furniture over metres, multipath
over centimetres. A tag that lies still keeps it. On top come people and doors, and each sighting's own fading.
docs/positioning.md names where the numbers are from.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache

from hospital.demo.plan import Listener
from hospital.demo.walks import Place

HEARS_M, WEAKEST_DBM, MOST = 25.0, -95.0, 6
AT_1_M_DBM, PER_DECADE_DB, WALL_DB = -45.0, 28.0, 7.0
MISSING = 0.15

SHADOW_DB, SHADOW_M, WAVES = 4.0, 2.5, 16
"""Of a place, alike over so many metres (random waves that add up to it)."""
MULTIPATH_DB, MULTIPATH_M = 3.0, 0.1
"""Of a spot: another one a hand's breadth away."""
FADING_DB, FADING_RATIO, FADING_MOST_DB = 3.0, 0.6, 8.0
"""From sighting to sighting: the median of links, the deviation of its logarithm among them, the largest."""
PEOPLE_DB, PEOPLE_S = 2.0, 600.0
"""What people do to a link while nothing else moves, and for how long."""
CHANGES_PER_HOUR, CHANGE_DB = 0.5, 3.0
"""Of one link, for good: a door, a curtain, a bed."""
BODIES_PER_HOUR, BODY_S, BODY_DB, BODY_ANGLE = 3.0, 40.0, (5.0, 12.0), 1.1
"""Somebody stands beside the tag: all receivers behind, within so many radians to both sides."""
COVERS_PER_HOUR, COVER_S, COVER_DB = 0.1, 300.0, 8.0
"""A blanket, a drawer, a bed pushed before it: for all receivers."""
RESTARTS_PER_DAY, RESTART_S = 1.0, 180.0
"""Of a receiver, which hears nothing meanwhile."""


class Link:
    """From one tag to one receiver."""

    def __init__(self, rng: random.Random, at: float) -> None:
        self._rng = rng
        self.people, self.changed, self.at = rng.gauss(0, PEOPLE_DB), 0.0, at
        self.settle()

    def settle(self) -> None:
        """At a new spot."""
        self.multipath, self.changed = self._rng.gauss(0, MULTIPATH_DB), 0.0
        self.fading = min(FADING_DB * math.exp(self._rng.gauss(0, FADING_RATIO)), FADING_MOST_DB)

    def off(self, at: float) -> float:
        rng, elapsed = self._rng, at - self.at
        self.at = at
        keep = math.exp(-elapsed / PEOPLE_S)
        self.people = keep * self.people + math.sqrt(1 - keep * keep) * rng.gauss(0, PEOPLE_DB)
        if rng.random() < elapsed * CHANGES_PER_HOUR / 3600:
            self.changed += rng.gauss(0, CHANGE_DB)
        return self.multipath + self.changed + self.people + rng.gauss(0, self.fading)


class Air:
    """How strongly each receiver hears one tag, and which report it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._links: dict[str, Link] = {}
        self._spot = (0.0, 0.0)
        self._body: tuple[float, float, float] = (0.0, 0.0, 0.0)  # until when, in which direction, how much
        self._covered_until = self._at = 0.0

    def heard(self, place: Place, at: float, listeners: tuple[Listener, ...]) -> list[tuple[Listener, float]]:
        """The strongest few, strongest first."""
        if math.dist(self._spot, (place.x, place.y)) > MULTIPATH_M:
            self._spot = place.x, place.y
            for link in self._links.values():
                link.settle()
        self._meet(at)
        found = []
        for one in listeners:
            metres = math.hypot(one.x - place.x, one.y - place.y)
            if metres < HEARS_M:
                level = self._level(one, metres, place, at)
                is_lost = self._rng.random() < MISSING or _restarts(one.identifier, at)
                if level > WEAKEST_DBM and not is_lost:
                    found.append((one, float(round(level))))
        return sorted(found, key=lambda row: -row[1])[:MOST]

    def _level(self, one: Listener, metres: float, place: Place, at: float) -> float:
        link = self._links.get(one.identifier)
        if link is None:
            link = self._links[one.identifier] = Link(self._rng, at)
        law = AT_1_M_DBM - PER_DECADE_DB * math.log10(max(1.0, metres))
        walls = 0.0 if one.room == place.room else WALL_DB
        shadow = _shadow(one.identifier, round(place.x, 1), round(place.y, 1))
        return law - walls + shadow + link.off(at) - self._hidden(one, place, at)

    def _meet(self, at: float) -> None:
        rng, elapsed = self._rng, at - self._at
        self._at = at
        if rng.random() < elapsed * BODIES_PER_HOUR / 3600:
            self._body = (
                at + rng.expovariate(1 / BODY_S),
                rng.uniform(-math.pi, math.pi),
                rng.uniform(*BODY_DB),
            )
        if rng.random() < elapsed * COVERS_PER_HOUR / 3600:
            self._covered_until = at + rng.expovariate(1 / COVER_S)

    def _hidden(self, one: Listener, place: Place, at: float) -> float:
        lost = COVER_DB if at < self._covered_until else 0.0
        until, direction, body = self._body
        if at < until:
            off = math.atan2(one.y - place.y, one.x - place.x) - direction
            if abs(math.remainder(off, math.tau)) < BODY_ANGLE:
                lost += body
        return lost


@lru_cache(maxsize=1000)
def _waves(identifier: str) -> tuple[tuple[float, float, float], ...]:
    rng = random.Random(f"shadow {identifier}")
    return tuple(
        (rng.gauss(0, 1 / SHADOW_M), rng.gauss(0, 1 / SHADOW_M), rng.uniform(0, math.tau))
        for _ in range(WAVES)
    )


@lru_cache(maxsize=200_000)
def _shadow(identifier: str, x: float, y: float) -> float:
    return (
        SHADOW_DB * math.sqrt(2 / WAVES) * sum(math.cos(a * x + b * y + c) for a, b, c in _waves(identifier))
    )


@lru_cache(maxsize=10_000)
def _restart_in(identifier: str, hour: int) -> float:
    """When within that hour it begins; infinity where it does not."""
    rng = random.Random(f"restart {identifier} {hour}")
    return hour * 3600 + rng.uniform(0, 3600) if rng.random() < RESTARTS_PER_DAY / 24 else math.inf


def _restarts(identifier: str, at: float) -> bool:
    return 0 <= at - _restart_in(identifier, int(at // 3600)) < RESTART_S
