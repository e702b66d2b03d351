"""Which names stand for which addresses: for endpoints that are entered by name, as traps come from addresses."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import defaultdict
from collections.abc import Iterable

from collectors.guard import Resolver, system_resolver

MOST = 2_000
"""Names that are looked up."""
EVERY_S = 300.0
PATIENCE_S = 10.0
"""With one name; who cannot be resolved has no address until the next round."""


class Names:
    """The addresses of hosts as they were resolved last."""

    def __init__(self, resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._names: dict[str, set[str]] = {}

    def hosts_of(self, address: str) -> tuple[str, ...]:
        """The address itself, and each name that stands for it."""
        return (address, *sorted(self._names.get(address, ())))

    async def look_up(self, hosts: Iterable[str]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for host in hosts:
            for address in await self._addresses_of(host):
                found[address].add(host)
        self._names = dict(found)

    async def _addresses_of(self, host: str) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return [plain_address(each) for each in await asyncio.to_thread(self._resolve, host)]
        except (OSError, ValueError):  # TimeoutError is an OSError
            return []


def plain_address(address: str) -> str:
    """A numeric address in its one spelling; an IPv4 address in IPv6 clothes as what it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ip)
