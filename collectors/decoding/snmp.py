"""Decoders of SNMP values, chosen once for each reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assets.words import Quality
from collectors.decoding.values import (
    Decoded,
    converter,
    decode_identifier,
    decode_text,
    number_converter,
    parse_number,
    says_none,
    state_converter,
)
from collectors.profiles.model import SNMP_TYPES, Column, Encoding, Where
from collectors.requests import Failure, SnmpValue

Decode = Callable[[SnmpValue | None], Decoded]
Read = Callable[[Any], Decoded]
Rows = Mapping[str, Mapping[str, SnmpValue]]
"""Column OID → row index → value."""

EMPTY_TABLE = Failure(Quality.MISSING, "the device has no row in this table")
NO_ROW = Failure(Quality.MISSING, "the table has no row with this value")
NOT_ANSWERED = Failure(Quality.MISSING, "the answer does not hold this object")
_NAMES = {"number-text": "text"}
_FORMS: dict[str, type] = {"text": bytes, "number-text": bytes, "oid": str}
"""What holds the value of an encoding's type; of all others it is ``int``."""
_EXCEPTIONS = {
    "no_such_object": Failure(Quality.MISSING, "the device has no such object"),
    "no_such_instance": Failure(Quality.MISSING, "the device has no such instance"),
    "end_of_mib": Failure(Quality.MISSING, "the device has no object there"),
    "null": Failure(Quality.NO_VALUE, "the device answered null"),
}


def snmp_decoder(encoding: Encoding) -> Decode:
    """``SnmpValue`` → number in the term's unit, state, text, or why there is none."""
    accepted, wanted, read = (
        SNMP_TYPES[encoding.type],
        _NAMES.get(encoding.type, encoding.type),
        _reader(encoding),
    )
    form = _FORMS.get(encoding.type, int)

    def decode(value: SnmpValue | None) -> Decoded:
        if value is None or value.type not in accepted or value.value.__class__ is not form:
            return _refuse(value, wanted)
        return read(value.value)

    return decode


def raw_decoder(encoding: Encoding, kind: str) -> Read:
    """The same for what a :class:`SnmpValue` of this type holds."""
    if kind in SNMP_TYPES[encoding.type]:
        return _reader(encoding)
    refusal = _refuse(SnmpValue(kind, None), _NAMES.get(encoding.type, encoding.type))
    return lambda _raw: refusal


def _reader(encoding: Encoding) -> Read:
    match encoding.type:
        case "text" | "number-text":
            return _octets_reader(encoding)
        case "oid":
            return lambda raw: raw
        case _:
            return converter(encoding)


def decode_name(value: SnmpValue | None) -> str | Failure:
    """The name of a device, floor or receiver in a table."""
    if value is None or value.type != "octets" or not isinstance(value.value, bytes):
        return _refuse(value, "text")
    return decode_identifier(value.value)


def _octets_reader(encoding: Encoding) -> Read:
    finish = _text_finisher(encoding)

    def read(octets: bytes) -> Decoded:
        text = decode_text(octets)
        return finish(text) if isinstance(text, str) else text

    return read


def _text_finisher(encoding: Encoding) -> Callable[[str], Decoded]:
    missing = encoding.missing
    if encoding.states is not None:
        return state_converter(encoding)
    convert = number_converter(encoding) if encoding.type == "number-text" else None

    def finish(text: str) -> Decoded:
        if text in missing:
            return says_none(text)
        if convert is None:
            return text
        number = parse_number(text)
        return number if isinstance(number, Failure) else convert(number)

    return finish


def _refuse(value: SnmpValue | None, wanted: str) -> Failure:
    if value is None:
        return NOT_ANSWERED
    return _EXCEPTIONS.get(value.type) or Failure(
        Quality.WRONG_TYPE, f"the device answered {value.type} where {wanted} was expected"
    )


