"""Who may send, and how much: looked at before anything of a message is read."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.guard import IPNetwork, parse_network

UNLISTED = "sender not listed"
TOO_MANY = "more than the sender may send"
TOO_LARGE = "larger than allowed"

MOST_SENDERS = 4096
"""Senders that are remembered; who is forgotten begins anew, with a full allowance."""
BURST_S = 2.0
"""So many seconds' worth may come at once."""


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float


class Doorway:
    """``clock`` is a steady clock in seconds. Memory is bounded, however many senders there seem to be."""

    def __init__(
        self,
        networks: Sequence[str],
        messages_per_s: float,
        max_message_bytes: int,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._networks: tuple[IPNetwork, ...] = tuple(parse_network(entry) for entry in networks)
        self._per_s, self.max_message_bytes, self._clock = messages_per_s, max_message_bytes, clock
        self._allowances: OrderedDict[str, _Allowance] = OrderedDict()

    def is_listed(self, address: str) -> bool:
        """Whether this numeric address may send; an IPv4 address in IPv6 clothes counts as what it is."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip.version == network.version and ip in network for network in self._networks)

    def why_not(self, address: str, size: int) -> str:
        """Why a message of this size is not let in, in words for the count; empty if it is."""
        if not self.is_listed(address):
            return UNLISTED
        if size > self.max_message_bytes:
            return TOO_LARGE
        return "" if self.is_within_rate(address) else TOO_MANY

    def is_within_rate(self, sender: str) -> bool:
        """Takes one message off the sender's allowance, if there is any left."""
        now, most = self._clock(), max(self._per_s * BURST_S, 1.0)
        allowance = self._allowances.get(sender)
        if allowance is None:
            allowance = self._allowances[sender] = _Allowance(most, now)
            if len(self._allowances) > MOST_SENDERS:
                self._allowances.popitem(last=False)
        else:
            self._allowances.move_to_end(sender)
        allowance.left = min(most, allowance.left + (now - allowance.at) * self._per_s)
        allowance.at = now
        if allowance.left < 1.0:
            return False
        allowance.left -= 1.0
        return True

    def wait_s(self, sender: str) -> float:
        """How long until the sender may send again: for protocols that can hold a sender back instead of losing."""
        allowance = self._allowances.get(sender)
        if allowance is None or allowance.left >= 1.0:
            return 0.0
        return (1.0 - allowance.left) / self._per_s
