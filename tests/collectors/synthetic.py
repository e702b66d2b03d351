"""A device that answers everything a profile asks, made from the profile alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from assets.observation import SubjectKind
from collectors.planner import own_name, plan_requests
from collectors.profiles.model import (
    FLAGS,
    REGISTER_TYPES,
    SNMP_TYPES,
    Arcs,
    Cell,
    Column,
    Lookup,
    Registers,
    Scalar,
)
from collectors.profiles.units import OTHER, same
from collectors.requests import (
    DicomEcho,
    DicomEchoed,
    ModbusIdentify,
    ModbusIdentity,
    ModbusRead,
    RawPoll,
    SnmpGet,
    SnmpValue,
)
from tests.collectors.recordings import AT

_PACK = {
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "float32": "f",
    "int64": "q",
    "uint64": "Q",
}
_PACK |= {"float64": "d", "bits": "H", "digits16": "H", "digits32": "I", "version16": "H"}
SOUND_IDENTITY = ModbusIdentity(b"Sound Instruments", b"Sound 1", b"1.0")


def sound_poll(profile) -> RawPoll:
    """Every value possible, every guard met, one row in each table."""
    if profile.protocol == "dicom":
        return RawPoll(AT, 3.0, {DicomEcho(): DicomEchoed(0, b"Sound 1")})
    if profile.protocol == "modbus":
        return RawPoll(AT, 3.0, {
            request: SOUND_IDENTITY if isinstance(request, ModbusIdentify) else _registers(profile, request)
            for request in plan_requests(profile)
        })  # fmt: skip
    values = _instances(profile)
    answers = {}
    for request in plan_requests(profile):
        if isinstance(request, SnmpGet):
            answers[request] = {oid: values[oid] for oid in request.oids}
        else:
            columns = tuple(f"{column}." for column in request.columns)
            answers[request] = {oid: value for oid, value in values.items() if oid.startswith(columns)}
    return RawPoll(AT, 3.0, answers)


def raw_number(encoding) -> float:
    """A raw value inside the range that stands for a value."""
    if encoding.states is not None:
        return next(iter(encoding.states))
    low = max(encoding.low, 0)
    raw = round((low + (min(encoding.high, low + 60) - low) / 2 - encoding.offset) / encoding.scale)
    return raw + 1 if raw in encoding.missing else raw


def sound_besides(source) -> dict[str, SnmpValue]:
    """What stands beside a sound value, by object or column: no digits, no power, the first unit."""
    scaling, values = source.scaling, {}
    if scaling and scaling.state:
        values[scaling.state.oid] = _wanted(scaling.accepted[0])
    if scaling and scaling.digits:
        values[scaling.digits.oid] = SnmpValue("integer", 0)
    if scaling and scaling.power:
        values[scaling.power.oid] = _wanted(min(scaling.powers, key=lambda raw: abs(scaling.powers[raw])))
    if scaling and scaling.unit:
        values[scaling.unit.oid] = _wanted(next(raw for raw, word in scaling.units.items() if word != OTHER))
    return values


def _row(beside, index: str) -> str:
    return index if beside.shared is None else ".".join(index.split(".")[: beside.shared]) or "0"


def _in_row(source, index: str) -> dict[str, SnmpValue]:
    rows = {beside.oid: _row(beside, index) for beside in source.scaling.besides} if source.scaling else {}
    return {f"{oid}.{rows[oid]}": value for oid, value in sound_besides(source).items()}


def _snmp_value(encoding) -> SnmpValue:
    if encoding.type == "text" and encoding.states is None:
        return SnmpValue("octets", b"Sound 1")
    if encoding.type == "oid":
        return SnmpValue("oid", "1.3.6.1")
    raw = raw_number(encoding)
    if SNMP_TYPES[encoding.type] == {"octets"}:
        return SnmpValue("octets", str(raw).encode())
    return SnmpValue(max(SNMP_TYPES[encoding.type]), raw)


def _instances(profile) -> dict[str, SnmpValue]:
    values: dict[str, SnmpValue] = {}
    for row, reading in enumerate(profile.readings, 1):
        match reading.source:
            case Scalar(oid=oid):
                values[oid] = _snmp_value(reading.encoding)
                values |= sound_besides(reading.source)
            case Column(oid=oid, where=where, share_of=whole):
                values[f"{oid}.{row}"] = _snmp_value(reading.encoding)
                if whole:
                    values[f"{whole}.{row}"] = SnmpValue("integer", 100)
                values |= _in_row(reading.source, str(row))
                values |= {f"{condition.column}.{row}": _wanted(condition.values[0]) for condition in where}
    for guard in profile.guards:
        values[guard.source.oid] = _wanted(guard.values[0])
    for table in profile.tables:
        values |= _table_row(table, device_of(profile, table))
        if name := own_name(table):
            values.setdefault(name, SnmpValue("octets", b"sw-1"))
    return values


def device_of(profile, table) -> str:
    """What the one row of a table calls its device; each table of addresses has one of its own."""
    if table.subject_kind is not SubjectKind.MAC:
        return "Device-1"
    return f"00:1b:c5:00:4f:{profile.tables.index(table) + 1:02x}"


def _octets_of(device: str) -> bytes:
    return bytes.fromhex(device.replace(":", "")) if ":" in device else device.encode()


def _index(table, device: str) -> str:
    """The row's index: an address where the profile looks for one, and ones around it."""
    places = [table.subject]
    if table.sighting:
        places += [
            p.start for p in (table.sighting.receiver.source, table.sighting.rssi) if isinstance(p, Lookup)
        ]
    numbers = ["1"] * max([place.last for place in places if isinstance(place, Arcs)], default=1)
    if isinstance(table.subject, Arcs):
        numbers[table.subject.first - 1 : table.subject.last] = map(str, _octets_of(device))
    return ".".join(numbers)


