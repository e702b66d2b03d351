"""Strict BER as SNMP uses it. Pure; everything that cannot be understood raises :class:`DecodeError`.

Lengths are definite, types are those of RFC 2578 and 3416, an element lies wholly within the one around it,
and nothing nests deeper than the messages that are parsed here: no input recurses. Peers may write lengths
and integers with more octets than needed, and unsigned numbers of full width without the leading zero octet:
that is unambiguous and common. A number outside its type's range is refused, never clamped.
"""

from __future__ import annotations

from functools import lru_cache

from collectors.requests import SnmpValue

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IPADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46

MAX_ARCS = 128
MAX_ARC = 2**32 - 1
_REMEMBERED_VALUES = 50_000
_LONGEST_REMEMBERED = 24
_MAX_LENGTH_OCTETS = 4
_MAX_INTEGER_OCTETS = 9

_UNSIGNED = {
    COUNTER32: ("counter32", 4),
    GAUGE32: ("gauge32", 4),
    TIMETICKS: ("timeticks", 4),
    COUNTER64: ("counter64", 8),
}
NUMBERS = {INTEGER: ("integer", 4), **_UNSIGNED}
"""Types of numbers, and how many octets they are wide."""
NO_NUMBER = "", 0
_OCTETS = {OCTETS: "octets", OPAQUE: "opaque"}
_NOTHING = {NULL: "null", 0x80: "no_such_object", 0x81: "no_such_instance", 0x82: "end_of_mib"}


class DecodeError(ValueError):
    """Not what a correct peer sends; the message says what is wrong with it."""


# --- reading


