"""How records lie in a spool's file, and how they are found again in one that is torn or damaged.

A frame is a header and a body. The header has a mark, the length of the body, how many observations it holds, when
it was written, and CRC-32s of the body and of the header itself: whoever reads a damaged file goes on at the next
header that is true.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MARK = b"\xf1WSP"
_HEADER = struct.Struct(">4sIIQII")
HEADER_BYTES = _HEADER.size
MAX_BODY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One record as it lies in a file. ``end`` is where the next begins; ``written_us`` since 1970, wall clock."""

    body: bytes
    observations: int
    written_us: int
    end: int

    @property
    def label(self) -> bytes:
        return label_of(self.observations, self.written_us)

    @property
    def size(self) -> int:
        return HEADER_BYTES + len(self.body)


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that are no record: a torn tail, or damage."""

    begin: int
    end: int


def label_of(observations: int, written_us: int) -> bytes:
    """What a header says of its body, for sealing the two together."""
    return struct.pack(">IQ", observations, written_us)


def encode_frame(body: bytes, observations: int, written_us: int) -> bytes:
    start = _HEADER.pack(MARK, len(body), observations, written_us, zlib.crc32(body), 0)[:-4]
    return start + struct.pack(">I", zlib.crc32(start)) + body


def read_frames(data: bytes) -> Iterator[Frame | Gap]:
    """Everything in a file, in order. What is damaged is passed over up to the next frame that is whole."""
    at = 0
    while at < len(data):
        frame = _frame_at(data, at)
        if frame is None:
            following = _next_frame(data, at + 1)
            yield Gap(at, following)
            at = following
        else:
            yield frame
            at = frame.end


def _next_frame(data: bytes, at: int) -> int:
    while (found := data.find(MARK, at)) >= 0:
        if _frame_at(data, found) is not None:
            return found
        at = found + 1
    return len(data)


def _frame_at(data: bytes, at: int) -> Frame | None:
    if at + HEADER_BYTES > len(data):
        return None
    mark, length, observations, written_us, body_sum, header_sum = _HEADER.unpack_from(data, at)
    begin, end = at + HEADER_BYTES, at + HEADER_BYTES + length
    if mark != MARK or header_sum != zlib.crc32(data[at : begin - 4]):
        return None
    body = data[begin:end]
    if length > MAX_BODY_BYTES or len(body) < length or zlib.crc32(body) != body_sum:
        return None
    return Frame(body, observations, written_us, end)
