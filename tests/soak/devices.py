"""Simulated devices of ten values behind one socket: ``python -m tests.soak.devices LOG [DELAY_S [INTERFACE]]``.

Each counts its answers, tells the count as one of its values, and logs it. They answer at every address whose
datagrams reach the socket, SNMP v2c and v3 alike. Prints the port, and lives until its standard input ends.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from collectors.snmp.ber import COUNTER32, GAUGE32, INTEGER, OID, SEQUENCE, encode_oid, enter, tlv
from tests.bench.agents import Bindings, V3Agents, answer_v2c
from tests.soak.answers import Answer

FIRST_COUNT = 1 << 24
"""From here on a count takes four octets, none of them superfluous."""
COUNTER = "1.3.6.1.2.1.33.1.3.1.0"
VOLTAGES = ("1.3.6.1.2.1.33.1.3.3.1.3.1", "1.3.6.1.2.1.33.1.4.4.1.2.1")
"""They waver by up to 3 V from ``LOWEST_VOLTAGE``, which is too little for the history."""
LOWEST_VOLTAGE = 228
CONSTANTS = {
    "1.3.6.1.2.1.33.1.2.3.0": tlv(GAUGE32, b"\x5a"),
    "1.3.6.1.2.1.33.1.2.4.0": tlv(GAUGE32, b"\x64"),
    "1.3.6.1.2.1.33.1.2.5.0": tlv(GAUGE32, b"\x02\x22"),
    "1.3.6.1.2.1.33.1.2.7.0": tlv(GAUGE32, b"\x18"),
    "1.3.6.1.2.1.33.1.3.3.1.2.1": tlv(GAUGE32, b"\x01\xf4"),
    "1.3.6.1.2.1.33.1.4.4.1.5.1": tlv(GAUGE32, b"\x25"),
    "1.3.6.1.2.1.33.1.4.1.0": tlv(INTEGER, b"\x03"),
}

_BUFFER_BYTES = 4 << 20
_PKTINFO, _TIMESTAMPNS = 8, 35  # of Linux; Python's socket module has no names for them
_FLUSH_S = 0.2
_TIME = struct.Struct("@qq")
_VERSION_3 = b"\x02\x01\x03"


class CountedBindings(Bindings):
    """The variable bindings of answers; :attr:`counts` has how many each device gave."""

    def __init__(self) -> None:
        super().__init__({})
        self.counts: dict[bytes, int] = {}
        self._constants = {encode_oid(oid): value for oid, value in CONSTANTS.items()}
        self._counter, self._voltages = encode_oid(COUNTER), {encode_oid(oid) for oid in VOLTAGES}

    def answer(self, asked: bytes, address: bytes) -> bytes:
        """To the encoded bindings of a GET that was sent to this address."""
        count = self.counts[address] = self.counts.get(address, 0) + 1
        voltage = tlv(GAUGE32, (LOWEST_VOLTAGE + count % 4).to_bytes(2, "big"))
        counter = tlv(COUNTER32, (FIRST_COUNT + count).to_bytes(4, "big"))
        parts = []
        at, stop = enter(asked, 0, len(asked), SEQUENCE)
        while at < stop:
            at, end = enter(asked, at, stop, SEQUENCE)
            start, name_end = enter(asked, at, end, OID)
            name = asked[start:name_end]
            value = counter if name == self._counter else voltage if name in self._voltages else None
            parts.append(
                tlv(SEQUENCE, asked[at:name_end] + (value or self._constants.get(name, b"\x81\x00")))
            )
            at = end
        return tlv(SEQUENCE, b"".join(parts))


class Reply(NamedTuple):
    """What is to be sent. ``number`` of the answer, or None if it was no poll's, or one's that was answered before."""

    due_at: float
    octets: bytes
    source: tuple[int, int, bytes]
    sender: tuple[str, int]
    address: bytes
    number: int | None
    asked_at: float


class Devices:
    """Hear, answer after ``delay_s``, and log."""

    def __init__(self, opened: socket.socket, log: Callable[[Answer], object], delay_s: float) -> None:
        self._socket, self._log, self._delay_s = opened, log, delay_s
        self._bindings = CountedBindings()
        self._v3 = V3Agents(self._bindings)
        self._last: dict[bytes, tuple[bytes, bytes]] = {}
        self._waiting: deque[Reply] = deque()

    def hear(self) -> None:
        """One datagram."""
        message, control, _flags, sender = self._socket.recvmsg(65_535, 128)
        asked_at, source, address = _read(control)
        before = self._bindings.counts.get(address, 0)
        request, octets = self._last.get(address, (b"", b""))
        if request != message:  # else it was sent again, and gets what it got
            octets = self._answer(message, address)
            self._last[address] = message, octets
        number = self._bindings.counts.get(address, 0)
        self._waiting.append(
            Reply(
                asked_at + self._delay_s,
                octets,
                source,
                sender,
                address,
                number if number != before else None,
                asked_at,
            )
        )

    def speak(self) -> float:
        """Send what is due; the seconds until more is."""
        while self._waiting and self._waiting[0].due_at <= time.time():
            reply = self._waiting.popleft()
            # Told back, the packet's own address is the one that answers.
            self._socket.sendmsg((reply.octets,), [reply.source], 0, reply.sender)
            if reply.number is not None:
                self._log(
                    Answer(reply.address, reply.number, reply.asked_at, time.time(), *_asker(reply.sender))
                )
        return self._waiting[0].due_at - time.time() if self._waiting else _FLUSH_S

    def _answer(self, message: bytes, address: bytes) -> bytes:
        is_v3 = _VERSION_3 in message[2:7]
        return self._v3.answer(message, address) if is_v3 else answer_v2c(message, address, self._bindings)


def _asker(sender: tuple[str, int]) -> tuple[bytes, int]:
    return socket.inet_aton(sender[0]), sender[1]


def _read(control: list[tuple[int, int, bytes]]) -> tuple[float, tuple[int, int, bytes], bytes]:
    """When the kernel got the datagram, the control message that answers from where it went, and that address."""
    asked_at = time.time()
    for level, kind, data in control:
        if level == socket.SOL_SOCKET:
            seconds, nanoseconds = _TIME.unpack_from(data)
            asked_at = seconds + nanoseconds / 1e9
        elif kind == _PKTINFO:
            # Interface 0: the answer may leave by another than the one on which it was asked.
            source = level, kind, bytes(4) + data[8:12] + bytes(4)
            address = data[8:12]
    return asked_at, source, address


def open_socket(port: int = 0) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        opened.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
    opened.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
    opened.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
    opened.bind(("", port))
    return opened


def serve(opened: socket.socket, log: BinaryIO, delay_s: float) -> None:
    """Until standard input ends; what was logged is in the file a moment later."""
    waiting: list[bytes] = []
    devices = Devices(opened, lambda answer: waiting.append(answer.pack()), delay_s)
    flush_at, pause = 0.0, _FLUSH_S
    while True:
        ready, _, _ = select.select([opened, sys.stdin], [], [], max(min(pause, _FLUSH_S), 0))
        if opened in ready:
            devices.hear()
        pause = devices.speak()
        if waiting and time.monotonic() > flush_at:
            log.write(b"".join(waiting))
            waiting.clear()
            flush_at = time.monotonic() + _FLUSH_S
        if sys.stdin in ready:
            return


def main(log: str, delay_s: str = "0", interface: str = "lo") -> None:
    with open_socket() as opened, Path(log).open("ab", buffering=0) as file:
        # Nothing from elsewhere gets in.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        print(opened.getsockname()[1], flush=True)
        serve(opened, file, float(delay_s))


if __name__ == "__main__":
    main(*sys.argv[1:])
