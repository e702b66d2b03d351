"""What the simulated devices answered, as they logged it: when each was asked, and the count that it told."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_RECORD = struct.Struct("<4sIdd4sI")


class Answer(NamedTuple):
    """One answered poll; times in seconds since 1970.

    ``asked_at`` is when the kernel got the datagram. ``number`` is that of the answer among its device's.
    ``asker`` and ``port`` are where the question came from.
    """

    address: bytes
    number: int
    asked_at: float
    answered_at: float
    asker: bytes
    port: int

    def pack(self) -> bytes:
        return _RECORD.pack(*self)


def read_answers(log: Path) -> Iterator[Answer]:
    """In the order in which they were given; a record that is still being written is left out."""
    data = log.read_bytes()
    for fields in _RECORD.iter_unpack(data[: len(data) - len(data) % _RECORD.size]):
        yield Answer(*fields)
