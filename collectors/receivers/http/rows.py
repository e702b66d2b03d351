"""One row of what a sender says, read strictly: an observation, or every fault of it by the name of its field.

A fault says what is expected there and never repeats what was sent, so that whatever somebody sends by mistake, names
of people among it, is neither kept nor answered.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from assets.observation import (
    Evidence,
    Observation,
    Placed,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
    Value,
)
from assets.vocabulary import TEXT_LIMIT, VOCABULARY, Term
from assets.words import Quality
from collectors.receivers.saying import (
    EARLIEST,
    FARTHEST_M,
    FARTHEST_RANGE_M,
    KINDS,
    LARGEST_ERROR_M,
    NAME_LIMIT,
    STRONGEST_DBM,
    WEAKEST_DBM,
    is_name,
    is_number,
    make_observation,
    make_subject,
)

FAILURES = tuple(quality.value for quality in Quality if quality is not Quality.GOOD)
ROW_KEYS = ("subject", "at", "readings", "activity", "position", "sighting", "placed")

Faults = dict[str, str]
"""Field → what is wrong with it."""


class RowError(Exception):
    """The row says something that cannot be taken; ``faults`` names each field."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("; ".join(f"{field}: {words}" for field, words in faults.items()))
        self.faults = faults


def read_row(data: Any, *, source: str, received_at: datetime) -> Observation:
    """Raises :class:`RowError` with all that is wrong."""
    faults: Faults = {}
    row = _mapping(data, "row", ROW_KEYS, faults)
    subject = _subject(row.get("subject"), faults)
    at = _moment(row.get("at"), faults)
    readings = _readings(row.get("readings", {}), faults)
    activity = _activity(row.get("activity"), faults)
    position = _position(row.get("position"), faults)
    sighting = _sighting(row.get("sighting"), faults)
    placed = _placed(row.get("placed"), faults)
    if not faults and not (readings or activity or position or sighting or placed):
        faults["row"] = "says nothing: give readings, activity, position, sighting or placed"
    if faults or subject is None or at is None:
        raise RowError(faults)
    return make_observation(subject, source, at, received_at, readings, activity, position, sighting, placed)


def _mapping(data: Any, where: str, keys: Collection[str], faults: Faults) -> dict[str, Any]:
    if not isinstance(data, dict):
        faults[where] = f"must be an object with {', '.join(keys)}"
        return {}
    if not data.keys() <= set(keys):
        faults[where] = f"may hold {', '.join(keys)}, and nothing else"
    return data


def _subject(data: Any, faults: Faults) -> Subject | None:
    named = _mapping(data, "subject", ("kind", "key"), faults)
    kind, key = named.get("kind"), named.get("key")
    if named and kind not in KINDS:
        faults["subject.kind"] = f"must be one of {', '.join(KINDS)}"
        return None
    if named and not is_name(key):
        faults["subject.key"] = f"must be a text of 1 to {NAME_LIMIT} characters"
    if faults or not isinstance(key, str):
        return None
    try:
        return make_subject(SubjectKind(str(kind)), key)
    except ValueError as error:
        faults["subject.key"] = str(error)
        return None


def _moment(data: Any, faults: Faults) -> datetime | None:
    try:
        at = parse_datetime(data) if isinstance(data, str) and len(data) <= 40 else None
        at = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None or at < EARLIEST:
        faults["at"] = "must be a time since 2000 with its zone, as in 2026-03-02T12:00:00Z"
        return None
    return at


def _readings(data: Any, faults: Faults) -> tuple[ReadingValue, ...]:
    if not isinstance(data, dict):
        faults["readings"] = "must be an object: name of the vocabulary to value"
        return ()
    found = []
    for number, (name, said) in enumerate(data.items(), 1):
        term = VOCABULARY.get(name)
        if term is None:
            faults["readings"] = f"name {number} is not in the vocabulary"
            continue
        reading = _reading(term, said, f"readings.{name}", faults)
        if reading is not None:
            found.append(reading)
    return tuple(found)


def _reading(term: Term, said: Any, where: str, faults: Faults) -> ReadingValue | None:
    value = said
    if isinstance(said, dict):
        if "failed" in said:
            return _failed(term, said, where, faults)
        told = _mapping(said, where, ("value", "unit"), faults)
        if told.get("unit", term.unit) != term.unit:
            faults[f"{where}.unit"] = f"must be {term.unit}" if term.unit else "must be left out: it has none"
        value = told.get("value")
    words = wrong_value(term, value)
    if words:
        faults[where] = words
    if where in faults or f"{where}.unit" in faults:
        return None
    return ReadingValue(term.name, plain_value(term, value))


