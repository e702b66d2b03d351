"""Devices for the tests: real pysnmp agents and pymodbus servers, and raw ones that misbehave on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable

from pyasn1.codec.ber import decoder, encoder
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto.api import v2c
from pysnmp.smi.instrum import AbstractMibInstrumController

COMMUNITY = b"canary-community"
USER = ("poller", "authentication-canary", "privacy-canary-1")
SIGNED, PLAIN = "signed", "plain"


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
async def snmp_agent(
    objects: dict[tuple[int, ...], object],
    *,
    engine_id: str = "",
    boots: int | None = None,
    port: int = 0,
    contexts: dict[bytes, dict[tuple[int, ...], object]] | None = None,
) -> AsyncIterator[int]:
    """A pysnmp agent for v1, v2c and v3 on a free port of loopback; yields the port.

    Besides ``USER`` it knows ``SIGNED``, without privacy, and ``PLAIN``, without authentication too. ``contexts``
    are further ones besides the default.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", port))
    agent = engine.SnmpEngine()
    if engine_id:  # given to the constructor it would leave files behind
        (own_id,) = agent.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
        own_id.syntax = own_id.syntax.clone(hexValue=engine_id)
    if boots is not None:
        (counter,) = agent.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineBoots")
        counter.syntax = counter.syntax.clone(boots)
    config.add_transport(agent, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(sock=opened))
    config.add_v1_system(agent, "area", COMMUNITY)
    config.add_v3_user(
        agent, USER[0], config.USM_AUTH_HMAC192_SHA256, USER[1], config.USM_PRIV_CFB128_AES, USER[2]
    )
    config.add_v3_user(agent, SIGNED, config.USM_AUTH_HMAC192_SHA256, USER[1])
    config.add_v3_user(agent, PLAIN)
    for model in (1, 2):
        config.add_vacm_user(agent, model, "area", "noAuthNoPriv", (1, 3), ())
    for name, level in ((USER[0], "authPriv"), (SIGNED, "authNoPriv"), (PLAIN, "noAuthNoPriv")):
        config.add_vacm_user(agent, 3, name, level, (1, 3), ())
    answers = context.SnmpContext(agent)
    answers.unregister_context_name(b"")
    for name, known in ((b"", objects), *(contexts or {}).items()):
        answers.register_context_name(name, Objects(known))
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
async def raw_udp(
    answer: Callable[[bytes], list[bytes]], host: str = "127.0.0.1"
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A UDP server that answers each datagram with what ``answer`` makes of it; yields port and datagrams."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _RawUdp(answer), local_addr=(host, 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol.heard
    finally:
        transport.close()
        await asyncio.sleep(0)


class TcpServer:
    """What a raw server heard, read by read, and its conversations."""

    def __init__(self, answer: Callable[[int, bytes], bytes | None]) -> None:
        self.answer = answer
        self.heard: list[bytes] = []
        self.conversations: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def serve(self, reader, writer):
        self.tasks.append(asyncio.current_task())
        self.conversations.append(writer)
        number = len(self.conversations)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(4096):
                self.heard.append(data)
                reply = self.answer(number, data)
                if reply is None:
                    break
                writer.write(reply)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def tcp_server(
    answer: Callable[[int, bytes], bytes | None], port: int = 0, context: ssl.SSLContext | None = None
) -> AsyncIterator[TcpServer]:
    """A TCP server that answers each read of its n-th conversation by ``answer(n, data)``; None closes."""
    served = TcpServer(answer)
    server = await asyncio.start_server(served.serve, "127.0.0.1", port, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for writer in served.conversations:
            writer.close()
        await asyncio.gather(*served.tasks)


@contextlib.asynccontextmanager
async def raw_tcp(
    answer: Callable[[bytes], bytes | None], port: int = 0
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A TCP server that answers each read with what ``answer`` makes of it; yields port and reads."""
    async with tcp_server(lambda _number, data: answer(data), port) as server:
        yield server.port, server.heard


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


def reply_to(request: bytes, bindings=None, *, status: int = 0, index: int = 0, shift_id: int = 0) -> bytes:
    """A v1 or v2c response to ``request``: its own bindings with nulls, unless others are given."""
    message, _ = decoder.decode(request, asn1Spec=v2c.Message())
    asked = v2c.apiMessage.get_pdu(message)
    response = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(response)
    v2c.apiPDU.set_request_id(response, int(v2c.apiPDU.get_request_id(asked)) + shift_id)
    v2c.apiPDU.set_error_status(response, status)
    v2c.apiPDU.set_error_index(response, index)
    v2c.apiPDU.set_varbinds(response, v2c.apiPDU.get_varbinds(asked) if bindings is None else bindings)
    answer = v2c.Message()
    v2c.apiMessage.set_defaults(answer)
    answer["version"] = message["version"]
    v2c.apiMessage.set_community(answer, v2c.apiMessage.get_community(message))
    v2c.apiMessage.set_pdu(answer, response)
    return encoder.encode(answer)


def asked_in(request: bytes) -> tuple[str, list[tuple[int, ...]], int]:
    """What kind of PDU a v1 or v2c message holds, the identifiers in it, and its max-repetitions (0 for a GET)."""
    message, _ = decoder.decode(request, asn1Spec=v2c.Message())
    pdu = v2c.apiMessage.get_pdu(message)
    names = [tuple(name) for name, _ in v2c.apiPDU.get_varbinds(pdu)]
    is_bulk = pdu.tagSet == v2c.GetBulkRequestPDU.tagSet
    return type(pdu).__name__, names, int(pdu.getComponentByPosition(2)) if is_bulk else 0


@contextlib.asynccontextmanager
async def relay(
    port: int, change: Callable[[int, bytes], list[bytes] | None]
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Stands between a driver and the agent at ``port``: counts requests, and may answer some itself.

    ``change(n, request)`` is asked for the n-th request (from 1): what to answer, or None to pass it on.
    """
    back: dict[bytes, asyncio.DatagramTransport] = {}
    loop = asyncio.get_running_loop()

    class Onward(asyncio.DatagramProtocol):
        def __init__(self, front, address):
            self.front, self.address = front, address

        def datagram_received(self, data, address):
            answers.append(data)
            self.front.sendto(data, self.address)

    class Front(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            heard.append(data)
            forged = change(len(heard), data)
            if forged is not None:
                for datagram in forged:
                    self.transport.sendto(datagram, address)
            else:
                tasks.append(loop.create_task(self.pass_on(data, address)))

        async def pass_on(self, data, address):
            onward, _ = await loop.create_datagram_endpoint(
                lambda: Onward(self.transport, address), remote_addr=("127.0.0.1", port)
            )
            back[data] = onward
            onward.sendto(data)

    heard: list[bytes] = []
    answers: list[bytes] = []
    tasks: list[asyncio.Task[None]] = []
    front, _ = await loop.create_datagram_endpoint(Front, local_addr=("127.0.0.1", 0))
    try:
        yield front.get_extra_info("sockname")[1], heard
    finally:
        await asyncio.gather(*tasks)
        for transport in (front, *back.values()):
            transport.close()
        await asyncio.sleep(0)


def closed_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
