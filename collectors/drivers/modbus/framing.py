"""How a request and its reply stand on each kind of wire, and what is never taken for a reply.

A frame is only taken if everything that it says of itself is right: number, unit, function, length, checksum.
Anything else is skipped, and the request goes on waiting.
"""

from __future__ import annotations

import binascii
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Protocol

from pymodbus.framer import FramerAscii, FramerRTU

from collectors.drivers.modbus.pdus import Question

_LONGEST_PDU = 253
_KEPT_OCTETS = 1024
"""More than any two frames: what is older than that on a line is no part of a reply."""


class Framing(Protocol):
    """The state of one line. ``is_numbered``: replies say which request they are for.

    ``is_out_of_step``: part of something was heard that nobody asked for, so that what comes next has no
    certain beginning.
    """

    is_numbered: bool

    @property
    def is_out_of_step(self) -> bool: ...

    def begin(self, unit: int, question: Question) -> bytes:
        """What to send; from now on its reply is looked for."""

    def hear(self, data: bytes) -> bytes | None:
        """The reply, without unit and checksum, as soon as it is there whole."""

    def forget(self) -> None:
        """The wire is a new one: nothing on it belongs to what was heard before."""


class TcpFraming:
    """Modbus/TCP, also inside TLS: a header with number, protocol, length and unit."""

    __slots__ = ("_head", "_number", "_rest", "_unit")
    is_numbered = True

    def __init__(self) -> None:
        self._number, self._head, self._unit = 0, b"", -1
        self._rest = b""

    @property
    def is_out_of_step(self) -> bool:
        return bool(self._rest)

    def begin(self, unit: int, question: Question) -> bytes:
        self._number = number = self._number % 0xFFFF + 1
        self._head, self._unit = b"%c%c\0\0" % (number >> 8, number & 0xFF), unit
        return b"%b\0%c%c%b" % (self._head, len(question.pdu) + 1, unit, question.pdu)

    def hear(self, data: bytes) -> bytes | None:
        octets = self._rest + data if self._rest else data
        while len(octets) >= 8:
            end = 6 + (octets[4] << 8 | octets[5])
            if octets[2] or octets[3] or not 9 <= end <= 7 + _LONGEST_PDU:
                octets = b""  # not Modbus, and no telling where it might begin again
                break
            if len(octets) < end:
                break
            if octets[:4] == self._head and octets[6] == self._unit:
                self._rest = octets[end:]
                return octets[7:end]
            octets = octets[end:]
        self._rest = octets
        return None

    def forget(self) -> None:
        self._rest = b""


class UdpFraming(TcpFraming):
    """The same in datagrams: each is one frame, and nothing of one is part of another."""

    __slots__ = ()

    def hear(self, data: bytes) -> bytes | None:
        self._rest = b""
        if len(data) < 8 or len(data) != 6 + (data[4] << 8 | data[5]):
            return None
        reply = super().hear(data)
        self._rest = b""
        return reply


class _UnnumberedFraming(ABC):
    """Replies that do not say which request they are for: told by unit, function, length and checksum."""

    is_numbered = False
    is_out_of_step = False

    def __init__(self) -> None:
        self._unit = -1
        self._question: Question | None = None
        self._heard = b""

    def begin(self, unit: int, question: Question) -> bytes:
        self._unit, self._question, self._heard = unit, question, b""
        return self._frame(bytes((unit,)) + question.pdu)

    def hear(self, data: bytes) -> bytes | None:
        if self._question is None:
            return None
        self._heard = (self._heard + data)[-_KEPT_OCTETS:]
        found = [pdu for pdu in self._replies(self._heard) if self._question.could_be_answered_by(pdu)]
        # Two replies to one request: one of them is late, and nothing says which.
        return found[0] if len(found) == 1 else None

    def forget(self) -> None:
        self._heard = b""

    @abstractmethod
    def _frame(self, body: bytes) -> bytes:
        """Unit and PDU as they go over the wire."""

    @abstractmethod
    def _replies(self, octets: bytes) -> Iterator[bytes]:
        """The PDUs of all sound frames of the unit that is asked."""


class RtuFraming(_UnnumberedFraming):
    """Unit, PDU and CRC. Noise, echoes and other units' frames around a reply are skipped."""

    def _frame(self, body: bytes) -> bytes:
        return body + _crc(body)

    def _replies(self, octets: bytes) -> Iterator[bytes]:
        question = self._question
        if question is None:
            return
        at = 0
        while at + 4 < len(octets):
            length = question.length_of_reply(octets[at + 1 :]) if octets[at] == self._unit else None
            end = at + 1 + length if length else 0
            if end and end + 2 <= len(octets) and _crc(octets[at:end]) == octets[end : end + 2]:
                yield octets[at + 1 : end]
                at = end + 2
            else:
                at += 1


class AsciiFraming(_UnnumberedFraming):
    """A colon, unit, PDU and LRC in hexadecimal, carriage return and line feed."""

    def _frame(self, body: bytes) -> bytes:
        return b":%b\r\n" % binascii.b2a_hex(body + _lrc(body)).upper()

    def _replies(self, octets: bytes) -> Iterator[bytes]:
        *lines, _unfinished = octets.split(b"\r\n")
        for line in lines:
            _, colon, text = line.rpartition(b":")
            try:
                body = binascii.a2b_hex(text) if colon else b""
            except binascii.Error:
                continue
            if len(body) >= 4 and body[0] == self._unit and _lrc(body[:-1]) == body[-1:]:
                yield body[1:-1]


def _crc(octets: bytes) -> bytes:
    return FramerRTU.compute_CRC(octets).to_bytes(2, "big")


def _lrc(octets: bytes) -> bytes:
    return FramerAscii.compute_LRC(octets).to_bytes(1, "big")
