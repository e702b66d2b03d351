"""One message of a broker to observations, or to the few words that say why it is not taken. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.dateparse import parse_datetime

from assets.observation import AHEAD, Observation, Position, ReadingValue, Sighting, Subject
from assets.words import Quality
from collectors.decoding.evidence import Judge, make_judge
from collectors.decoding.snmp import raw_decoder
from collectors.decoding.values import Decoded, converter, decode_float
from collectors.profiles.model import Encoding
from collectors.receivers.mqtt.model import Mapping as SenderMapping
from collectors.receivers.mqtt.model import MessageMap, Part, Path, Place
from collectors.receivers.saying import (
    EARLIEST,
    FARTHEST_M,
    FARTHEST_RANGE_M,
    LARGEST_ERROR_M,
    STRONGEST_DBM,
    WEAKEST_DBM,
    is_name,
    is_number,
    make_observation,
    make_subject,
)
from collectors.requests import Failure

UNKNOWN_TOPIC = "topic of no mapping"
NO_JSON = "payload is no JSON"
NAMELESS = "names no equipment"
KEPT = "kept by the broker, and without a time"
TIMELESS = "its time cannot be understood"
IN_FUTURE = "its time is still to come"
SAYS_NOTHING = "says nothing that its mapping knows"
NEITHER = "neither online nor offline"
GONE = "its connection to the broker ended"

ABSENT = Failure(Quality.MALFORMED, "the message does not tell it")
"""Stands for a reading that a message leaves out: it has not failed, but no rule about it can be judged."""
_NULL = Failure(Quality.NO_VALUE, "the message says null")
_FORMS = {"number": (int, float), "flag": (bool,), "text": (str,), "number-text": (str,)}


class NotTakenError(Exception):
    """This message is not taken; ``reason`` is the same for each cause, and holds nothing of the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Program:
    """A kind of message with its decoders chosen."""

    message: MessageMap
    source: str
    reads: tuple[tuple[str, Path, Callable[[Any], Decoded]], ...]
    judge: Judge | None
    tells: tuple[str, ...]
    """Everything that the sender tells of in any message: what fails when it is gone."""


def programs_of(mappings: Sequence[SenderMapping], observed_by: str) -> list[Program]:
    """``observed_by`` begins the source of each observation, which the names of mapping and message end."""
    return [
        Program(
            message,
            f"{observed_by}/{mapping.name}/{message.name}",
            tuple((each.name, each.path, value_decoder(each.encoding)) for each in message.readings),
            make_judge(message.activity, [each.name for each in message.readings]),
            mapping.reading_names,
        )
        for mapping in mappings
        for message in mapping.messages
    ]


def decode_message(
    programs: Sequence[Program], topic: str, payload: bytes, *, is_kept: bool, received_at: datetime
) -> list[Observation]:
    """One for each mapping that knows the topic; raises :class:`NotTakenError` if that leaves none.

    ``is_kept``: the broker kept it for whoever comes, so that nobody knows its age unless it says so itself.
    """
    observations = []
    reason = UNKNOWN_TOPIC
    for program in programs:
        parts = program.message.template.match(topic)
        if parts is None:
            continue
        try:
            observations.append(_decode(program, parts, payload, is_kept=is_kept, received_at=received_at))
        except NotTakenError as error:
            reason = error.reason
    if not observations:
        raise NotTakenError(reason)
    return observations


def _decode(
    program: Program, parts: Mapping[str, str], payload: bytes, *, is_kept: bool, received_at: datetime
) -> Observation:
    message = program.message
    data = _json(payload) if message.is_json else _text(payload)
    subject = _subject(message, parts, data)
    if message.presence is not None:
        return _presence(program, subject, data, is_kept=is_kept, received_at=received_at)
    if message.moment is None:
        if is_kept:
            raise NotTakenError(KEPT)
        at = received_at
    else:
        at = _moment(find(data, message.moment.path), message.moment.form, received_at)
    return _observation(program, subject, parts, data, at, received_at)


def _observation(
    program: Program,
    subject: Subject,
    parts: Mapping[str, str],
    data: Any,
    at: datetime,
    received_at: datetime,
) -> Observation:
    message = program.message
    decoded = [
        ABSENT if (raw := find(data, path)) is ABSENT else read(raw) for _, path, read in program.reads
    ]
    readings = tuple(
        ReadingValue(name, None, value.quality) if isinstance(value, Failure) else ReadingValue(name, value)
        for (name, _, _), value in zip(program.reads, decoded, strict=True)
        if value is not ABSENT
    )
    position, sighting = _position(message, parts, data), _sighting(message, parts, data)
    if not (readings or position or sighting):
        raise NotTakenError(SAYS_NOTHING)
    activity = program.judge(decoded) if program.judge else None
    return make_observation(subject, program.source, at, received_at, readings, activity, position, sighting)


