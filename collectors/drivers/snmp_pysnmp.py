"""SNMP v1, v2c and v3 through pysnmp: GET, GETNEXT and GETBULK. One retry, and one more after a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pysnmp.proto.api import v1, v2c

from assets.words import Quality
from collectors.drivers.snmp_engines import Engine, Peer, SnmpTroubleError
from collectors.drivers.snmp_manners import FailedError, Memory
from collectors.drivers.snmp_poll import Rows, SnmpPoll, Values
from collectors.drivers.snmp_socket import Tally
from collectors.drivers.snmp_values import Oid, parse_oid, snmp_value
from collectors.requests import Failure, RawPoll, Request, Target
from collectors.snmp import words

RETRIES = 1
_MAX_DISCOVERY_ROUNDS = 3
_DISCOVERY = frozenset({"unknownEngineID", "notInTimeWindow"})


class PysnmpDriver:
    """Shares engines and sockets between all devices; every failure of a device comes back as a Failure.

    ``refused`` counts what came and was not believed, by reason.
    """

    name = "pysnmp"

    def __init__(self) -> None:
        self._tally = Tally()
        self._engines: list[Engine] = []
        self._memory = Memory()

    @property
    def refused(self) -> Counter[str]:
        return self._tally.counts

    async def open(self) -> None:
        """Sockets open with the first request."""

    async def close(self) -> None:
        engines, self._engines = self._engines, []
        for engine in engines:
            await engine.close()

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        peer = _peer(target)
        poll = _Poll(target, self._memory, self._engine_for(peer), peer)
        return await poll.ask_all(requests)

    def _engine_for(self, peer: Peer) -> Engine:
        for engine in self._engines:
            if (peer.host, peer.port) in engine.peers and engine.has_room_for(peer):
                return engine
        for engine in self._engines:
            if engine.has_room_for(peer):
                return engine
        self._engines.append(Engine(self._tally))
        return self._engines[-1]


class _Poll(SnmpPoll):
    """One poll of one device through one of pysnmp's engines."""

    __slots__ = ("_api", "_engine", "_peer")

    def __init__(self, target: Target, memory: Memory, engine: Engine, peer: Peer) -> None:
        super().__init__(target, memory)
        self._engine, self._peer = engine, peer
        self._api: Any = v1 if target.protocol == "snmp_v1" else v2c

    async def send_get(self, oids: tuple[str, ...]) -> Values:
        wanted = [parse_oid(oid) for oid in oids]
        bindings, status, blamed = await self._exchange(self._pdu(self._api.GetRequestPDU(), wanted))
        found = dict(bindings)
        answer = {text: found[oid] for text, oid in zip(oids, wanted, strict=True) if oid in found}
        return Values(answer, status, blamed)

    async def send_rows(self, cursors: Sequence[Oid], repetitions: int) -> Rows:
        if repetitions:
            return await self._exchange(_bulk_pdu(cursors, repetitions))
        return await self._exchange(self._pdu(self._api.GetNextRequestPDU(), cursors))

    def _pdu(self, pdu: Any, oids: Sequence[Oid]) -> Any:
        self._api.apiPDU.set_defaults(pdu)
        self._api.apiPDU.set_varbinds(pdu, [(oid, self._api.null) for oid in oids])
        return pdu

    async def _exchange(self, pdu: Any) -> Rows:
        """Send until there is an answer, within bounds; raises FailedError if there is none."""
        try:
            return self._read(await self._send(pdu))
        except SnmpTroubleError as trouble:
            raise FailedError(_failure(trouble, self._target)) from None

    async def _send(self, pdu: Any) -> Any:
        timeouts = reports = rounds = 0
        while True:
            was_known = self._peer.is_v3 and self._engine.knows(self._peer)
            try:
                response = await self._engine.send(self._peer, pdu, self._target.timeout_s, self.note_refused)
                return self._checked(response, pdu)
            except SnmpTroubleError as trouble:
                if trouble.report in _DISCOVERY:
                    rounds += 1
                elif trouble.report:
                    reports += 1  # anyone can forge a report: one alone proves nothing
                else:
                    timeouts += 1
                if trouble.unsendable or timeouts > RETRIES or reports > 1 or rounds > _MAX_DISCOVERY_ROUNDS:
                    raise
                if was_known and trouble.report != "notInTimeWindow":
                    self._engine.forget(self._peer)

    def _checked(self, response: Any, request: Any) -> Any:
        """The response, if it is one to this request; pysnmp looks at the number of the message alone."""
        number = self._api.apiPDU.get_request_id
        if response.tagSet == v2c.ResponsePDU.tagSet and number(response) == number(request):
            return response
        self._engine.tally.note("another request")
        self.note_refused({"another request": 1})
        raise SnmpTroubleError(garbled=True)

    def _read(self, response: Any) -> Rows:
        api = self._api.apiPDU
        if status := int(api.get_error_status(response)):
            return Rows([], status, int(response.getComponentByPosition(2)))
        try:
            return Rows([(tuple(name), snmp_value(value)) for name, value in api.get_varbinds(response)])
        except ValueError:
            raise FailedError(_NO_TYPE) from None


_NO_TYPE = Failure(Quality.MALFORMED, "The device answered with a type that SNMP does not have.")


def _peer(target: Target) -> Peer:
    secret = target.user if target.protocol == "snmp_v3" else target.community
    if secret is None:
        raise ValueError(f"{target}: no credential")
    return Peer(
        target.host, target.port, secret, target.protocol, target.context.encode(), target.max_message_bytes
    )


def _bulk_pdu(oids: Sequence[Oid], repetitions: int) -> Any:
    pdu = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(pdu)
    v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
    v2c.apiBulkPDU.set_max_repetitions(pdu, repetitions)
    v2c.apiBulkPDU.set_varbinds(pdu, [(oid, v2c.null) for oid in oids])
    return pdu


_PYSNMP_NAMES = {"unknownSecurityName": "unknownUserName", "authenticationFailure": "wrongDigest"}
"""What the library calls two reports, and what the standard does."""


def _failure(trouble: SnmpTroubleError, target: Target) -> Failure:
    if trouble.report:
        return words.reported(_PYSNMP_NAMES.get(trouble.report, trouble.report), target)
    if trouble.unsendable:
        return words.unsendable(trouble.unsendable, target)
    return words.garbled(target) if trouble.garbled else words.silence(target)
