"""Devices for the tests: real pysnmp agents and pymodbus servers, and raw ones that misbehave on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto.api import v2c
from pysnmp.smi.instrum import AbstractMibInstrumController

COMMUNITY = b"canary-community"
USER = ("poller", "authentication-canary", "privacy-canary-1")


class Objects(AbstractMibInstrumController):
    """An agent's objects: a dictionary from identifier to pysnmp value."""

    def __init__(self, objects: dict[tuple[int, ...], object]) -> None:
        self.objects = objects

    def read_variables(self, *bindings, **context):
        return [(name, self.objects.get(tuple(name), v2c.NoSuchInstance(""))) for name, _ in bindings]

    def read_next_variables(self, *bindings, **context):
        return [self._after(tuple(name)) for name, _ in bindings]

    def _after(self, name):
        later = sorted(oid for oid in self.objects if oid > name)
        return (
            (v2c.ObjectIdentifier(later[0]), self.objects[later[0]])
            if later
            else (name, v2c.EndOfMibView(""))
        )


@contextlib.asynccontextmanager
async def snmp_agent(objects: dict[tuple[int, ...], object], *, engine_id: str = "") -> AsyncIterator[int]:
    """A pysnmp agent for v2c and v3 on a free port of loopback; yields the port."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    agent = (
        engine.SnmpEngine(snmpEngineID=v2c.OctetString(hexValue=engine_id))
        if engine_id
        else engine.SnmpEngine()
    )
    config.add_transport(agent, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(sock=opened))
    config.add_v1_system(agent, "area", COMMUNITY)
    config.add_v3_user(
        agent, USER[0], config.USM_AUTH_HMAC192_SHA256, USER[1], config.USM_PRIV_CFB128_AES, USER[2]
    )
    config.add_vacm_user(agent, 2, "area", "noAuthNoPriv", (1, 3), ())
    config.add_vacm_user(agent, 3, USER[0], "authPriv", (1, 3), ())
    answers = context.SnmpContext(agent)
    answers.unregister_context_name(b"")
    answers.register_context_name(b"", Objects(objects))
    cmdrsp.GetCommandResponder(agent, answers)
    cmdrsp.NextCommandResponder(agent, answers)
    cmdrsp.BulkCommandResponder(agent, answers)
    await asyncio.sleep(0)
    try:
        yield opened.getsockname()[1]
    finally:
        agent.close_dispatcher()
        await asyncio.sleep(0)


class _RawUdp(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self.answer = answer
        self.heard: list[bytes] = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.heard.append(data)
        for reply in self.answer(data):
            self.transport.sendto(reply, address)


@contextlib.asynccontextmanager
async def raw_udp(answer: Callable[[bytes], list[bytes]]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A UDP server that answers each datagram with what ``answer`` makes of it; yields port and datagrams."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _RawUdp(answer), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol.heard
    finally:
        transport.close()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def raw_tcp(answer: Callable[[bytes], bytes | None]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A TCP server that answers each read with what ``answer`` makes of it, and closes on None."""
    heard: list[bytes] = []

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                heard.append(data)
                reply = answer(data)
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def modbus_server(*devices: SimDevice) -> AsyncIterator[int]:
    """A pymodbus server on a free port of loopback; yields the port."""
    server = ModbusTcpServer(list(devices) if len(devices) > 1 else devices[0], address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        yield server.transport.sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


def modbus_device(unit_id: int = 1) -> SimDevice:
    """Holding registers 0.. and input registers 0.. of known values, four coils, four discrete inputs."""
    return SimDevice(
        unit_id,
        simdata=(
            [SimData(0, values=[True, False, True, False], datatype=DataType.BITS)],
            [SimData(0, values=[False, True, False, True], datatype=DataType.BITS)],
            [SimData(0, values=[100, 101, 102, 103], datatype=DataType.REGISTERS)],
            [SimData(0, values=[200, 201, 65535, 0x8000], datatype=DataType.REGISTERS)],
        ),
    )


def closed_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
