"""Tables of whole numbers as bytes in a row: little-endian, 32 bits, deflated where that is worth it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_STORED = np.dtype("<i4")
_PLAIN, _DEFLATED = b"\0", b"\1"
SHORT = 256
"""Bytes below which deflating takes longer than it saves."""


def pack(table: Numbers) -> bytes:
    """Of numbers from 0 to below 2**31; others raise ``OverflowError``."""
    if not table.size:
        return b""
    if table.max() >= 2**31 or table.min() < 0:
        raise OverflowError("A number does not fit into 32 bits.")
    plain = table.astype(_STORED).tobytes()
    return _PLAIN + plain if len(plain) < SHORT else _DEFLATED + zlib.compress(plain, 1)


def unpack(packed: bytes | memoryview, columns: int) -> Numbers:
    """As a table of so many columns."""
    return unpack_all([packed], columns)


def unpack_all(packed: Iterable[bytes | memoryview], columns: int) -> Numbers:
    """Several, one below the other."""
    plain = b"".join(_plain(each) for each in packed)
    return np.frombuffer(plain, dtype=_STORED).reshape(-1, columns).astype(np.int64)


def _plain(packed: bytes | memoryview) -> bytes | memoryview:
    if packed[:1] == _DEFLATED:
        return zlib.decompress(packed[1:])
    return packed[1:]
