"""Polls a second through decode, commit and frame, beside the bare client libraries in the same run.

``python -m tests.bench.river DATABASE ONLY`` prints a JSON list of rows; the database is the one that
DATABASE_URL names, emptied by whoever made it. Devices and PostgreSQL answer from other processes, so that a
processor second is one of ours. Every figure is the middle of three rounds, in which all stages take turns.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first

from tests.bench import libraries, meter  # noqa: E402
from tests.bench.commits import Hospital, committed  # noqa: E402
from tests.bench.meter import Rate, Result, rate_of  # noqa: E402
from tests.bench.responders import agent_addresses, modbus_servers, snmp_agents  # noqa: E402
from tests.bench.stages import (  # noqa: E402
    SNMP_VALUES,
    Fleet,
    Work,
    anybody,
    codec,
    decoding,
    driven,
    modbus_fleet,
    snmp_fleet,
)

AT_ONCE = 50
ENDPOINTS = {"snmp.v2c": 1000, "snmp.v3": 1000, "modbus": 100}
MANY = 10_000
POLLS = {"snmp.v2c": 15_000, "snmp.v3": 10_000, "modbus": 4000}
COMMITS = {"snmp.v2c": 3000, "snmp.v3": 3000, "modbus": 2000}
LIBRARY_POLLS = {"snmp.v2c": 800, "snmp.v3": 500, "modbus": 4000}
ROUNDS = 3

Stage = Callable[[], AbstractAsyncContextManager[Work]]
Measure = Callable[[], Coroutine[Any, Any, Rate]]


@dataclass(frozen=True)
class Protocol:
    """What is measured of one protocol, and beside which library."""

    name: str
    fleet: Fleet
    many: Fleet | None
    library: Stage
    peer: str


def measure(protocol: Protocol, database: str, only: str) -> list[Result]:
    bare = f"{protocol.name}.bare"
    stages = {
        name: run
        for name, run in _stages(protocol, database)
        if (bare if name == protocol.peer else name).startswith(only) or name.startswith(only)
    }
    rounds = [{name: meter.run(run()) for name, run in stages.items()} for _ in range(ROUNDS)]
    return [
        result
        for name in stages
        for result in meter.middle_of([rates[name] for rates in rounds]).results(name)
    ]


def _stages(protocol: Protocol, database: str) -> Iterator[tuple[str, Measure]]:
    name, fleet, many = protocol.name, protocol.fleet, protocol.many
    polls, commits = POLLS[name], COMMITS[name]
    if database == "sqlite":
        library_polls = LIBRARY_POLLS[name]
        yield protocol.peer, partial(_rate, protocol.library, library_polls, first_contacts=100)
        if name.startswith("snmp"):
            yield f"{name}.codec", partial(_rate, partial(codec, fleet), polls, len(fleet.targets))
        yield f"{name}.bare", partial(_driven, fleet, polls)
        yield f"{name}.decode", partial(_decoded, fleet, polls)
        if many:
            yield f"{name}.bare.{MANY}", partial(_driven, many, 2 * MANY)
            yield f"{name}.decode.{MANY}", partial(_decoded, many, 2 * MANY)
    yield f"{name}.commit.{database}", lambda: committed(fleet, hospital(), commits, AT_ONCE)
    if many:
        yield f"{name}.commit.{database}.{MANY}", lambda: committed(many, hospital(), MANY, AT_ONCE)


@cache
def hospital() -> Hospital:
    return Hospital(MANY)


def _driven(fleet: Fleet, polls: int) -> Coroutine[Any, Any, Rate]:
    return _rate(partial(driven, fleet), polls, len(fleet.targets))


def _decoded(fleet: Fleet, polls: int) -> Coroutine[Any, Any, Rate]:
    count = len(fleet.targets)
    take = decoding(fleet, anybody(count), lambda _observations: None)
    return _rate(partial(driven, fleet, take), polls, count)


async def _rate(stage: Stage, polls: int, first_contacts: int) -> Rate:
    async with stage() as work:
        await rate_of(work, items=first_contacts, at_once=AT_ONCE)  # which is not what is measured
        return await rate_of(work, items=polls, at_once=AT_ONCE)


def main(database: str, only: str) -> None:
    call_command("migrate", verbosity=0)
    hospital()
    results: list[Result] = []
    for version in ("v2c", "v3"):
        name = f"snmp.{version}"
        with snmp_agents(SNMP_VALUES, v3=version == "v3") as devices:
            make = partial(snmp_fleet, port=devices.port, protocol=f"snmp_{version}")
            fleet, many = make(agent_addresses(ENDPOINTS[name])), make(agent_addresses(MANY))
            library = partial(libraries.pysnmp, fleet)
            results += measure(Protocol(name, fleet, many, library, f"peer.pysnmp.{version}"), database, only)
    addresses = agent_addresses(ENDPOINTS["modbus"])
    with modbus_servers(addresses) as devices:
        fleet = modbus_fleet(addresses, devices.port)
        library = partial(libraries.pymodbus, fleet)
        results += measure(Protocol("modbus", fleet, None, library, "peer.pymodbus"), database, only)
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*sys.argv[1:])
