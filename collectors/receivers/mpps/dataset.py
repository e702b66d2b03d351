"""The few elements of a DICOM data set that say what a machine does; the octets of all others are passed over.

Only the tags that are asked for are ever taken out, so that names, numbers and dates of people are never values of
anything, not even for a moment. Pure; strict about lengths, and nothing recurses.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

PEOPLE = 0x0010
"""The group of elements about the patient."""
UNDEFINED = 0xFFFF_FFFF
MOST_ELEMENTS = 10_000
MOST_DEPTH = 16
LONGEST_VALUE = 64

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
"""Value representations whose length has four octets, after two that mean nothing."""


class DatasetError(ValueError):
    """Not a data set, or one that is too deep or too long; says nothing of its content."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Values by tag, as ASCII without padding; ``dropped`` counts elements with a value that were passed over."""

    values: dict[int, str]
    dropped: int


def read_elements(data: bytes, wanted: Collection[int], *, is_explicit: bool) -> Elements:
    """Of a little-endian data set, with value representations (``is_explicit``) or without."""
    values: dict[int, str] = {}
    dropped, at, last = 0, 0, -1
    while at < len(data):
        tag, length, start, is_plain = _header(data, at, is_explicit=is_explicit)
        if tag <= last or tag >> 16 == 0xFFFE:
            raise DatasetError("elements out of order")
        at, last = _end(data, start, length, is_explicit=is_explicit and is_plain), tag
        if tag in wanted and length != UNDEFINED and tag >> 16 != PEOPLE:
            values[tag] = _text(data[start:at])
        elif length:
            dropped += 1
    return Elements(values, dropped)


def _header(data: bytes, at: int, *, is_explicit: bool) -> tuple[int, int, int, bool]:
    """Tag, length, where the value begins, and whether what is nested in it is written like the rest."""
    if at + 8 > len(data):
        raise DatasetError("cut short")
    tag = int.from_bytes(data[at : at + 2], "little") << 16 | int.from_bytes(data[at + 2 : at + 4], "little")
    if not is_explicit or tag >> 16 == 0xFFFE:
        return tag, int.from_bytes(data[at + 4 : at + 8], "little"), at + 8, True
    kind = data[at + 4 : at + 6]
    if not kind.isalpha() or not kind.isupper():
        raise DatasetError("no value representation")
    if kind not in _LONG:
        return tag, int.from_bytes(data[at + 6 : at + 8], "little"), at + 8, True
    if at + 12 > len(data):
        raise DatasetError("cut short")
    # What has no known representation is nested without any (PS3.5, 6.2.2).
    return tag, int.from_bytes(data[at + 8 : at + 12], "little"), at + 12, kind != b"UN"


def _end(data: bytes, at: int, length: int, *, is_explicit: bool) -> int:
    """Where the value ends that begins at ``at``."""
    if length != UNDEFINED:
        if at + length > len(data):
            raise DatasetError("a value that ends after the data")
        return at + length
    depth, count, explicits = 1, 0, [is_explicit]
    while depth:
        count += 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise DatasetError("nested too deep")
        tag, inner, at, is_plain = _header(data, at, is_explicit=explicits[-1])
        if tag in (_ITEM_END, _SEQUENCE_END):
            depth -= 1
            explicits.pop()
        elif inner == UNDEFINED:
            depth += 1
            explicits.append(explicits[-1] and is_plain)
        else:
            at = _end(data, at, inner, is_explicit=explicits[-1])
    return at


def _text(octets: bytes) -> str:
    text = octets.decode("ascii", "replace").rstrip("\0").strip()
    if len(text) > LONGEST_VALUE or not text.isascii() or not text.isprintable():
        raise DatasetError("a value of an impossible form")
    return text
