"""What the demo's equipment did in the months before the demo begins: a pure function of a seed and of the time.

Other than the simulated day it keeps the pace of a real hospital: infusions last hours, beds are taken for days, wards
are quieter at night and theatres on weekends. Routines yield one :class:`Part` after the other, without gaps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from assets.words import Activity, Basis
from hospital.demo.endpoints import TO_BE_FOUND
from hospital.demo.fleet import STORES, Habit, Item
from hospital.demo.floors import the_plan
from hospital.demo.habits import (
    DECONTAMINATION,
    EXAMINATIONS,
    OPERATIONS,
    PICK_UPS,
    RESTING,
    SOILED,
    WORKSHOP,
)
from locations.zones import ZoneKind

HOUR_S = 3600
DAY_S = 86_400
QUIET, BUSY, EVENING, WEEKEND = range(4)
_SHAPES = {
    "icu": (0.9, 1.0, 0.95, 0.95), "ed": (0.6, 1.0, 1.2, 1.1), "or": (0.08, 1.0, 0.3, 0.2),
    "img": (0.1, 1.0, 0.25, 0.25), "opd": (0.02, 1.0, 0.1, 0.05), "fac": (0.15, 1.0, 0.5, 0.5),
}  # fmt: skip
"""Department → how often somebody wants a piece at night, by day, in the evening, and on weekends of that."""
_WARD = (0.35, 1.0, 0.6, 0.75)
GROWTH = 0.2
"""By how much more is wanted at the end than at the beginning."""
_PUMP_H = {"icu": (14.0, 3.0), "or": (3.5, 3.5), "ed": (3.0, 4.0)}
"""Department → hours of a use, and hours until the next if wanted as by day; else those of a ward."""
_WARD_H = (7.0, 5.0)
_EXAM_MIN = {"ct-scanner": (24, 18), "mri-scanner": (38, 10), "xray-system": (12, 24)}
_ROUND_H = {"vital-signs-monitor": (0.5, 2.4), "ultrasound": (0.5, 2.0), "c-arm": (1.1, 2.2)}


class Part(NamedTuple):
    """What it did from ``begin`` to ``end`` (seconds since 1970), and in which room; none while it moves."""

    begin: float
    end: float
    activity: Activity
    basis: Basis
    room: str | None


class Demand:
    """How much is wanted of a department's equipment, hour by hour between two moments."""

    def __init__(self, department: str, begin: float, end: float, zone: ZoneInfo) -> None:
        shape = _SHAPES.get(department, _WARD)
        hours = int((end - begin) // HOUR_S) + 2
        self._begin = begin
        self._factors = [
            _factor(shape, datetime.fromtimestamp(begin + n * HOUR_S, UTC).astimezone(zone))
            * (1 - GROWTH / 2 + GROWTH * n / hours)
            for n in range(hours)
        ]
        self._most = max(self._factors)

    def wait(self, rng: random.Random, at: float, mean_s: float) -> float:
        """Seconds until it is wanted next; ``mean_s`` is how long that takes on average where the factor is one."""
        moment = at
        while True:
            moment += rng.expovariate(self._most / mean_s)
            place = int((moment - self._begin) // HOUR_S)
            if place >= len(self._factors) or rng.random() * self._most <= self._factors[place]:
                return moment - at


def _factor(shape: tuple[float, ...], wall: datetime) -> float:
    factor = shape[BUSY if 7 <= wall.hour < 17 else EVENING if 17 <= wall.hour < 22 else QUIET]
    return factor * (shape[WEEKEND] if wall.weekday() >= 5 else 1.0)


@dataclass(slots=True)
class _Life:
    """One piece of equipment on its way through the past."""

    item: Item
    rng: random.Random
    demand: Demand
    now: float

    def is_for(self, seconds: float, activity: Activity, basis: Basis, room: str | None) -> Part:
        begin, self.now = self.now, self.now + max(1.0, seconds)
        return Part(begin, self.now, activity, basis, room)

    def waits(self, hours: float, room: str) -> Part:
        """Stands ready until it is wanted."""
        seconds = self.demand.wait(self.rng, self.now, hours * HOUR_S)
        return self.is_for(seconds, Activity.AVAILABLE, Basis.ZONE, room)

    def moves(self) -> Part:
        return self.is_for(self.rng.uniform(120, 600), Activity.IN_TRANSIT, Basis.MOVEMENT, None)

    def is_used(self, mean_h: float, room: str, basis: Basis = Basis.PRESUMED) -> Part:
        hours = mean_h * self.rng.lognormvariate(-0.18, 0.6)
        return self.is_for(hours * HOUR_S, Activity.IN_USE, basis, room)

    def is_dirty(self, low_h: float, high_h: float, room: str) -> Part:
        return self.is_for(self.rng.uniform(low_h, high_h) * HOUR_S, Activity.DIRTY, Basis.ZONE, room)

    def care_room(self) -> str:
        return self.rng.choice(care_rooms(self.item.department))


@cache
def care_rooms(department: str) -> list[str]:
    kinds = (ZoneKind.PATIENT_ROOM, ZoneKind.THEATRE)
    found = [room.key for room in the_plan().of_kind(*kinds, department=department)]
    return found or care_rooms("1w")  # imaging and portering go to the patients of the wards


def past_of(item: Item, *, seed: int, begin: float, end: float, demand: Demand) -> list[Part]:
    """Its parts in order from ``begin`` to ``end``; none of what nobody would have heard of."""
    life = _Life(item, random.Random(f"{seed}/{item.asset_tag}"), demand, begin)
    life.now -= life.rng.uniform(0, 2 * DAY_S)  # not all of them begin at once
    parts = list(_until(_routine(life), _rests_from(life, end)))
    if parts and parts[-1].end < end:
        parts.append(Part(parts[-1].end, end, Activity.AVAILABLE, Basis.ZONE, _home(item)))
    return [
        part if begin <= part.begin and part.end <= end else _cut(part, begin, end)
        for part in parts
        if part.end > begin and part.begin < end
    ]


def _cut(part: Part, begin: float, end: float) -> Part:
    return part._replace(begin=max(part.begin, begin), end=min(part.end, end))


def _rests_from(life: _Life, end: float) -> float:
    """Until when it is used: a few have been lying in a store for weeks."""
    is_resting = life.item.asset_tag in RESTING
    return end - life.rng.uniform(38, 75) * DAY_S if is_resting else end


def _until(parts: Iterator[Part], end: float) -> Iterator[Part]:
    for part in parts:
        yield part
        if part.end >= end:
            return


def _home(item: Item) -> str:
    return STORES[item.department] if item.habit is Habit.PUMP else item.home


def _routine(life: _Life) -> Iterator[Part]:
    item = life.item
    if item.habit is Habit.FIXED:
        return _exams(life) if item.kind.slug in _EXAM_MIN else _standing(life)
    if not item.kind.presumed_after_s:
        return _posted(life)
    return _ROUTINES[item.habit](life)


def _pump(life: _Life) -> Iterator[Part]:
    department = life.item.department
    use_h, wait_h = _PUMP_H.get(department, _WARD_H)
    while True:
        yield life.waits(wait_h, STORES[department])
        yield life.moves()
        room = life.care_room()
        yield life.is_used(use_h, room, Basis.CONFIRMED)
        yield life.is_dirty(0.5, 3, SOILED[department])
        yield life.is_dirty(0.2, 0.5, DECONTAMINATION)


def _rounds(life: _Life) -> Iterator[Part]:
    use_h, wait_h = _ROUND_H.get(life.item.kind.slug, (0.7, 4.0))
    while True:
        yield life.waits(wait_h, life.item.home)
        yield life.is_used(use_h, life.care_room())
        if life.rng.random() < 0.15:
            yield life.is_dirty(0.3, 1, SOILED[life.item.department])


def _bed(life: _Life) -> Iterator[Part]:
    while True:
        room = life.care_room()
        for _ in range(life.rng.randint(1, 3)):
            yield life.is_used(30, room)
            yield life.is_used(0.8, life.rng.choice((*EXAMINATIONS, *OPERATIONS)))
        yield life.is_used(12, room)
        yield life.is_dirty(1, 4, DECONTAMINATION)
        yield life.waits(9, life.item.home)


def _chair(life: _Life) -> Iterator[Part]:
    place = life.item.home
    while True:
        yield life.waits(4, place)
        yield life.moves()
        yield life.is_used(1.2, life.rng.choice(EXAMINATIONS))
        place = life.rng.choice((life.item.home, *PICK_UPS))


def _bedside(life: _Life) -> Iterator[Part]:
    use_h = 60.0 if life.item.department == "icu" else 4.0 if life.item.department == "or" else 26.0
    while True:
        yield life.waits(8, life.item.home)
        yield life.is_used(use_h, life.care_room())
        yield life.is_dirty(0.5, 3, SOILED[life.item.department])


def _posted(life: _Life) -> Iterator[Part]:
    """Never presumed to be in use from where it stands."""
    while True:
        yield life.waits(60, life.item.home)
        yield life.is_for(life.rng.uniform(0.3, 2) * HOUR_S, Activity.AVAILABLE, Basis.ZONE, life.care_room())


def _standing(life: _Life) -> Iterator[Part]:
    """Installed equipment that works day and night; what is still to be found is heard of by nobody."""
    if life.item.asset_tag.lower() != TO_BE_FOUND:
        yield life.is_for(1000 * DAY_S, Activity.AVAILABLE, Basis.CONFIRMED, life.item.home)


def _exams(life: _Life) -> Iterator[Part]:
    exam_min, wait_min = _EXAM_MIN[life.item.kind.slug]
    while True:
        seconds = life.demand.wait(life.rng, life.now, wait_min * 60)
        yield life.is_for(seconds, Activity.AVAILABLE, Basis.CONFIRMED, life.item.home)
        yield life.is_used(exam_min / 60, life.item.home, Basis.CONFIRMED)


_ROUTINES: dict[Habit, Callable[[_Life], Iterator[Part]]] = {
    Habit.PUMP: _pump,
    Habit.ROUNDS: _rounds,
    Habit.BED: _bed,
    Habit.CHAIR: _chair,
    Habit.BEDSIDE: _bedside,
    Habit.POSTED: _posted,
}


def out_of_service(parts: list[Part], begin: float, end: float) -> list[Part]:
    """The same with a stretch in the workshop."""
    return _laid_over(parts, Part(begin, end, Activity.DOWN, Basis.PERSON, WORKSHOP))


def silent(parts: list[Part], begin: float, end: float) -> list[Part]:
    """The same with a stretch in which nothing was heard; where it was heard last it stays."""
    found = []
    for part in parts:
        if part.end <= begin or part.begin >= end:
            found.append(part)
            continue
        if part.begin < begin:
            found.append(part._replace(end=begin))
        found.append(_cut(part, begin, end)._replace(activity=Activity.UNKNOWN, basis=Basis.SILENCE))
        if part.end > end:
            found.append(part._replace(begin=end))
    return found


def _laid_over(parts: list[Part], over: Part) -> list[Part]:
    before = [_cut(part, part.begin, over.begin) for part in parts if part.begin < over.begin]
    after = [_cut(part, over.end, part.end) for part in parts if part.end > over.end]
    return [*before, over, *after]
