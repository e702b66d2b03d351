"""SNMP v1, v2c and v3 by our own codec, behind the same interface as every driver."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from collectors.drivers.snmp_values import END_OF_MIB, Oid
from collectors.drivers.snmp_walk import Bindings, TooBigError, walk
from collectors.drivers.turns import ask_in_turn
from collectors.requests import (
    Answer,
    Failure,
    RawPoll,
    Request,
    SnmpGet,
    SnmpTable,
    SnmpUser,
    SnmpValue,
    Target,
)
from collectors.snmp import words
from collectors.snmp.ber import encode_arcs, oid_arcs
from collectors.snmp.exchange import CommunityExchange, Decode, Exchange
from collectors.snmp.messages import (
    VERSION_1,
    VERSION_2C,
    Prepared,
    prepare_bulk,
    prepare_get,
    prepare_next,
    read_bindings,
)
from collectors.snmp.session import Session
from collectors.snmp.transport import Transport
from collectors.snmp.v3 import V3Exchange

MOST_SESSIONS = 100_000
_END = SnmpValue(END_OF_MIB, None)
MakeExchange = Callable[[Prepared, Decode], Exchange]


class FailedError(Exception):
    """There is no answer; ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class FastSnmpDriver:
    """Polls all devices through one socket. ``refused`` counts what came and was not believed, by reason."""

    name = "whereabouts"

    def __init__(self, read_seconds: Callable[[], float] = time.monotonic) -> None:
        self._transport = Transport()
        self._sessions: dict[tuple[str, int, SnmpUser, str, int], Session] = {}
        self._read_seconds = read_seconds

    @property
    def refused(self) -> Counter[str]:
        return self._transport.refused

    async def open(self) -> None:
        """The socket opens with the first request."""

    async def close(self) -> None:
        self._transport.close()

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        return await ask_in_turn(requests, _Poll(self._transport, target, self._exchanges_for(target)).ask)

    def _exchanges_for(self, target: Target) -> MakeExchange:
        wait_s = target.timeout_s
        if target.protocol == "snmp_v3" and target.user is not None:
            session = self._session_for(target, target.user)
            return lambda prepared, decode: V3Exchange(session, prepared, decode, wait_s)
        if target.protocol != "snmp_v3" and target.community is not None:
            version = VERSION_1 if target.protocol == "snmp_v1" else VERSION_2C
            community = target.community
            return lambda prepared, decode: CommunityExchange(version, community, prepared, decode, wait_s)
        raise ValueError(f"{target}: no credential")

    def _session_for(self, target: Target, user: SnmpUser) -> Session:
        key = target.host, target.port, user, target.context, target.max_message_bytes
        session = self._sessions.get(key)
        if session is None:
            if len(self._sessions) >= MOST_SESSIONS:  # the oldest device is the likeliest to be gone
                del self._sessions[next(iter(self._sessions))]
            session = Session(user, self._read_seconds, target.context.encode(), target.max_message_bytes)
            self._sessions[key] = session
        return session


class _Poll:
    """One poll of one device."""

    __slots__ = ("_make_exchange", "_target", "_transport")

    def __init__(self, transport: Transport, target: Target, make_exchange: MakeExchange) -> None:
        self._transport, self._target, self._make_exchange = transport, target, make_exchange

    async def ask(self, request: Request) -> Answer:
        try:
            if isinstance(request, SnmpGet):
                return await self._get(request.oids) or words.OTHER_OBJECTS
            if isinstance(request, SnmpTable):
                is_v1 = self._target.protocol == "snmp_v1"
                return await walk(request, self._get_next if is_v1 else self._get_bulk)
        except TooBigError:
            return words.ANSWER_TOO_BIG
        except FailedError as failed:
            return failed.failure
        raise TypeError(f"SNMP does not know {type(request).__name__}")

    async def _get(self, oids: tuple[str, ...]) -> dict[str, SnmpValue]:
        """The objects asked for, and no others. An answer too big is asked for again in two halves, once."""
        try:
            return await self._get_together(oids)
        except TooBigError:
            if len(oids) < 2:
                raise
        half = len(oids) // 2
        return {**await self._get_together(oids[:half]), **await self._get_together(oids[half:])}

    async def _get_together(self, oids: tuple[str, ...]) -> dict[str, SnmpValue]:
        missing: dict[str, SnmpValue] = {}
        while True:
            prepared = prepare_get(oids)
            exchange = await self._exchange(prepared, prepared.read_answer)
            blamed = exchange.blamed
            # Version 1 has no word for one missing object: it refuses the request on its behalf.
            if exchange.status != words.NO_SUCH_NAME or self._target.protocol != "snmp_v1":
                break
            if not 0 < blamed <= len(oids):
                break
            missing[oids[blamed - 1]] = SnmpValue("no_such_object", None)
            oids = oids[: blamed - 1] + oids[blamed:]
            if not oids:
                return missing
        _check_status(exchange, prepared)
        answer: dict[str, SnmpValue] = exchange.answer
        return {**answer, **missing} if missing else answer

    async def _get_bulk(self, cursors: Sequence[Oid], repetitions: int) -> Bindings:
        prepared = prepare_bulk(tuple(map(encode_arcs, cursors)), repetitions)
        exchange = await self._exchange(prepared, _read_rows)
        _check_status(exchange, prepared)
        rows: Bindings = exchange.answer
        return rows

    async def _get_next(self, cursors: Sequence[Oid], _repetitions: int) -> Bindings:
        """One row, for version 1, which also says noSuchName where the objects end."""
        active = list(cursors)
        while active:
            prepared = prepare_next(tuple(map(encode_arcs, active)))
            exchange = await self._exchange(prepared, _read_rows)
            if exchange.status == words.NO_SUCH_NAME and 0 < exchange.blamed <= len(active):
                del active[exchange.blamed - 1]
                continue
            _check_status(exchange, prepared)
            if len(exchange.answer) != len(active):
                raise FailedError(words.OTHER_OBJECTS)
            found = dict(zip(active, exchange.answer, strict=True))
            return [found.get(cursor, (cursor, _END)) for cursor in cursors]
        return [(cursor, _END) for cursor in cursors]

    async def _exchange(self, prepared: Prepared, decode: Decode) -> Exchange:
        """A finished exchange with an answer or an error-status; raises FailedError for everything else."""
        exchange, target = self._make_exchange(prepared, decode), self._target
        try:
            await self._transport.converse(target.host, target.port, exchange)
        except OSError as error:
            raise FailedError(words.unsendable(error, target)) from None
        if exchange.answer is not None or exchange.status:
            return exchange
        if exchange.report:
            raise FailedError(words.reported(exchange.report, target))
        raise FailedError(words.garbled(target) if exchange.is_garbled else words.silence(target))


def _read_rows(data: bytes, at: int, stop: int) -> Bindings:
    return [(oid_arcs(name), value) for name, value in read_bindings(data, at, stop)]


def _check_status(exchange: Exchange, prepared: Prepared) -> None:
    """Raises what an error-status means."""
    if exchange.status == words.TOO_BIG:
        raise TooBigError
    if exchange.status:
        is_one = 0 < exchange.blamed <= len(prepared.wanted)
        about = prepared.wanted[exchange.blamed - 1][0] if is_one else ""
        raise FailedError(words.device_said(exchange.status, about))
