"""One request under way for each device: whoever else wants to ask it waits for its turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable


class Turns:
    """One at a time for each key, in the order of asking."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[asyncio.Future[None]] | None] = {}

    def take_at_once(self, key: Hashable) -> bool:
        """Whether it was free; nearly always it is."""
        if key in self._waiting:
            return False
        self._waiting[key] = None
        return True

    async def take(self, key: Hashable) -> None:
        """Wait for the turn; give it back by :meth:`give_back`."""
        if self.take_at_once(key):
            return
        turn = asyncio.get_running_loop().create_future()
        waiting = self._waiting[key] or deque()
        self._waiting[key] = waiting
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came in the same moment
                self.give_back(key)
            raise

    def give_back(self, key: Hashable) -> None:
        waiting = self._waiting[key]
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # the key stays taken, by the next one
                return
        del self._waiting[key]
