"""SNMP v1, v2c and v3 by our own codec, behind the same interface as every driver."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from collectors.drivers.snmp_manners import FailedError, Memory
from collectors.drivers.snmp_poll import Rows, SnmpPoll, Values
from collectors.drivers.snmp_values import Oid
from collectors.drivers.snmp_walk import Bindings
from collectors.requests import RawPoll, Request, SnmpUser, Target
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
MakeExchange = Callable[[Prepared, Decode], Exchange]


class FastSnmpDriver:
    """Polls all devices through one socket. ``refused`` counts what came and was not believed, by reason."""

    name = "whereabouts"

    def __init__(self, read_seconds: Callable[[], float] = time.monotonic) -> None:
        self._transport = Transport()
        self._sessions: dict[tuple[str, int, SnmpUser, str, int], Session] = {}
        self._memory = Memory(read_seconds)
        self._read_seconds = read_seconds

    @property
    def refused(self) -> Counter[str]:
        return self._transport.refused

    async def open(self) -> None:
        """The socket opens with the first request."""

    async def close(self) -> None:
        self._transport.close()

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        poll = _Poll(target, self._memory, self._transport, self._exchanges_for(target))
        return await poll.ask_all(requests)

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


class _Poll(SnmpPoll):
    """One poll of one device through our own socket."""

    __slots__ = ("_make_exchange", "_transport")

    def __init__(
        self, target: Target, memory: Memory, transport: Transport, make_exchange: MakeExchange
    ) -> None:
        super().__init__(target, memory)
        self._transport, self._make_exchange = transport, make_exchange

    async def send_get(self, oids: tuple[str, ...]) -> Values:
        prepared = prepare_get(oids)
        exchange = await self._exchange(prepared, prepared.read_answer)
        return Values(exchange.answer, exchange.status, exchange.blamed)

    async def send_rows(self, cursors: Sequence[Oid], repetitions: int) -> Rows:
        contents = tuple(map(encode_arcs, cursors))
        prepared = prepare_bulk(contents, repetitions) if repetitions else prepare_next(contents)
        exchange = await self._exchange(prepared, _read_rows)
        return Rows(exchange.answer, exchange.status, exchange.blamed)

    async def _exchange(self, prepared: Prepared, decode: Decode) -> Exchange:
        """A finished exchange with an answer or an error-status; raises FailedError for everything else."""
        exchange, target = self._make_exchange(prepared, decode), self._target
        try:
            await self._transport.converse(target.host, target.port, exchange)
        except OSError as error:
            raise FailedError(words.unsendable(error, target)) from None
        if exchange.refused:
            self.note_refused(exchange.refused)
        if exchange.answer is not None or exchange.status:
            return exchange
        if exchange.report:
            raise FailedError(words.reported(exchange.report, target))
        raise FailedError(words.garbled(target) if exchange.is_garbled else words.silence(target))


def _read_rows(data: bytes, at: int, stop: int) -> Bindings:
    return [(oid_arcs(name), value) for name, value in read_bindings(data, at, stop)]
