"""A network that does everything to datagrams that networks and people do, between a driver and its device."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator

FAULTS = (
    "drop", "drop request", "duplicate", "reorder", "delay", "corrupt", "corrupt request", "cut", "replay",
    "another port", "another request", "echo",
)  # fmt: skip
LATE_S = 0.08
"""Later than the drivers in these tests wait."""
KEPT = 50


class FaultProxy(asyncio.DatagramProtocol):
    """Passes datagrams on to ``port`` and back. ``share`` of them meet a fault, while ``faults`` names any.

    ``done`` counts what was done to them.
    """

    def __init__(self, port: int, chance: random.Random, share: float) -> None:
        self.faults: tuple[str, ...] = FAULTS
        self.done: Counter[str] = Counter()
        self._device = "127.0.0.1", port
        self._chance, self._share = chance, share
        self._loop = asyncio.get_running_loop()
        self._recorded: list[bytes] = []
        self._held: list[bytes] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._client: tuple[str, int] | None = None

    async def open(self) -> int:
        """The port to ask instead of the device's."""
        self._front, _ = await self._loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._elsewhere, _ = await self._loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        self._back, _ = await self._loop.create_datagram_endpoint(
            lambda: _Back(self), remote_addr=self._device
        )
        return self._front.get_extra_info("sockname")[1]

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for transport in (self._front, self._elsewhere, self._back):
            transport.close()
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """A request."""
        self._client = address
        match self._fault():
            case "drop request":
                return
            case "corrupt request":
                self._back.sendto(self._corrupted(data))
            case "echo":
                self._reply(data)
            case _:
                self._back.sendto(data)

    def take_reply(self, data: bytes) -> None:
        fault = self._fault()
        self._recorded = [*self._recorded[-KEPT:], data]
        match fault:
            case "drop":
                return
            case "duplicate":
                self._reply(data, data)
            case "reorder":
                self._held.append(data)
            case "delay":
                self._later(data)
            case "corrupt":
                self._reply(self._corrupted(data))
            case "cut":
                self._reply(data[: self._chance.randrange(1, len(data))])
            case "replay":
                self._reply(self._chance.choice(self._recorded), data)
            case "another port":
                self._elsewhere.sendto(data, self._client)
            case "another request":
                self._reply(self._chance.choice(self._recorded))
            case _:
                self._reply(data, *self._held)
                self._held.clear()

    def _fault(self) -> str:
        if not self.faults or self._chance.random() >= self._share:
            return ""
        fault = self._chance.choice(self.faults)
        self.done[fault] += 1
        return fault

    def _corrupted(self, data: bytes) -> bytes:
        octets = bytearray(data)
        for _ in range(self._chance.randrange(1, 4)):
            octets[self._chance.randrange(len(octets))] ^= 1 << self._chance.randrange(8)
        return bytes(octets)

    def _reply(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._front.sendto(datagram, self._client)

    def _later(self, data: bytes) -> None:
        self._timers.append(self._loop.call_later(LATE_S * (0.5 + self._chance.random()), self._reply, data))


class _Back(asyncio.DatagramProtocol):
    def __init__(self, proxy: FaultProxy) -> None:
        self._proxy = proxy

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._proxy.take_reply(data)


@contextlib.asynccontextmanager
async def fault_proxy(port: int, *, seed: int, share: float = 0.35) -> AsyncIterator[tuple[int, FaultProxy]]:
    """A faulty network before the device at ``port`` of loopback: the port to ask, and the proxy."""
    proxy = FaultProxy(port, random.Random(seed), share)
    front = await proxy.open()
    try:
        yield front, proxy
    finally:
        await proxy.close()
