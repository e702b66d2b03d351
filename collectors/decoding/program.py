"""A profile made ready to decode: every choice that does not depend on the answer is made here, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assets.words import Quality
from collectors.decoding.columns import column_decoder, split_rows
from collectors.decoding.dicom import echo_decoder
from collectors.decoding.evidence import Judge, make_judge
from collectors.decoding.lookups import column_key, row_numbers
from collectors.decoding.modbus import Block, identity_decoder
from collectors.decoding.rows import RowProgram, row_program
from collectors.decoding.scaling import Rows, object_decoder
from collectors.decoding.snmp import Unread, snmp_decoder
from collectors.decoding.straight import Straight
from collectors.decoding.values import Decoded
from collectors.planner import joins_of, own_name, part_of, plan_requests
from collectors.profiles.model import (
    Column,
    Echo,
    Encoding,
    Identity,
    Profile,
    Reading,
    Registers,
    Scalar,
    Source,
    Table,
    Via,
    oids_beside,
)
from collectors.requests import (
    DicomEcho,
    Failure,
    ModbusIdentify,
    ModbusRead,
    RawPoll,
    Request,
    SnmpGet,
    SnmpTable,
    SnmpValue,
)

NOT_ASKED = Failure(Quality.NO_ANSWER, "the request was not carried out")

Read = Callable[[Any], Decoded]
Place = Request | Block
"""Where values come from: a request, or a read of registers with what is wanted of it."""
Prepared = list[Any]
"""For each request of the plan: its answer in the form that the decoders take, or the :class:`Failure`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reading: which request answers it, and how to read that answer."""

    name: str
    slot: int
    read: Read


@dataclass(frozen=True, slots=True)
class Check:
    slot: int
    read: Callable[[Any], Failure | None]


@dataclass(frozen=True, slots=True)
class TableStep:
    """One table of devices: which request brings it, and which bring what its rows lead to."""

    slot: int
    rows: RowProgram
    joins: tuple[tuple[int, Via], ...] = ()
    own_name: tuple[int, str] | None = None

    def rows_of(self, prepared: Prepared) -> Rows | Failure:
        """Its rows, and those of the columns that they lead to; a request that failed leaves a column unread."""
        answer = prepared[self.slot]
        if answer.__class__ is Failure or not (self.joins or self.own_name):
            return answer  # type: ignore[no-any-return]
        rows: dict[str, Mapping[str, SnmpValue]] = dict(answer)
        for slot, via in self.joins:
            joined = prepared[slot]
            column = Unread(joined) if isinstance(joined, Failure) else joined[via.column]
            rows[column_key(via)] = row_numbers(column) if via.by_value else column
        if self.own_name is not None:
            slot, oid = self.own_name
            got = prepared[slot]
            value = None if isinstance(got, Failure) else got.get(oid)
            rows[oid] = Unread(got) if isinstance(got, Failure) else {"": value} if value else {}
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    requests: tuple[Request, ...]
    prepare: tuple[Callable[[Any], Any] | None, ...]
    checks: tuple[Check, ...]
    age: Step | None
    steps: tuple[Step, ...]
    names: tuple[str, ...]
    straight: Straight
    judge: Judge | None
    tables: tuple[TableStep, ...]


@cache
def program_of(profile: Profile, groups: frozenset[str] | None = None) -> Program:
    """How to decode a poll that asked for these groups, or for everything."""
    requests = plan_requests(profile, groups)
    profile = part_of(profile, groups)
    offset = len(requests) - len(profile.tables)
    places = tuple(Block(r) if isinstance(r, ModbusRead) else r for r in requests)
    steps = tuple(_step(reading, places) for reading in profile.readings)
    names = tuple(step.name for step in steps)
    return Program(
        requests=requests,
        prepare=tuple(_preparation(place) for place in places),
        checks=tuple(_check(guard, places) for guard in profile.guards),
        age=_step_to("age", profile.age.source, profile.age.encoding, places) if profile.age else None,
        steps=steps,
        names=names,
        straight=Straight(
            requests,
            [(reading, step.slot, step.read) for reading, step in zip(profile.readings, steps, strict=True)],
        ),
        judge=make_judge(profile.activity, names),
        tables=tuple(_table_step(table, offset + i, places) for i, table in enumerate(profile.tables)),
    )


def _table_step(table: Table, slot: int, places: Sequence[Place]) -> TableStep:
    name = own_name(table)
    return TableStep(
        slot,
        row_program(table),
        joins=tuple((_join_slot(via, places), via) for via in joins_of(table)),
        own_name=(_slot(Scalar(name), places), name) if name else None,
    )


def _join_slot(via: Via, places: Sequence[Place]) -> int:
    """The request that brings most rows of the column: one for other purposes may end sooner."""
    slots = [
        n for n, place in enumerate(places) if isinstance(place, SnmpTable) and via.column in place.columns
    ]
    return max(slots, key=lambda slot: getattr(places[slot], "max_rows", 0))


def prepare_answers(program: Program, raw: RawPoll) -> Prepared:
    prepared = []
    for request, prepare in zip(program.requests, program.prepare, strict=True):
        answer = raw.answers.get(request, NOT_ASKED)
        prepared.append(prepare(answer) if prepare and answer.__class__ is not Failure else answer)
    for check in program.checks:
        answer = prepared[check.slot]
        failure = answer if answer.__class__ is Failure else check.read(answer)
        if failure is not None:
            return _failed(prepared, failure)
    if program.age is not None:
        age = age_of(program.age, prepared)
        if isinstance(age, Failure):
            return _failed(prepared, age)
    return prepared


def _failed(prepared: Prepared, failure: Failure) -> Prepared:
    return [was if was.__class__ is Failure else failure for was in prepared]


def age_of(age: Step, prepared: Prepared) -> float | Failure:
    """How many seconds ago the device's own readings were true."""
    answer = prepared[age.slot]
    found = answer if answer.__class__ is Failure else age.read(answer)
    if isinstance(found, Failure):
        return Failure(found.quality, f"age unknown: {found.detail}")
    return float(found)


