"""Columns of SNMP tables: taken apart into rows, and made into one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assets.words import Quality
from collectors.decoding.scaling import ANOTHER_KIND, Rows, cell_decoder
from collectors.decoding.snmp import EXCEPTIONS, plain_value, snmp_decoder
from collectors.decoding.values import Decoded, converter
from collectors.profiles.model import Column, Encoding, Where
from collectors.requests import Failure, SnmpValue

EMPTY_TABLE = Failure(Quality.MISSING, "the device has no row in this table")
NO_ROW = Failure(Quality.MISSING, "the table has no row with this value")


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
    read_row = _row_reader(column, encoding)

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
            value = read_row(rows, index)
            if not isinstance(value, Failure):
                values.append(value)
            elif value is ANOTHER_KIND:
                continue
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
    return value is not None and plain_value(value) in where.values


def _incomparable(where: Where, cells: Mapping[str, SnmpValue]) -> Failure | None:
    """A cell that cannot be compared leaves open whether its row counts."""
    wanted = tuple({type(value) for value in where.values})
    for value in cells.values():
        if value.type not in EXCEPTIONS and not isinstance(plain_value(value), wanted):
            return Failure(Quality.WRONG_TYPE, f"a row holds {value.type}, which cannot be compared")
    return None


def _row_reader(column: Column, encoding: Encoding) -> Callable[[Rows, str], Decoded]:
    """Reads the column in one row."""
    if column.scaling is not None:
        return cell_decoder(column.oid, encoding, column.scaling)
    if column.share_of is not None:
        part, whole, share = column.oid, column.share_of, _share_decoder(encoding)
        return lambda rows, index: share(rows[part][index], rows[whole].get(index))
    oid, decode = column.oid, snmp_decoder(encoding)
    return lambda rows, index: decode(rows[oid][index])


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
