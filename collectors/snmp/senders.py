"""Engines that send traps: the keys and the time of each, and what each has sent. Pure; memory is bounded.

For a trap the sender's clock is the authority (RFC 3414, 3.2, 7b): what is behind the newest that was authentic by
more than the window is refused, and so is what came before, octet by octet. What has to be forgotten for want of
room is refused from then on for its age.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from collectors.requests import SnmpUser
from collectors.snmp.usm import EngineClock, Keys

MOST_ENGINES = 4096
MOST_MESSAGES = 65_536
"""Over all engines: they share the room, and whoever is forgotten loses no more than lateness."""


class Sender:
    """One engine, as one user of it is known."""

    __slots__ = ("clock", "keys", "not_before")

    def __init__(self, user: SnmpUser, engine_id: bytes, read_seconds: Callable[[], float]) -> None:
        self.keys = Keys(user, engine_id)
        self.clock = EngineClock(read_seconds)
        self.not_before = (0, 0)
        """Boots and time: what is older may have been taken already."""


class Senders:
    """``read_seconds`` is a steady clock."""

    def __init__(
        self,
        read_seconds: Callable[[], float],
        *,
        most_engines: int = MOST_ENGINES,
        most_messages: int = MOST_MESSAGES,
    ) -> None:
        self._read_seconds = read_seconds
        self._most_engines, self._most_messages = most_engines, most_messages
        self._senders: OrderedDict[tuple[bytes, bytes], Sender] = OrderedDict()
        self._messages: OrderedDict[bytes, tuple[Sender, tuple[int, int]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._senders)

    def get(self, user: SnmpUser, user_name: bytes, engine_id: bytes) -> Sender:
        """The sender as it is known; one that is new is remembered only by :meth:`take`."""
        known = self._senders.get((user_name, engine_id))
        return known or Sender(user, engine_id, self._read_seconds)

    def take(self, sender: Sender, name: tuple[bytes, bytes], code: bytes, boots: int, time: int) -> str:
        """Note an authentic message, by its code; why it must not be taken, or nothing."""
        if code in self._messages:
            return "sent before"
        if (boots, time) < sender.not_before or not sender.clock.accept(boots, time):
            return "outside the time window"
        self._senders[name] = sender
        self._senders.move_to_end(name)
        if len(self._senders) > self._most_engines:
            self._senders.popitem(last=False)
        self._messages[code] = sender, (boots, time)
        if len(self._messages) > self._most_messages:
            _, (forgotten, at) = self._messages.popitem(last=False)
            forgotten.not_before = max(forgotten.not_before, (at[0], at[1] + 1))
        return ""
