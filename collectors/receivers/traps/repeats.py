"""What was sent lately, so that the same datagram twice is one trap, and an inform sent again is only answered."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable

LATELY_S = 150.0
"""Not longer: a device that starts anew may well send the very octets that it sent at its last start."""
MOST = 10_000


class Repeats:
    """``clock`` is a steady clock in seconds. Memory is bounded."""

    def __init__(self, clock: Callable[[], float], most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._since: OrderedDict[bytes, float] = OrderedDict()
        self._done: set[bytes] = set()

    @staticmethod
    def key(sender: str, content: bytes) -> bytes:
        return hashlib.sha256(sender.encode() + b"\0" + content).digest()

    def has(self, key: bytes) -> bool:
        """Whether it came lately."""
        since = self._since.get(key)
        if since is not None and self._clock() - since >= LATELY_S:
            self.forget(key)
        return key in self._since

    def is_done(self, key: bytes) -> bool:
        """Whether what came lately was taken to its end, and so may be acknowledged again."""
        return key in self._done

    def add(self, key: bytes) -> None:
        self._since[key] = self._clock()
        if len(self._since) > self._most:
            self.forget(next(iter(self._since)))

    def finish(self, key: bytes) -> None:
        if key in self._since:
            self._done.add(key)

    def forget(self, key: bytes) -> None:
        self._since.pop(key, None)
        self._done.discard(key)
