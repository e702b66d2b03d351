"""Spoiled answers to every shipped profile, decoded to observations."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assets.observation import Observation, ReadingValue, Sighting, Subject, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll, describe_poll
from collectors.planner import plan_requests
from collectors.profiles.library import all_profiles
from collectors.profiles.model import (
    SNMP_TYPES,
    Arcs,
    Column,
    Echo,
    Identity,
    Profile,
    Reading,
    Registers,
    Scalar,
    Scaling,
    Table,
)
from collectors.requests import (
    DicomEcho,
    DicomEchoed,
    Failure,
    ModbusIdentify,
    ModbusIdentity,
    ModbusRead,
    RawPoll,
    SnmpValue,
)
from tests.collectors.recordings import AT
from tests.collectors.synthetic import sound_poll
from tests.collectors.test_profiles_invariants import _is_possible
from tests.fuzz.faults import MADE_UP, UNUSABLE, require
from tests.fuzz.scaled import scaled_says
from tests.fuzz.witness import is_address, led_to, octets_say, registers_say, snmp_says

ASSET = Subject(SubjectKind.ASSET, "7")
SOURCE = "endpoint:3"
_FAILED = [quality for quality in Quality if quality is not Quality.GOOD]
_NUMBERS = ("integer", "gauge32", "counter32", "counter64", "timeticks")
_NOTHING = ("no_such_object", "no_such_instance", "end_of_mib", "null")
_WORDS = (0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FC0, 0x7F80, 0xFF80, 0x7FF0, 0x4120)


class Polls:
    """A sound device of each type in turn, of whose answers anything may be replaced, lost or added."""

    def __init__(self, sound: Sequence[tuple[Profile, RawPoll]] = ()) -> None:
        self.sent, self.taken = b"", 0
        self._profiles = sound or [(profile, sound_poll(profile)) for profile in all_profiles()]
        self._latest: tuple[str, Mapping[Any, Any]] = "", {}
        self._sound = [_decode(profile, raw) for profile, raw in self._profiles]

    def try_one(self, chance: random.Random) -> None:
        which = chance.randrange(len(self._profiles))
        profile, sound = self._profiles[which]
        raw = self.spoil(sound, chance)
        self._latest = profile.name, raw.answers
        observations = _decode(profile, raw)
        if chance.randrange(10) == 0:
            json.dumps(describe_poll(profile, raw))
            require(_decode(profile, sound) == self._sound[which], UNUSABLE, "a sound poll is told otherwise")
        self._check(profile, raw, observations)

    def spoil(self, raw: RawPoll, chance: random.Random) -> RawPoll:
        return replace(raw, answers={r: spoiled(r, answer, chance) for r, answer in raw.answers.items()})

    def note_row(self, observation: Observation) -> None:
        """Count what a row was taken for; here the device's own readings are what counts."""

    def said(self) -> bytes:
        """What was decoded last: answers have no octets any more, so as Python writes them."""
        return repr(self._latest).encode()

    def _check(self, profile: Profile, raw: RawPoll, observations: list[Observation]) -> None:
        names = {(observation.source, observation.at) for observation in observations}
        require(len(names) == len(observations), MADE_UP, "two observations of one source and moment")
        requests = plan_requests(profile)
        own_requests = requests[: len(requests) - len(profile.tables)]
        cells = _cells(raw.answers[request] for request in own_requests)
        cells_of_rows = _cells_of_rows(raw, cells, requests[len(own_requests) :])
        for observation in observations:
            for reading in observation.readings:
                _possible(reading)
            require(observation.at <= AT, MADE_UP, f"{observation.source} is of {observation.at}")
            require(len(observation.source) <= 64, MADE_UP, f"{observation.source} is too long")
        own, *others = observations
        for asked, found in zip(profile.readings, own.readings, strict=True):
            if found.value is not None:
                self.taken += 1
                require(_says(raw, cells, asked, found.value), MADE_UP, f"{found.name} = {found.value}")
        for observation in others:
            _check_row(profile, cells_of_rows, observation)
            self.note_row(observation)


