"""One piece of evidence as the recorder keeps it: resolved, compact, and the same on every replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from assets.observation import Observation, Value, origin_of
from assets.recording.latest import Said
from assets.recording.moments import to_us
from assets.vocabulary import TEXT_LIMIT, VOCABULARY
from assets.words import Quality
from locations.positioning import Fix

BATTERY = "battery_charge"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sighting, with the place of its receiver as it was when it was recorded."""

    receiver: str
    rssi_dbm: float | None
    fix: Fix
    range_m: float | None = None
    range_error_m: float | None = None


Withdrawal = tuple[int, str | None, int | None, str | None]
"""When the statement was made that is taken back; then what had been stated, when, and by what it was not clean."""


@dataclass(slots=True)
class Item:
    """Evidence about one asset at one moment from one source."""

    at: int
    source: str
    is_alive: bool = True  # the equipment itself was heard
    telemetry: str | None = None
    stated: str | None = None
    fix: Fix | None = None
    heard: Heard | None = None
    in_motion: bool | None = None
    numbers: dict[str, float] | None = None
    battery: float | None = None
    has_battery: bool = False
    receiver: str = ""  # which receiver of the source says so, where one does
    withdrawn: Withdrawal | None = None

    @property
    def origin(self) -> str:
        return origin_of(self.source, self.receiver) if self.receiver else self.source

    @property
    def key(self) -> tuple[int, str]:
        """Its identity, and its place in the order of things."""
        return self.at, self.origin

    def pack(self) -> str:
        """As JSON, without what it does not say."""
        said: dict[str, Any] = {"t": self.at, "o": self.source}
        if not self.is_alive:
            said["q"] = 1
        if self.telemetry is not None:
            said["a"] = self.telemetry
        if self.stated is not None:
            said["s"] = self.stated
        if self.in_motion is not None:
            said["m"] = self.in_motion
        if self.numbers is not None:
            said["n"] = self.numbers
        if self.fix is not None or self.receiver or self.heard is not None:
            self._pack_place(said)
        if self.has_battery:
            said["b"] = self.battery
        if self.withdrawn is not None:
            said["w"] = self.withdrawn
        return orjson.dumps(said).decode()

    def _pack_place(self, said: dict[str, Any]) -> None:
        if self.fix is not None:
            said["p"] = _pack_fix(self.fix)
        if self.heard is not None:
            said["h"] = [self.heard.receiver, self.heard.rssi_dbm, *_pack_fix(self.heard.fix)]
            if self.heard.range_m is not None:
                said["d"] = [self.heard.range_m, self.heard.range_error_m]
        if self.receiver and self.heard is None:
            said["r"] = self.receiver


def unpack(payload: str) -> Item:
    said = orjson.loads(payload)
    heard, back = said.get("h"), said.get("w")
    return Item(
        at=said["t"],
        source=said["o"],
        is_alive="q" not in said,
        telemetry=said.get("a"),
        stated=said.get("s"),
        fix=Fix(*said["p"]) if "p" in said else None,
        heard=Heard(heard[0], heard[1], Fix(*heard[2:]), *said.get("d", ())) if heard else None,
        in_motion=said.get("m"),
        numbers=said.get("n"),
        battery=said.get("b"),
        has_battery="b" in said,
        receiver=heard[0] if heard else said.get("r", ""),
        withdrawn=(back[0], back[1], back[2], back[3]) if back else None,
    )


def make_item(observation: Observation, said: Said, fix: Fix | None, heard: Heard | None) -> Item:
    """The evidence in an observation of good quality, whose readings are ``said``; its place is resolved."""
    good = said.good
    numbers = {name: value for name, value in good.items() if value.__class__ is float} if good else {}
    return Item(
        said.at,
        said.source,
        _is_alive(observation, said),
        None if observation.activity is None else observation.activity.value,
        None,
        fix,
        heard,
        good["motion"] == "moving" if "motion" in good else None,
        numbers or None,
        numbers.get(BATTERY),
        BATTERY in good or BATTERY in said.failed,
        "" if observation.sighting is None else observation.sighting.receiver.replace("\0", "\ufffd"),
    )


def read_readings(observation: Observation) -> Said:
    """What it says of readings: numbers as floats, all else as words. Unknown names say nothing."""
    good: dict[str, float | str] = {}
    failed: dict[str, str] = {}
    for reading in observation.readings:
        name, value = reading.name, reading.value
        if name not in VOCABULARY:
            continue
        if value.__class__ is float:
            good[name] = value
        elif value is None:
            failed[name] = reading.quality.value
        else:
            good[name] = _plain(value)
    is_good = observation.quality is Quality.GOOD
    return Said(
        to_us(observation.at),
        observation.source,
        good,
        failed,
        None if is_good else observation.quality.value,
    )


def _plain(value: Value) -> float | str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value[:TEXT_LIMIT].replace("\0", "\ufffd")  # PostgreSQL has no character of that code
    return float(value)


def _is_alive(observation: Observation, said: Said) -> bool:
    """Failed readings alone are no sign of life, nor is being seen by somebody."""
    if said.good or observation.activity is not None:
        return True
    if not observation.readings and observation.placed is None:
        return True
    if observation.position is not None or observation.sighting is not None:
        return True
    if observation.placed is not None:
        return False
    return any(reading.quality is Quality.GOOD for reading in observation.readings)


def _pack_fix(fix: Fix) -> list[Any]:
    place = [fix.floor, fix.x, fix.y, fix.error]
    if fix.is_told:
        return [*place, fix.zone, True, True]
    if fix.is_anchored:
        return [*place, fix.zone, True]
    return place if fix.zone is None else [*place, fix.zone]
