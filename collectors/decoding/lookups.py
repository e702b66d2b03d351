"""Following a row into other tables of the same agent, column by column, as its profile says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assets.words import Quality
from collectors.decoding.addresses import plain_address
from collectors.decoding.scaling import Rows
from collectors.decoding.snmp import EXCEPTIONS, Unread, decode_name, plain_value
from collectors.profiles.model import Arcs, Cell, Lookup, ReceiverName, Via
from collectors.requests import Failure, SnmpValue

RECEIVER_LIMIT = 64
"""Characters of a receiver's name."""

Found = SnmpValue | Failure | None
Find = Callable[[Rows, str], Found]

SHORT_INDEX = Failure(Quality.MALFORMED, "the row's index is too short")
NOTHING = Failure(Quality.NO_VALUE, "the device names none")
LONG_NAME = Failure(Quality.MALFORMED, f"the receiver's name is longer than {RECEIVER_LIMIT} characters")
_MAC_OCTETS = 6


def finder(place: Cell | Lookup) -> Find:
    """What a row says in a cell of its own, or what it leads to."""
    if isinstance(place, Cell):
        column = place.oid
        return lambda rows, index: rows[column].get(index)
    start, missing, via = place.start, place.missing, place.via

    def find(rows: Rows, index: str) -> Found:
        found = _start(start, rows, index)
        if missing and isinstance(found, SnmpValue) and plain_value(found) in missing:
            return NOTHING
        for step in via:
            if not isinstance(found, SnmpValue):
                return found
            found = _follow(step, found, rows)
        return found

    return find


def receiver_reader(name: ReceiverName) -> Callable[[Rows, str], str | Failure]:
    """The whole name of a row's receiver, or why there is none; NO_VALUE if the device knows none."""
    find = finder(name.source)
    read = decode_name if name.form == "text" else _decode_address
    prefix, within = f"{name.prefix}:" if name.prefix else "", name.within

    def receiver(rows: Rows, index: str) -> str | Failure:
        found = find(rows, index)
        word = found if isinstance(found, Failure) else read(found)
        if isinstance(word, Failure):
            return word
        if within is not None:
            own = _own_name(rows[within])
            if isinstance(own, Failure):
                return Failure(own.quality, f"the device does not say its own name: {own.detail}")
            word = f"{own}/{word}"
        return f"{prefix}{word}" if len(prefix) + len(word) <= RECEIVER_LIMIT else LONG_NAME

    return receiver


def row_numbers(column: Mapping[str, SnmpValue]) -> Mapping[str, SnmpValue]:
    """A column the other way round: which row's index it is that holds a value. What two rows hold is left out."""
    if isinstance(column, Unread):
        return column
    rows: dict[str, SnmpValue] = {}
    several = set()
    for index, value in column.items():
        key = _index_of(value)
        if isinstance(key, str):
            several.update({key} & rows.keys())
            rows[key] = SnmpValue("row", index)
    return {key: row for key, row in rows.items() if key not in several}


def column_key(via: Via) -> str:
    """Under which name the rows of a step are looked up."""
    return f"{via.column}=" if via.by_value else via.column


def arcs_of(arcs: Arcs, index: str) -> list[str] | None:
    """Those numbers of an index; None if it does not have them."""
    numbers = index.split(".")
    return numbers[arcs.first - 1 : arcs.last] if len(numbers) >= arcs.last else None


def _start(start: Cell | Arcs, rows: Rows, index: str) -> Found:
    if isinstance(start, Cell):
        return rows[start.oid].get(index)
    numbers = arcs_of(start, index)
    return SHORT_INDEX if numbers is None else SnmpValue("row", ".".join(numbers))


def _follow(step: Via, found: SnmpValue, rows: Rows) -> Found:
    key = _index_of(found)
    if isinstance(key, Failure):
        return key
    column = rows[column_key(step)]
    if isinstance(column, Unread):
        return column.failure
    value = column.get(key)
    return Failure(Quality.MISSING, f"{step.column} has no such row") if value is None else value


def _index_of(value: SnmpValue) -> str | Failure:
    """A value as part of an index: a number, an address, or what was one already."""
    raw = value.value
    if value.type in EXCEPTIONS:
        return Failure(Quality.MISSING, "the device has no such value")
    if type(raw) is int and raw >= 0:
        return str(raw)
    if isinstance(raw, bytes) and len(raw) == _MAC_OCTETS:
        return ".".join(map(str, raw))
    if isinstance(raw, str) and value.type in ("row", "ipaddress"):
        return raw
    return Failure(Quality.WRONG_TYPE, f"the device answered {value.type}, which leads to no row")


def _decode_address(value: SnmpValue | None) -> str | Failure:
    if value is None or not isinstance(value.value, bytes):
        return decode_name(value)
    return plain_address(value.value)


def _own_name(instance: Mapping[str, SnmpValue]) -> str | Failure:
    return instance.failure if isinstance(instance, Unread) else decode_name(instance.get(""))
