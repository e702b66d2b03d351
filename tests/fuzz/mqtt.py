"""Spoiled messages of a broker, through the shipped mappings to observations."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from assets.observation import Observation, ReadingValue
from assets.vocabulary import VOCABULARY
from assets.words import Quality
from collectors.receivers.mqtt.decode import NotTakenError, decode_message, find, programs_of
from collectors.receivers.mqtt.library import get_mapping, mapping_names
from tests.collectors.test_snmp_hostile import spoiled
from tests.fuzz.faults import MADE_UP, UNUSABLE, require

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = "2026-03-02T11:59:30Z"
PLUG = "shellyplusplugs-a8032ab1fe78"
SOUND: tuple[tuple[str, Any], ...] = (
    ("hospital/P-1/state", {"at": AT, "battery": 81, "state": "infusing", "rate_ml_h": 12.5, "alarm": "Air"}),
    ("hospital/P-1/position", {"at": AT, "floor": "main-1", "x": 2.5, "y": 3, "error": 1}),
    ("hospital/receivers/R-1/tags/T-1", {"at": AT, "rssi": -61}),
    ("hospital/P-1/connection", "offline"),
    (f"{PLUG}/online", "true"),
    (
        f"{PLUG}/status/switch:0",
        {
            "output": True,
            "apower": 8.9,
            "voltage": 231.0,
            "aenergy": {"total": 6532},
            "temperature": {"tC": 21},
        },
    ),
)
_NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**18, 0.1, "", " ", "infusing", "x" * 300, "\u0000", "\u202e",
    [], [1], {}, {"at": 1}, "1970-01-01T00:00:00Z", "2026-03-02T12:00:00", "9999-12-31T23:59:59Z",
)  # fmt: skip


class Messages:
    """A sound message of each kind in turn, of which a value, the topic or the octets may be anything."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        self._programs = programs_of([get_mapping(name) for name in mapping_names()], "source:5")
        self._expected = [self._decode(topic, _octets(data), is_kept=False) for topic, data in SOUND]

    def try_one(self, chance: random.Random) -> None:
        which = chance.randrange(len(SOUND))
        topic, sound = SOUND[which]
        payload = self.sent = _spoil(sound, chance)
        if chance.randrange(8) == 0:
            topic = spoiled(topic.encode(), chance).decode("utf-8", "replace")
        try:
            observations = self._decode(topic, payload, is_kept=chance.randrange(4) == 0)
        except NotTakenError:
            observations = []
        for observation in observations:
            self._check(observation, payload)
        if chance.randrange(10) == 0:
            topic, sound = SOUND[which]
            found = self._decode(topic, _octets(sound), is_kept=False)
            require(found == self._expected[which], UNUSABLE, "a sound message is told otherwise")

    def _decode(self, topic: str, payload: bytes, *, is_kept: bool) -> list[Observation]:
        return decode_message(self._programs, topic, payload, is_kept=is_kept, received_at=NOW)

    def _check(self, observation: Observation, payload: bytes) -> None:
        require(observation.at <= NOW + timedelta(minutes=2), MADE_UP, f"it is of {observation.at}")
        require(len(observation.source) <= 64, MADE_UP, f"{observation.source} is too long")
        require(len(observation.subject.key) <= 64, MADE_UP, "the name is too long")
        for reading in observation.readings:
            if reading.value is None:
                require(reading.quality is not Quality.GOOD, MADE_UP, f"{reading} is nothing and good")
                continue
            self.taken += 1
            _possible(reading)
            if reading.name != "connection":
                require(self._says(observation, reading, payload), MADE_UP, f"{reading}, which nobody said")

    def _says(self, observation: Observation, reading: ReadingValue, payload: bytes) -> bool:
        """Whether the payload holds it, where the mapping looks, as anybody else would read it."""
        message = next(p.message for p in self._programs if p.source == observation.source)
        mapped = next(each for each in message.readings if each.name == reading.name)
        raw = find(orjson.loads(payload), mapped.path)
        if mapped.encoding.states is not None:
            return bool(mapped.encoding.states.get(raw) == reading.value)
        if isinstance(reading.value, str):
            return isinstance(raw, str) and raw.replace("\0", "").split() == reading.value.split()
        return isinstance(raw, int | float) and abs(raw * mapped.encoding.scale - reading.value) < 1e-6 * max(
            1, abs(raw)
        )


def _possible(reading: ReadingValue) -> None:
    term, value = VOCABULARY[reading.name], reading.value
    if isinstance(value, float):
        require(term.low <= value <= term.high, MADE_UP, f"{reading} cannot be")
    elif term.kind == "state":
        require(value in term.states, MADE_UP, f"{reading} cannot be")
    else:
        require(isinstance(value, str) and value.isprintable(), MADE_UP, f"{reading} cannot be")


def _octets(data: Any) -> bytes:
    return data.encode() if isinstance(data, str) else json.dumps(data).encode()


def _spoil(sound: Any, chance: random.Random) -> bytes:
    match chance.randrange(4):
        case 0:
            return spoiled(_octets(sound), chance)
        case 1 if chance.randrange(20) == 0:
            return chance.choice((b"[" * 5000, b"", b"null", b"NaN", b"1e999", b"\xff\xfe"))
    if not isinstance(sound, dict):
        return spoiled(_octets(sound), chance)
    data = json.loads(json.dumps(sound))
    for _ in range(chance.randrange(1, 4)):
        key = chance.choice(list(data) or ["at"])
        if chance.randrange(5) == 0:
            data.pop(key, None)
        else:
            data[key] = chance.choice((*_NONSENSE, chance.uniform(-1000, 1000), chance.randrange(-200, 200)))
    return _octets(data)
