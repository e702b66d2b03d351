"""What the location system hears: each tag's last report, with the noise that real positions have.

A tag reports every two seconds while it moves, every twenty while it lies still, and when it comes to rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hospital.demo.day import Day
from hospital.demo.fleet import Habit
from hospital.demo.habits import JITTERING
from hospital.demo.plan import Listener
from hospital.demo.quantities import randomness, unit
from hospital.demo.units import Mobile
from hospital.demo.walks import Place

MOVING_EVERY_S, STILL_EVERY_S, JITTER_EVERY_S = 2.0, 20.0, 3.0
JITTER_M = 1.5
_NO_RSSI = 127


@dataclass(frozen=True, slots=True)
class Report:
    """The last report of a tag: ``floor`` is empty without a position, ``receiver`` where none is named.

    ``gateway`` is the floor whose gateway heard it. Metres; seconds since the day began.
    """

    gateway: str
    tag: str
    at: float
    floor: str = ""
    x: float = 0.0
    y: float = 0.0
    error_m: float = -1.0
    receiver: str = ""
    rssi_dbm: int = _NO_RSSI
    battery_percent: int = -1
    is_moving: bool = False


class Ears:
    """The receivers of the building, listening to one day."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._last: dict[str, Report] = {}
        self._listeners: dict[str, list[Listener]] = {}
        for listener in day.world.plan.listeners:
            self._listeners.setdefault(day.world.plan.rooms[listener.room].floor, []).append(listener)
        tagged = (tag for tag, mobile in day.mobiles.items() if mobile.item.tag)
        self.numbers = {tag: number for number, tag in enumerate(tagged, start=1)}
        """Row of each asset with a tag in the gateways' tables: the same on every floor and for ever."""

    def reports(self, floor: str) -> list[tuple[int, Report]]:
        """The last report of each tag that was heard on a floor, by row number."""
        moment = self._day.now
        heard = ((number, self.report(tag, moment)) for tag, number in self.numbers.items())
        return [(number, report) for number, report in heard if report.gateway == floor]

    def report(self, asset_tag: str, moment: float) -> Report:
        """The last report of one asset's tag at ``moment``, which is the day's present."""
        mobile = self._day.mobiles[asset_tag]
        at = last_blink(mobile, moment)
        last = self._last.get(asset_tag)
        if last is None or last.at != at:
            last = self._last[asset_tag] = self._hear(mobile, at)
        return last

    def _hear(self, mobile: Mobile, at: float) -> Report:
        place = mobile.place(at)
        tag, battery = mobile.item.tag or "", round(mobile.tag_battery.at(at))
        is_moving = mobile.walk is not None
        if mobile.item.habit is Habit.CHAIR:
            receiver, rssi = self._strongest(mobile, place, at)
            return Report(
                place.floor,
                tag,
                at,
                receiver=receiver,
                rssi_dbm=rssi,
                battery_percent=battery,
                is_moving=is_moving,
            )
        x, y, error = _blurred(mobile, place, at)
        return Report(
            place.floor, tag, at, place.floor, x, y, error, battery_percent=battery, is_moving=is_moving
        )

    def _strongest(self, mobile: Mobile, place: Place, at: float) -> tuple[str, int]:
        """The receiver that hears it best: -45 dBm at 1 m, 28 dB less per decade, 7 by a wall, noise of 2."""
        rng = randomness(self._day.seed, mobile.item.asset_tag, at)
        heard = []
        for listener in self._listeners[place.floor]:
            metres = max(1.0, math.hypot(listener.x - place.x, listener.y - place.y))
            walls = 0 if listener.room == place.room else 7
            heard.append((-45 - 28 * math.log10(metres) - walls + rng.gauss(0, 2), listener.identifier))
        rssi, identifier = max(heard)
        return identifier, round(rssi)


def last_blink(mobile: Mobile, moment: float) -> float:
    """When a tag reported last before ``moment``."""
    phase = STILL_EVERY_S * unit(mobile.item.asset_tag, "blink")
    if mobile.walk is not None:
        return max(mobile.walk.begin, _grid(moment, MOVING_EVERY_S, phase))
    every = JITTER_EVERY_S if mobile.item.asset_tag == JITTERING else STILL_EVERY_S
    return max(mobile.still_since, _grid(moment, every, phase))


def _grid(moment: float, every: float, phase: float) -> float:
    return math.floor((moment - phase) / every) * every + phase


def _blurred(mobile: Mobile, place: Place, at: float) -> tuple[float, float, float]:
    """Reported x, y and stated error: a few decimetres off at rest, more on the move."""
    rng = randomness(mobile.item.asset_tag, at)
    if mobile.item.asset_tag == JITTERING:
        angle, metres = rng.uniform(0, 2 * math.pi), rng.uniform(0, JITTER_M)
        return place.x + metres * math.cos(angle), place.y + metres * math.sin(angle), JITTER_M
    sigma = 0.12 if mobile.walk is None else 0.3
    return place.x + rng.gauss(0, sigma), place.y + rng.gauss(0, sigma), 0.5 if mobile.walk is None else 1.2
