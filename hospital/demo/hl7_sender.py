"""The pump server of the demo hospital: tells of its pumps by HL7 over MLLP, one message after the other."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count

from hospital.demo.endpoints import HOST
from hospital.demo.hl7_messages import pump_message
from hospital.demo.units import Pump

EVERY_S = 10.0
"""How often each pump is told of."""
AGAIN_S = 5.0
"""How long it waits after the product was not there, or did not take a message."""
ANSWER_S = 10.0
_BEGIN, _END = b"\x0b", b"\x1c\r"
_TAKEN = re.compile(rb"[\r\x0b]MSA\|[AC]A\|([^|\r]*)")


class NotTakenError(Exception):
    """The product answered otherwise than that it took the message, or not at all."""


class Sender:
    """Tells of ``pumps`` until cancelled. ``now`` is the day's present, in seconds since it began."""

    def __init__(
        self, pumps: Sequence[Pump], *, port: int, now: Callable[[], float], every_s: float = EVERY_S,
        again_s: float = AGAIN_S,
    ) -> None:  # fmt: skip
        self._pumps, self._port, self._now = pumps, port, now
        self._pause_s, self._again_s = every_s / len(pumps), again_s
        self._begun = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        self._numbers = count(1)

    async def run(self) -> None:
        """Connects, and again whenever the product goes away. What was not taken is not kept: the pump goes on."""
        while True:
            with contextlib.suppress(OSError, TimeoutError, NotTakenError):
                reader, writer = await asyncio.open_connection(HOST, self._port)
                try:
                    await self._tell(reader, writer)
                finally:
                    writer.close()
            await asyncio.sleep(self._again_s)

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One pump after the other, evenly; NotTakenError or OSError ends it."""
        while True:
            for pump in self._pumps:
                number = f"{self._begun}-{next(self._numbers)}"
                moment = self._now()
                message = pump_message(pump, number=number, at=datetime.now(UTC), moment=moment)
                if message is not None:
                    async with asyncio.timeout(ANSWER_S):
                        await _send(reader, writer, message, number)
                await asyncio.sleep(self._pause_s)


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes, number: str
) -> None:
    writer.write(_BEGIN + message + _END)
    await writer.drain()
    try:
        answer = await reader.readuntil(_END)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise NotTakenError from error
    found = _TAKEN.search(answer)
    if found is None or found[1] != number.encode():
        raise NotTakenError
