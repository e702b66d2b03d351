"""Which places a search may ask: addresses of a network and ports, all of them let through by the guard. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collectors.guard import Policy, TargetRefused, parse_network

MOST_PLACES = 4096
"""Addresses times ports; larger networks are searched part by part."""
SNMP_PORTS = frozenset({161, 10161})
MODBUS_PORTS = frozenset({502})
USUAL_PORTS = (161, 502)


class SearchRefused(Exception):  # noqa: N818  the sentence that it stands in reads so
    """This network is not searched; the message says why and what would be."""


@dataclass(frozen=True, slots=True)
class Place:
    """One address and port."""

    host: str
    port: int

    @property
    def may_speak_snmp(self) -> bool:
        return self.port not in MODBUS_PORTS

    @property
    def may_speak_modbus(self) -> bool:
        return self.port not in SNMP_PORTS


def places_in(network: str, ports: Sequence[int], policy: Policy) -> list[Place]:
    """Every place of the network that may be polled, in order; SearchRefused if it is none of the segment's, too large
    or without any address that may be asked."""
    try:
        wanted = parse_network(network)
    except ValueError as error:
        raise SearchRefused(str(error)) from None
    if not any(_contains(home, wanted) for home in policy.networks):
        raise SearchRefused(f"{wanted} lies in none of the segment's networks; add it to the segment first.")
    if wanted.num_addresses * len(ports) > MOST_PLACES:
        raise SearchRefused(
            f"{wanted} has {wanted.num_addresses} addresses, and each has {len(ports)} "
            f"port{'' if len(ports) == 1 else 's'} to try; search parts of it, of {MOST_PLACES} places at the most."
        )
    places = [Place(str(ip), port) for ip in wanted for port in _allowed_ports(str(ip), ports, policy)]
    if not places:
        raise SearchRefused(f"No address of {wanted} may be polled on {_listed(ports)}.")
    return places


def _contains(home: ipaddress.IPv4Network | ipaddress.IPv6Network, wanted: object) -> bool:
    if isinstance(home, ipaddress.IPv4Network) and isinstance(wanted, ipaddress.IPv4Network):
        return wanted.subnet_of(home)
    if isinstance(home, ipaddress.IPv6Network) and isinstance(wanted, ipaddress.IPv6Network):
        return wanted.subnet_of(home)
    return False


def _allowed_ports(host: str, ports: Sequence[int], policy: Policy) -> Iterator[int]:
    for port in ports:
        try:
            policy.check(host, port)
        except TargetRefused:
            continue
        yield port


def _listed(ports: Sequence[int]) -> str:
    return f"port{'' if len(ports) == 1 else 's'} {', '.join(map(str, ports))}"
