"""Which simulated device is where, and what it speaks."""

from __future__ import annotations

SEGMENT_SIZE = 3000


def address_of(network: str, number: int) -> str:
    """At most 62,500 in one ``network`` of two octets."""
    return f"{network}.{number // 250}.{number % 250 + 1}"


def is_v3(number: int) -> bool:
    """One in five."""
    return number % 5 == 0
