"""One poll of one device over SNMP, whatever carries its messages: both drivers ask alike."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from collectors.drivers.snmp_manners import (
    Budget,
    FailedError,
    Manners,
    Memory,
    NoBulkError,
    Pace,
    TooBigError,
    fitting_pace,
    most_objects,
)
from collectors.drivers.snmp_values import END_OF_MIB, Oid, dotted, parse_oid
from collectors.drivers.snmp_walk import Bindings, pace_of, walk
from collectors.drivers.turns import ask_in_turn
from collectors.requests import (
    MAX_DATAGRAM,
    Answer,
    RawPoll,
    Request,
    SnmpGet,
    SnmpTable,
    SnmpValue,
    Target,
)
from collectors.snmp import words
from collectors.snmp.ber import encode_oid

_END = SnmpValue(END_OF_MIB, None)
_NO_BULK = frozenset({2, 3, 4, 5})
"""noSuchName, badValue, readOnly, genErr: how agents refuse a GETBULK that they do not know."""


class Values(NamedTuple):
    """What a GET brought, or the error-status (0: none) and which object of the request it is about, from 1."""

    answer: Mapping[str, SnmpValue]
    status: int = 0
    blamed: int = 0


class Rows(NamedTuple):
    """The same for GETNEXT and GETBULK."""

    bindings: Bindings
    status: int = 0
    blamed: int = 0


class SnmpPoll(ABC):
    """``memory`` is shared by all polls of a driver. Those below it send, and wait for the answer.

    ``refused`` counts by reason what came in the device's name and was not believed.
    """

    __slots__ = ("_budget", "_memory", "_target", "refused")

    def __init__(self, target: Target, memory: Memory) -> None:
        self.refused: dict[str, int] = {}
        self._target, self._memory = target, memory
        self._budget = Budget(memory.read_seconds)

    @abstractmethod
    async def send_get(self, oids: tuple[str, ...]) -> Values:
        """Raises FailedError if there is no answer."""

    @abstractmethod
    async def send_rows(self, cursors: Sequence[Oid], repetitions: int) -> Rows:
        """GETBULK, or GETNEXT for no ``repetitions``; raises FailedError if there is no answer."""

    async def ask_all(self, requests: Sequence[Request]) -> RawPoll:
        raw = await ask_in_turn(requests, self.ask)
        return replace(raw, refused=self.refused) if self.refused else raw

    async def ask(self, request: Request) -> Answer:
        try:
            if isinstance(request, SnmpGet):
                return await self._get(request.oids) or words.OTHER_OBJECTS
            if isinstance(request, SnmpTable):
                return await self._walk(request)
        except TooBigError:
            return words.ANSWER_TOO_BIG
        except FailedError as failed:
            return failed.failure
        raise TypeError(f"SNMP does not know {type(request).__name__}")

    # --- objects

    async def _get(self, oids: tuple[str, ...]) -> Mapping[str, SnmpValue]:
        """The objects asked for, and no others. What is too big is asked for in halves, until each is one object."""
        most = self._most_objects(oids)
        if most >= len(oids):
            try:
                return await self._get_together(oids)
            except TooBigError:
                if len(oids) < 2:
                    raise
                most = len(oids) // 2
        return await self._get_in_parts(oids, most)

    async def _get_in_parts(self, oids: tuple[str, ...], most: int) -> dict[str, SnmpValue]:
        answer: dict[str, SnmpValue] = {}
        at, planned = 0, self._most_objects(oids)
        while at < len(oids):
            part = oids[at : at + most]
            try:
                answer.update(await self._get_together(part))
            except TooBigError:
                if len(part) < 2:
                    raise
                most = len(part) // 2
            else:
                at += len(part)
        if most < planned:
            self._memory.note(self._target).objects = most
        return answer

    async def _get_together(self, oids: tuple[str, ...]) -> Mapping[str, SnmpValue]:
        """An agent that has no word for one missing object refuses all on its behalf: ask for the others."""
        missing: dict[str, SnmpValue] = {}
        while True:
            await self._turn()
            values = await self.send_get(oids)
            self._note_answer()
            if values.status != words.NO_SUCH_NAME or not 0 < values.blamed <= len(oids):
                break
            missing[oids[values.blamed - 1]] = SnmpValue("no_such_object", None)
            oids = oids[: values.blamed - 1] + oids[values.blamed :]
            if not oids:
                return missing
        _check_status(values.status, values.blamed, oids)
        return {**values.answer, **missing} if missing else values.answer

    def _most_objects(self, oids: tuple[str, ...]) -> int:
        most = len(oids)
        if self._target.max_message_bytes < MAX_DATAGRAM:
            most = most_objects(self._target, [encode_oid(oid) for oid in oids])
        manners = self._memory.recall(self._target)
        return min(most, manners.objects) if manners and manners.objects else most

    # --- tables

    async def _walk(self, request: SnmpTable) -> Answer:
        pace = fitting_pace(self._target, [parse_oid(oid) for oid in request.columns], pace_of(request))
        if self._target.protocol == "snmp_v1":
            pace.by_bulk = False
        if manners := self._memory.recall(self._target):
            pace = _slowed(pace, manners)
        begun = Pace(pace.rows, pace.columns, pace.by_bulk)
        answer = await walk(request, self._get_rows, pace)
        if pace != begun and isinstance(answer, dict):
            self._learn(begun, pace)
        return answer

    def _learn(self, begun: Pace, pace: Pace) -> None:
        manners = self._memory.note(self._target)
        if pace.rows < begun.rows:
            manners.rows = pace.rows
        if pace.columns < begun.columns:
            manners.columns = pace.columns
        manners.has_bulk = manners.has_bulk and pace.by_bulk == begun.by_bulk

    async def _get_rows(self, cursors: Sequence[Oid], repetitions: int) -> Bindings:
        if not repetitions:
            return await self._get_next_row(cursors)
        await self._turn()
        rows = await self.send_rows(cursors, repetitions)
        self._note_answer()
        if rows.status in _NO_BULK or not (rows.status or rows.bindings):
            raise NoBulkError
        _check_status(rows.status, rows.blamed, [dotted(cursor) for cursor in cursors])
        return rows.bindings

    async def _get_next_row(self, cursors: Sequence[Oid]) -> Bindings:
        """What follows each identifier; version 1 says noSuchName where the objects end."""
        active = list(cursors)
        while active:
            await self._turn()
            rows = await self.send_rows(active, 0)
            self._note_answer()
            if rows.status == words.NO_SUCH_NAME and 0 < rows.blamed <= len(active):
                del active[rows.blamed - 1]
                continue
            _check_status(rows.status, rows.blamed, [dotted(cursor) for cursor in active])
            if rows.bindings and len(rows.bindings) != len(active):
                raise FailedError(words.OTHER_OBJECTS)
            found = dict(zip(active, rows.bindings, strict=bool(rows.bindings)))
            return [found.get(cursor, (cursor, _END)) for cursor in cursors] if found else []
        return [(cursor, _END) for cursor in cursors]

    def note_refused(self, refused: Mapping[str, int]) -> None:
        for reason, count in refused.items():
            self.refused[reason] = self.refused.get(reason, 0) + count

    # --- gentleness

    async def _turn(self) -> None:
        """Wait until the device may be asked again, within what one poll may take."""
        wait_s = self._pause() if self._target.pause_s else 0.0
        self._budget.spend(wait_s)
        if wait_s:
            await asyncio.sleep(wait_s)

    def _pause(self) -> float:
        manners = self._memory.recall(self._target)
        if manners is None or manners.answered_at is None:
            return 0.0
        return max(0.0, manners.answered_at + self._target.pause_s - self._memory.read_seconds())

    def _note_answer(self) -> None:
        if self._target.pause_s:
            self._memory.note(self._target).answered_at = self._memory.read_seconds()


def _slowed(pace: Pace, manners: Manners) -> Pace:
    return Pace(
        min(pace.rows, manners.rows or pace.rows),
        min(pace.columns, manners.columns or pace.columns),
        pace.by_bulk and manners.has_bulk,
    )


def _check_status(status: int, blamed: int, asked: Sequence[str]) -> None:
    """Raises what an error-status means."""
    if status == words.TOO_BIG:
        raise TooBigError
    if status:
        about = asked[blamed - 1] if 0 < blamed <= len(asked) else ""
        raise FailedError(words.device_said(status, about))
