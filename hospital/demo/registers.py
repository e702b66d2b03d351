"""What a simulated Modbus device holds at one moment, and how numbers become words."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Registers:
    """Values by address, 0..65535 or 0 and 1, of one moment. What is not listed does not exist."""

    inputs: Mapping[int, int]
    holdings: Mapping[int, int] = field(default_factory=dict)
    discretes: Mapping[int, int] = field(default_factory=dict)
    coils: Mapping[int, int] = field(default_factory=dict)


def signed(value: float) -> int:
    """A whole number of 16 bits, as two's complement."""
    return round(value) & 0xFFFF


def int32_words(value: int) -> tuple[int, ...]:
    """Big-endian, high word first, as the others here."""
    return struct.unpack(">HH", struct.pack(">i", value))


def float_words(value: float) -> tuple[int, ...]:
    """As IEEE 754 with 32 bits."""
    return struct.unpack(">HH", struct.pack(">f", value))


def ascii_words(text: str, count: int) -> tuple[int, ...]:
    """Two characters in each of ``count`` registers, cut or filled with zeros."""
    return struct.unpack(f">{count}H", text.encode("ascii").ljust(2 * count, b"\0")[: 2 * count])
