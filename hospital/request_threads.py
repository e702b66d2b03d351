"""The threads in which requests do their work, one after the other, so that what a thread has at hand is used again."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from asgiref.sync import ThreadSensitiveContext

Application = Callable[[Any, Any, Any], Awaitable[None]]
KEPT = 8
"""So many idle threads wait for the next request, each with its connection to the database."""


class RequestThreads:
    """An ASGI application around another: each request has a thread to itself, but not a new one.

    Django starts a thread for every request and ends it with the request, and with it the thread's connection to the
    database. Opening that costs more than most pages ask of it: SQLite reads the whole schema anew.
    """

    def __init__(self, application: Application, *, kept: int = KEPT) -> None:
        self.application = application
        self._kept = kept
        self._idle: deque[ThreadPoolExecutor] = deque()

    @property
    def idle(self) -> int:
        """Threads that wait for a request."""
        return len(self._idle)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        thread = self._take()
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.application(scope, receive, send)
        finally:
            # A browser that went away ends its request, not what the thread is at: it is free after that.
            thread.submit(_nothing).add_done_callback(partial(self._give_back, thread))

    def _take(self) -> ThreadPoolExecutor:
        try:
            return self._idle.pop()
        except IndexError:
            return ThreadPoolExecutor(1, thread_name_prefix="request")

    def _give_back(self, thread: ThreadPoolExecutor, _: Future[None]) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(thread)
        else:
            thread.shutdown(wait=False)


def _nothing() -> None:
    """What a thread does last for a request."""
