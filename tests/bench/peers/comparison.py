"""Our rows over those of the peers that do the same work, measured in the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.meter import Result

PEERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "snmp.v2c.decode": {
        "netsnmp": ["peer.netsnmp.v2c"],
        "snmp_exporter": ["peer.snmp_exporter.v2c", "peer.snmp_exporter.v2c.all_cores"],
        "collectd": ["peer.collectd.v2c"],
    },
    "snmp.v3.decode": {
        "netsnmp": ["peer.netsnmp.v3"],
        "snmp_exporter": ["peer.snmp_exporter.v3", "peer.snmp_exporter.v3.all_cores"],
    },
    "modbus.decode": {"collectd": ["peer.collectd.modbus"]},
}
"""Of a peer that was measured in several ways, the best counts."""


def over_peers(results: Sequence[Result]) -> Iterator[Result]:
    """A row ``OURS.over.PEER`` for each pair of which both were measured."""
    values = {result.name: result.value for result in results}
    for ours, peers in PEERS.items():
        for peer, names in peers.items():
            measured = [name for name in names if name in values]
            if ours in values and measured:
                best = max(measured, key=values.__getitem__)
                ratio = round(values[ours] / values[best], 2)
                yield Result(f"{ours}.over.{peer}", ratio, "times", best, ratio)