def split_rows(answer: Mapping[str, SnmpValue], columns: Sequence[str]) -> dict[str, dict[str, SnmpValue]]:
    """A table's answer as column → row index → value; whatever belongs to no column asked for is left out."""
    found: dict[str, dict[str, SnmpValue]] = {column: {} for column in columns}
    entries = {column.rpartition(".")[0] for column in columns}
    for oid, value in answer.items():
        for entry in entries:
            if oid.startswith(entry) and oid[len(entry) : len(entry) + 1] == ".":
                number, _, index = oid[len(entry) + 1 :].partition(".")
                column = found.get(f"{entry}.{number}")
                if column is not None and index:
                    column[index] = value
    return found


def column_decoder(column: Column, encoding: Encoding) -> Callable[[Rows], Decoded]:
    """Makes one value of a column.

    Rows without a value are left out, save from a sum; a row that failed in another way spoils the whole.
    """
    decode = _share_decoder(encoding) if column.share_of else snmp_decoder(encoding)

    def read(rows: Rows) -> Decoded:
        strange = next((f for where in column.where if (f := _incomparable(where, rows[where.column]))), None)
        if strange is not None:
            return strange
        indices = [i for i in rows[column.oid] if all(holds(where, rows, i) for where in column.where)]
        if column.pick == "count":
            return float(len(indices)) if rows[column.oid] else EMPTY_TABLE
        values: list[Any] = []
        none = NO_ROW
        for index in indices:
            value = _of_row(rows, column, index, decode)
            if not isinstance(value, Failure):
                values.append(value)
            elif column.pick == "sum" or value.quality not in (Quality.NO_VALUE, Quality.MISSING):
                return value
            elif none is NO_ROW:
                none = value
        return pick_value(column.pick, values, encoding.ranks) if values else none

    return read


def pick_value(pick: str, values: Sequence[Any], ranks: Sequence[str] = ()) -> Decoded:
    """``ranks``: states, the worst one last."""
    picked: Decoded
    match pick:
        case "max":
            picked = max(values)
        case "min":
            picked = min(values)
        case "sum":
            picked = sum(values)
        case "mean":
            picked = sum(values) / len(values)
        case "worst":
            picked = max(values, key=ranks.index)
        case _:
            picked = values[0]
    return picked


def holds(where: Where, rows: Rows, index: str) -> bool:
    value = rows[where.column].get(index)
    return value is not None and _plain(value) in where.values


def _incomparable(where: Where, cells: Mapping[str, SnmpValue]) -> Failure | None:
    """A cell that cannot be compared leaves open whether its row counts."""
    wanted = tuple({type(value) for value in where.values})
    for value in cells.values():
        if value.type not in _EXCEPTIONS and not isinstance(_plain(value), wanted):
            return Failure(Quality.WRONG_TYPE, f"a row holds {value.type}, which cannot be compared")
    return None


def _plain(value: SnmpValue) -> int | str | None:
    return value.value.decode("utf-8", "replace") if isinstance(value.value, bytes) else value.value


def _of_row(rows: Rows, column: Column, index: str, decode: Callable[..., Decoded]) -> Decoded:
    if column.share_of is None:
        return decode(rows[column.oid][index])
    return decode(rows[column.oid][index], rows[column.share_of].get(index))


def _share_decoder(encoding: Encoding) -> Callable[[SnmpValue, SnmpValue | None], Decoded]:
    """Percentage of one column in another; a whole of nothing has no share."""
    plain = snmp_decoder(Encoding(encoding.type, missing=encoding.missing))
    convert = converter(encoding)

    def decode(part: SnmpValue, whole: SnmpValue | None) -> Decoded:
        portion, total = plain(part), plain(whole)
        if isinstance(portion, Failure):
            return portion
        if isinstance(total, Failure):
            return total
        if total == 0:
            return Failure(Quality.NO_VALUE, "the whole is nothing")
        return convert(100 * portion / total)  # type: ignore[operator]

    return decode
