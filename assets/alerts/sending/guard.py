"""Where the server may connect to because somebody entered an address: named hosts, and nothing special."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from assets.alerts.sending.errors import SendingError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_target(url: str, allowed: Iterable[str]) -> tuple[str, str, int]:
    """Host, one of its addresses, and port; raises :class:`SendingError`, permanent where the address is not allowed.

    ``allowed`` holds host names, as ``hooks.example.org`` or ``*.example.org``, and addresses. Loopback, link-local and
    other special addresses are reached only where the address itself is in it, whatever name leads there.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise SendingError("This is not an address.", is_permanent=True) from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise SendingError("An address begins with https:// and holds no password.", is_permanent=True)
    names = {each.lower() for each in allowed}
    if not is_allowed(host, names):
        raise SendingError(f"An administrator has not allowed the host {host}.", is_permanent=True)
    return host, _address_of(host, port, names), port


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in allowed)


def _address_of(host: str, port: int, allowed: set[str]) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendingError(f"The host {host} is not known: {error}") from error
    for *_, address in found:
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
        if _is_special(ip) and str(ip) not in allowed:
            raise SendingError(f"The host {host} leads to {ip}, which is not allowed.", is_permanent=True)
    return str(found[0][4][0])


def _is_special(ip: Ip) -> bool:
    """Addresses of this machine and its own link, of groups and of nobody. Private networks are the hospital's."""
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        return _is_special(mapped)
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved
