"""Addresses that mean something other than a device on a network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class SpecialRange:
    network: IPNetwork
    meaning: str


def _ranges(meaning: str, *networks: str) -> tuple[SpecialRange, ...]:
    return tuple(SpecialRange(ipaddress.ip_network(network), meaning) for network in networks)


_METADATA = _ranges(
    "a cloud's metadata service",
    "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
    "fd00:ec2::254/128", "fd20:ce::254/128",
)  # fmt: skip
_CARRYING_IPV4 = _ranges(
    "an IPv4 address in another dress",
    "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
)  # fmt: skip
_LOW_32_BITS = _ranges("", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
_ISATAP = 0x0000_5EFE
"""The middle of an interface identifier that ends with an IPv4 address, but for one bit (RFC 5214)."""
_SPECIAL = (
    *_METADATA,
    *_ranges("the unspecified address", "0.0.0.0/8", "::/128"),
    *_ranges("a loopback address", "127.0.0.0/8", "::1/128"),
    *_ranges("a link-local address", "169.254.0.0/16", "fe80::/10", "fec0::/10"),
    *_ranges("a multicast address", "224.0.0.0/4", "ff00::/8"),
    *_ranges("a reserved address", "240.0.0.0/4", "192.0.0.0/24", "100::/64"),
    *_CARRYING_IPV4,
    *_ranges("an IPv4 address in another dress", "::/96"),
)


def special_range(ip: IPAddress) -> SpecialRange | None:
    """The special range that ``ip`` is in, the narrowest first; this machine's own addresses are one each.

    An IPv6 address that carries an IPv4 address which is special itself belongs to that one's range.
    """
    carried = _carried_ipv4(ip)
    if carried is not None and (inner := special_range(carried)):
        return inner
    for special in _SPECIAL:
        if special.network.version == ip.version and ip in special.network:
            return special
    if is_own_address(ip):
        return SpecialRange(ipaddress.ip_network(ip), "an address of this machine")
    return None


def _carried_ipv4(ip: IPAddress) -> ipaddress.IPv4Address | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in ipaddress.IPv6Network("2002::/16"):
        return ip.sixtofour
    if ip in ipaddress.IPv6Network("2001::/32"):
        return ip.teredo[1] if ip.teredo else None
    if ip in ipaddress.IPv6Network("64:ff9b:1::/48"):
        return _behind_local_nat64(ip)
    if int(ip) >> 32 & 0xFDFF_FFFF == _ISATAP:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if int(ip) > 1 and any(ip in special.network for special in _LOW_32_BITS):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _behind_local_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    """The address lies at the end, or around the ninth octet where the prefix is the whole of /48 (RFC 6052, 2.2)."""
    octets = ip.packed
    return ipaddress.IPv4Address(octets[12:] if any(octets[12:]) else octets[6:8] + octets[9:11])


def is_own_address(ip: IPAddress) -> bool:
    """Whether packets to ``ip`` stay on this machine: then their route starts from that address itself."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(ip), 9))  # sends nothing
            return str(probe.getsockname()[0]) == str(ip)
    except OSError:  # no route, or no such family here
        return False
