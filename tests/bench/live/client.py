"""A thousand viewers in one cheap process: websocket clients that read frames, note their age and acknowledge them.

``python -m tests.bench.live.client PORT SECONDS VIEWERS SERVER_PID FLOOR SESSION,SESSION,…`` prints one JSON object.
``stuck_mb`` is what some more add to the server who ask again and again for the whole floor, acknowledge whatever comes
and never read. A frame's age is counted from the moment that it names itself (``"at":"…"``) to its last octet's
arrival here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import cast

from tests.bench import meter
from tests.bench.live.processes import cpu_s, resident_mb
from tests.bench.meter import quantile

AT = re.compile(rb'"at":"([^"]+)"')
NUMBER = re.compile(rb'"frame":(\d+)')
HEAD = 200
ACKNOWLEDGE_EVERY = 3
"""As the product's page does."""
WARM_UP_S = 4.0
STUCK_S = 6.0
STUCK, ASKED, MOST = 30, 120, 10**9
"""Viewers that read nothing, and how often each asks for the whole floor."""
OPENED_AT_ONCE = 50


@cache
def masked(text: bytes) -> bytes:
    """A text frame as a client sends it. The mask is zero, which is one like any other."""
    assert len(text) < 126
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


@cache
def made_at(moment: bytes) -> float:
    return datetime.fromisoformat(moment.decode()).timestamp()


@dataclass
class Tally:
    """What all viewers together have seen while it counts."""

    is_counting: bool = False
    frames: int = 0
    octets: int = 0
    ages_ms: list[float] = field(default_factory=list)
    closed: int = 0


class Viewer(asyncio.Protocol):
    def __init__(self, request: bytes, watch: bytes, tally: Tally) -> None:
        self._request, self._watch, self._tally = request, watch, tally
        self._buffer = bytearray()
        self._is_open = False
        self._owed = 0
        self.opened = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is of a class of its own
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.closed += 1
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed in the handshake"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(bytes(self._buffer[:100]).decode()))
                return
            del self._buffer[: end + 4]
            self._is_open = True
            assert self.transport is not None
            self.transport.write(self._watch)
            self.opened.set_result(None)
        while (message := self._next()) is not None:
            self._take(message)

    def _next(self) -> bytes | None:
        """The head of the next whole message, of which no more is looked at."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + length:
            return None
        head = bytes(buffer[start : start + min(HEAD, length)])
        self._tally.octets += length * self._tally.is_counting
        del buffer[: start + length]
        return head

    def _take(self, head: bytes) -> None:
        number = NUMBER.search(head)
        if number is None:
            return
        moment = AT.search(head)
        assert moment is not None
        assert self.transport is not None
        if self._tally.is_counting:
            self._tally.frames += 1
            self._tally.ages_ms.append(1000 * (time.time() - made_at(moment[1])))
        self._owed += 1
        if self._owed < ACKNOWLEDGE_EVERY and b'"full":true' not in head:
            return
        self._owed = 0
        self.transport.write(masked(b'{"type":"ack","frame":%s}' % number[1]))


def handshake(port: int, session: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws/live/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Cookie: sessionid={session}\r\n\r\n"
    ).encode()


async def look(
    port: int, seconds: float, viewers: int, server: int, floor: str, sessions: list[str]
) -> dict[str, float]:
    loop, tally = asyncio.get_running_loop(), Tally()
    watch = masked(json.dumps({"type": "watch", "floor": floor, "short": True}).encode())
    clients: list[Viewer] = []
    for _ in range(0, viewers, OPENED_AT_ONCE):
        some = []
        for _ in range(min(OPENED_AT_ONCE, viewers - len(clients))):
            session = sessions[len(clients) % len(sessions)]
            _, viewer = await loop.create_connection(
                partial(Viewer, handshake(port, session), watch, tally), "127.0.0.1", port
            )
            some.append(viewer)
            clients.append(viewer)
        await asyncio.gather(*(viewer.opened for viewer in some))
    await asyncio.sleep(WARM_UP_S)
    tally.is_counting = True
    begun, cpu = time.monotonic(), cpu_s(server)
    await asyncio.sleep(seconds)
    tally.is_counting = False
    passed = time.monotonic() - begun
    told = _figures(tally, passed, (cpu_s(server) - cpu) / passed, resident_mb(server))
    return told | {"stuck_mb": await _grown_by_stuck(port, server, watch, sessions[0])}


async def _grown_by_stuck(port: int, server: int, watch: bytes, session: str) -> float:
    """Memory that some take who ask for the whole floor again and again and read nothing of it."""
    loop, before = asyncio.get_running_loop(), resident_mb(server)
    sockets = [_narrow_socket(port) for _ in range(STUCK)]
    for each in sockets:
        await loop.sock_sendall(each, handshake(port, session))
    for _ in range(ASKED):
        await asyncio.sleep(STUCK_S / ASKED)
        for each in sockets:
            with suppress(BlockingIOError):
                each.send(watch + masked(b'{"type":"ack","frame":%d}' % MOST))
    grown = resident_mb(server) - before
    for each in sockets:
        each.close()
    return grown


def _narrow_socket(port: int) -> socket.socket:
    """One in which the kernel keeps little of what is not read."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.connect(("127.0.0.1", port))
    opened.setblocking(False)
    return opened


def _figures(tally: Tally, passed: float, cpu: float, memory_mb: float) -> dict[str, float]:
    return {
        "frames_per_s": tally.frames / passed,
        "cpu": cpu,
        "p50_ms": quantile(tally.ages_ms, 0.5) if tally.ages_ms else -1,
        "p99_ms": quantile(tally.ages_ms, 0.99) if tally.ages_ms else -1,
        "frame_kb": tally.octets / max(1, tally.frames) / 1000,
        "memory_mb": memory_mb,
        "closed": tally.closed,
    }


def main(port: str, seconds: str, viewers: str, server: str, floor: str, session: str) -> None:
    figures = meter.run(look(int(port), float(seconds), int(viewers), int(server), floor, session.split(",")))
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
