"""Tables in which each row is a device of its own: one observation for each row that names its device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.observation import Observation, Position, ReadingValue, Sighting, Subject, SubjectKind
from assets.words import Quality
from collectors.decoding.claims import settle_addresses, settle_names
from collectors.decoding.columns import holds
from collectors.decoding.evidence import Judge, make_judge
from collectors.decoding.lookups import receiver_reader
from collectors.decoding.places import Name, address_octets, locator, namer, nothing, sighter
from collectors.decoding.row import Row
from collectors.decoding.scaling import Rows, cell_decoder
from collectors.decoding.snmp import Decode, snmp_decoder
from collectors.decoding.values import Decoded
from collectors.planner import table_columns
from collectors.profiles.model import Cell, Table
from collectors.requests import Failure

KEY_LIMIT = 40
"""Characters of the name of a row's device, which becomes part of the observation's source."""

ABSENT = Failure(Quality.NO_VALUE, "the gateway marks the device as absent")

ABSENCES = (Quality.MISSING, Quality.NO_VALUE)
"""Qualities that are no fault: the device does not have, or does not know, the value."""


@dataclass(frozen=True, slots=True)
class RowProgram:
    """``name``: what the device of a row is called. ``receiver``: what hears it."""

    table: Table
    columns: tuple[str, ...]
    name: Name
    readings: tuple[tuple[str, str, Decode], ...]  # name, column, decoder
    age: tuple[str, Decode] | None
    locate: Callable[[Rows, str], Position | Failure | None]
    sight: Callable[[Rows, str], Sighting | Failure | None]
    receiver: Name | None
    judge: Judge | None
    scaled: tuple[tuple[int, Callable[[Rows, str], Decoded]], ...] = ()
    """Those of the readings, by place, that need more of the row than their own column."""


def row_program(table: Table) -> RowProgram:
    return RowProgram(
        table=table,
        columns=table_columns(table),
        name=namer(table),
        readings=tuple(
            (reading.name, reading.source.oid, snmp_decoder(reading.encoding))  # type: ignore[union-attr]
            for reading in table.readings
        ),
        age=(table.age.source.oid, snmp_decoder(table.age.encoding)) if table.age else None,
        locate=locator(table.position) if table.position else nothing,
        sight=sighter(table.sighting) if table.sighting else nothing,
        receiver=receiver_reader(table.sighting.receiver) if table.sighting else None,
        judge=make_judge(table.activity, [reading.name for reading in table.readings]),
        scaled=tuple(
            (place, cell_decoder(source.oid, reading.encoding, source.scaling))
            for place, reading in enumerate(table.readings)
            if isinstance(source := reading.source, Cell) and source.scaling
        ),
    )


def decode_rows(program: RowProgram, rows: Rows) -> list[Row]:
    """Every row of a device, also those that failed; those that name the same one are settled as
    :mod:`collectors.decoding.claims` says."""
    decoded = [_decode_row(program, rows, index) for index in _indices(program, rows)]
    if program.table.subject_kind is SubjectKind.MAC:
        settle_addresses(decoded, says_more=bool(program.readings or program.table.position))
    else:
        settle_names(decoded)
    return decoded


def _indices(program: RowProgram, rows: Rows) -> list[str]:
    table = program.table
    if isinstance(table.subject, Cell):
        indices = list(rows[table.subject.oid])
    else:
        indices = list(dict.fromkeys(index for column in program.columns for index in rows[column]))
    indices = indices[: table.max_rows]
    if table.where:
        indices = [index for index in indices if all(holds(where, rows, index) for where in table.where)]
    return uncrowded(program, rows, indices)


def uncrowded(program: RowProgram, rows: Rows, indices: list[str]) -> list[str]:
    """Without rows whose receiver hears too many addresses: what it hears is elsewhere, behind other receivers."""
    limit = program.table.sighting.max_macs if program.table.sighting else None
    if limit is None or program.receiver is None:
        return indices
    receivers = {index: program.receiver(rows, index) for index in indices}
    behind: dict[str, set[object]] = {}
    for index, receiver in receivers.items():
        if isinstance(receiver, str):
            behind.setdefault(receiver, set()).add(address_octets(program.table.subject, rows, index))
    crowded = {receiver for receiver, addresses in behind.items() if len(addresses) > limit}
    return [index for index in indices if receivers[index] not in crowded]


def row_observations(
    rows: list[Row], kind: str, *, source: str, at: datetime, received_at: datetime
) -> Iterator[Observation]:
    """``source`` is made unique by the device's name, because one poll speaks of many at the same moment."""
    for row in rows:
        if row.key is None:
            continue
        yield Observation(
            subject=Subject(kind, row.key),  # type: ignore[arg-type]
            source=f"{source}/{row.key}",
            at=at - timedelta(seconds=row.age_s) if row.age_s else at,
            received_at=received_at,
            quality=Quality.GOOD if row.failure is None else row.failure.quality,
            readings=row.readings,
            activity=row.activity,
            position=row.position,
            sighting=row.sighting,
            detail=row.failure.detail if row.failure else "; ".join(row.notes),
        )