def header(data: bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Tag, start of the content, and end of the element at ``at``, which must end by ``stop``."""
    if at + 2 > stop:
        raise DecodeError("cut short")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        start, length = _long_length(data, start, length & 0x7F)
    end = start + length
    if end > stop:
        raise DecodeError("an element ends after the one around it")
    return data[at], start, end


def _long_length(data: bytes, at: int, octets: int) -> tuple[int, int]:
    if not 1 <= octets <= _MAX_LENGTH_OCTETS:
        raise DecodeError("an indefinite or absurd length")
    return at + octets, int.from_bytes(data[at : at + octets], "big")


def enter(data: bytes, at: int, stop: int, tag: int) -> tuple[int, int]:
    """Start and end of the content at ``at``, which must have this tag."""
    if at + 2 > stop or data[at] != tag:
        raise DecodeError(f"no element of tag {tag:#04x} where one belongs")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        start, length = _long_length(data, start, length & 0x7F)
    end = start + length
    if end > stop:
        raise DecodeError("an element ends after the one around it")
    return start, end


def read_integer(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """An INTEGER of 32 bits with sign, and where it ends."""
    start, end = enter(data, at, stop, INTEGER)
    return _integer32(data[start:end]), end


def read_octets(data: bytes, at: int, stop: int) -> tuple[bytes, int]:
    start, end = enter(data, at, stop, OCTETS)
    return data[start:end], end


def _integer32(content: bytes) -> int:
    if 1 <= len(content) <= 4:
        return int.from_bytes(content, "big", signed=True)
    if not 5 <= len(content) <= _MAX_INTEGER_OCTETS:
        raise DecodeError("an integer of no or too many octets")
    number = int.from_bytes(content, "big", signed=True)
    if not -0x8000_0000 <= number <= 0x7FFF_FFFF:
        raise DecodeError("an integer beyond 32 bits")
    return number


def _unsigned(content: bytes, width: int) -> int:
    size = len(content)
    if 1 <= size <= width and (content[0] < 0x80 or size == width):
        return int.from_bytes(content, "big")
    if not width < size <= _MAX_INTEGER_OCTETS or content[0] >= 0x80:
        raise DecodeError("a negative number of a type that has none, or one of no or too many octets")
    number = int.from_bytes(content, "big")
    if number >> (8 * width):
        raise DecodeError(f"a number beyond {8 * width} bits")
    return number


@lru_cache(maxsize=20_000)
def oid_arcs(content: bytes) -> tuple[int, ...]:
    """The arcs of an object identifier's content octets."""
    first, *rest = sub_arcs(content)
    top = min(first // 40, 2)
    arcs = (top, first - 40 * top, *rest)
    if len(arcs) > MAX_ARCS:
        raise DecodeError("an object identifier of too many arcs")
    return arcs


def sub_arcs(content: bytes) -> tuple[int, ...]:
    """The arcs of a part of an object identifier."""
    arcs = []
    arc = 0
    is_inside = False
    for octet in content:
        if not is_inside and octet == 0x80:
            raise DecodeError("an arc with a needless octet")
        arc = arc << 7 | octet & 0x7F
        is_inside = octet >= 0x80
        if not is_inside:
            arcs.append(arc)
            arc = 0
        elif arc > MAX_ARC:
            break
    if is_inside or not arcs or max(arcs) > MAX_ARC:
        raise DecodeError("not an object identifier")
    return tuple(arcs)


@lru_cache(maxsize=20_000)
def oid_text(content: bytes) -> str:
    return ".".join(map(str, oid_arcs(content)))


_values: dict[bytes, SnmpValue] = {}


def read_value(element: bytes) -> SnmpValue:
    """The value whose whole element this is. Equal short elements give the same object."""
    value = _values.get(element)
    if value is not None:
        return value
    value = _decode_value(element)
    if len(element) <= _LONGEST_REMEMBERED:
        if len(_values) >= _REMEMBERED_VALUES:
            _values.clear()
        _values[element] = value
    return value


def read_plain(element: bytes) -> tuple[str, int | bytes | str | None]:
    """The same as type and value."""
    value = read_value(element)
    return value.type, value.value


def _decode_value(element: bytes) -> SnmpValue:
    tag, content = _only_element(element)
    unsigned = _UNSIGNED.get(tag)
    if unsigned:
        name, width = unsigned
        return SnmpValue(name, _unsigned(content, width))
    if tag == INTEGER:
        return SnmpValue("integer", _integer32(content))
    if tag in _OCTETS:
        return SnmpValue(_OCTETS[tag], content)
    if tag == OID:
        return SnmpValue("oid", oid_text(content))
    if tag == IPADDRESS and len(content) == 4:
        return SnmpValue("ipaddress", ".".join(map(str, content)))
    if tag in _NOTHING and not content:
        return SnmpValue(_NOTHING[tag], None)
    raise DecodeError(f"no SNMP value: tag {tag:#04x}, {len(content)} octets")


def _only_element(element: bytes) -> tuple[int, bytes]:
    """Tag and content of the element that these octets are, all of them."""
    size = len(element)
    if size >= 2 and element[1] == size - 2 < 0x80:
        return element[0], element[2:]
    tag, start, end = header(element, 0, size)
    if end != size:
        raise DecodeError("something after a value")
    return tag, element[start:]


# --- writing


def tlv(tag: int, content: bytes) -> bytes:
    """An element, its length in the fewest octets."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def encode_integer(number: int) -> bytes:
    octets = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return tlv(INTEGER, number.to_bytes(octets, "big", signed=True))


@lru_cache(maxsize=20_000)
def encode_oid(text: str) -> bytes:
    """The content octets of a dotted identifier; ValueError if it is none."""
    return encode_arcs(tuple(map(int, text.split("."))))


@lru_cache(maxsize=20_000)
def encode_arcs(arcs: tuple[int, ...]) -> bytes:
    """The same for an identifier in arcs."""
    if not 2 <= len(arcs) <= MAX_ARCS or min(arcs) < 0 or max(arcs) > MAX_ARC:
        raise ValueError(f"{arcs} is not an object identifier")
    if arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39) or arcs[1] > MAX_ARC - 80:
        raise ValueError(f"{arcs} is not an object identifier")
    return b"".join(map(_encode_arc, (40 * arcs[0] + arcs[1], *arcs[2:])))


def _encode_arc(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
