"""Peers on the same devices and values as our own rows: ``python -m tests.bench.peers ONLY`` prints a JSON list.

What could not be measured is told on standard error, one line for each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial

import django

django.setup()

from tests.bench.meter import Result  # noqa: E402  Django is set up first
from tests.bench.peers import collectd, netsnmp, snmp_exporter  # noqa: E402
from tests.bench.peers.process import NotMeasured  # noqa: E402
from tests.bench.responders import agent_addresses, modbus_servers, snmp_agents  # noqa: E402
from tests.bench.stages import SNMP_VALUES, modbus_fleet, snmp_fleet  # noqa: E402

ENDPOINTS = 1000
METERS = 300
"""libmodbus waits with select(): more connections than this end it."""
OIDS = list(SNMP_VALUES)
SCRAPES = {"v2c": 5000, "v3": 3000}

Rows = Iterator[tuple[str, Callable[[], float]]]


def snmp_rows(version: str) -> Rows:
    with snmp_agents(SNMP_VALUES, v3=version == "v3") as devices:
        fleet = snmp_fleet(agent_addresses(ENDPOINTS), devices.port, protocol=f"snmp_{version}")
        yield f"peer.netsnmp.{version}", partial(netsnmp.snmpget_per_cpu_s, fleet, OIDS)
        for suffix, processors in (("", 1), (".all_cores", None)):
            scrape = partial(snmp_exporter.polls_per_cpu_s, fleet, OIDS, polls=SCRAPES[version])
            yield f"peer.snmp_exporter.{version}{suffix}", partial(scrape, processors=processors)
        poll = partial(collectd.snmp_polls_per_cpu_s, fleet, OIDS)
        yield f"peer.collectd.{version}", partial(poll, lambda: devices.answered)


def modbus_rows() -> Rows:
    addresses = agent_addresses(METERS)
    with modbus_servers(addresses) as devices:
        fleet = modbus_fleet(addresses, devices.port)
        poll = partial(collectd.modbus_polls_per_cpu_s, fleet)
        yield "peer.collectd.modbus", partial(poll, lambda: devices.answered)


def measure(rows: Rows, only: str) -> list[Result]:
    results = []
    for name, polls_per_cpu_s in rows:
        if name.startswith(only):
            try:
                results.append(Result(name, round(polls_per_cpu_s()), "polls/CPU s"))
            except NotMeasured as reason:
                print(f"Not measured: {name}: {reason}", file=sys.stderr)
    return results


def main(only: str = "") -> None:
    results: list[Result] = []
    if "peer".startswith(only) or only.startswith("peer"):
        for rows in (snmp_rows("v2c"), snmp_rows("v3"), modbus_rows()):
            results += measure(rows, only)
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*sys.argv[1:])
