"""What must hold between the readings of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.profiles.model import Cell, Column, Limits, Reading, Registers, Scalar, Table
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
        if isinstance(source, Registers) and source.count > limits.registers:
            section.fail("limits.registers", f"too few: {reading.name} fills {source.count}")


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
    if isinstance(a, Scalar | Cell) and a == b:
        return "reads the same object as"
    return None


def _overlap(one: Reading, other: Reading, a: Registers, b: Registers) -> str | None:
    if a.function != b.function or a.address + a.count <= b.address or b.address + b.count <= a.address:
        return None
    if (
        one.encoding.bit is not None
        and other.encoding.bit is not None
        and one.encoding.bit != other.encoding.bit
    ):
        return None
    return "overlaps the registers of"
