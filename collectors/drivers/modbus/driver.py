"""The Modbus driver: one line for each address, shared by the units behind it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from assets.words import Quality
from collectors.drivers.modbus import words
from collectors.drivers.modbus.line import Line, LineClosedError, NoReplyError
from collectors.drivers.modbus.link import Link
from collectors.drivers.modbus.pdus import (
    PRODUCT,
    REVISION,
    VENDOR,
    IdentityPage,
    Question,
    identity_question,
    question_for,
)
from collectors.drivers.modbus.tls import TlsSettingsError, make_context
from collectors.requests import (
    Answer,
    Failure,
    ModbusIdentify,
    ModbusIdentity,
    ModbusRead,
    RawPoll,
    Request,
    Target,
)

_NOBODY_THERE = frozenset({Quality.NO_ANSWER, Quality.REFUSED, Quality.AUTHENTICATION})
FORGET_EVERY_S = 3600.0
_MOST_PAGES = 4
"""Requests for one identification of three objects; a device that goes on after that is broken."""


class PymodbusDriver:
    """Modbus over TCP, TLS, UDP and serial lines; device failures come as Failure."""

    name = "pymodbus"

    def __init__(self) -> None:
        self._lines: dict[Link, Line] = {}
        self._forget_at = 0.0
        self._context: ssl.SSLContext | None = None

    async def open(self) -> None:
        """Connections open with the first request."""

    async def close(self) -> None:
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.close()
        await asyncio.sleep(0)  # the loop closes sockets on its next turn

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        link = Link.of(target)
        line = self._lines.get(link)
        if line is None:
            line = self._add(link)
        begin = time.monotonic()
        async with line.turn:
            answers = await _ask_all(line, target, requests)
        if target.hangs_up:
            line.hang_up_soon()
        return RawPoll(datetime.now(UTC), (time.monotonic() - begin) * 1000, answers)

    def _add(self, link: Link) -> Line:
        """A new line; now and then those that were left for good are forgotten on this occasion."""
        now = asyncio.get_running_loop().time()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY_S
            self._lines = {link: line for link, line in self._lines.items() if not line.is_left(now)}
        line = self._lines[link] = Line(link, self._tls)
        return line

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = make_context()
        return self._context


async def _ask_all(line: Line, target: Target, requests: Sequence[Request]) -> dict[Request, Answer]:
    """Each request alone. A device that is not there for the first is not asked for the rest."""
    answers: dict[Request, Answer] = {}
    lost = line.shared_failure(target)
    answered = False
    for request in requests:
        answer = answers[request] = lost or await _ask(line, target, request)
        if answer.__class__ is not Failure:
            answered = True
        elif not answered and answer.quality in _NOBODY_THERE:
            lost = answer
    return answers


async def _ask(line: Line, target: Target, request: Request) -> Answer:
    if request.__class__ is ModbusRead:
        return await _asked(line, target, question_for(request), request)  # type: ignore[return-value]
    if isinstance(request, ModbusIdentify):
        return await _identify(line, target)
    raise TypeError(f"Modbus does not know {type(request).__name__}")


async def _identify(line: Line, target: Target) -> Answer:
    """Vendor, product and revision, page by page as far as the device splits them."""
    found: dict[int, bytes] = {}
    first: int | None = VENDOR
    for _ in range(_MOST_PAGES):
        if first is None or first > REVISION:
            break
        page = await _asked(line, target, identity_question(first), None)
        if not isinstance(page, IdentityPage):
            return page
        found |= page.objects
        first = page.next_object
    return ModbusIdentity(found.get(VENDOR), found.get(PRODUCT), found.get(REVISION))


async def _asked(
    line: Line, target: Target, question: Question, request: ModbusRead | None
) -> Answer | IdentityPage:
    was_open = line.is_open
    try:
        return await _attempt(line, target, question, request)
    except LineClosedError as end:
        if not was_open:
            return words.closed(line.link, end.error)
    try:  # devices drop idle connections, and restart: one fresh connection before calling it bad
        return await _attempt(line, target, question, request)
    except LineClosedError as end:
        return words.closed(line.link, end.error)


async def _attempt(
    line: Line, target: Target, question: Question, request: ModbusRead | None
) -> Answer | IdentityPage:
    if not line.is_open and (failure := await _connect(line, target)):
        return failure
    try:
        reply = await line.ask(question, request, target)
    except NoReplyError as none:
        return words.no_reply(line.link, target, garbled=none.garbled)
    return question.read(reply)


async def _connect(line: Line, target: Target) -> Failure | None:
    try:
        await line.open(target.timeout_s)
    except (OSError, ValueError, TlsSettingsError) as error:
        failure = words.no_connection(line.link, target, error)
        line.note_away(target, failure)
        return failure
    return None
