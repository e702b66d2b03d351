"""All simulated devices in one process: one day, its clock, and a socket for each endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from hospital.demo import modbus_faces, snmp_faces
from hospital.demo.day import Day
from hospital.demo.endpoints import HOST, SILENT_ENDPOINT, EndpointSpec, the_endpoints
from hospital.demo.hl7_sender import Sender
from hospital.demo.modbus_servers import Server
from hospital.demo.sightings import Ears
from hospital.demo.snmp_agents import Agent

Clock = Callable[[], float]
"""Seconds from any start, never going back."""

SNAPSHOT_S = 0.5
"""How long the pages of one table walk see the same picture, in seconds of the clock."""

_Answer = TypeVar("_Answer")


class PortTakenError(Exception):
    """A port of a simulated device belongs to another process."""


class Simulator:
    """The demo hospital's devices, answering on loopback between :meth:`open` and :meth:`close`.

    ``ports`` is the port of each endpoint by key, 0 for any free one; :attr:`ports` tells what they became.
    The pump server sends to ``hl7_port``, whenever somebody listens there; without one it is silent.
    """

    def __init__(
        self,
        *,
        ports: Mapping[str, int],
        seed: int = 1,
        speed: float = 1.0,
        clock: Clock = time.monotonic,
        only: Iterable[str] | None = None,
        hl7_port: int | None = None,
    ) -> None:
        self.day = Day(seed)
        self.ports = dict(ports)
        self._specs = [spec for spec in the_endpoints() if only is None or spec.key in set(only)]
        self._ears = Ears(self.day)
        self._speed = speed
        self._clock = clock
        self._began = clock()
        self._agents: list[Agent] = []
        self._servers: list[Server] = []
        self._hl7_port = hl7_port
        self._sending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen on every port. PortTakenError names the first that is not free; nothing stays open then."""
        try:
            for spec in self._specs:
                await self._open(spec)
        except OSError as failure:
            await self.close()
            raise PortTakenError(
                f"Port {self.ports[spec.key]} for “{spec.name}” is taken; is another simulation running? "
                "DEMO_BASE_PORT moves the whole range."
            ) from failure
        if self._hl7_port is not None:
            pumps = [pump for pump in self.day.pumps.values() if pump.item.reports_by_hl7]
            sender = Sender(pumps, port=self._hl7_port, now=self._now)
            self._sending = asyncio.create_task(sender.run())

    async def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending
        for agent in self._agents:
            agent.close()
        for server in self._servers:
            await server.close()
        self._agents, self._servers = [], []

    def __len__(self) -> int:
        return len(self._agents) + len(self._servers)

    @property
    def moment(self) -> float:
        """Seconds of the simulated day."""
        return (self._clock() - self._began) * self._speed

    async def _open(self, spec: EndpointSpec) -> None:
        if spec.is_modbus:
            face = modbus_faces.face_of(spec, self.day)
            server = Server(
                spec, self.ports[spec.key], self._shared(lambda: face(self._now())), self._ear(spec)
            )
            await server.open()
            self._servers.append(server)
            self.ports[spec.key] = server.port
            return
        answer = snmp_faces.face_of(spec, self.day, self._ears, self._speed)
        sock = _udp_socket(self.ports[spec.key])
        agent = Agent(spec, sock, self._shared(lambda: answer(self._now(), self._uptime())), self._ear(spec))
        self._agents.append(agent)
        self.ports[spec.key] = agent.port

    def _now(self) -> float:
        """The present, with everything that has happened until now."""
        moment = self.moment
        self.day.advance(moment)
        return moment

    def _uptime(self) -> float:
        return self._clock() - self._began

    def _ear(self, spec: EndpointSpec) -> Callable[[], bool]:
        if spec.key != SILENT_ENDPOINT:
            return _never
        return lambda: self.day.is_silent(self.moment)

    def _shared(self, take: Callable[[], _Answer]) -> Callable[[], _Answer]:
        """The same picture for all requests within :data:`SNAPSHOT_S`."""
        taken: list[tuple[float, _Answer]] = []

        def snapshot() -> _Answer:
            now = self._clock()
            if not taken or now - taken[0][0] >= SNAPSHOT_S:
                taken[:] = [(now, take())]
            return taken[0][1]

        return snapshot


def _never() -> bool:
    return False


def _udp_socket(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((HOST, port))
    except OSError:
        sock.close()
        raise
    sock.settimeout(0)
    return sock
