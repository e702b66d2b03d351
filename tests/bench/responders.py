"""Devices for the bench, in processes of their own: the client is what is measured, and what a rival is measured
against. Each of these yields the :class:`Devices` that answer on loopback until its block ends:

    with snmp_agents(SNMP_VALUES) as devices:            # v2c, any community
    with snmp_agents(SNMP_VALUES, v3=True) as devices:   # v3, the user in agents.USER, SHA-256 and AES-128
    with modbus_servers(addresses) as devices:           # Modbus/TCP, input registers

``agent_addresses(count)`` says where living agents are, ``silent_addresses(count)`` where dead ones are; any
number of them costs nothing. :data:`tests.bench.stages.SNMP_VALUES` has the ten objects that all clients ask for.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.agents import Values, serve_v2c, serve_v3

REGISTERS = 400


@dataclass(frozen=True, slots=True)
class Devices:
    """On the one port, each at its address."""

    port: int
    _answered: Any

    @property
    def answered(self) -> int:
        """How many messages they have answered."""
        return int(self._answered.value)


@contextmanager
def snmp_agents(values: Values, *, v3: bool = False) -> Iterator[Devices]:
    """Agents that answer GETs of the objects in ``values``, at every loopback address but the silent ones."""
    yield from in_a_process(serve_v3 if v3 else serve_v2c, dict(values))


@contextmanager
def modbus_servers(addresses: Sequence[str]) -> Iterator[Devices]:
    """Meters whose input registers from 0 on are 32-bit floats a little above 50, half of which always change."""
    yield from in_a_process(_serve_modbus, list(addresses))


def agent_addresses(count: int) -> list[str]:
    """At most 60,000."""
    return [f"127.10.{number // 250}.{number % 250 + 1}" for number in range(count)]


def silent_addresses(count: int) -> list[str]:
    """Where nobody answers, nor says that nobody is there."""
    return [f"127.20.{number // 250}.{number % 250 + 1}" for number in range(count)]


def in_a_process(serve: Callable[..., None], *arguments: object) -> Iterator[Devices]:
    """``serve`` gets a connection, to which it sends its port when it is ready, a counter, and the arguments."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    answered = context.RawValue(ctypes.c_ulonglong)
    process = context.Process(target=serve, args=(theirs, answered, *arguments), daemon=True)
    process.start()
    try:
        yield Devices(ours.recv(), answered)
    finally:
        process.terminate()
        process.join()


class _Meter(asyncio.Protocol):
    """Answers each read with the registers asked for; requests of 12 octets, as reads are."""

    def __init__(self, images: Sequence[bytes], answered: Any) -> None:
        self._images, self._answered = images, answered
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= 12:
            request, self._waiting = self._waiting[:12], self._waiting[12:]
            first, count = int.from_bytes(request[8:10], "big"), int.from_bytes(request[10:12], "big")
            octets = random.choice(self._images)[2 * first : 2 * (first + count)]
            head = request[:4] + (3 + len(octets)).to_bytes(2, "big") + request[6:8]
            self._answered.value += 1
            self._transport.write(head + bytes([len(octets)]) + octets)  # type: ignore[attr-defined]


def _serve_modbus(ready: Connection, answered: Any, addresses: list[str]) -> None:
    images = [_registers() for _ in range(1000)]

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(lambda: _Meter(images, answered), addresses[0], 0)
        port = first.sockets[0].getsockname()[1]
        if addresses[1:]:
            await loop.create_server(lambda: _Meter(images, answered), addresses[1:], port)
        ready.send(port)
        await first.serve_forever()

    asyncio.run(serve())


def _registers() -> bytes:
    values = (50.0 if place % 2 else 50 + random.random() for place in range(REGISTERS // 2))
    return struct.pack(f">{REGISTERS // 2}f", *values)
