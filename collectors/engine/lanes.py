"""How many polls are under way: few enough for the socket's buffer, and the dead never delay the living."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

FAST_SLOTS = 80
SLOW_SLOTS = 40
PATIENCE_S = 0.5
"""A slot of the fast lane is for a burst of replies; who has not answered by then holds it no longer."""


class Lanes:
    """A fast lane for endpoints that answered last time, and a slow one for those that did not."""

    def __init__(
        self, *, fast: int = FAST_SLOTS, slow: int = SLOW_SLOTS, patience_s: float = PATIENCE_S
    ) -> None:
        self._fast, self._slow = asyncio.Semaphore(fast), asyncio.Semaphore(slow)
        self._patience_s = patience_s

    @contextlib.asynccontextmanager
    async def slot(self, *, is_failing: bool) -> AsyncIterator[None]:
        if is_failing:
            async with self._slow:
                yield
            return
        await self._fast.acquire()
        release = _Once(self._fast)
        timer = asyncio.get_running_loop().call_later(self._patience_s, release)
        try:
            yield
        finally:
            timer.cancel()
            release()


class _Once:
    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self._semaphore: asyncio.Semaphore | None = semaphore

    def __call__(self) -> None:
        if self._semaphore is not None:
            self._semaphore.release()
            self._semaphore = None
