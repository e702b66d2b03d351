"""Which addresses may be polled: only those that a segment names, and never a special one by accident.

The check is made when an endpoint is saved, and again and again while it is polled. A driver is given the
numeric address that was checked, so that a name which changes its answer in between gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from collectors.serial_lines import is_path, parse_lines
from collectors.special_addresses import special_range

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str], Sequence[str]]

USUAL_PORTS = frozenset({104, 161, 502, 802, 2575, 10161, 11112})
"""DICOM, SNMP, Modbus, Modbus over TLS, HL7 over MLLP, SNMP over TLS, DICOM again."""
FOREIGN_PORTS = frozenset(
    {20, 21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 389, 443, 445, 514, 587, 636, 873, 1433, 1521, 2049,
     2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 5985, 6379, 8080, 8443, 9200, 11211, 27017}
)  # fmt: skip
"""Ports of other services, never of a device's telemetry: no range of a segment opens them."""

_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)\Z")
_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,15}\Z")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")


class TargetRefused(Exception):  # noqa: N818  the sentence that it stands in reads so
    """This target must not be polled; the message says why and what would be accepted."""


class Allowing(Protocol):
    """What the guard reads of a segment."""

    @property
    def networks(self) -> Sequence[str]: ...

    @property
    def ports(self) -> Sequence[int | str]: ...

    @property
    def serial_lines(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Policy:
    """A segment's networks, ports and serial lines, parsed."""

    networks: tuple[IPNetwork, ...]
    ports: tuple[range, ...] = ()
    lines: frozenset[str] = frozenset()

    @classmethod
    def of(cls, segment: Allowing) -> Policy:
        """Raises ValueError, naming the entry, if one cannot be understood."""
        return _parse(tuple(segment.networks), tuple(segment.ports), tuple(segment.serial_lines))

    def check(self, address: str, port: int) -> None:
        """Raises :class:`TargetRefused` unless this numeric address and port may be polled."""
        self.check_port(port)
        ip = ipaddress.ip_address(address)
        homes = [network for network in self.networks if network.version == ip.version and ip in network]
        if not homes:
            raise TargetRefused(
                f"{ip} is in none of the segment's networks; add its network to the segment first."
            )
        special = special_range(ip)
        if special and not any(_lies_inside(network, special.network) for network in homes):
            raise TargetRefused(
                f"{ip} is {special.meaning}; it is polled only if a network of the segment lies wholly "
                f"inside {special.network}."
            )
        if any(_is_edge(ip, network) for network in homes):
            raise TargetRefused(f"{ip} is the network's own or its broadcast address, not a device's.")

    def check_line(self, path: str) -> None:
        """Raises :class:`TargetRefused` unless the segment names this serial line, letter by letter."""
        if path not in self.lines:
            raise TargetRefused(
                f"{path} is not one of the segment's serial lines; add it there first, if it is one."
            )

    def check_port(self, port: int) -> None:
        if port in FOREIGN_PORTS:
            raise TargetRefused(f"Port {port} belongs to another service and is never polled.")
        if port not in USUAL_PORTS and not any(port in ports for ports in self.ports):
            raise TargetRefused(
                f"Port {port} is not on the list; add it to the segment's ports if a device uses it."
            )


def check_target(host: str, port: int, segment: Allowing | Policy, *, resolve: Resolver | None = None) -> str:
    """The numeric address to poll for ``host``, or the path of its serial line. Blocks while a name is looked up.

    Raises :class:`TargetRefused` unless ``host`` is a canonical numeric address, a name all of whose
    addresses may be polled, or a serial line that the segment names.
    """
    policy = segment if isinstance(segment, Policy) else Policy.of(segment)
    if is_path(host):
        policy.check_line(host)
        return host
    policy.check_port(port)
    addresses = numeric_addresses(host, resolve or system_resolver)
    for address in addresses:
        policy.check(address, port)
    return addresses[0]


def numeric_addresses(host: str, resolve: Resolver) -> Sequence[str]:
    """``host`` itself if it is numeric, else what its name stands for; refused if neither."""
    if is_numeric(host):
        return [_canonical(host)]
    _check_name(host)
    try:
        addresses = resolve(host)
    except OSError as error:
        raise TargetRefused(
            f"The name {host} has no address ({error}); check its spelling and DNS."
        ) from error
    if not addresses:
        raise TargetRefused(f"The name {host} has no address; check its spelling and DNS.")
    return addresses


def is_numeric(host: str) -> bool:
    """Whether some resolver could read ``host`` as a number: then only the canonical spelling is accepted."""
    return ":" in host or bool(_NUMERIC_LABEL.match(host.rstrip(".").rpartition(".")[2]))


def system_resolver(name: str) -> list[str]:
    """All addresses of ``name``, as the operating system resolves it. Blocks."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _canonical(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise TargetRefused(
            f"“{host}” is not a plain numeric address; write it like 10.20.0.7 or 2001:db8::7."
        ) from None
    if str(address) != host:
        raise TargetRefused(f"“{host}” is an unusual spelling of {address}; write it that way.")
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        _check_zone(address, address.scope_id)
    return host


def _check_zone(address: ipaddress.IPv6Address, zone: str) -> None:
    """Only link-local addresses need to say on which interface they are."""
    if not address.is_link_local:
        raise TargetRefused(f"{address} means the same on every interface; leave out what follows the %.")
    if not _ZONE.match(zone):
        raise TargetRefused(f"“{zone}” is not the name of an interface.")


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise TargetRefused(f"“{host}” is neither a numeric address nor a host name in lower case.")


def _lies_inside(network: IPNetwork, special: IPNetwork) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return isinstance(special, ipaddress.IPv4Network) and network.subnet_of(special)
    return isinstance(special, ipaddress.IPv6Network) and network.subnet_of(special)


def _is_edge(ip: IPAddress, network: IPNetwork) -> bool:
    if network.version == 6 or network.prefixlen >= 31:
        return False
    return ip in (network.network_address, network.broadcast_address)


@lru_cache(maxsize=1000)
def _parse(networks: tuple[str, ...], ports: tuple[int | str, ...], lines: tuple[str, ...]) -> Policy:
    return Policy(
        tuple(parse_network(entry) for entry in networks), tuple(parse_ports(ports)), parse_lines(lines)
    )


def parse_network(entry: object) -> IPNetwork:
    """A network in CIDR form; ValueError, in words for a person, if it is none."""
    if not isinstance(entry, str) or "/" not in entry:
        raise ValueError(f"“{entry}” is not a network; write it like 10.20.0.0/16.")
    try:
        network = ipaddress.ip_network(entry)
    except ValueError as error:
        raise ValueError(f"“{entry}” is not a network: {error}.") from None
    if network.prefixlen == 0:
        raise ValueError(f"“{entry}” is every address there is; name the networks that devices are in.")
    return network


def parse_ports(entries: Iterable[object]) -> list[range]:
    """Ports and "from-to" ranges; ValueError, in words for a person, if one is neither."""
    return [_parse_port_range(entry) for entry in entries]


def _parse_port_range(entry: object) -> range:
    text = str(entry) if isinstance(entry, int) and not isinstance(entry, bool) else entry
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text, re.ASCII) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"“{entry}” is neither a port nor a range like 16100-16199.")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= 65535:
        raise ValueError(f"“{entry}” is not a range of ports between 1 and 65535.")
    if first == last and first in FOREIGN_PORTS:
        raise ValueError(f"Port {first} belongs to another service and is never polled.")
    return range(first, last + 1)