def _decode(profile: Profile, raw: RawPoll) -> list[Observation]:
    return decode_poll(profile, raw, source=SOURCE, subject=ASSET, received_at=AT)


def _possible(reading: ReadingValue) -> None:
    try:
        _is_possible(reading)
    except AssertionError:
        require(False, MADE_UP, f"{reading} cannot be")


def _cells(answers: Iterable[Any]) -> dict[str, SnmpValue]:
    """Everything that the answers of SNMP hold, by its identifier.

    A column may be asked for twice, for the device and for its rows, and each answer be spoiled in its own way.
    """
    return {oid: value for answer in answers if isinstance(answer, dict) for oid, value in answer.items()}


def _cells_of_rows(
    raw: RawPoll, cells: dict[str, SnmpValue], requests: Sequence[Any]
) -> dict[str, SnmpValue]:
    """What the requests for rows brought, and whatever else they may lead to that only others asked for."""
    columns = tuple(f"{column}." for request in requests for column in getattr(request, "columns", ()))
    others = {oid: value for oid, value in cells.items() if not oid.startswith(columns)}
    return others | _cells(raw.answers[request] for request in requests)


def _answers(raw: RawPoll) -> Iterator[dict[str, SnmpValue]]:
    """Each by itself: a number and what says how it is written come in one of them."""
    return (answer for answer in raw.answers.values() if isinstance(answer, dict))


def _says(raw: RawPoll, cells: dict[str, SnmpValue], reading: Reading, claimed: Any) -> bool:
    source, encoding = reading.source, reading.encoding
    match source:
        case Echo(part=part):
            return _echo_says(raw, encoding, part, claimed)
        case Scalar(oid=oid, scaling=Scaling() as scaling):
            return any(scaled_says(encoding, scaling, each, oid, "", claimed) for each in _answers(raw))
        case Scalar(oid=oid):
            return snmp_says(encoding, cells.get(oid), claimed)
        case Identity(part=part):
            return any(
                octets_say(encoding, getattr(answer, part), claimed)
                for answer in raw.answers.values()
                if isinstance(answer, ModbusIdentity)
            )
        case Registers():
            return any(
                _answer_says(source, encoding, r.address, answer, claimed)
                for r, answer in raw.answers.items()
                if isinstance(r, ModbusRead) and isinstance(answer, tuple) and r.function == source.function
                and r.address <= source.span[0] and source.span[1] <= r.address + r.count
            )  # fmt: skip
        case Column(oid=oid, scaling=Scaling() as scaling):
            return any(
                scaled_says(encoding, scaling, each, oid, name.removeprefix(oid), claimed)
                for each in _answers(raw)
                for name in each
                if name.startswith(f"{oid}.")
            )
        case Column():
            return _column_says(source, encoding, cells, claimed)
    return False


def _echo_says(raw: RawPoll, encoding: Any, part: str, claimed: Any) -> bool:
    said = [getattr(answer, part) for answer in raw.answers.values() if isinstance(answer, DicomEchoed)]
    kind = "integer" if part == "status" else "octets"
    return any(snmp_says(encoding, SnmpValue(kind, value), claimed) for value in said)


def _answer_says(source: Registers, encoding: Any, first: int, answer: tuple[int, ...], claimed: Any) -> bool:
    """Whether the registers say it, with the power of ten that stands beside them, and on all of its conditions."""
    if source.exponent is not None:
        power = answer[source.exponent - first]
        encoding = replace(encoding, scale=encoding.scale * 10.0 ** (power - (power >> 15 << 16)))
    unit = None if source.unit is None else answer[source.unit - first]
    return registers_say(encoding, answer[source.address - first :][: source.count], claimed, unit) and all(
        any(
            registers_say(held.encoding, answer[held.source.address - first :][: held.source.count], value)
            for value in held.values
        )
        for held in source.only_if
        if isinstance(held.source, Registers)
    )


