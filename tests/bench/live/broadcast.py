"""The peer of the fan-out: daphne alone, with an application that sends everybody the same text four times a second.

``python -m tests.bench.live.broadcast PORT OCTETS``: no session, no rights, no acknowledgement, no database.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from tests.bench.live.serving import serve

Send = Callable[[dict[str, Any]], Awaitable[None]]
PAUSE_S = 0.25


class Broadcast:
    def __init__(self, octets: int) -> None:
        self._filling = "x" * octets
        self._open: set[Send] = set()
        self._task: asyncio.Task[None] | None = None

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[dict[str, Any]]], send: Send
    ) -> None:
        if scope["type"] != "websocket":
            return
        await send({"type": "websocket.accept"})
        self._open.add(send)
        self._task = self._task or asyncio.create_task(self._send_for_ever())
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._open.discard(send)

    async def _send_for_ever(self) -> None:
        for number in range(1, 1_000_000):
            await asyncio.sleep(PAUSE_S)
            text = f'{{"frame":{number},"at":"{datetime.now(UTC).isoformat()}","filling":"{self._filling}"}}'
            for send in list(self._open):
                await send({"type": "websocket.send", "text": text})


if __name__ == "__main__":
    serve(int(sys.argv[1]), Broadcast(int(sys.argv[2])))
