"""What must hold between the readings of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.profiles.model import Cell, Column, Identity, Limits, Reading, Registers, Scalar, Table
from collectors.profiles.strict import Section


def check_readings(section: Section, readings: Sequence[Reading]) -> None:
    """Each word once, each place once; registers may be shared only by different bits."""
    names: set[str] = set()
    for index, reading in enumerate(readings):
        if reading.name in names:
            section.fail(f"readings[{index}].name", f"{reading.name} stands twice")
        names.add(reading.name)
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


def _clash(one: Reading, other: Reading) -> str | None:
    a, b = one.source, other.source
    if isinstance(a, Registers) and isinstance(b, Registers):
        return _overlap(one, other, a, b)
    if isinstance(a, Column) and isinstance(b, Column):
        return "reads the same as" if a == b else None
    if isinstance(a, Scalar | Cell | Identity) and a == b:
        return "reads the same object as"
    return None


def _overlap(one: Reading, other: Reading, a: Registers, b: Registers) -> str | None:
    if a.function != b.function:
        return None
    if any(
        x.exponent is not None and y.address <= x.exponent < y.address + y.count for x, y in ((a, b), (b, a))
    ):
        return "has its exponent inside, or fills the exponent of,"
    if a.address + a.count <= b.address or b.address + b.count <= a.address:
        return None
    if not _bits_of(one) & _bits_of(other):
        return None
    return "overlaps the registers of"


def _bits_of(reading: Reading) -> int:
    """Which bits of its register it is, as a mask; all of them unless it says."""
    bit = reading.encoding.bit
    return 0xFFFF if bit is None else (2**reading.encoding.bits - 1) << bit