def _column_says(source: Column, encoding: Any, cells: dict[str, SnmpValue], claimed: Any) -> bool:
    """A picked value is one that a row says; one made of several needs a row that says anything."""
    rows = [value for oid, value in cells.items() if oid.startswith(f"{source.oid}.")]
    if source.pick == "count":
        return bool(rows) and 0 <= claimed <= len(rows)
    if source.share_of is None and source.pick in ("first", "max", "min", "worst"):
        return any(snmp_says(encoding, value, claimed) for value in rows)
    return any(value.type in SNMP_TYPES[encoding.type] for value in rows)


def _check_row(profile: Profile, cells: dict[str, SnmpValue], observation: Observation) -> None:
    name = observation.source.removeprefix(f"{SOURCE}/")
    require(observation.subject.key == name, MADE_UP, f"{observation.subject} of {observation.source}")
    places = [
        (table, row)
        for table in profile.tables
        if table.subject_kind is observation.subject.kind
        for row in _rows_of(table, cells, name)
    ]
    require(places, MADE_UP, f"{name}, which no row names")
    require(any(_row_says(table, cells, row, observation) for table, row in places), MADE_UP,
            f"{observation}, which no row says")  # fmt: skip


def _rows_of(table: Table, cells: dict[str, SnmpValue], name: str) -> list[str]:
    """The rows that name a device so, by a column or by numbers of their index."""
    by_address = table.subject_kind is SubjectKind.MAC
    if by_address:
        require(int(name[1], 16) & 3 == 0, MADE_UP, f"{name} is the address of no network card")
    if isinstance(table.subject, Arcs):
        numbers = [str(int(pair, 16)) for pair in name.split(":")]
        indices = [
            oid.split(f"{table.entry}.", 1)[1].split(".")[1:]
            for oid in cells
            if oid.startswith(f"{table.entry}.")
        ]
        first, last = table.subject.first - 1, table.subject.last
        return [".".join(index) for index in indices if index[first:last] == numbers]
    start = f"{table.subject.oid}."
    is_named = is_address if by_address else _is_name
    return [
        oid.removeprefix(start) for oid, v in cells.items() if oid.startswith(start) and is_named(v, name)
    ]


def _is_name(value: SnmpValue, name: str) -> bool:
    octets = value.value if value.type == "octets" and isinstance(value.value, bytes) else b""
    return octets.decode("utf-8", "replace").rstrip("\0").strip() == name


def _row_says(table: Table, cells: dict[str, SnmpValue], row: str, observation: Observation) -> bool:
    encodings = {reading.name: (reading.source, reading.encoding) for reading in table.readings}
    for found in observation.readings:
        source, encoding = encodings[found.name]
        cell = cells.get(f"{source.oid}.{row}")  # type: ignore[union-attr]
        if found.value is None:
            continue
        if source.scaling is not None:  # type: ignore[union-attr]
            if not scaled_says(encoding, source.scaling, cells, source.oid, f".{row}", found.value):  # type: ignore[union-attr]
                return False
        elif not snmp_says(encoding, cell, found.value):
            return False
    if observation.position is not None and not _place_says(table, cells, row, observation.position):
        return False
    if observation.sighting is not None:
        return table.sighting is not None and _sighting_says(table, cells, row, observation.sighting)
    return True


def _sighting_says(table: Table, cells: dict[str, SnmpValue], row: str, sighting: Sighting) -> bool:
    columns = table.sighting
    if columns is None:
        return False
    name, own = columns.receiver, cells.get(columns.receiver.within or "")
    start = f"{name.prefix}:" if name.prefix else ""
    if name.within is not None:
        octets = own.value if own is not None and isinstance(own.value, bytes) else b""
        start += octets.decode("utf-8", "replace").rstrip("\0").strip() + "/"
    said = sighting.receiver.removeprefix(start)
    is_named = is_address if name.form == "mac" else _is_name
    if not sighting.receiver.startswith(start):
        return False
    if not any(is_named(value, said) for value in led_to(name.source, cells, row)):
        return False
    return sighting.rssi_dbm is None or (columns.rssi is not None and any(
        snmp_says(columns.rssi_encoding, value, sighting.rssi_dbm) for value in led_to(columns.rssi, cells, row)
    ))  # fmt: skip


