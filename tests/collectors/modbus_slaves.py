"""Small Modbus devices on every wire: what they hear is kept, what they say is up to the test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import tty
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from collectors.requests import Target
from tests.collectors.agents import raw_udp, tcp_server
from tests.fuzz.witness import crc

Talk = Callable[[bytes], Any]
"""From what was heard to what is said; None ends the conversation where there is one. A list is of datagrams."""

REGISTERS = [100, 101, 0xFFFF, 0x8000, 7, 8, 9, 10]
UNIT = 17


# --- frames, written apart from the product


def tcp_frame(request: bytes, pdu: bytes, *, unit: int | None = None, shift: int = 0) -> bytes:
    number = (int.from_bytes(request[:2], "big") + shift) & 0xFFFF
    head = number.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big")
    return head + bytes((request[6] if unit is None else unit,)) + pdu


def rtu_frame(_request: bytes, pdu: bytes, *, unit: int = UNIT) -> bytes:
    body = bytes((unit,)) + pdu
    return body + crc(body).to_bytes(2, "little")


def ascii_frame(_request: bytes, pdu: bytes, *, unit: int = UNIT) -> bytes:
    body = bytes((unit,)) + pdu
    return b":" + (body + bytes((-sum(body) & 0xFF,))).hex().upper().encode() + b"\r\n"


FRAMES = {
    "modbus_tcp": tcp_frame, "modbus_tls": tcp_frame, "modbus_udp": tcp_frame, "modbus_rtu_tcp": rtu_frame,
    "modbus_rtu": rtu_frame, "modbus_ascii": ascii_frame,
}  # fmt: skip


def pdu_in(protocol: str, request: bytes) -> bytes:
    """What a request asks, without its frame, which has to be right."""
    if FRAMES[protocol] is tcp_frame:
        assert int.from_bytes(request[4:6], "big") == len(request) - 6
        return request[7:]
    if protocol == "modbus_ascii":
        body = bytes.fromhex(request[1:-2].decode())
        assert request == ascii_frame(b"", body[1:-1], unit=body[0])
        return body[1:-1]
    assert request == rtu_frame(b"", request[1:-2], unit=request[0])
    return request[1:-2]


def reply_to(pdu: bytes) -> bytes:
    """The reply of a device with :data:`REGISTERS`, whatever the function, and bits that alternate."""
    function, first, count = pdu[0], int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
    if function in (1, 2):
        number = sum((place % 2) << place - first for place in range(first, first + count))
        octets = number.to_bytes(-(-count // 8), "little")
    elif first + count > len(REGISTERS):
        return bytes((function | 0x80, 2))
    else:
        octets = b"".join(value.to_bytes(2, "big") for value in REGISTERS[first : first + count])
    return bytes((function, len(octets))) + octets


def sound(protocol: str) -> Talk:
    """A device without faults."""
    return lambda request: FRAMES[protocol](request, reply_to(pdu_in(protocol, request)))


# --- wires


@dataclass
class Device:
    """A device that runs, and how to ask it."""

    target: Target
    heard: list[bytes] = field(default_factory=list)
    conversations: Callable[[], int] = lambda: 1


@contextlib.asynccontextmanager
async def device_on(
    protocol: str, talk: Talk | None = None, *, timeout_s: float = 5.0, context: ssl.SSLContext | None = None
) -> AsyncIterator[Device]:
    """A device on loopback or at the other end of a line; it does without faults unless ``talk`` says more."""
    talk = talk or sound(protocol)
    if protocol in ("modbus_rtu", "modbus_ascii"):
        async with serial_slave(talk, ends_with=b"\n" if protocol == "modbus_ascii" else b"") as (
            path,
            heard,
        ):
            yield Device(Target(1, protocol, path, 1, timeout_s, UNIT, line_settings="115200 8N1"), heard)
    elif protocol == "modbus_udp":
        async with raw_udp(lambda data: _datagrams(talk(data))) as (port, heard):
            yield Device(Target(1, protocol, "127.0.0.1", port, timeout_s, UNIT), heard)
    else:
        async with tcp_server(lambda _number, data: talk(data), context=context) as server:
            target = Target(1, protocol, "127.0.0.1", server.port, timeout_s, UNIT, server_name="127.0.0.1")
            yield Device(target, server.heard, lambda: len(server.conversations))


def _datagrams(said: Any) -> list[bytes]:
    return said if isinstance(said, list) else [said] if said else []


@contextlib.asynccontextmanager
async def serial_slave(talk: Talk, *, ends_with: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """A device at one end of a pseudo terminal; yields the path of the other end, and what was heard."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    heard: list[bytes] = []
    pending = bytearray()
    loop = asyncio.get_running_loop()

    def read() -> None:
        with contextlib.suppress(OSError):  # the other end is closed between two who open it
            pending.extend(os.read(ours, 4096))
        if len(pending) < 7 or not pending.endswith(ends_with):
            return
        request = bytes(pending)
        pending.clear()
        heard.append(request)
        if reply := talk(request):
            os.write(ours, reply)

    loop.add_reader(ours, read)
    try:
        yield os.ttyname(theirs), heard
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)
