"""Tables in which each row is a device of its own: one observation for each row that names its device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assets.observation import Evidence, Observation, Position, ReadingValue, Sighting, Subject
from assets.words import Quality
from collectors.decoding.columns import holds
from collectors.decoding.evidence import Judge, make_judge
from collectors.decoding.scaling import Rows, cell_decoder
from collectors.decoding.snmp import Decode, decode_name, snmp_decoder
from collectors.decoding.values import Decoded
from collectors.profiles.model import Cell, PositionColumns, SightingColumns, Table
from collectors.requests import Failure, SnmpValue

KEY_LIMIT = 40
"""Characters of the name of a row's device, which becomes part of the observation's source."""

ABSENT = Failure(Quality.NO_VALUE, "the gateway marks the device as absent")

ABSENCES = (Quality.MISSING, Quality.NO_VALUE)
"""Qualities that are no fault: the device does not have, or does not know, the value."""

Cells = Mapping[str, SnmpValue]


@dataclass(frozen=True, slots=True)
class RowProgram:
    table: Table
    readings: tuple[tuple[str, str, Decode], ...]  # name, column, decoder
    age: tuple[str, Decode] | None
    locate: Callable[[Rows, str], Position | Failure | None]
    sight: Callable[[Rows, str], Sighting | Failure | None]
    judge: Judge | None
    scaled: tuple[tuple[int, Callable[[Rows, str], Decoded]], ...] = ()
    """Those of the readings, by place, that need more of the row than their own column."""


@dataclass(slots=True)
class Row:
    """What one row came to. ``key`` is ``None`` when the row does not name its device."""

    index: str
    key: str | None
    failure: Failure | None = None
    readings: tuple[ReadingValue, ...] = ()
    decoded: tuple[Decoded, ...] = ()
    activity: Evidence | None = None
    position: Position | None = None
    sighting: Sighting | None = None
    age_s: float | None = None
    notes: list[str] = field(default_factory=list)


def row_program(table: Table) -> RowProgram:
    return RowProgram(
        table=table,
        readings=tuple(
            (reading.name, reading.source.oid, snmp_decoder(reading.encoding))  # type: ignore[union-attr]
            for reading in table.readings
        ),
        age=(table.age.source.oid, snmp_decoder(table.age.encoding)) if table.age else None,
        locate=_locator(table.position) if table.position else _nothing,
        sight=_sighter(table.sighting) if table.sighting else _nothing,
        judge=make_judge(table.activity, [reading.name for reading in table.readings]),
        scaled=tuple(
            (place, cell_decoder(source.oid, reading.encoding, source.scaling))
            for place, reading in enumerate(table.readings)
            if isinstance(source := reading.source, Cell) and source.scaling
        ),
    )


def decode_rows(program: RowProgram, rows: Rows) -> list[Row]:
    """Every row, also those that failed. A name that two rows claim is given to neither of them."""
    indices = list(rows[program.table.subject.oid])[: program.table.max_rows]
    decoded = [_decode_row(program, rows, index) for index in indices]
    claims: dict[str, list[Row]] = {}
    for row in decoded:
        if row.key is not None:
            claims.setdefault(row.key, []).append(row)
    for key, claimants in claims.items():
        if len(claimants) > 1:
            places = ", ".join(row.index for row in claimants)
            _disown(claimants, Failure(Quality.MALFORMED, f"rows {places} all claim to be {key}"))
    return decoded


def _disown(claimants: list[Row], failure: Failure) -> None:
    for number, row in enumerate(claimants):
        row.failure, row.activity, row.position, row.sighting, row.age_s = failure, None, None, None, None
        row.readings = tuple(ReadingValue(reading.name, None, failure.quality) for reading in row.readings)
        if number:
            row.key = None


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
    key = decode_name(rows[program.table.subject.oid][index])
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


def _nothing(rows: Rows, index: str) -> None:  # noqa: ARG001 - stands in for a locator
    return None


def _locator(columns: PositionColumns) -> Callable[[Rows, str], Position | Failure | None]:
    number, error_of = snmp_decoder(columns.coordinate), snmp_decoder(columns.error_encoding)

    def locate(rows: Rows, index: str) -> Position | Failure | None:
        floor = decode_name(rows[columns.floor.oid].get(index))
        if isinstance(floor, Failure):
            return None if floor.quality is Quality.NO_VALUE else floor
        x, y = number(rows[columns.x.oid].get(index)), number(rows[columns.y.oid].get(index))
        if isinstance(x, Failure):
            return None if x.quality is Quality.NO_VALUE else x
        if isinstance(y, Failure):
            return None if y.quality is Quality.NO_VALUE else y
        error = error_of(rows[columns.error.oid].get(index)) if columns.error else columns.default_error_m
        if isinstance(error, Failure):
            if error.quality is not Quality.NO_VALUE:
                return error
            error = columns.default_error_m
        return Position(floor, float(x), float(y), float(error))

    return locate


def _sighter(columns: SightingColumns) -> Callable[[Rows, str], Sighting | Failure | None]:
    number = snmp_decoder(columns.rssi_encoding)

    def sight(rows: Rows, index: str) -> Sighting | Failure | None:
        receiver = decode_name(rows[columns.receiver.oid].get(index))
        if isinstance(receiver, Failure):
            return None if receiver.quality is Quality.NO_VALUE else receiver
        rssi = number(rows[columns.rssi.oid].get(index)) if columns.rssi else None
        if isinstance(rssi, Failure):
            if rssi.quality is not Quality.NO_VALUE:
                return rssi
            rssi = None
        return Sighting(receiver, None if rssi is None else float(rssi))

    return sight
