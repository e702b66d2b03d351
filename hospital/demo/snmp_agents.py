"""SNMP agents over UDP, one engine and one port each, that answer with what a device holds.

They read only: no responder for SET is registered, so a SET is not understood. A user who has keys for
authentication and privacy is not believed without them; pysnmp sees to that.
"""

from __future__ import annotations

import socket
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.smi.instrum import AbstractMibInstrumController

from hospital.demo import endpoints as wire
from hospital.demo.snmp_engines import add_user, boots_now, make_engine
from hospital.demo.snmp_faces import Objects, Oid

Snapshot = Callable[[], Objects]
"""What a device holds now; the same mapping again while the pages of a walk shall agree."""

MAX_VARBINDS = 400
"""In one answer to GETBULK: about 16 kB, which loopback carries."""

_TYPES = {
    "integer": rfc1902.Integer32,
    "octets": rfc1902.OctetString,
    "oid": rfc1902.ObjectIdentifier,
    "counter32": rfc1902.Counter32,
    "gauge32": rfc1902.Gauge32,
    "timeticks": rfc1902.TimeTicks,
}


class Agent:
    """One simulated SNMP device on ``port``; it answers nothing while ``is_silent()``."""

    def __init__(
        self, spec: wire.EndpointSpec, sock: socket.socket, snapshot: Snapshot, is_silent: Callable[[], bool]
    ) -> None:
        self.spec = spec
        self.port: int = sock.getsockname()[1]
        self._engine = make_engine(spec.key, boots_now())
        transport = _Transport(is_silent)
        config.add_transport(self._engine, udp.DOMAIN_NAME, transport.open_server_mode(sock=sock))
        if spec.protocol == "snmp_v3":
            add_user(self._engine, wire.SNMP_USER, wire.SNMP_AUTH_KEY, wire.SNMP_PRIV_KEY)
        else:
            config.add_v1_system(self._engine, "community", wire.COMMUNITY)
        objects = context.SnmpContext(self._engine)
        objects.context_names[b""] = _Memory(snapshot)
        cmdrsp.GetCommandResponder(self._engine, objects)
        cmdrsp.NextCommandResponder(self._engine, objects)
        _BulkResponder(self._engine, objects)

    def close(self) -> None:
        self._engine.close_dispatcher()


class _BulkResponder(cmdrsp.BulkCommandResponder):  # type: ignore[misc]  # pysnmp is untyped
    max_varbinds = MAX_VARBINDS


class _Transport(udp.UdpTransport):  # type: ignore[misc]  # pysnmp is untyped
    """A socket that can turn a deaf ear."""

    def __init__(self, is_silent: Callable[[], bool]) -> None:
        super().__init__()
        self._is_silent = is_silent

    def datagram_received(self, datagram: bytes, transport_address: Any) -> None:
        if not self._is_silent():
            super().datagram_received(datagram, transport_address)


class _Memory(AbstractMibInstrumController):  # type: ignore[misc]  # pysnmp is untyped
    """Answers GET and GETNEXT from a sorted list of objects."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._objects: Objects = {}
        self._order: list[Oid] = []

    def read_variables(self, *var_binds: Any, **_context: Any) -> list[Any]:
        self._refresh()
        return [(name, self._value(tuple(name), rfc1905.noSuchInstance)) for name, _ in var_binds]

    def read_next_variables(self, *var_binds: Any, **_context: Any) -> list[Any]:
        self._refresh()
        return [self._next(name) for name, _ in var_binds]

    def _refresh(self) -> None:
        objects = self._snapshot()
        if objects is not self._objects:
            self._objects, self._order = objects, sorted(objects)

    def _value(self, oid: Oid, otherwise: Any = None) -> Any:
        found = self._objects.get(oid)
        return otherwise if found is None else _encoded(*found)

    def _next(self, name: Any) -> tuple[Any, Any]:
        index = bisect_right(self._order, tuple(name))
        if index == len(self._order):
            return name, rfc1905.endOfMibView
        oid = self._order[index]
        return _name(oid), self._value(oid)


@lru_cache(maxsize=16384)
def _name(oid: Oid) -> rfc1902.ObjectName:
    return rfc1902.ObjectName(oid)


@lru_cache(maxsize=16384)
def _encoded(kind: str, value: int | bytes | Oid) -> Any:
    return _TYPES[kind](value)