def _presence(
    program: Program, subject: Subject, data: Any, *, is_kept: bool, received_at: datetime
) -> Observation:
    """There: it was heard now, unless that is an old birth. Gone: nothing of it can be read any more."""
    presence = program.message.presence
    word = find(data, presence.path) if presence else None
    word = str(word).lower() if isinstance(word, bool) else word
    is_there = presence.words.get(word) if presence and isinstance(word, str) else None
    if is_there is None:
        raise NotTakenError(NEITHER)
    if not is_there:
        failed = (
            ReadingValue(name, None, Quality.NO_ANSWER) for name in program.tells if name != "connection"
        )
        return Observation(
            subject, program.source, received_at, received_at, Quality.NO_ANSWER,
            (ReadingValue("connection", "down"), *failed), detail=GONE,
        )  # fmt: skip
    if is_kept:
        raise NotTakenError(KEPT)
    up = (ReadingValue("connection", "up"),)
    return make_observation(subject, program.source, received_at, received_at, up)


def find(data: Any, path: Path) -> Any:
    """What stands there; ``ABSENT`` if nothing does."""
    for key in path:
        if isinstance(data, dict) and key in data:
            data = data[key]
        elif isinstance(data, list) and key.isascii() and key.isdecimal() and int(key[:9]) < len(data):
            data = data[int(key[:9])]
        else:
            return ABSENT
    return data


def value_decoder(encoding: Encoding) -> Callable[[Any], Decoded]:
    """A value of JSON, or a plain text → number in the term's unit, state, text, or why there is none."""
    forms, read = _FORMS[encoding.type], _reader(encoding)

    def decode(raw: Any) -> Decoded:
        if raw is None:
            return _NULL
        if type(raw) not in forms:
            return Failure(Quality.WRONG_TYPE, f"the message holds no {encoding.type} there")
        return read(raw)

    return decode


def _reader(encoding: Encoding) -> Callable[[Any], Decoded]:
    if encoding.type in ("text", "number-text"):
        of_octets = raw_decoder(encoding, "octets")
        return lambda raw: of_octets(raw.encode())
    convert = converter(encoding)
    if encoding.states is not None:
        return convert
    return lambda raw: decode_float(float(raw), convert)


def _json(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise NotTakenError(NO_JSON) from None


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise NotTakenError(SAYS_NOTHING) from None


def _subject(message: MessageMap, parts: Mapping[str, str], data: Any) -> Subject:
    name = _at(message.subject, parts, data)
    if not is_name(name):
        raise NotTakenError(NAMELESS)
    try:
        return make_subject(message.subject_kind, name)
    except ValueError:
        raise NotTakenError(NAMELESS) from None


def _at(place: Place, parts: Mapping[str, str], data: Any) -> Any:
    return parts[place.name] if isinstance(place, Part) else find(data, place)


def _moment(raw: Any, form: str, received_at: datetime) -> datetime:
    try:
        at = _parsed(raw, form)
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None or at < EARLIEST:
        raise NotTakenError(TIMELESS)
    if at > received_at + AHEAD:
        raise NotTakenError(IN_FUTURE)
    return at


def _parsed(raw: Any, form: str) -> datetime | None:
    if form == "iso":
        at = parse_datetime(raw) if isinstance(raw, str) and len(raw) <= 40 else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    if not is_number(raw):
        return None
    return datetime.fromtimestamp(raw / 1000 if form == "unix_ms" else raw, UTC)


def _position(message: MessageMap, parts: Mapping[str, str], data: Any) -> Position | None:
    """None also where it is incomplete or impossible: a place is never half true."""
    told = message.position
    if told is None:
        return None
    floor = _at(told.floor, parts, data)
    x, y = (_scaled(find(data, path), told.scale, -FARTHEST_M, FARTHEST_M) for path in (told.x, told.y))
    error = _scaled(find(data, told.error), told.scale, 0.0, LARGEST_ERROR_M) if told.error else None
    if not is_name(floor) or x is None or y is None:
        return None
    return Position(floor.strip(), x, y, told.default_error_m if error is None else error)


def _sighting(message: MessageMap, parts: Mapping[str, str], data: Any) -> Sighting | None:
    told = message.sighting
    if told is None:
        return None
    receiver = _at(told.receiver, parts, data)
    if not is_name(receiver):
        return None
    rssi = _scaled(find(data, told.rssi), 1.0, WEAKEST_DBM, STRONGEST_DBM) if told.rssi else None
    if told.range is None:
        return Sighting(receiver.strip(), rssi)
    metres = _scaled(find(data, told.range), told.range_scale, 0.0, FARTHEST_RANGE_M)
    error = told.range_error and _scaled(find(data, told.range_error), told.range_scale, 0.0, LARGEST_ERROR_M)
    return Sighting(receiver.strip(), rssi, metres, (error or None) if metres is not None else None)


def _scaled(raw: Any, scale: float, low: float, high: float) -> float | None:
    value = raw * scale if is_number(raw) else None
    return float(value) if value is not None and low <= value <= high else None
