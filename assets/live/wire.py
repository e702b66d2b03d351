"""The connection beneath a websocket where the server is daphne: one message goes to many sockets as the same octets.

Everything that reaches into daphne, autobahn and twisted stands here. Channels' way encodes and frames a message for
each socket, and wakes the loop several times for it: with a thousand viewers that is most of what a frame costs.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from assets.live.message import Message

SCOPE_KEY = "whereabouts.wire"
"""Under which a websocket's scope names its wire."""
PAUSES_S = (0.05, 1.0)
"""The first and the longest between two looks at a full connection."""
_NEEDED = ("writeSomeData", "write", "dataBuffer", "_tempDataBuffer", "connected", "disconnecting")


class Wire:
    """Sends at once, on the loop's thread. What the kernel does not take waits with the connection; while anything
    waits, the wire :attr:`is_full`."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._look: asyncio.TimerHandle | None = None

    @property
    def is_full(self) -> bool:
        transport = self._protocol.transport
        return bool(transport.dataBuffer or transport._tempDataBuffer)  # noqa: SLF001 see above

    def send(self, message: str) -> None:
        """Send behind all that was sent before; nothing on a socket that is closing."""
        protocol = self._protocol
        if protocol.state != protocol.STATE_OPEN:
            return
        transport, frame = protocol.transport, _frame(message)
        sent = 0
        if not self.is_full and transport.connected and not transport.disconnecting:
            taken = transport.writeSomeData(frame)
            sent = (
                taken if isinstance(taken, int) else 0
            )  # a lost connection is found by the write that follows
        if sent < len(frame):
            transport.write(frame[sent:])

    def call_when_free(self, function: Callable[[], object], pause_s: float = PAUSES_S[0]) -> None:
        """Call once nothing waits any more, and never if the socket closes before; one call at a time."""
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(pause_s, self._look_again, function, pause_s)

    def _look_again(self, function: Callable[[], object], pause_s: float) -> None:
        self._look = None
        if self._protocol.state != self._protocol.STATE_OPEN:
            return
        if self.is_full:
            self.call_when_free(function, min(2 * pause_s, PAUSES_S[1]))
        else:
            function()


def _frame(message: str) -> bytes:
    return (message if isinstance(message, Message) else Message(message)).frame


def wire_of(send: Callable[..., Any]) -> Wire | None:
    """The connection that an application's ``send`` leads to.

    ``None`` where messages have to go by ``send``: on another server, where they are encrypted or compressed, and
    where this version of daphne keeps its connections otherwise.
    """
    daphne = sys.modules.get("daphne.ws_protocol")  # importing it would choose twisted's reactor
    protocol = send.args[0] if isinstance(send, partial) and send.args else None
    if daphne is None or not isinstance(protocol, daphne.WebSocketProtocol):
        return None
    transport = getattr(protocol, "transport", None)
    is_plain = not getattr(transport, "TLS", True) and all(hasattr(transport, name) for name in _NEEDED)
    is_compressed = getattr(protocol, "_perMessageCompress", None) is not None
    return Wire(protocol) if is_plain and not is_compressed else None
