"""Where a value comes from and how it is written: the part of a profile that differs by protocol."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from assets.vocabulary import Term
from collectors.profiles.model import (
    ECHO_PARTS,
    FLAGS,
    IDENTITY_PARTS,
    ORDERS,
    PICKS,
    REGISTER_TYPES,
    SHORT_ORDERS,
    SNMP_TYPES,
    Cell,
    Column,
    Conversion,
    Echo,
    Encoding,
    Identity,
    Registers,
    Scalar,
    Source,
    Where,
)
from collectors.profiles.personal import asked_oid
from collectors.profiles.register_units import read_unit
from collectors.profiles.scaling import accepted, read_scaling
from collectors.profiles.strict import Section

OID = r"[0-2](?:\.(?:0|[1-9][0-9]{0,9}))+"
READ_FUNCTIONS = (1, 2, 3, 4)
INTEGER_RANGES: dict[str, tuple[float, float]] = {
    "bit": (0, 1), "uint16": (0, 2**16 - 1), "int16": (-(2**15), 2**15 - 1),
    "uint32": (0, 2**32 - 1), "int32": (-(2**31), 2**31 - 1),
    "uint64": (0, 2**64 - 1), "int64": (-(2**63), 2**63 - 1),
    "bcd16": (0, 0xFFFF), "bcd32": (0, 0xFFFF_FFFF),
    "digits16": (0, 2**16 - 1), "digits32": (0, 2**32 - 1), "version16": (0, 2**16 - 1),
}  # fmt: skip
NUMBERS_AS_TEXT = ("digits16", "digits32", "version16")
TEXTS = ("text", "ascii", "oid", *NUMBERS_AS_TEXT)


def snmp_source(section: Section, term: Term | None) -> Source:
    if "oid" in section:
        return Scalar(_oid(section, "oid"), read_scaling(section, term, _oid, in_rows=False))
    if "column" not in section:
        section.fail("oid", "is missing: name an oid, or a column and how to pick from it")
    column = Column(
        _oid(section, "column"),
        section.choice("pick", PICKS),
        rows_where(section, "where"),
        section.text("share_of", None, pattern=OID) or None,
        read_scaling(section, term, _oid, in_rows=True),
    )
    entry = column.oid.rpartition(".")[0]
    if any(where.column.rpartition(".")[0] != entry for where in column.where):
        section.fail("where", f"must compare columns of the same table, {entry}")
    if column.share_of and column.share_of.rpartition(".")[0] != entry:
        section.fail("share_of", f"must be a column of the same table, {entry}")
    if column.share_of:
        asked_oid(section, "share_of", column.share_of)
    if column.scaling and (column.share_of or column.pick == "count"):
        section.fail("pick", "a share and a count are written in no unit")
    return column


def _oid(section: Section, key: str) -> str:
    return asked_oid(section, key, section.text(key, pattern=OID))


def cell(section: Section, entry: str, key: str) -> Cell:
    """A column of the table below ``entry``, given by its number; one of another table, by its OID."""
    return Cell(_cell_oid(section, key, entry=entry))


def scaled_cell(section: Section, entry: str, key: str, term: Term) -> Cell:
    """The same for a reading, with what stands beside it."""
    oid = _cell_oid(section, key, entry=entry)
    return Cell(oid, read_scaling(section, term, partial(_cell_oid, entry=entry), in_rows=True))


def _cell_oid(section: Section, key: str, *, entry: str) -> str:
    value = section.take(key)
    if isinstance(value, str):
        if not re.fullmatch(OID, value):
            section.fail(key, f"{value!r} is not of the form {OID}")
        return asked_oid(section, key, value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2**31:
        section.fail(key, f"must be the number of a column, or the OID of one elsewhere, not {value!r}")
    return asked_oid(section, key, f"{entry}.{value}")


def rows_where(section: Section, key: str, entry: str | None = None) -> tuple[Where, ...]:
    conditions = []
    for item in section.sections(key):
        column = cell(item, entry, "column").oid if entry else _oid(item, "column")
        conditions.append(Where(column, accepted(item)))
        item.done()
    return tuple(conditions)


def modbus_place(section: Section, term: Term | None) -> tuple[Registers | Identity, Encoding]:
    """Which registers, coils or inputs, and how they are written; or a part of the identification."""
    if "identity" in section:
        return Identity(section.choice("identity", IDENTITY_PARTS)), _encoding(section, term, "ascii")
    function = section.take("function")
    if isinstance(function, bool) or function not in READ_FUNCTIONS:
        section.fail("function", f"must be one of 1, 2, 3, 4, which only read; {function!r} does not")
    kind = section.choice("type", REGISTER_TYPES)
    if function in (1, 2) and kind not in ("bit", "flags"):
        section.fail("type", f"coils and discrete inputs are bits, not {kind}")
    if function in (3, 4) and kind == "flags":
        section.fail("type", "flags are coils or discrete inputs; those of registers are flags16 or flags32")
    count = _length(section, kind)
    address = section.integer("address", 0, 65536 - count)
    bit, bits = _bits(section, kind, function)
    order = _order(section, kind)
    exponent = section.integer("exponent", 0, 0xFFFF) if "exponent" in section else None
    unit, units = _unit(section, term, kind, address, count)
    place = Registers(function, address, count, exponent, unit=unit)
    if exponent is not None and unit is not None:
        section.fail("unit_from", "does not go with an exponent")
    if exponent is not None and (
        function in (1, 2) or term is None or term.kind != "number" or bit is not None or kind in FLAGS
    ):
        section.fail("exponent", "is for numbers in registers")
    if exponent is not None and address <= exponent < address + count:
        section.fail("exponent", "lies inside the value")
    encoding = replace(_encoding(section, term, kind, order, bit, bits), units=units)
    return place, replace(encoding, mask=_mask(section, kind, count)) if kind in FLAGS else encoding


def _length(section: Section, kind: str) -> int:
    """How many registers, or coils or inputs, the value fills."""
    if kind == "ascii":
        return section.integer("length", 1, 60)
    return section.integer("length", 2, FLAGS[kind]) if kind == "flags" else REGISTER_TYPES[kind]


def _unit(
    section: Section, term: Term | None, kind: str, address: int, count: int
) -> tuple[int | None, dict[int, Conversion]]:
    """Where the device says which unit the value is in, and what it may say there."""
    inner = section.section("unit_from")
    if inner is None:
        return None, {}
    if term is None or kind in ("bit", "bits", *FLAGS):
        inner.fail("", "is for numbers in registers")
    at, units = read_unit(inner, term)
    if address <= at < address + count:
        inner.fail("at", "lies inside the value")
    return at, units


def _mask(section: Section, kind: str, count: int) -> int:
    """Which of the flags count: all of them unless it says."""
    most = 2 ** (count if kind == "flags" else FLAGS[kind]) - 1
    return section.integer("mask", 1, most, most)


def dicom_place(section: Section, term: Term | None) -> tuple[Echo, Encoding]:
    """Which part of what comes of a C-ECHO."""
    part = section.choice("echo", ECHO_PARTS)
    return Echo(part), _encoding(section, term, "integer" if part == "status" else "text")


def _bits(section: Section, kind: str, function: int) -> tuple[int | None, int]:
    """The lowest bit, and how many there are."""
    if kind == "bits":
        low, high = section.bounds("bits", 0, 15)
        return low, high - low + 1
    return (section.integer("bit", 0, 15) if kind == "bit" and function in (3, 4) else None), 1


def _order(section: Section, kind: str) -> str:
    if kind in ("bit", "bits", "flags", "flags16"):
        return "abcd"
    if kind in FLAGS:
        return section.choice("order", ("abcd", "cdab"), "abcd")
    if kind == "ascii" or REGISTER_TYPES[kind] == 1:
        return "abcd" if section.choice("order", SHORT_ORDERS, "ab") == "ab" else "badc"
    return section.choice("order", ORDERS, "abcd")


def snmp_encoding(section: Section, term: Term | None) -> Encoding:
    return _encoding(section, term, section.choice("type", SNMP_TYPES, "integer"))


def _encoding(
    section: Section,
    term: Term | None,
    kind: str,
    order: str = "abcd",
    bit: int | None = None,
    bits: int = 1,
) -> Encoding:
    missing = frozenset() if kind in FLAGS else _missing(section, kind, bits)
    if term is None:
        return Encoding(kind, missing=missing, order=order, bit=bit, bits=bits)
    if term.kind == "text":
        if kind not in TEXTS:
            section.fail("type", f"{term.name} is a text, {kind} is none")
        return Encoding(kind, missing=missing, order=order)
    if term.kind == "state":
        if kind in (
            "float32",
            "float64",
            "oid",
            "ascii",
            "counter",
            "timeticks",
            "number-text",
            *NUMBERS_AS_TEXT,
        ):
            section.fail("type", f"{term.name} is a state, {kind} cannot enumerate one")
        states = _states(section, term, kind)
        return Encoding(
            kind, missing=missing, states=states, ranks=term.states, order=order, bit=bit, bits=bits
        )
    if kind in (*TEXTS, "bit"):
        section.fail("type", f"{term.name} is a number, {kind} is none")
    low, high = section.span("valid", term.low, term.high)
    scale = section.number("scale", 1.0)
    if not 1e-9 <= abs(scale) <= 1e9:
        section.fail("scale", "must be between 1e-9 and 1e9")
    return Encoding(
        kind, scale, section.number("offset", 0.0), low, high, missing, order=order, bit=bit, bits=bits
    )


def _missing(section: Section, kind: str, bits: int) -> frozenset[int | float | str]:
    missing = section.raw_values("missing")
    low, high = INTEGER_RANGES.get(kind, (float("-inf"), float("inf")))
    if kind == "bits":
        low, high = 0, 2**bits - 1
    for value in missing:
        if not isinstance(value, str) and not low <= value <= high:
            section.fail("missing", f"{value!r} cannot come from {kind}: write it as that type reads it")
    return missing


def _states(section: Section, term: Term, kind: str) -> dict[int | str, str]:
    states = section.section("states")
    if states is None:
        section.fail("states", f"is missing: which raw value means which of {', '.join(term.states)}")
    words: dict[int | str, str] = {}
    expected, described = (str, "a text") if kind == "text" else (int, "a whole number")
    for raw in states.keys():  # noqa: SIM118 - a section, not a dict
        if type(raw) is not expected:
            states.fail(raw, f"a raw value of type {kind} is {described}")
        words[raw] = states.choice(raw, term.states)
    if not words:
        section.fail("states", "names no state")
    if kind in FLAGS and words.keys() != {0, 1}:
        section.fail("states", "flags are 0, none of them, or 1, any of them")
    return words
