"""SNMP v3 authPriv (SHA-256, AES-128) for the bench: agents of which each has its own engine, and the bare client."""

from __future__ import annotations

import select
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection

from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC192_SHA256,
    USM_PRIV_CFB128_AES,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
)

from collectors.requests import SnmpGet
from collectors.snmp.ber import GAUGE32, tlv
from tests.bench.responders import agent_addresses, in_a_process
from tests.bench.stages import Fleet, Work, snmp_fleet
from tests.collectors.v3_agent import ENGINE_ID, USER, V3Agent

_RECEIVE_BUFFER = 4 << 20


@contextmanager
def snmp_v3_responders(count: int, values: Mapping[str, int]) -> Iterator[int]:
    """``count`` agents on 127.10.0.1 and upwards, all on the one port that this yields."""
    yield from in_a_process(_serve, agent_addresses(count), dict(values))


def snmp_v3_fleet(addresses: Sequence[str], port: int) -> Fleet:
    fleet = snmp_fleet(addresses, port)
    fleet.targets = [
        replace(target, protocol="snmp_v3", community=None, user=USER) for target in fleet.targets
    ]
    return fleet


@asynccontextmanager
async def bare_snmp_v3(fleet: Fleet) -> AsyncIterator[Work]:
    """pysnmp as its manual shows it, with one engine, without name look-ups, everything made beforehand."""
    engine, context = SnmpEngine(), ContextData()
    (request,) = fleet.requests
    assert isinstance(request, SnmpGet)
    objects = [ObjectType(ObjectIdentity(oid)) for oid in request.oids]
    user = UsmUserData(
        USER.name,
        USER.auth_key,
        USER.priv_key,
        authProtocol=USM_AUTH_HMAC192_SHA256,
        privProtocol=USM_PRIV_CFB128_AES,
    )
    transports = [
        await UdpTransportTarget.create((target.host, target.port), timeout=2, retries=0)
        for target in fleet.targets
    ]

    async def poll(number: int) -> None:
        transport = transports[number % len(transports)]
        failure, status, _, bindings = await get_cmd(
            engine, user, transport, context, *objects, lookupMib=False
        )
        if failure or status or len(bindings) != len(objects):
            raise RuntimeError(f"{transport}: {failure or status}")

    yield poll
    engine.close_dispatcher()


def _serve(ready: Connection, addresses: list[str], values: dict[str, int]) -> None:
    elements = {
        oid: tlv(GAUGE32, value.to_bytes(value.bit_length() // 8 + 1, "big")) for oid, value in values.items()
    }
    poller = select.epoll()
    agents = {}
    port = 0
    for number, address in enumerate(addresses):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        opened.bind((address, port))
        port = opened.getsockname()[1]
        agents[opened.fileno()] = opened, V3Agent(elements, engine_id=ENGINE_ID + number.to_bytes(2, "big"))
        poller.register(opened, select.EPOLLIN)
    ready.send(port)
    while True:
        for descriptor, _event in poller.poll():
            opened, agent = agents[descriptor]
            message, sender = opened.recvfrom(65535)
            opened.sendto(agent.answer(message), sender)
