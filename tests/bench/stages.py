"""The first river in stages, each with all that stands before it: client, driver, decode, commit."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    get_cmd,
)

from assets.observation import Observation, Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.drivers.registry import make_drivers
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.profiles.load import load_profile
from collectors.profiles.model import Profile
from collectors.requests import ModbusRead, RawPoll, SnmpGet, Target
from collectors.snmp.exchange import CommunityExchange, Exchange
from collectors.snmp.messages import VERSION_2C, prepare_get
from collectors.snmp.transport import Transport
from collectors.snmp.v3 import Session, V3Exchange

Work = Callable[[int], Awaitable[None]]

SNMP_PROFILE = Path(__file__).with_name("ten-values.yaml")
BATCH = 500
"""Observations recorded in one transaction, as the collector's writer gathers them under load."""


class Fleet:
    """Endpoints of one kind on loopback addresses, all with one profile."""

    def __init__(self, profile: Profile, protocol: str, addresses: Sequence[str], port: int) -> None:
        self.profile = profile
        self.requests = plan_requests(profile)
        self.targets = [
            Target(number, protocol, address, port, timeout_s=2.0, community=b"bench")
            for number, address in enumerate(addresses)
        ]

    def target(self, number: int) -> Target:
        return self.targets[number % len(self.targets)]


SNMP_VALUES = {
    "1.3.6.1.2.1.33.1.2.2.0": 0,
    "1.3.6.1.2.1.33.1.2.3.0": 90,
    "1.3.6.1.2.1.33.1.2.4.0": 100,
    "1.3.6.1.2.1.33.1.2.5.0": 2730,
    "1.3.6.1.2.1.33.1.2.7.0": 24,
    "1.3.6.1.2.1.33.1.3.3.1.2.1": 500,
    "1.3.6.1.2.1.33.1.3.3.1.3.1": 230,
    "1.3.6.1.2.1.33.1.4.4.1.2.1": 231,
    "1.3.6.1.2.1.33.1.4.4.1.5.1": 37,
    "1.3.6.1.2.1.33.1.4.1.0": 3,
}


def meter_registers() -> list[int]:
    """Input registers of the power meter: 50 for everything that it measures."""
    high, low = struct.unpack(">HH", struct.pack(">f", 50.0))
    return [high, low] * 200


def snmp_fleet(addresses: Sequence[str], port: int) -> Fleet:
    return Fleet(load_profile(SNMP_PROFILE), "snmp_v2c", addresses, port)


def modbus_fleet(addresses: Sequence[str], port: int) -> Fleet:
    return Fleet(get_profile("modality-power-meter"), "modbus_tcp", addresses, port)


@asynccontextmanager
async def bare_snmp(fleet: Fleet) -> AsyncIterator[Work]:
    """pysnmp as its manual shows it, with one engine, without name look-ups, everything made beforehand."""
    engine = SnmpEngine()
    (request,) = fleet.requests
    assert isinstance(request, SnmpGet)
    objects = [ObjectType(ObjectIdentity(oid)) for oid in request.oids]
    community = CommunityData("bench", mpModel=1)  # noqa: S508  what is measured
    context = ContextData()
    transports = [
        await UdpTransportTarget.create((target.host, target.port), timeout=2, retries=0)
        for target in fleet.targets
    ]

    async def poll(number: int) -> None:
        transport = transports[number % len(transports)]
        failure, status, _, bindings = await get_cmd(
            engine, community, transport, context, *objects, lookupMib=False
        )
        if failure or status or len(bindings) != len(objects):
            raise RuntimeError(f"{transport}: {failure or status}")

    yield poll
    engine.close_dispatcher()


@asynccontextmanager
async def bare_modbus(fleet: Fleet) -> AsyncIterator[Work]:
    """pymodbus with a persistent connection for each device."""
    clients = [
        AsyncModbusTcpClient(target.host, port=target.port, retries=0, timeout=2) for target in fleet.targets
    ]
    await asyncio.gather(*(client.connect() for client in clients))
    reads = [request for request in fleet.requests if isinstance(request, ModbusRead)]

    async def poll(number: int) -> None:
        client = clients[number % len(clients)]
        for read in reads:
            reply = await client.read_input_registers(read.address, count=read.count)
            if reply.isError():
                raise RuntimeError(str(reply))

    yield poll
    for client in clients:
        client.close()


@asynccontextmanager
async def bare_codec(fleet: Fleet) -> AsyncIterator[Work]:
    """Our own SNMP codec on its socket, with nothing around it that decides what to ask whom."""
    transport = Transport()
    (request,) = fleet.requests
    assert isinstance(request, SnmpGet)
    prepared = prepare_get(request.oids)
    sessions = [Session(target.user, time.monotonic) if target.user else None for target in fleet.targets]

    async def poll(number: int) -> None:
        target, session = fleet.target(number), sessions[number % len(sessions)]
        exchange: Exchange = (
            V3Exchange(session, prepared, prepared.read_answer, target.timeout_s)
            if session
            else CommunityExchange(VERSION_2C, b"bench", prepared, prepared.read_answer, target.timeout_s)
        )
        await transport.converse(target.host, target.port, exchange)
        if exchange.answer is None or len(exchange.answer) != len(request.oids):
            raise RuntimeError(f"{target}: {exchange.report or exchange.status}")

    yield poll
    transport.close()


@asynccontextmanager
async def driven(
    fleet: Fleet, take: Callable[[int, RawPoll], None] = lambda _number, _raw: None
) -> AsyncIterator[Work]:
    """Our driver; ``take`` gets what each poll brought."""
    driver = make_drivers()[fleet.targets[0].protocol]
    await driver.open()

    async def poll(number: int) -> None:
        raw = await driver.poll(fleet.target(number), fleet.requests)
        take(number, raw)

    yield poll
    await driver.close()


def decoding(fleet: Fleet, subjects: Sequence[Subject], keep: Callable[[list[Observation]], None]):
    """A ``take`` that decodes, checks that every value came, and hands the observations on."""

    def take(number: int, raw: RawPoll) -> None:
        place = number % len(subjects)
        observations = decode_poll(
            fleet.profile,
            raw,
            source=f"endpoint:{place}",
            subject=subjects[place],
            received_at=datetime.now(UTC),
        )
        if any(reading.value is None for reading in observations[0].readings):
            raise RuntimeError(str(observations[0]))
        keep(observations)

    return take


def anybody(count: int) -> list[Subject]:
    return [Subject(SubjectKind.ASSET, str(number)) for number in range(count)]
