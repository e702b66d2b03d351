"""SNMP v2c and v3 through pysnmp: GET, and GETBULK for tables. One retry, and one more after a report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pysnmp.proto.api import v2c

from assets.words import Quality
from collectors.drivers.snmp_engines import Engine, Peer, SnmpTroubleError
from collectors.drivers.snmp_values import Oid, dotted, parse_oid, snmp_value
from collectors.drivers.snmp_walk import TooBigError, walk
from collectors.drivers.turns import ask_in_turn
from collectors.requests import Answer, Failure, RawPoll, Request, SnmpGet, SnmpTable, SnmpValue, Target
from collectors.snmp import words

log = logging.getLogger(__name__)

RETRIES = 1
_MAX_DISCOVERY_ROUNDS = 3
_DISCOVERY = frozenset({"unknownEngineID", "notInTimeWindow"})
_TOO_BIG = 1
Bindings = list[tuple[Oid, SnmpValue]]


class DeviceSaidError(Exception):
    """The device answered with an error-status."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class PysnmpDriver:
    """Shares engines and sockets between all devices; every failure of a device comes back as a Failure."""

    name = "pysnmp"

    def __init__(self) -> None:
        self._engines: list[Engine] = []

    async def open(self) -> None:
        """Sockets open with the first request."""

    async def close(self) -> None:
        engines, self._engines = self._engines, []
        for engine in engines:
            await engine.close()

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        peer = _peer(target)
        session = Session(self._engine_for(peer), peer, target)
        return await ask_in_turn(requests, session.ask)

    def _engine_for(self, peer: Peer) -> Engine:
        for engine in self._engines:
            if (peer.host, peer.port) in engine.peers and engine.has_room_for(peer):
                return engine
        for engine in self._engines:
            if engine.has_room_for(peer):
                return engine
        self._engines.append(Engine())
        return self._engines[-1]


class Session:
    """One poll of one device."""

    def __init__(self, engine: Engine, peer: Peer, target: Target) -> None:
        self._engine, self._peer, self._target = engine, peer, target

    async def ask(self, request: Request) -> Answer:
        try:
            if isinstance(request, SnmpGet):
                return await self._get(request.oids)
            if isinstance(request, SnmpTable):
                return await walk(request, self._get_bulk)
        except TooBigError:
            return Failure(
                Quality.DEVICE_ERROR,
                "The device says that even half of the answer is too big (tooBig): ask for fewer objects.",
            )
        except DeviceSaidError as said:
            return said.failure
        except SnmpTroubleError as trouble:
            return _failure(trouble, self._target)
        raise TypeError(f"SNMP does not know {type(request).__name__}")

    async def _get(self, oids: tuple[str, ...]) -> Answer:
        """The objects asked for, and no others. An answer too big is asked for again in two halves, once."""
        wanted = [parse_oid(oid) for oid in oids]
        try:
            bindings = await self._exchange(_get_pdu(wanted))
        except TooBigError:
            if len(wanted) < 2:
                raise
            half = len(wanted) // 2
            bindings = await self._exchange(_get_pdu(wanted[:half]))
            bindings += await self._exchange(_get_pdu(wanted[half:]))
        found = dict(bindings)
        answer = {text: found[oid] for text, oid in zip(oids, wanted, strict=True) if oid in found}
        if not answer:
            return Failure(
                Quality.MALFORMED, "The device answered, but with none of the objects that were asked for."
            )
        return answer

    async def _get_bulk(self, cursors: Sequence[Oid], repetitions: int) -> Bindings:
        return await self._exchange(_bulk_pdu(cursors, repetitions))

    async def _exchange(self, pdu: Any) -> Bindings:
        """Send until there is an answer, within bounds; raises what went wrong."""
        timeouts = reports = rounds = 0
        while True:
            was_known = self._peer.is_v3 and self._engine.knows(self._peer)
            try:
                return _bindings(await self._engine.send(self._peer, pdu, self._target.timeout_s), pdu)
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


def _peer(target: Target) -> Peer:
    secret = target.user if target.protocol == "snmp_v3" else target.community
    if secret is None:
        raise ValueError(f"{target}: no credential")
    return Peer(target.host, target.port, secret)


def _get_pdu(oids: Sequence[Oid]) -> Any:
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_varbinds(pdu, [(oid, v2c.null) for oid in oids])
    return pdu


def _bulk_pdu(oids: Sequence[Oid], repetitions: int) -> Any:
    pdu = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(pdu)
    v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
    v2c.apiBulkPDU.set_max_repetitions(pdu, repetitions)
    v2c.apiBulkPDU.set_varbinds(pdu, [(oid, v2c.null) for oid in oids])
    return pdu


def _bindings(response: Any, request: Any) -> Bindings:
    if response.tagSet != v2c.ResponsePDU.tagSet or (
        v2c.apiPDU.get_request_id(response) != v2c.apiPDU.get_request_id(request)
    ):
        raise SnmpTroubleError(garbled=True)
    if status := int(v2c.apiPDU.get_error_status(response)):
        if status == _TOO_BIG:
            raise TooBigError
        raise DeviceSaidError(_said(status, response, request))
    try:
        return [(tuple(name), snmp_value(value)) for name, value in v2c.apiPDU.get_varbinds(response)]
    except ValueError:
        raise DeviceSaidError(
            Failure(Quality.MALFORMED, "The device answered with a type that SNMP does not have.")
        ) from None


def _said(status: int, response: Any, request: Any) -> Failure:
    index = int(v2c.apiPDU.get_error_index(response, muteErrors=True))
    asked = v2c.apiPDU.get_varbinds(request)
    return words.device_said(status, dotted(tuple(asked[index - 1][0])) if 0 < index <= len(asked) else "")


_PYSNMP_NAMES = {"unknownSecurityName": "unknownUserName", "authenticationFailure": "wrongDigest"}
"""What the library calls two reports, and what the standard does."""


def _failure(trouble: SnmpTroubleError, target: Target) -> Failure:
    if trouble.report:
        return words.reported(_PYSNMP_NAMES.get(trouble.report, trouble.report), target)
    if trouble.unsendable:
        return words.unsendable(trouble.unsendable, target)
    return words.garbled(target) if trouble.garbled else words.silence(target)
