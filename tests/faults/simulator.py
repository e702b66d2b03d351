"""Devices that count their answers and log each one: ``python -m tests.faults.simulator COUNT LOG``.

Prints the port of all SNMP agents and that of all Modbus servers, and lives until its standard input ends. Every
answer takes ``ANSWER_AFTER_S``, so that two who ask one device at once are seen to do so.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from collectors.snmp.ber import (
    GAUGE32,
    INTEGER,
    SEQUENCE,
    encode_integer,
    encode_oid,
    enter,
    header,
    read_integer,
    tlv,
)
from collectors.snmp.messages import read_community_message
from tests.collectors.v3_agent import ENGINE_ID, V3Agent
from tests.faults.answers import Answer
from tests.faults.fleet import MODBUS, SNMP_V3, Device, make_fleet

ANSWER_AFTER_S = 0.02
TURNS_AFTER = 16
"""So many answers later a device goes from mains to battery, or back, so that activities have a history too."""
COUNTER, SOURCE = "1.3.6.1.4.1.32473.1.1.0", "1.3.6.1.4.1.32473.1.2.0"

Log = Callable[[Answer], object]


class Counter:
    """One device's count of its answers, which is what it answers."""

    def __init__(self, device: Device, log: Log) -> None:
        self._device, self._log = device, log
        self._counts = itertools.count(1)

    def take(self, asked_at: float, port: int) -> tuple[int, int]:
        """The count and the state that this answer tells, logged."""
        count = next(self._counts)
        self._log(Answer(self._device.number, count, asked_at, time.time(), port))
        return count, 5 if count // TURNS_AFTER % 2 else 3


class CountingAgent(V3Agent):
    """Takes a count only for what it answers: reports of a wrong engine or time are no polls."""

    def __init__(self, device: Device, take_values: Callable[[], dict[bytes, bytes]]) -> None:
        super().__init__({}, engine_id=ENGINE_ID + device.number.to_bytes(2, "big"))
        self._take_values = take_values

    def answer(self, request: bytes) -> bytes:
        self.time = int(time.monotonic())
        return super().answer(request)

    def _response(self, scoped: bytes) -> bytes:
        self.values = self._take_values()
        return super()._response(scoped)


class Agent(asyncio.DatagramProtocol):
    """An SNMP agent of two objects."""

    def __init__(self, device: Device, counter: Counter) -> None:
        self._counter = counter
        self._asked = 0.0, 0
        self._last: dict[tuple[str, int], tuple[bytes, bytes]] = {}
        self._v3 = CountingAgent(device, self._values) if device.protocol == SNMP_V3 else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        asyncio.get_running_loop().call_later(ANSWER_AFTER_S, self._answer, data, sender, time.time())

    def _answer(self, data: bytes, sender: tuple[str, int], asked_at: float) -> None:
        request, reply = self._last.get(sender, (b"", b""))
        if request != data:  # else it was sent again, and gets what it got
            self._asked = asked_at, sender[1]
            reply = self._v3.answer(data) if self._v3 else self._answer_v2c(data)
            self._last = {sender: (data, reply)}
        self._transport.sendto(reply, sender)

    def _answer_v2c(self, data: bytes) -> bytes:
        version, community, at = read_community_message(data)
        _, at, stop = header(data, at, len(data))
        number, at = read_integer(data, at, stop)
        for _ in range(2):
            _, at = read_integer(data, at, stop)
        at, stop = enter(data, at, stop, SEQUENCE)
        values = self._values()
        bindings = b""
        while at < stop:
            at, end = enter(data, at, stop, SEQUENCE)
            start, name_end = enter(data, at, end, 6)
            bindings += tlv(SEQUENCE, data[at:name_end] + values.get(data[start:name_end], b"\x81\x00"))
            at = end
        pdu = tlv(0xA2, encode_integer(number) + encode_integer(0) * 2 + tlv(SEQUENCE, bindings))
        return tlv(SEQUENCE, encode_integer(version) + tlv(4, community) + pdu)

    def _values(self) -> dict[bytes, bytes]:
        count, source = self._counter.take(*self._asked)
        return {
            encode_oid(COUNTER): tlv(GAUGE32, b"\0" + count.to_bytes(4, "big")),
            encode_oid(SOURCE): tlv(INTEGER, bytes((source,))),
        }


class Gateway(asyncio.Protocol):
    """A Modbus/TCP server with a device behind each of its units: a count in two registers, a state in one."""

    def __init__(self, counters: dict[int, Counter]) -> None:
        self._counters = counters
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._port = transport.get_extra_info("peername")[1]

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= 12:
            request, self._waiting = self._waiting[:12], self._waiting[12:]
            asyncio.get_running_loop().call_later(ANSWER_AFTER_S, self._answer, request, time.time())

    def _answer(self, request: bytes, asked_at: float) -> None:
        count, source = self._counters[request[6]].take(asked_at, self._port)
        registers = count.to_bytes(4, "big") + source.to_bytes(2, "big")
        first, asked = int.from_bytes(request[8:10], "big"), int.from_bytes(request[10:12], "big")
        octets = registers[2 * first : 2 * (first + asked)]
        head = request[:4] + (3 + len(octets)).to_bytes(2, "big") + request[6:8]
        self._transport.write(head + bytes([len(octets)]) + octets)


async def serve(fleet: Sequence[Device], log: Log) -> tuple[int, int]:
    """Open all of them; the port of the agents, and that of the Modbus servers."""
    loop = asyncio.get_running_loop()
    snmp_port = modbus_port = 0
    units: dict[str, dict[int, Counter]] = {}
    for device in fleet:
        counter = Counter(device, log)
        if device.protocol == MODBUS:
            units.setdefault(device.address, {})[device.unit] = counter
            continue
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((device.address, snmp_port))
        snmp_port = opened.getsockname()[1]
        await loop.create_datagram_endpoint(partial(Agent, device, counter), sock=opened)
    for address, counters in units.items():
        server = await loop.create_server(partial(Gateway, counters), address, modbus_port)
        modbus_port = server.sockets[0].getsockname()[1]
    return snmp_port, modbus_port


async def _run(count: int, log: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    snmp, modbus = await serve(make_fleet(count), lambda answer: os.write(file, answer.pack()))
    print(snmp, modbus, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), sys.argv[2]))
