"""A second reading of the same octets, written apart from the product: lenient, slow, and without its shortcuts.

Whatever the product says that a device said must be found here too.
"""

from __future__ import annotations

import math
import struct
from typing import Any, NamedTuple

from collectors.profiles.model import SNMP_TYPES, Arcs, Cell, Conversion, Encoding, Lookup
from collectors.requests import SnmpValue

_NUMBERS = {0x02: "integer", 0x41: "counter32", 0x42: "gauge32", 0x43: "timeticks", 0x46: "counter64"}
_NOTHING = {0x05: "null", 0x80: "no_such_object", 0x81: "no_such_instance", 0x82: "end_of_mib"}
_FLOATS = {"float32": "f", "float64": "d"}
_SIZES = {"16": 2, "32": 4, "64": 8}


class UnreadableError(Exception):
    """No message of SNMP is in these octets."""


class Message(NamedTuple):
    """``bindings`` in the order in which they stand; a ``status`` of 0 is success, any other has none of worth."""

    tag: int
    number: int
    status: int
    blamed: int
    bindings: list[tuple[str, SnmpValue]]


# --- SNMP


def elements(octets: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents of the elements that stand side by side in these octets."""
    found = []
    while octets:
        if len(octets) < 2:
            raise UnreadableError
        tag, size, lead = octets[0], octets[1], 2
        if size & 0x80:
            lead += size & 0x7F
            size = int.from_bytes(octets[2:lead], "big")
        if lead + size > len(octets):
            raise UnreadableError
        found.append((tag, octets[lead : lead + size]))
        octets = octets[lead + size :]
    return found


def read_community(octets: bytes) -> tuple[int, bytes, Message]:
    try:
        ((_, message),) = elements(octets)
        (_, version), (_, community), pdu = elements(message)
        return number(version), community, read_pdu(pdu)
    except ValueError:
        raise UnreadableError from None


def read_plain_v3(octets: bytes) -> Message:
    """The PDU of a message of SNMP v3 that is not encrypted."""
    try:
        ((_, message),) = elements(octets)
        _version, _head, _security, (_, scoped) = elements(message)
        _engine, _context, pdu = elements(scoped)
        return read_pdu(pdu)
    except ValueError:
        raise UnreadableError from None


def read_pdu(pdu: tuple[int, bytes]) -> Message:
    tag, content = pdu
    try:
        (_, request), (_, status), (_, blamed), (_, bindings) = elements(content)
        pairs = [] if any(status) else [elements(pair) for _, pair in elements(bindings)]
        return Message(
            tag, number(request), number(status), number(blamed), [(oid(n[1]), value(*v)) for n, v in pairs]
        )
    except ValueError:
        raise UnreadableError from None


def number(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def oid(content: bytes) -> str:
    arcs, arc = [], 0
    for octet in content:
        arc = arc * 128 + octet % 128
        if octet < 128:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise UnreadableError
    top = 0 if arcs[0] < 40 else 1 if arcs[0] < 80 else 2
    return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))


def value(tag: int, content: bytes) -> SnmpValue:
    if tag == 0x02:
        return SnmpValue("integer", number(content))
    if tag in _NUMBERS:
        return SnmpValue(_NUMBERS[tag], int.from_bytes(content, "big"))
    if tag in _NOTHING:
        return SnmpValue(_NOTHING[tag], None)
    if tag == 0x06:
        return SnmpValue("oid", oid(content))
    if tag == 0x40:
        return SnmpValue("ipaddress", ".".join(str(octet) for octet in content))
    return SnmpValue({0x04: "octets", 0x44: "opaque"}.get(tag, "unknown"), content)


# --- Modbus


def holds_reply(octets: bytes, *, tid: int, unit: int, function: int, payload: bytes) -> bool:
    """Whether a frame with this header and exactly this payload lies anywhere in the octets.

    Its length is told twice, by the header and by the count before the payload: both have to be right.
    """
    head, who = tid.to_bytes(2, "big") + b"\0\0", bytes((unit, function))
    length, size = (len(payload) + 3).to_bytes(2, "big"), len(payload)
    return any(
        octets[at : at + 4] == head
        and octets[at + 6 : at + 8] == who
        and octets[at + 9 : at + 9 + size] == payload
        and octets[at + 4 : at + 6] == length
        and octets[at + 8] == size
        for at in range(len(octets) - size - 8)
    )


def holds_rtu_reply(octets: bytes, *, unit: int, function: int, payload: bytes) -> bool:
    """The same for a frame without a header, but with its CRC."""
    body = bytes((unit, function, len(payload))) + payload
    return body + crc(body).to_bytes(2, "little") in octets


def holds_ascii_reply(octets: bytes, *, unit: int, function: int, payload: bytes) -> bool:
    """The same for a line in hexadecimal, capital or small, with its LRC."""
    body = bytes((unit, function, len(payload))) + payload
    text = (body + bytes((-sum(body) & 0xFF,))).hex().encode()
    return b":" + text + b"\r\n" in octets.lower()


def crc(octets: bytes) -> int:
    """CRC-16 of Modbus, bit by bit as its specification has it."""
    remainder = 0xFFFF
    for octet in octets:
        remainder ^= octet
        for _ in range(8):
            remainder = remainder >> 1 ^ (0xA001 if remainder & 1 else 0)
    return remainder


# --- values


def snmp_says(encoding: Encoding, said: SnmpValue | None, claimed: Any) -> bool:
    """Whether a value may be claimed on the strength of what the device said."""
    if said is None or said.type not in SNMP_TYPES[encoding.type] or said.value is None:
        return False
    if isinstance(said.value, bytes):
        return _text_says(encoding, said.value, claimed)
    return _means(encoding, said.value, claimed)


def led_to(place: Cell | Lookup, cells: dict[str, SnmpValue], row: str) -> list[SnmpValue]:
    """Everything that a row can be said to lead to."""
    if isinstance(place, Cell):
        found = [cells.get(f"{place.oid}.{row}")]
    else:
        start = place.start
        keys = (
            [".".join(row.split(".")[start.first - 1 : start.last])]
            if isinstance(start, Arcs)
            else _keys(cells.get(f"{start.oid}.{row}"))
        )
        found = [cells.get(f"{start.oid}.{row}")] if isinstance(start, Cell) else []
        for step in place.via:
            if step.by_value:
                begin = f"{step.column}."
                keys = [
                    o.removeprefix(begin)
                    for o, v in cells.items()
                    if o.startswith(begin) and set(_keys(v)) & set(keys)
                ]
            else:
                found = [cells.get(f"{step.column}.{key}") for key in keys]
                keys = [key for value in found for key in _keys(value)]
    return [value for value in found if value is not None]


def _keys(said: SnmpValue | None) -> list[str]:
    """A value as an index."""
    if said is None or said.value is None:
        return []
    return [".".join(map(str, said.value)) if isinstance(said.value, bytes) else str(said.value)]


def is_address(said: SnmpValue, claimed: str) -> bool:
    """Whether these are the octets of an address, or its text, however written."""
    if not isinstance(said.value, bytes):
        return False
    text = said.value.rstrip(b"\0").decode("latin-1").lower()
    digits = "".join(character for character in text if character in "0123456789abcdef")
    return claimed.replace(":", "") in (said.value.hex(), digits)


def octets_say(encoding: Encoding, octets: bytes | None, claimed: Any) -> bool:
    """The same for a part of an identification."""
    return octets is not None and _text_says(encoding, octets, claimed)


def registers_say(encoding: Encoding, words: tuple[int, ...], claimed: Any, unit: int | None = None) -> bool:
    """The same for the registers that a reading fills, and what the register of its unit holds."""
    if encoding.units and unit not in encoding.units:
        return False
    convert = encoding.units[unit or 0] if encoding.units else _as_it_is
    if encoding.type.startswith("flags"):
        return _flags_say(encoding, words, claimed)
    swaps_octets, swaps_words = encoding.order in ("badc", "dcba"), encoding.order in ("cdab", "dcba")
    pairs = [word.to_bytes(2, "little" if swaps_octets else "big") for word in words]
    if encoding.type == "bit":
        return _means(encoding, words[0] >> (encoding.bit or 0) & 1, claimed)
    if encoding.type == "bits":
        return _means(encoding, words[0] >> (encoding.bit or 0) & 2**encoding.bits - 1, claimed)
    if encoding.type == "ascii":
        return _text_says(encoding, b"".join(pairs), claimed)
    if encoding.type == "version16":
        return bool(claimed == "{}.{}".format(*words[0].to_bytes(2, "big")))
    octets = b"".join(reversed(pairs) if swaps_words and len(pairs) > 1 else pairs)
    if encoding.type in _FLOATS:
        return _means(encoding, struct.unpack(f">{_FLOATS[encoding.type]}", octets)[0], claimed, convert)
    if encoding.type.startswith("digits"):
        return bool(claimed == str(int.from_bytes(octets, "big")))
    if len(pairs) == 1:
        octets = words[0].to_bytes(2, "big")
    whole = int.from_bytes(octets, "big", signed=encoding.type.startswith("int"))
    return _means(encoding, whole, claimed, convert)


def _flags_say(encoding: Encoding, words: tuple[int, ...], claimed: Any) -> bool:
    match encoding.type:
        case "flags":
            there = {bit for bit, value in enumerate(words) if value}
        case "flags-float32":
            octets = b"".join(word.to_bytes(2, "big") for word in _high_first(encoding, words))
            there = _bits_in(round(-struct.unpack(">f", octets)[0]))
        case _:
            there = _bits_in(int("".join(f"{word:04x}" for word in _high_first(encoding, words)), 16))
    count = len(there & _bits_in(encoding.mask))
    return claimed == count if encoding.states is None else encoding.states[min(count, 1)] == claimed


def _high_first(encoding: Encoding, words: tuple[int, ...]) -> tuple[int, ...]:
    return words if encoding.order == "abcd" else words[::-1]


def _bits_in(number: int) -> set[int]:
    return {bit for bit in range(64) if number >> bit & 1}


def _text_says(encoding: Encoding, octets: bytes, claimed: Any) -> bool:
    text = " ".join(octets.decode("utf-8", "replace").rstrip("\0").split())
    if encoding.type == "number-text":
        try:
            return _means(encoding, float(text), claimed)
        except ValueError:
            return False
    return _means(encoding, text, claimed) if encoding.states else text == claimed


def _as_it_is(value: float) -> float:
    return value


def _means(encoding: Encoding, raw: Any, claimed: Any, convert: Conversion = _as_it_is) -> bool:
    if encoding.states is not None:
        return bool(encoding.states.get(raw) == claimed)
    if isinstance(raw, str):
        return bool(raw == claimed)
    if raw in encoding.missing or not isinstance(claimed, float | int) or not math.isfinite(raw):
        return False
    value = convert(raw * encoding.scale + encoding.offset)
    return math.isclose(value, claimed, rel_tol=1e-9, abs_tol=1e-9)