def _table_row(table, device: str) -> dict[str, SnmpValue]:
    index, joined = _index(table, device), {}
    cells = {}
    if isinstance(table.subject, Cell):
        cells[table.subject.oid] = SnmpValue("octets", _octets_of(device))
    cells |= {reading.source.oid: _snmp_value(reading.encoding) for reading in table.readings}
    cells |= {condition.column: _wanted(condition.values[0]) for condition in (*table.where, *table.present)}
    if table.age:
        cells[table.age.source.oid] = SnmpValue(max(SNMP_TYPES[table.age.encoding.type]), 3)
    if table.position:
        cells[table.position.floor.oid] = SnmpValue("octets", b"main-1")
        for cell in (table.position.x, table.position.y, table.position.error):
            cells[cell.oid] = SnmpValue("integer", 2000)
    if table.sighting:
        name = b"\x00\x1b\xc5\x00\x00\x11" if table.sighting.receiver.form == "mac" else b"RX-1"
        _lead(table.sighting.receiver.source, SnmpValue("octets", name), index, cells, joined)
        if table.sighting.rssi:
            _lead(table.sighting.rssi, SnmpValue("integer", -60), index, cells, joined)
    row = {f"{oid}.{index}": value for oid, value in cells.items()} | joined
    for reading in table.readings:
        row |= _in_row(reading.source, index)
    return row


def _lead(place, end: SnmpValue, index: str, cells, joined) -> None:
    """Fills the cells by which a row leads to ``end``."""
    if isinstance(place, Cell) or not place.via:
        cells[place.oid if isinstance(place, Cell) else place.start.oid] = end
        return
    key = "17"
    if isinstance(place.start, Arcs):
        key = ".".join(index.split(".")[place.start.first - 1 : place.start.last])
    else:
        cells[place.start.oid] = SnmpValue("integer", 17)
    for step, following in zip(place.via, [*place.via[1:], None], strict=True):
        if step.by_value:
            joined[f"{step.column}.5"], key = SnmpValue("integer", int(key)), "5"
        else:
            joined[f"{step.column}.{key}"] = end if following is None else SnmpValue("integer", 17)
            key = "17"


def _wanted(value) -> SnmpValue:
    if isinstance(value, int):
        return SnmpValue("integer", value)
    if value.replace(".", "").isdecimal():
        return SnmpValue("oid", value)
    return SnmpValue("octets", value.encode())


def _registers(profile, request: ModbusRead) -> tuple[int, ...]:
    words = [0] * request.count
    for source, held in _held(profile):
        start = source.address - request.address
        if source.function == request.function and 0 <= start < request.count:
            for offset, word in enumerate(held):
                words[start + offset] |= word
    return tuple(words)


def _held(profile) -> Iterator[tuple[Registers, tuple[int, ...]]]:
    """What stands in which registers; powers of ten are 0, and so is everything else."""
    conditions = list(profile.guards)
    for reading in profile.readings:
        source = reading.source
        if isinstance(source, Registers):
            conditions += source.only_if
            yield source, _words(reading.encoding, source.count)
            if source.unit is not None:
                yield Registers(source.function, source.unit), (_unit_of_the_vocabulary(reading.encoding),)
    for condition in conditions:
        yield condition.source, _words(condition.encoding, condition.source.count, condition.values[0])
    if profile.age:
        yield profile.age.source, _words(profile.age.encoding, profile.age.source.count)


def _unit_of_the_vocabulary(encoding) -> int:
    return next(raw for raw, conversion in encoding.units.items() if conversion is same)


def _words(encoding, count: int, value=None) -> tuple[int, ...]:
    """The registers of ``value``, by default one that is sound."""
    if encoding.type in FLAGS:
        return (0,) * count  # none of them
    if encoding.type == "ascii":
        return struct.unpack(f">{count}H", (value or "Sound 1").encode().ljust(2 * count, b"\0"))
    if encoding.type in ("digits16", "digits32", "version16"):
        value = 7
    raw = raw_number(encoding) if value is None else value
    if encoding.type in ("bit", "bits"):
        return (raw << (encoding.bit or 0),)
    swapped = "<" if encoding.order in ("badc", "dcba") else ">"
    octets = struct.pack(f">{_PACK[encoding.type]}", raw)
    words = struct.unpack(f"{swapped}{REGISTER_TYPES[encoding.type]}H", octets)
    return words[::-1] if encoding.order in ("cdab", "dcba") else words