def _decode_row(program: RowProgram, rows: Rows, index: str) -> Row:
    key = program.name(rows, index)
    if not isinstance(key, str):
        return Row(index, None, key)
    if len(key) > KEY_LIMIT:
        return Row(index, None, Failure(Quality.MALFORMED, f"the name is longer than {KEY_LIMIT} characters"))
    row = Row(index, key)
    row.failure = _unusable(program, rows, index, row)
    if row.failure is None:
        _fill(program, rows, index, row)
    else:
        row.decoded = (row.failure,) * len(program.readings)
        row.readings = tuple(ReadingValue(name, None, row.failure.quality) for name, _, _ in program.readings)
    return row


def _unusable(program: RowProgram, rows: Rows, index: str, row: Row) -> Failure | None:
    """Why nothing in the row can be believed: its device is absent, or nobody knows how old the row is."""
    if not all(holds(where, rows, index) for where in program.table.present):
        return ABSENT
    if program.age is not None:
        column, decode = program.age
        age = decode(rows[column].get(index))
        if isinstance(age, Failure):
            return Failure(age.quality, f"age unknown: {age.detail}")
        row.age_s = float(age)
        at_most_s = program.table.age.at_most_s if program.table.age else None
        if at_most_s is not None and row.age_s > at_most_s:
            return Failure(Quality.NO_VALUE, f"last true {row.age_s:.0f} s ago")
    return None


def _fill(program: RowProgram, rows: Rows, index: str, row: Row) -> None:
    decoded = [decode(rows[column].get(index)) for _, column, decode in program.readings]
    for place, read in program.scaled:
        decoded[place] = read(rows, index)
    row.decoded = tuple(decoded)
    row.readings = tuple(
        ReadingValue(name, None, value.quality) if isinstance(value, Failure) else ReadingValue(name, value)
        for (name, _, _), value in zip(program.readings, decoded, strict=True)
    )
    position, sighting = program.locate(rows, index), program.sight(rows, index)
    names = [name for name, _, _ in program.readings]
    row.notes += notes_on(zip([*names, "position", "sighting"], [*decoded, position, sighting], strict=True))
    row.position = position if isinstance(position, Position) else None
    row.sighting = sighting if isinstance(sighting, Sighting) else None
    row.activity = program.judge(decoded) if program.judge else None
    if not (row.position or row.sighting or any(reading.value is not None for reading in row.readings)):
        row.failure = next((f for f in (*decoded, position, sighting) if isinstance(f, Failure)), None)


def notes_on(found: Iterable[tuple[str, object]]) -> Iterator[str]:
    """What went wrong, in words; that a device does not have or know a value is nothing wrong."""
    for name, value in found:
        if isinstance(value, Failure) and value.quality not in ABSENCES:
            yield f"{name}: {value.detail}"
