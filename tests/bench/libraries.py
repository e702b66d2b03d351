"""The client libraries alone, as their manuals show them, with everything made beforehand: no driver around them,
nobody who makes sense of what comes.

pysnmp is asked for a hundred endpoints at the most: with each target more, its first contact takes longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymodbus.client import AsyncModbusTcpClient
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC192_SHA256,
    USM_PRIV_CFB128_AES,
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
)

from collectors.requests import ModbusRead, SnmpGet
from tests.bench.agents import USER
from tests.bench.stages import Fleet, Work

MOST_PYSNMP_TARGETS = 100


@asynccontextmanager
async def pysnmp(fleet: Fleet) -> AsyncIterator[Work]:
    """With one engine, without name look-ups."""
    engine, context = SnmpEngine(), ContextData()
    (request,) = fleet.requests
    assert isinstance(request, SnmpGet)
    objects = [ObjectType(ObjectIdentity(oid)) for oid in request.oids]
    identity = _user() if fleet.protocol == "snmp_v3" else CommunityData("bench", mpModel=1)  # noqa: S508
    transports = [
        await UdpTransportTarget.create((target.host, target.port), timeout=2, retries=0)
        for target in fleet.targets[:MOST_PYSNMP_TARGETS]
    ]

    async def poll(number: int) -> None:
        transport = transports[number % len(transports)]
        failure, status, _, bindings = await get_cmd(
            engine, identity, transport, context, *objects, lookupMib=False
        )
        if failure or status or len(bindings) != len(objects):
            raise RuntimeError(f"{transport}: {failure or status}")

    yield poll
    engine.close_dispatcher()


def _user() -> UsmUserData:
    return UsmUserData(
        USER.name,
        USER.auth_key,
        USER.priv_key,
        authProtocol=USM_AUTH_HMAC192_SHA256,
        privProtocol=USM_PRIV_CFB128_AES,
    )


@asynccontextmanager
async def pymodbus(fleet: Fleet) -> AsyncIterator[Work]:
    """With a persistent connection for each device."""
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
