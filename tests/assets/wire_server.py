"""Daphne with an application that sends by its wire: ``python -m tests.assets.wire_server`` prints its port.

``/both/``: what comes in goes back by the wire, and by Channels' way. ``/flood/``: so much as the wire takes, then what
waits with the connection, and once it is free ``free``.
"""

from __future__ import annotations

import sys
from typing import Any

from daphne.server import Server  # first: it chooses the reactor

from assets.live.message import Message
from assets.live.wire import wire_of

FLOOD = Message("x" * 100_000)
MOST = 5000


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    wire = wire_of(send)
    if scope["type"] != "websocket" or wire is None:
        raise RuntimeError("daphne is not as expected")
    await send({"type": "websocket.accept"})
    if scope["path"] == "/flood/":
        flood(wire)
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.receive":
            wire.send(Message(message["text"]))
            await send({"type": "websocket.send", "text": message["text"]})


def flood(wire: Any) -> None:
    sent = 0
    while not wire.is_full and sent < MOST:
        wire.send(FLOOD)
        sent += 1
    transport = wire._protocol.transport
    waiting = len(transport.dataBuffer) + sum(map(len, transport._tempDataBuffer))
    wire.call_when_free(lambda: wire.send(f"{sent} {waiting}"))


def announce(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def main() -> None:
    server = Server(
        application,
        endpoints=["tcp:port=0:interface=127.0.0.1"],
        ready_callable=lambda: announce(server.listening_addresses[0][1]),
        verbosity=0,
    )
    server.run()


if __name__ == "__main__":
    main()
