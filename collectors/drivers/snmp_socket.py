"""The socket under pysnmp, made strict: large, and deaf to everything that was not asked for."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pysnmp.carrier.asyncio.dgram.udp import UdpAsyncioTransport
from pysnmp.carrier.asyncio.dgram.udp6 import Udp6AsyncioTransport

log = logging.getLogger(__name__)

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""The usual 208 KiB lose most of a burst of a thousand replies."""

_SEQUENCE, _INTEGER, _OCTETS, _SNMP_V3 = 0x30, 0x02, 0x04, 3


def message_id(datagram: bytes) -> int | None:
    """The number that ties a reply to its request (request-id, in v3 msgID); None: no SNMP message."""
    try:
        at = _enter(datagram, 0, _SEQUENCE)
        version, at = _integer(datagram, at)
        if version == _SNMP_V3:
            at = _enter(datagram, at, _SEQUENCE)
        else:
            length, at = _header(datagram, at, _OCTETS)
            at = _enter(datagram, at + length, None)
        return _integer(datagram, at)[0]
    except (IndexError, ValueError):
        return None


def _header(data: bytes, at: int, tag: int | None) -> tuple[int, int]:
    if tag is not None and data[at] != tag:
        raise ValueError("another tag than expected")
    length, at = data[at + 1], at + 2
    if length > 0x84 or length == 0x80:
        raise ValueError("not a definite length")
    if length > 0x80:
        size = length - 0x80
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > len(data):
        raise ValueError("cut short")
    return length, at


def _enter(data: bytes, at: int, tag: int | None) -> int:
    return _header(data, at, tag)[1]


def _integer(data: bytes, at: int) -> tuple[int, int]:
    length, at = _header(data, at, _INTEGER)
    return int.from_bytes(data[at : at + length], "big", signed=True), at + length


class Tally:
    """What was not believed, by reason, and the reason of the latest."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.latest = ""

    def note(self, reason: str) -> None:
        self.counts[reason] += 1
        self.latest = reason


class StrictSocket:
    """For pysnmp's datagram transports: only the address that was asked answers, by the number asked with.

    ``sent_id`` and ``send_error`` tell about the message sent last; ``answer`` is what the next one waits for.
    """

    SOCK_FAMILY: int
    loop: Any
    transport: Any
    _callback_function: Any

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally
        self.awaited: dict[int, tuple[str, int]] = {}
        self.answer: asyncio.Future[Any] | None = None
        self._answers: dict[int, asyncio.Future[Any] | None] = {}
        self._refused: dict[int, Counter[str]] = {}
        self.sent_id: int | None = None
        self.send_error: OSError | None = None

    async def open(self) -> None:
        opened = socket.socket(self.SOCK_FAMILY, socket.SOCK_DGRAM)
        opened.settimeout(0)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        opened.bind(("", 0))
        await self.loop.create_datagram_endpoint(lambda: self, sock=opened)

    def send_message(self, outgoingMessage: bytes, transportAddress: Any) -> None:  # noqa: N803  pysnmp's name
        self.sent_id, self.send_error = message_id(outgoingMessage), None
        if self.sent_id is not None:
            self.awaited[self.sent_id] = tuple(transportAddress)[:2]
            self._answers[self.sent_id] = self.answer
        self.transport.sendto(outgoingMessage, tuple(transportAddress))

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803  pysnmp's name
        number = message_id(datagram)
        if number is None or self.awaited.get(number) != transportAddress[:2]:
            self._refuse(number, transportAddress[:2])
            return
        answer = self._answers[number]
        if answer and answer.done():
            self._note([number], "unasked")
            return
        noted = self._tally.counts.total()
        try:
            self._callback_function(self, transportAddress, datagram)
        except Exception:  # whatever pysnmp's decoders stumble over, the next datagram may be fine
            log.debug("undecodable datagram from %s", transportAddress[0], exc_info=True)
        if answer and not answer.done():
            dropped = self._tally.counts.total() > noted
            self._note([number], "" if dropped else "not understood")

    def _refuse(self, number: int | None, address: tuple[str, int]) -> None:
        asked = [each for each, awaited in self.awaited.items() if awaited == address]
        self._note(
            asked, "unasked" if not asked else "not understood" if number is None else "another message"
        )

    def _note(self, numbers: Iterable[int], reason: str) -> None:
        """Count what came in answer to these; no ``reason``: pysnmp has dropped it, and it is counted already."""
        if reason:
            self._tally.note(reason)
        for number in numbers:
            self._refused.setdefault(number, Counter())[self._tally.latest] += 1

    def error_received(self, exc: OSError) -> None:
        self.send_error = exc

    def has_refused(self, number: int | None) -> bool:
        """Whether anything came in answer to ``number`` that could not be used."""
        return number in self._refused

    def release(self, number: int | None) -> Mapping[str, int] | None:
        """Stop waiting for ``number``; what came in answer to it and could not be used, by reason."""
        if number is None:
            return None
        self.awaited.pop(number, None)
        self._answers.pop(number, None)
        return self._refused.pop(number, None)


class StrictUdp(StrictSocket, UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """UDP over IPv4."""


class StrictUdp6(StrictSocket, Udp6AsyncioTransport):  # type: ignore[misc]  # pysnmp is untyped
    """UDP over IPv6."""
