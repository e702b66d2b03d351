"""One line to one address: kept open, one request at a time, and strict about what counts as a reply."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from collectors.drivers.modbus.link import Link, Wire
from collectors.drivers.modbus.owed import Owed
from collectors.drivers.modbus.pdus import Question
from collectors.requests import Failure, ModbusRead, Target

UNANSWERED_BEFORE_RECONNECT = 2
IDLE_S = 90.0
"""A connection that nobody used for so long is closed: some gateways have few, and firewalls forget them."""
LEFT_AFTER_S = 86_400.0
LINGER_S = 0.25
"""How long a line that is to hang up waits for the next unit behind its gateway."""
AWAY_HOLDS_S, AWAY_HOLDS_MOST_S = 2.0, 30.0
"""For how long one unit's failure to connect is taken for that of all others behind the address."""

# pymodbus logs every miss as an error; here a miss is data, and the engine logs when a device goes bad.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class LineClosedError(Exception):
    """The device ended the connection while a request waited. ``error``: what the network says of it."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error


class NoReplyError(Exception):
    """Nothing usable came in time. ``garbled``: something came, but no reply to the request."""

    def __init__(self, *, garbled: bool) -> None:
        super().__init__()
        self.garbled = garbled


@dataclass(frozen=True, slots=True)
class Away:
    """A connection could not be made. Only ``finder`` tries again before ``until``."""

    failure: Failure
    finder: int
    until: float
    times: int


class Line:
    """The connection to one address. Units behind it take turns by :attr:`turn`."""

    __slots__ = (
        "_away", "_framing", "_heard", "_idle_timer", "_loop", "_owed", "_quiet_until", "_tls", "_unanswered",
        "_used_at", "_waiting", "_wire", "link", "turn",
    )  # fmt: skip

    def __init__(self, link: Link, tls: Callable[[], ssl.SSLContext]) -> None:
        self.link = link
        self.turn = asyncio.Lock()
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._framing = link.make_framing()
        self._owed = Owed()
        self._wire: Wire | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._heard = False
        self._quiet_until = 0.0
        self._unanswered = 0
        self._away: Away | None = None
        self._used_at = self._loop.time()
        self._idle_timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        return self._wire is not None

    def is_left(self, now: float) -> bool:
        """Whether nobody asked for anything for long, so that its endpoint may be gone."""
        return not self.is_open and not self.turn.locked() and now > self._used_at + LEFT_AFTER_S

    # --- the connection

    def shared_failure(self, target: Target) -> Failure | None:
        """Why no unit can be reached at present, if another one found that out just now."""
        away = self._away
        if away is None or away.finder == target.endpoint_id or self._loop.time() >= away.until:
            return None
        return away.failure

    def note_away(self, target: Target, failure: Failure) -> None:
        """The connection could not be made for this target."""
        times = self._away.times + 1 if self._away else 1
        holds = min(AWAY_HOLDS_S * 2 ** min(times - 1, 8), AWAY_HOLDS_MOST_S)
        self._away = Away(failure, target.endpoint_id, self._loop.time() + holds, times)

    async def open(self, timeout_s: float) -> None:
        """Connect unless connected; raises OSError, TimeoutError or ValueError as :meth:`Link.open` does."""
        if self._wire is not None:
            return
        async with asyncio.timeout(timeout_s):
            self._wire = await self.link.open(self._hear, self._ended, self._tls)
        self._framing.forget()
        self._away, self._unanswered = None, 0
        self._quiet_until = 0.0
        self._used_at = self._loop.time()
        self._close_after(IDLE_S)

    def hang_up_soon(self) -> None:
        """The burst is over, unless somebody goes on at once."""
        if self._wire is not None:
            self._close_after(LINGER_S)

    def close(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _close_after(self, idle_s: float) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._idle_timer = self._loop.call_later(idle_s, self._close_if_idle, idle_s)

    def _close_if_idle(self, idle_s: float) -> None:
        left_s = self._used_at + idle_s - self._loop.time()
        if left_s <= 0.001 and not self.turn.locked():
            self.close()
        elif self._wire is not None:
            self._idle_timer = self._loop.call_later(max(left_s, LINGER_S), self._close_if_idle, idle_s)

    # --- a request and its reply

    async def ask(self, question: Question, request: ModbusRead | None, target: Target) -> bytes:
        """The reply without its frame, which may be an exception; raises LineClosedError or NoReplyError."""
        if self._framing.is_numbered:
            return await self._converse(question, target)
        unit, now = target.unit_id, self._loop.time()
        if request is not None and self._owed.confuses(unit, question, now):
            await self._outlast(request, target)
        try:
            reply = await self._converse(question, target)
        except (NoReplyError, LineClosedError, asyncio.CancelledError):
            self._owed.add(unit, question, now)
            raise
        if self._owed.owes(unit):
            if question.octets is not None and reply[0] == question.function:
                self._owed.settle(unit)
            else:
                self._owed.add(unit, question, now)
        return reply

    async def _outlast(self, request: ModbusRead, target: Target) -> None:
        """Make sure that no late reply of the unit can be taken for the one to ``request``."""
        probe = self._owed.probe(target.unit_id, request)
        if probe is None:
            raise NoReplyError(garbled=True)
        is_past = False
        try:
            reply = await self._converse(probe, target)
            is_past = reply[0] == probe.function  # an exception may be a late one
        finally:
            if not is_past:
                self._owed.add_probe(target.unit_id, probe)
        if not is_past:
            raise NoReplyError(garbled=True)
        self._owed.settle(target.unit_id)

    async def _converse(self, question: Question, target: Target) -> bytes:
        wire, loop = self._wire, self._loop
        if wire is None:
            raise LineClosedError
        if self._quiet_until and (wait := self._quiet_until - loop.time()) > 0:
            await asyncio.sleep(wait)
            if self._wire is not wire:
                raise LineClosedError
        if self._framing.is_out_of_step:
            self.close()
            raise LineClosedError
        octets = self._framing.begin(target.unit_id, question)
        self._heard = False
        waiting: asyncio.Future[bytes] = loop.create_future()
        self._waiting = waiting
        limit_s = target.timeout_s
        if self.link.is_serial:
            limit_s += self.link.travel_s(len(octets) + 256)
        timer = loop.call_later(limit_s, _give_up, waiting)
        try:
            wire.send(octets)
            reply = await waiting
        except TimeoutError:
            self._note_silence()
            raise NoReplyError(garbled=self._heard) from None
        finally:
            timer.cancel()
            self._waiting = None
        self._unanswered = 0
        self._used_at = now = loop.time()
        self._rest(target, now)
        return reply

    def _rest(self, target: Target, now: float) -> None:
        pause_s = target.pause_s
        if self.link.is_serial:
            pause_s = max(pause_s, self.link.silence_s())
        if pause_s:
            self._quiet_until = now + pause_s

    def _hear(self, data: bytes) -> None:
        reply = self._framing.hear(data)
        waiting = self._waiting
        if self.link.is_serial:  # whoever speaks, also unasked, is let finish
            self._quiet_until = max(self._quiet_until, self._loop.time() + self.link.silence_s())
        if waiting is None or waiting.done():
            return  # nobody asked, or not any more
        self._heard = True
        if reply is not None:
            waiting.set_result(reply)

    def _ended(self, error: Exception | None) -> None:
        """The other end, or the network, ended the connection or refused a datagram."""
        waiting = self._waiting
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(LineClosedError(error))

    def _note_silence(self) -> None:
        """A connection that stays silent, or talks nonsense, may be dead or out of step: a new one next time."""
        self._unanswered += 1
        if self._heard or self._unanswered >= UNANSWERED_BEFORE_RECONNECT:
            self.close()


def _give_up(waiting: asyncio.Future[bytes]) -> None:
    if not waiting.done():
        waiting.set_exception(TimeoutError())
