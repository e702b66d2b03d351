"""What must hold between the readings of a profile."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.profiles.model import Cell, Column, Reading, Registers, Scalar
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
