"""MLLP: where a message begins and ends in what TCP brings, however that is cut."""

from __future__ import annotations

import enum
from dataclasses import dataclass

BEGIN, END, LAST = 0x0B, 0x1C, 0x0D
_BETWEEN = b"\r\n"
HEAD_KEPT = 1024
"""Octets that are kept of a message that is too large: enough to answer it by its number."""


class Trouble(enum.StrEnum):
    """What is wrong with octets that are no whole message, in words for the count."""

    GARBAGE = "octets outside of a message"
    TORN = "message cut short"
    TOO_LARGE = "larger than allowed"


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, or what there is of it and why that is no message."""

    octets: bytes
    trouble: Trouble | None = None


def wrap(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\x0d"


class Unwrapper:
    """Takes octets as they come, and gives frames. Holds no more than one message of ``most`` octets."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._is_inside = self._is_too_large = self._saw_end = self._saw_garbage = False

    @property
    def is_inside(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._is_inside

    def feed(self, octets: bytes) -> list[Frame]:
        """The frames that end in these octets."""
        frames: list[Frame] = []
        at = 0
        while at < len(octets):
            at = self._inside(octets, at, frames) if self._is_inside else self._outside(octets, at, frames)
        return frames

    def _outside(self, octets: bytes, at: int, frames: list[Frame]) -> int:
        begin = octets.find(BEGIN, at)
        stop = len(octets) if begin < 0 else begin
        if octets[at:stop].strip(_BETWEEN) and not self._saw_garbage:
            self._saw_garbage = True  # told once, however much of it comes before the next message
            frames.append(Frame(b"", Trouble.GARBAGE))
        if begin < 0:
            return stop
        self._begin()
        return begin + 1

    def _begin(self) -> None:
        self._held.clear()
        self._is_inside = True
        self._is_too_large = self._saw_end = self._saw_garbage = False

    def _inside(self, octets: bytes, at: int, frames: list[Frame]) -> int:
        if self._saw_end:
            return self._after_end(octets, at, frames)
        stop = min(
            (found for found in (octets.find(END, at), octets.find(BEGIN, at)) if found >= 0), default=-1
        )
        self._hold(octets[at : len(octets) if stop < 0 else stop])
        if stop < 0:
            return len(octets)
        if octets[stop] == END:
            self._saw_end = True
        else:  # neither octet occurs in text: the sender began anew
            frames.append(Frame(b"", Trouble.TORN))
            self._begin()
        return stop + 1

    def _after_end(self, octets: bytes, at: int, frames: list[Frame]) -> int:
        self._is_inside = self._saw_end = False
        if octets[at] != LAST:
            frames.append(Frame(b"", Trouble.TORN))
            return at  # it may be the beginning of the next
        trouble = Trouble.TOO_LARGE if self._is_too_large else None
        frames.append(Frame(bytes(self._held), trouble))
        self._held.clear()
        return at + 1

    def _hold(self, octets: bytes) -> None:
        if not self._is_too_large and len(self._held) + len(octets) > self._most:
            self._is_too_large = True
            self._held += octets[:HEAD_KEPT]
            del self._held[HEAD_KEPT:]
        if not self._is_too_large:
            self._held += octets
