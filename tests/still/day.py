"""A day of the demo hospital's tags through the recorder's fusion: hops of still tags, and how soon a move shows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from assets.activity import SECOND
from assets.recording.items import Heard, Item
from assets.recording.place import Place
from hospital.demo.day import Day
from hospital.demo.sightings import last_blink
from hospital.demo.units import Mobile
from locations.positioning import Fix
from tests.still.air import Air
from tests.still.hospital import FLOORS, ZONES, DemoPlan, listeners, place_of
from tests.still.noise import Manner, Noise

STEP_S = 2.0
SETTLED_S = 60.0
"""This long after it came to rest, a tag that changes rooms has hopped."""
WAYS = ("coordinates", "receivers", "strongest")
BEGIN_US = 1_800_000_000 * SECOND


@dataclass
class Figures:
    """What a day came to, for one way of being located."""

    tags: int = 0
    sightings: int = 0
    hops: list[str] = field(default_factory=list)
    corrections: int = 0  # late changes into the right room
    late_s: list[float] = field(default_factory=list)
    missed: int = 0
    right: int = 0
    looked: int = 0


class Tag:
    """One tag of the day, how it is located, and what the recorder knows of it."""

    def __init__(
        self,
        mobile: Mobile,
        way: str,
        *,
        senses_motion: bool,
        seed: int,
        error_m: float,
        every_s: float | None,
    ) -> None:
        self.mobile, self.way, self.senses_motion, self.every_s = mobile, way, senses_motion, every_s
        rng = random.Random(f"{seed}/{mobile.item.asset_tag}")
        self.noise, self.air = Noise(Manner(error_m, STEP_S), rng), Air(rng)
        self.place, self.phase = Place(), rng.uniform(0, every_s or 0.0)
        self.blink = 0.0
        self.moved = 0.0  # when it came to rest, or moved last
        self.room = ""  # that it has come to, and the sightings since
        self.seen: list[float] = []

    def blinked(self, moment: float) -> float:
        """When it reported last."""
        if self.every_s is None:
            return last_blink(self.mobile, moment)
        return moment - (moment + self.phase) % self.every_s

    def items(self, at: float) -> Iterator[Item]:
        """What is reported of a blink at ``at``."""
        place = self.mobile.place(at)
        motion = self.mobile.walk is not None if self.senses_motion else None
        us = BEGIN_US + round(at * SECOND)
        if self.way == "coordinates":
            seen = self.noise.seen(place.x, place.y, at)
            if seen is not None:
                yield Item(
                    us,
                    "rtls",
                    fix=Fix(FLOORS[place.floor], *seen, self.noise.manner.error_m),
                    in_motion=motion,
                )
            return
        heard = self.air.heard(place, at, listeners(place.floor))
        for one, level in heard[:1] if self.way == "strongest" else heard:
            what = Heard(one.identifier, level, place_of(one))
            yield Item(us, "radio", heard=what, in_motion=motion, receiver=one.identifier)


def run_day(
    *,
    hours: float,
    seed: int = 1,
    every_nth: int = 1,
    error_m: float = 1.0,
    is_sensing: bool | None = None,
    every_s: float | None = None,
) -> dict[str, Figures]:
    """``every_nth``: of so many tags one. ``is_sensing``: tags tell whether they move; without it, every other one.
    ``every_s``: they report so often whether they move or not; without it, more often while they move."""
    day, plan = Day(seed), DemoPlan()
    tagged = [mobile for mobile in day.mobiles.values() if mobile.item.tag][::every_nth]
    tags = [
        Tag(
            mobile,
            WAYS[number % 3],
            senses_motion=number // 3 % 2 == 0 if is_sensing is None else is_sensing,
            seed=seed,
            error_m=error_m,
            every_s=every_s,
        )
        for number, mobile in enumerate(tagged)
    ]
    figures = {way: Figures() for way in WAYS}
    for tag in tags:
        figures[tag.way].tags += 1
    moment = 0.0
    while moment < hours * 3600:
        day.advance(moment)
        for tag in tags:
            _step(tag, moment, plan, figures[tag.way])
        moment += STEP_S
    return figures


def _step(tag: Tag, moment: float, plan: DemoPlan, figures: Figures) -> None:
    mobile = tag.mobile
    if mobile.walk is not None:
        tag.moved, tag.room, tag.seen = moment, "", []
    elif not tag.room:
        tag.room = mobile.place(moment).room
    at = tag.blinked(moment)
    if at <= tag.blink or at > moment:
        return
    tag.blink = at
    before = tag.place.room.zone
    items = list(tag.items(at))
    for item in items:
        figures.sightings += 1
        if tag.place.take(item, plan) is not None:
            tag.place.enter(item, plan)
    _judge(tag, at, before, figures, was_heard=bool(items))


def mobile_room(tag: Tag) -> str:
    """Where it truly is; on its way, where it is at the moment."""
    return tag.mobile.place(tag.blink).room


def _room_named(zone: int | None) -> str:
    return next((room for room, number in ZONES.items() if number == zone), "none")


def _judge(tag: Tag, at: float, before: int | None, figures: Figures, *, was_heard: bool) -> None:
    zone = tag.place.room.zone
    if before is not None and zone != before and at - tag.moved > SETTLED_S:
        if zone == ZONES[mobile_room(tag)]:
            figures.corrections += 1
            return
        figures.hops.append(
            f"{tag.mobile.item.asset_tag} at {at:.0f} s, still for {at - tag.moved:.0f} s in {mobile_room(tag)}: "
            f"{_room_named(before)} → {_room_named(zone)}, {'with' if tag.senses_motion else 'without'} a sensor"
        )
    if not tag.room or not tag.moved:
        return
    if was_heard and len(tag.seen) < 2:
        tag.seen.append(at)
    if at - tag.moved < SETTLED_S and len(tag.seen) <= 2 and zone == ZONES[tag.room]:
        if was_heard and len(tag.seen) and tag.seen[-1] >= 0:
            figures.late_s.append(at - tag.seen[1] if len(tag.seen) > 1 else 0.0)
            tag.seen = [-1.0, -1.0, -1.0]
    elif at - tag.moved >= SETTLED_S and len(tag.seen) == 2:
        figures.missed += 1
        tag.seen = [-1.0, -1.0, -1.0]
    if at - tag.moved >= SETTLED_S:
        figures.looked += 1
        figures.right += zone == ZONES[tag.room]