def _place_says(table: Table, cells: dict[str, SnmpValue], row: str, position: Any) -> bool:
    columns = table.position
    if columns is None or not _is_name(cells[f"{columns.floor.oid}.{row}"], position.floor):
        return False
    return position.error_m >= 0 and all(
        math.isfinite(number) and snmp_says(columns.coordinate, cells.get(f"{column.oid}.{row}"), number)
        for column, number in ((columns.x, position.x), (columns.y, position.y))
    )


# --- spoiling


def spoiled(request: Any, answer: Any, chance: random.Random) -> Any:
    if chance.randrange(20) == 0:
        return Failure(chance.choice(_FAILED), "as the driver says")
    if isinstance(request, ModbusRead):
        return _spoiled_words(request, answer, chance)
    if isinstance(request, DicomEcho):
        version = chance.choice((None, chance.randbytes(chance.randrange(300)), b"SCANNER_71", b""))
        return DicomEchoed(chance.choice((0, chance.randrange(0x10000))), version)
    if isinstance(request, ModbusIdentify):
        return ModbusIdentity(*(chance.choice((was, None, _octets(chance))) for was in _parts_of(answer)))
    cells = dict(answer)
    for _ in range(chance.randrange(1, 7)):
        _spoil_one(cells, chance)
    return cells


def _parts_of(answer: ModbusIdentity) -> tuple[bytes | None, ...]:
    return answer.vendor, answer.product, answer.revision


def _spoiled_words(request: ModbusRead, words: tuple[int, ...], chance: random.Random) -> tuple[int, ...]:
    found = list(words)
    for _ in range(chance.randrange(1, 7)):
        at = chance.randrange(len(found))
        if request.function < 3:
            found[at] = chance.randrange(2)
        else:
            found[at] = chance.choice(
                (chance.choice(_WORDS), chance.randrange(0x10000), found[at] ^ 1 << chance.randrange(16))
            )
    match chance.randrange(24):
        case 0:
            return tuple(found[: chance.randrange(len(found) + 1)])
        case 1:
            return (*found, 0)
        case 2:
            found[0] = chance.choice((-1, 0x10000, 2**70))
    return tuple(found)


def _spoil_one(cells: dict[str, SnmpValue], chance: random.Random) -> None:
    if not cells:
        return
    oid = chance.choice(list(cells))
    match chance.randrange(6):
        case 0:
            del cells[oid]
        case 1:  # a second row, perhaps of the same name
            row = chance.choice(("2", "2.1", "", "1.1", "999999", "2.0.27.197.0.79.3", "0.27.197.0.79.1"))
            for name in list(cells):
                cells.setdefault(f"{name.rpartition('.')[0]}.{row}", cells[name])
        case 2:
            cells[f"{oid}{chance.choice(('.', '9.1', '.1', ''))}"] = _nonsense(chance)
        case _:
            cells[oid] = _nonsense(chance)


def _nonsense(chance: random.Random) -> SnmpValue:
    match chance.randrange(8):
        case 0 | 1:
            return SnmpValue(chance.choice(_NUMBERS), chance.randrange(-300, 300))
        case 2:
            return SnmpValue(chance.choice(_NUMBERS), chance.randrange(-(2**63), 2**64))
        case 3 | 4:
            return SnmpValue("octets", _octets(chance))
        case 5:
            return SnmpValue(chance.choice(_NOTHING), None)
        case 6:
            return SnmpValue(chance.choice(("oid", "ipaddress")), "1.3.6.1.4.1")
    return chance.choice((SnmpValue("opaque", b"\x9f\x78\x04"), SnmpValue("integer", b"7"),
                          SnmpValue("integer", None), SnmpValue("integer", "7")))  # fmt: skip


def _octets(chance: random.Random) -> bytes:
    texts = (b"Device-1", b"Device-1\0\0", b"1e9", b"-0.0", b"inf", b"12.5", b" ", b"\xc3\xa9" * 150)
    return chance.choice((chance.randbytes(chance.randrange(260)), chance.choice(texts)))
