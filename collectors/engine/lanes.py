"""How many polls are under way: few enough for the socket's buffer, and the dead never delay the living."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque

FAST_SLOTS = 250
"""A burst of so many replies fits into the receive buffer that Linux grants unless told otherwise."""
SLOW_SLOTS = 400
"""A silent device takes a slot for timeout times tries, and is tried every half minute: at two seconds and two
tries, these are enough for three thousand of them. They wait, and cost nothing but that."""
PATIENCE_S = 0.5
"""A slot of the fast lane is for a burst of replies; who has not answered by then holds it no longer."""


class Lane:
    """``slots`` at a time, in the order of asking. Who has had one for ``patience_s`` loses it to whoever waits."""

    def __init__(self, slots: int, patience_s: float | None = None) -> None:
        self._slots, self._patience_s = slots, patience_s
        self._held: dict[int, float] = {}  # ticket → since when; the oldest first
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._tickets = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self) -> int:
        """A ticket, to be given to :meth:`leave`."""
        loop = asyncio.get_running_loop()
        if len(self._held) < self._slots:
            return self._admit(loop.time())
        turn: asyncio.Future[int] = loop.create_future()
        self._waiting.append(turn)
        self._watch(loop)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came in the same moment
                self.leave(turn.result())
            raise

    def leave(self, ticket: int) -> None:
        if self._held.pop(ticket, None) is not None and self._waiting:
            self._fill(asyncio.get_running_loop().time())

    def _admit(self, now: float) -> int:
        ticket = next(self._tickets)
        self._held[ticket] = now
        return ticket

    def _fill(self, now: float) -> None:
        while self._waiting and len(self._held) < self._slots:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(self._admit(now))

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """One timer for all, and none while nobody waits."""
        if self._patience_s is not None and self._waiting and self._timer is None:
            oldest = next(iter(self._held.values()))
            self._timer = loop.call_at(oldest + self._patience_s, self._take_back, loop)

    def _take_back(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        until = now - (self._patience_s or 0.0) + 0.002  # timers come a little early
        for ticket in [ticket for ticket, since in self._held.items() if since <= until]:
            del self._held[ticket]
        self._fill(now)
        self._watch(loop)


class Lanes:
    """A fast lane for endpoints that answered last time, and a slow one for those that did not."""

    def __init__(
        self, *, fast: int = FAST_SLOTS, slow: int = SLOW_SLOTS, patience_s: float = PATIENCE_S
    ) -> None:
        self._fast, self._slow = Lane(fast, patience_s), Lane(slow)

    def lane(self, *, is_failing: bool) -> Lane:
        return self._slow if is_failing else self._fast
