"""What the simulated devices answered: the log that the tables are compared with."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

_RECORD = struct.Struct("<IIddI")


class Answer(NamedTuple):
    """One answered poll. ``serial`` rises by one with each of a device; times are seconds since 1970.

    ``port`` is that from which it was asked, and so tells askers apart.
    """

    device: int
    serial: int
    asked_at: float
    answered_at: float
    port: int

    def pack(self) -> bytes:
        return _RECORD.pack(*self)


def read_answers(log: Path, since: int = 0) -> list[Answer]:
    """Those after the first ``since`` octets. The file only ever grows, by whole records."""
    with log.open("rb") as file:
        file.seek(since)
        data = file.read()
    whole = len(data) - len(data) % _RECORD.size
    return [Answer(*fields) for fields in _RECORD.iter_unpack(data[:whole])]
