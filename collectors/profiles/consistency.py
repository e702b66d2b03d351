"""What must hold between the readings of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.profiles.model import (
    FLAGS,
    PICKS_OF,
    Cell,
    Column,
    Echo,
    Identity,
    Limits,
    Reading,
    Registers,
    Scalar,
    Table,
)
from collectors.profiles.strict import Section

Bits = dict[int, int]
"""Address → which bits there, as a mask; :data:`WHOLE` for a register, coil or input that is one value."""
WHOLE = -1


def check_readings(section: Section, readings: Sequence[Reading]) -> None:
    """Each word once, each place once; registers may be shared only by different bits, and by flags that sum up
    those of others."""
    names: set[str] = set()
    for index, reading in enumerate(readings):
        if reading.name in names:
            section.fail(f"readings[{index}].name", f"{reading.name} stands twice")
        names.add(reading.name)
        _check_pick(section, f"readings[{index}].pick", reading)
        for earlier in readings[:index]:
            problem = _clash(earlier, reading)
            if problem:
                section.fail(f"readings[{index}]", f"{problem} {earlier.name}")


def check_limits(section: Section, limits: Limits, readings: Sequence[Reading]) -> None:
    for reading in readings:
        source = reading.source
        if not isinstance(source, Registers) or source.function < 3:
            continue
        first, stop = source.span
        if stop - first > limits.registers:
            section.fail("limits.registers", f"too few: {reading.name} fills {stop - first}")


def check_tables(section: Section, tables: Sequence[Table]) -> None:
    names = [table.name for table in tables]
    for index, name in enumerate(names):
        if name in names[:index]:
            section.fail(f"tables[{index}].name", f"{name!r} stands twice")


def _check_pick(section: Section, key: str, reading: Reading) -> None:
    """States have no mean, and numbers no worst."""
    source, kind = reading.source, reading.term.kind
    if isinstance(source, Column) and source.pick not in PICKS_OF[kind]:
        section.fail(key, f"{reading.name} is a {kind}: pick one of {', '.join(PICKS_OF[kind])}")


def _clash(one: Reading, other: Reading) -> str | None:
    a, b = one.source, other.source
    if isinstance(a, Registers) and isinstance(b, Registers):
        return _overlap(one, other, a, b)
    if isinstance(a, Column) and isinstance(b, Column):
        return "reads the same as" if a == b else None
    if isinstance(a, Scalar | Cell | Identity | Echo) and a == b:
        return "reads the same object as"
    return None


def _overlap(one: Reading, other: Reading, a: Registers, b: Registers) -> str | None:
    if a.function != b.function:
        return None
    for x, y in ((a, b), (b, a)):
        for what, place in (("exponent", x.exponent), ("unit", x.unit)):
            if place is not None and y.address <= place < y.address + y.count:
                return f"has its {what} inside, or fills the {what} of,"
    mine, others = _bits_of(one, a), _bits_of(other, b)
    shared = {place for place in mine.keys() & others.keys() if mine[place] & others[place]}
    if not shared or _sums_up(one, mine, others) or _sums_up(other, others, mine):
        return None
    if _is_summary(one) and _is_summary(other) and mine == others and one.term.kind != other.term.kind:
        return None  # whether any are there, and how many
    return "overlaps the registers of"


def _bits_of(reading: Reading, source: Registers) -> Bits:
    """What the reading is made of."""
    encoding, places = reading.encoding, range(source.address, source.address + source.count)
    match encoding.type:
        case "bit" | "bits" if encoding.bit is not None:
            return {source.address: (2**encoding.bits - 1) << encoding.bit}
        case "flags16" | "flags-float32":
            return dict.fromkeys(places, encoding.mask)
        case "flags32":
            high_first = (encoding.mask >> 16, encoding.mask & 0xFFFF)
            words = high_first if encoding.order == "abcd" else high_first[::-1]
            return dict(zip(places, words, strict=True))
        case "flags":
            return {place: WHOLE for bit, place in enumerate(places) if encoding.mask >> bit & 1}
    return dict.fromkeys(places, WHOLE)


def _is_summary(reading: Reading) -> bool:
    return reading.encoding.type in FLAGS


def _sums_up(reading: Reading, whole: Bits, part: Bits) -> bool:
    """Whether a reading of flags holds all bits of the other reading and more, as "any alarm" does those of one."""
    return (
        _is_summary(reading)
        and whole != part
        and all(whole.get(place, 0) & mask == mask for place, mask in part.items())
    )