def _failed(term: Term, said: dict[str, Any], where: str, faults: Faults) -> ReadingValue | None:
    _mapping(said, where, ("failed",), faults)
    if said["failed"] not in FAILURES:
        faults[f"{where}.failed"] = f"must be one of {', '.join(FAILURES)}"
    if where in faults or f"{where}.failed" in faults:
        return None
    return ReadingValue(term.name, None, Quality(said["failed"]))


def wrong_value(term: Term, value: Any) -> str:
    """Why this cannot be a value of the term, in words; empty if it can."""
    if term.kind == "number":
        if not is_number(value):
            return "must be a number"
        return "" if term.low <= value <= term.high else f"must be from {term.low:.10g} to {term.high:.10g}"
    if term.kind == "state":
        return (
            ""
            if isinstance(value, str) and value in term.states
            else f"must be one of {', '.join(term.states)}"
        )
    is_text = isinstance(value, str) and 0 < len(value.strip()) <= TEXT_LIMIT and value.isprintable()
    return "" if is_text else f"must be a text of 1 to {TEXT_LIMIT} characters"


def plain_value(term: Term, value: Any) -> Value:
    return float(value) if term.kind == "number" else " ".join(str(value).split())


def _activity(data: Any, faults: Faults) -> Evidence | None:
    if data is None:
        return None
    words = [word.value for word in Evidence]
    if data not in words:
        faults["activity"] = f"must be one of {', '.join(words)}"
        return None
    return Evidence(data)


def _position(data: Any, faults: Faults) -> Position | None:
    if data is None:
        return None
    told = _mapping(data, "position", ("floor", "x", "y", "error_m"), faults)
    _check_name(told, "position.floor", faults)
    _check_number(told, "position.x", -FARTHEST_M, FARTHEST_M, faults)
    _check_number(told, "position.y", -FARTHEST_M, FARTHEST_M, faults)
    _check_number(told, "position.error_m", 0.0, LARGEST_ERROR_M, faults)
    if any(field.startswith("position") for field in faults):
        return None
    return Position(told["floor"].strip(), float(told["x"]), float(told["y"]), float(told["error_m"]))


def _sighting(data: Any, faults: Faults) -> Sighting | None:
    if data is None:
        return None
    told = _mapping(data, "sighting", ("receiver", *_SIGHTING_NUMBERS), faults)
    _check_name(told, "sighting.receiver", faults)
    numbers = {name: told.get(name) for name in _SIGHTING_NUMBERS}
    for name, (low, high) in _SIGHTING_NUMBERS.items():
        if numbers[name] is not None:
            _check_number(told, f"sighting.{name}", low, high, faults)
    if numbers["range_error_m"] is not None and numbers["range_m"] is None:
        faults["sighting.range_error_m"] = "must come with range_m"
    if any(field.startswith("sighting") for field in faults):
        return None
    said = (None if number is None else float(number) for number in numbers.values())
    return Sighting(told["receiver"].strip(), *said)


_SIGHTING_NUMBERS = {
    "rssi_dbm": (WEAKEST_DBM, STRONGEST_DBM),
    "range_m": (0.0, FARTHEST_RANGE_M),
    "range_error_m": (0.0, LARGEST_ERROR_M),
}


def _placed(data: Any, faults: Faults) -> Placed | None:
    if data is None:
        return None
    told = _mapping(data, "placed", ("floor", "zone"), faults)
    _check_name(told, "placed.floor", faults)
    _check_name(told, "placed.zone", faults)
    if any(field.startswith("placed") for field in faults):
        return None
    return Placed(told["floor"].strip(), told["zone"].strip())


def _check_name(told: dict[str, Any], field: str, faults: Faults) -> None:
    if not is_name(told.get(field.partition(".")[2])):
        faults[field] = f"must be a text of 1 to {NAME_LIMIT} characters"


def _check_number(told: dict[str, Any], field: str, low: float, high: float, faults: Faults) -> None:
    value: Any = told.get(field.partition(".")[2])
    if not is_number(value) or not low <= value <= high:
        faults[field] = f"must be a number from {low:g} to {high:g}"
