"""Buildings that exist nowhere, to hold the estimation against other densities, exponents and shadows than recorded.

Strength = level of receiver and tag - 10 · exponent · log10(distance) - walls · loss + a shadow that is alike over
some metres + fading. At rest each of the three advertising channels has a fading of its own that stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box

from locations.estimation.anchors import Anchor, Heard, Signal, SurveyPoint
from locations.estimation.radio_map import Area, Door, RadioMap
from locations.scoring.files import Row, Track

CORRIDOR_M = 2.5
HEIGHTS = (1.0, 2.6)


@dataclass(frozen=True)
class Building:
    """A ward: rooms on both sides of a corridor; an open hall where ``room_m`` is 0."""

    width: float
    depth: float
    room_m: float
    anchor_every_m: float
    exponent: float
    wall_db: float = 4.0
    shadow_db: float = 4.0
    shadow_m: float = 2.5
    level_db: float = 3.0
    floor_dbm: float = -95.0
    at_1_m: float = -59.0
    seed: int = 1
    every_s: float = 0.5
    lost: float = 0.2
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rng", np.random.default_rng(self.seed))

    @cached_property
    def zones(self) -> dict[int, Polygon]:
        if not self.room_m:
            return {1: box(0, 0, self.width, self.depth)}
        low, high = self.depth / 2 - CORRIDOR_M / 2, self.depth / 2 + CORRIDOR_M / 2
        rooms = {1: box(0, low, self.width, high)}
        for n in range(int(self.width / self.room_m)):
            left, right = n * self.room_m, (n + 1) * self.room_m
            rooms[len(rooms) + 1] = box(left, 0, right, low)
            rooms[len(rooms) + 1] = box(left, high, right, self.depth)
        return rooms

    @cached_property
    def doors(self) -> list[Door]:
        found = []
        for zone, polygon in self.zones.items():
            if zone != 1:
                x1, y1, x2, y2 = polygon.bounds
                y = y2 if y1 == 0 else y1
                found.append(Door(1, zone, (x1 + x2) / 2, y))
        return found

    @cached_property
    def anchors(self) -> list[Anchor]:
        step = self.anchor_every_m
        columns, rows = max(2, round(self.width / step)), max(2, round(self.depth / step))
        found = []
        for i in range(columns):
            for j in range(rows):
                x, y = (i + 0.5) / columns * self.width, (j + 0.5) / rows * self.depth
                x, y = (x + self.rng.uniform(-1, 1), y + self.rng.uniform(-1, 1))
                found.append(Anchor(f"r{i}-{j}", x, y, float(self.rng.uniform(*HEIGHTS))))
        return found

    @cached_property
    def levels(self) -> np.ndarray:
        return self.rng.normal(0, self.level_db, len(self.anchors))

    @cached_property
    def shadows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Random waves that add up to a shadow of that size and reach, for each receiver."""
        waves = 60
        numbers = self.rng.normal(0, 1 / self.shadow_m, (len(self.anchors), waves, 2))
        phases = self.rng.uniform(0, 2 * math.pi, (len(self.anchors), waves))
        return numbers, phases, np.full(len(self.anchors), self.shadow_db * math.sqrt(2 / waves))

    @cached_property
    def walls(self) -> list[LineString]:
        return [LineString(polygon.exterior.coords) for polygon in self.zones.values()]

    def means(self, x: float, y: float) -> np.ndarray:
        """What each receiver hears there, before fading."""
        apart = np.array([math.dist((x, y, 1.1), (a.x, a.y, a.z or 0)) for a in self.anchors])
        numbers, phases, size = self.shadows
        shadow = size * np.cos(numbers @ np.array([x, y]) + phases).sum(axis=1)
        rays = [LineString([(x, y), (a.x, a.y)]) for a in self.anchors]
        crossed = np.zeros(len(rays))
        if self.room_m:
            for wall in self.walls:
                crossed += shapely.get_num_geometries(shapely.intersection(rays, wall)) * shapely.intersects(
                    rays, wall
                )
            crossed /= 2  # each wall belongs to two zones
        return (
            self.at_1_m
            + self.levels
            - 10 * self.exponent * np.log10(np.maximum(apart, 0.5))
            - self.wall_db * np.minimum(crossed, 4)
            + shadow
        )

    def radio_map(self, *, surveyed: bool = False, walls: bool = True, every_m: float = 2.5) -> RadioMap:
        area = Area(self.zones, self.doors if walls else ())
        return RadioMap(self.anchors, survey=self.survey(every_m) if surveyed else (), area=area)

    def survey(self, every_m: float) -> list[SurveyPoint]:
        points = []
        for x in np.arange(every_m / 2, self.width, every_m):
            for y in np.arange(every_m / 2, self.depth, every_m):
                told = self.means(x, y)[:, None] + self.fading((len(self.anchors), 3))
                told = np.where(told < self.floor_dbm, np.nan, told)
                signals = {
                    a.identifier: Signal(float(np.nanmean(row)), float(np.nanstd(row)), 30)
                    for a, row in zip(self.anchors, told, strict=True)
                    if not np.isnan(row).all()
                }
                points.append(SurveyPoint(float(x), float(y), signals))
        return points

    def fading(self, shape: tuple[int, ...]) -> np.ndarray:
        """Rice: a direct way and as much again by other ways, in dB."""
        real, imaginary = self.rng.normal(0, 0.5, shape), self.rng.normal(0, 0.5, shape)
        return 10 * np.log10(((0.71 + real) ** 2 + imaginary**2) / 1.0 + 1e-3)

    def way(self, minutes: float, rest_s: float = 60.0) -> list[tuple[float, float, bool]]:
        """Each second: where a tag is and whether it is carried; from room to room, with a rest in each."""
        spots: list[tuple[float, float, bool]] = []
        names = list(self.zones)
        here, at = None, (self.width / 2, self.depth / 2)
        door = {d.zone_b: (d.x, d.y) for d in self.doors}
        while len(spots) < 60 * minutes:
            there = int(self.rng.choice(names))
            x1, y1, x2, y2 = self.zones[there].bounds
            goal = (self.rng.uniform(x1 + 0.6, x2 - 0.6), self.rng.uniform(y1 + 0.6, y2 - 0.6))
            if not self.room_m:
                bends = [goal]
            else:
                middle = self.depth / 2
                out = door.get(here, at) if here else at
                inn = door.get(there, goal)
                bends = [goal] if here == there else [out, (out[0], middle), (inn[0], middle), inn, goal]
            speed = self.rng.uniform(0.6, 1.2)
            for bend in bends:
                steps = max(1, math.ceil(math.dist(at, bend) / speed))
                for n in range(1, steps + 1):
                    share = n / steps
                    spots.append((at[0] + share * (bend[0] - at[0]), at[1] + share * (bend[1] - at[1]), True))
                at = bend
            spots += [(*at, False)] * int(self.rng.exponential(rest_s))
            here = there
        return spots[: int(60 * minutes)]

    def track(
        self, minutes: float = 10, rest_s: float = 60.0, level_db: float = 0.0
    ) -> tuple[Track, list[bool]]:
        """A tag's sightings, and for each second whether it was carried."""
        way = self.way(minutes, rest_s)
        rows, stays = [], self.fading((len(self.anchors), 3))
        for second, (x, y, carried) in enumerate(way):
            means = self.means(x, y) + level_db
            for part in range(max(1, round(1 / self.every_s))):
                if self.every_s > 1 and second % round(self.every_s):
                    continue
                if carried:
                    stays = self.fading((len(self.anchors), 3))
                channel = self.rng.integers(0, 3)
                told = np.round(means + stays[:, channel] + self.rng.normal(0, 1, len(means)))
                is_heard = (told > self.floor_dbm) & (self.rng.random(len(means)) > self.lost)
                at = second + part * self.every_s
                for n in np.flatnonzero(is_heard):
                    heard = Heard(self.anchors[n].identifier, at + 0.001 * n, float(told[n]))
                    rows.append(Row(heard, x, y))
        return Track("walk", rows), [carried for *_, carried in way]


BUILDINGS = {
    "hall, dense": Building(20, 18, 0, 5, 1.7),
    "ward, a receiver in every second room": Building(48, 14, 4, 7, 2.0),
    "ward, thick walls": Building(48, 14, 4, 7, 2.4, wall_db=7, shadow_db=5),
    "ward, sparse": Building(60, 18, 5, 14, 2.6, shadow_db=5),
    "ward, a sighting every 2 s": Building(48, 14, 4, 7, 2.2, every_s=2.0),
    "hall, weak tags": Building(30, 24, 0, 7, 2.8, level_db=4, floor_dbm=-92),
}
