"""One connection: messages are taken one after the other, each answered before the next is read.

So whoever sends more than may be taken is read more slowly, and nothing of it is lost.
"""

from __future__ import annotations

import asyncio

from collectors.receivers.doorway import Doorway
from collectors.receivers.hl7.framing import Frame, Trouble, Unwrapper, wrap
from collectors.receivers.hl7.intake import Intake
from collectors.receivers.tally import Tally

CHUNK = 65_536
IDLE_S = 1800.0
"""Between messages. Peers that are gone without a word are found earlier, by TCP's own questions."""
MESSAGE_S = 60.0
"""From the beginning of a message to its end."""
ANSWER_S = 30.0
"""For the sender to take the answer."""
UNENDED = "message that did not end in time"
UNHEARD = "answer that the sender did not take"


class Conversation:
    """With one ``sender``, over a connection that its maker closes."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sender: str,
        *,
        intake: Intake,
        doorway: Doorway,
        tally: Tally,
    ) -> None:
        self._reader, self._writer, self._sender = reader, writer, sender
        self._intake, self._doorway, self._tally = intake, doorway, tally
        self._unwrapper = Unwrapper(doorway.max_message_bytes)
        self._clock = asyncio.get_running_loop().time

    async def hold(self) -> None:
        """Until the sender hangs up, or is silent for too long."""
        until = self._clock() + IDLE_S
        while True:
            was_inside = self._unwrapper.is_inside
            try:
                async with asyncio.timeout_at(until):
                    octets = await self._reader.read(CHUNK)
            except TimeoutError:
                if was_inside:
                    self._tally.refused(UNENDED)
                return
            if not octets:
                if was_inside:
                    self._tally.refused(Trouble.TORN)
                return
            frames = self._unwrapper.feed(octets)
            for frame in frames:
                if not await self._answer(frame):
                    return
            if not self._unwrapper.is_inside:
                until = self._clock() + IDLE_S
            elif frames or not was_inside:
                until = self._clock() + MESSAGE_S

    async def _answer(self, frame: Frame) -> bool:
        """Whether the conversation goes on."""
        if frame.trouble in (Trouble.GARBAGE, Trouble.TORN):
            self._tally.refused(frame.trouble)
            return True
        await self._wait_for_turn()
        if frame.trouble is None:
            answers = await self._intake.take(frame.octets)
        else:
            answers = self._intake.refuse_too_large(frame.octets)
        try:
            self._writer.write(b"".join(map(wrap, answers)))
            async with asyncio.timeout(ANSWER_S):
                await self._writer.drain()
        except TimeoutError:
            self._tally.refused(UNHEARD)
            return False
        return True

    async def _wait_for_turn(self) -> None:
        while not self._doorway.is_within_rate(self._sender):  # noqa: ASYNC110  the allowance fills by the clock alone
            await asyncio.sleep(max(self._doorway.wait_s(self._sender), 0.001))
