"""Asking the database where it is no matter if it is away: what it cannot say now is done without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import Error as DatabaseError

from collectors.engine.database_thread import DatabaseThread

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_S = 5.0
"""A sender waits meanwhile, and others of the same thread do too."""
REST_S = 5.0
"""After a question that was in vain, none is asked for so long."""


class Database:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread
        self._again_at = 0.0

    async def ask(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What the function returns; ``None`` if the database is away, or takes too long."""
        clock = asyncio.get_running_loop().time
        if clock() < self._again_at:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._thread.run(function, *args, **kwargs)
        except (DatabaseError, TimeoutError):
            self._again_at = clock() + REST_S
            return None