def _preparation(place: Place) -> Callable[[Any], Any] | None:
    match place:
        case SnmpTable(columns=columns):
            return lambda answer: split_rows(answer, columns)
        case Block():
            return place.unpack
        case _:
            return None


def _step(reading: Reading, places: Sequence[Place]) -> Step:
    return _step_to(reading.name, reading.source, reading.encoding, places)


def _step_to(name: str, source: Source, encoding: Encoding, places: Sequence[Place]) -> Step:
    slot = _slot(source, places)
    return Step(name, slot, _reader(source, encoding, places[slot]))


def _reader(source: Source, encoding: Encoding, place: Place) -> Read:
    match source:
        case Registers():
            assert isinstance(place, Block)  # noqa: S101 - for the type checker; _slot sees to it
            return place.reader(source, encoding)
        case Identity(part=part):
            return identity_decoder(encoding, part)
        case Echo(part=part):
            return echo_decoder(encoding, part)
        case Column():
            return column_decoder(source, encoding)
        case Scalar(oid=oid, scaling=scaling) if scaling is not None:
            return object_decoder(oid, encoding, scaling)
        case _:
            oid, decode = source.oid, snmp_decoder(encoding)
            return lambda answer: decode(answer.get(oid))


def _slot(source: Source, places: Sequence[Place]) -> int:
    for slot, place in enumerate(places):
        match source, place:
            case Scalar(oid=oid), SnmpGet(oids=oids) if {oid, *oids_beside(source)}.issubset(oids):
                return slot
            case Column(oid=oid), SnmpTable(columns=columns) if oid in columns:
                return slot
            case Registers(), Block() if place.holds(source):
                return slot
            case (Identity(), ModbusIdentify()) | (Echo(), DicomEcho()):
                return slot
    raise LookupError(f"no request reads {source}")


def _check(guard: Any, places: Sequence[Place]) -> Check:
    slot = _slot(guard.source, places)
    read, wanted = _reader(guard.source, guard.encoding, places[slot]), guard.values
    unmet = Failure(Quality.MALFORMED, f"not read, because {guard.because}")

    def check(answer: Any) -> Failure | None:
        found = read(answer)
        if isinstance(found, Failure):
            return found
        return None if found in wanted else unmet

    return Check(slot, check)
