"""One piece of evidence as the recorder keeps it: resolved, compact, and the same on every replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

import orjson

from assets.observation import Observation
from assets.recording.moments import to_us
from assets.vocabulary import VOCABULARY
from assets.words import Quality
from locations.positioning import Fix

BATTERY = "battery_charge"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sighting, with the place of its receiver as it was when it was recorded."""

    receiver: str
    rssi_dbm: float | None
    fix: Fix


@dataclass(frozen=True, slots=True)
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

    @property
    def key(self) -> tuple[int, str]:
        """Its identity, and its place in the order of things."""
        return self.at, self.source

    def pack(self) -> str:
        """As JSON, without what it does not say."""
        said: dict[str, Any] = {"t": self.at, "o": self.source}
        if not self.is_alive:
            said["q"] = 1
        plain = {"a": self.telemetry, "s": self.stated, "m": self.in_motion, "n": self.numbers}
        said |= {name: value for name, value in plain.items() if value is not None}
        if self.fix is not None:
            said["p"] = _pack_fix(self.fix)
        if self.heard is not None:
            said["h"] = [self.heard.receiver, self.heard.rssi_dbm, *_pack_fix(self.heard.fix)]
        if self.has_battery:
            said["b"] = self.battery
        return orjson.dumps(said).decode()


def unpack(payload: str) -> Item:
    said = orjson.loads(payload)
    heard = said.get("h")
    return Item(
        at=said["t"],
        source=said["o"],
        is_alive="q" not in said,
        telemetry=said.get("a"),
        stated=said.get("s"),
        fix=Fix(*said["p"]) if "p" in said else None,
        heard=Heard(heard[0], heard[1], Fix(*heard[2:])) if heard else None,
        in_motion=said.get("m"),
        numbers=said.get("n"),
        battery=said.get("b"),
        has_battery="b" in said,
    )


def make_item(observation: Observation, fix: Fix | None, heard: Heard | None) -> Item:
    """The evidence in an observation of good quality; ``fix`` and ``heard`` are its place, resolved."""
    good = {
        reading.name: reading.value for reading in observation.readings if reading.quality is Quality.GOOD
    }
    numbers = {name: float(value) for name, value in good.items() if _is_number(value) and name in VOCABULARY}
    is_placed = observation.position is not None or observation.sighting is not None
    return Item(
        at=to_us(observation.at),
        source=observation.source,
        is_alive=_is_alive(observation, is_placed=is_placed),
        telemetry=None if observation.activity is None else observation.activity.value,
        fix=fix,
        heard=heard,
        in_motion=good["motion"] == "moving" if "motion" in good else None,
        numbers=numbers or None,
        battery=numbers.get(BATTERY),
        has_battery=any(reading.name == BATTERY for reading in observation.readings),
    )


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_alive(observation: Observation, *, is_placed: bool) -> bool:
    """Failed readings alone are no sign of life."""
    if observation.activity is not None or is_placed or not observation.readings:
        return True
    return any(reading.quality is Quality.GOOD for reading in observation.readings)


def _pack_fix(fix: Fix) -> list[Any]:
    return [fix.floor, fix.x, fix.y, fix.error, *([] if fix.zone is None else [fix.zone])]
