"""What devices tell unasked: traps of v1, traps and informs of v2c, as PDUs. Pure.

A trap of v1 gets the identifier that RFC 3584 gives it. Its agent-addr is read as strictly as all the rest and
then left: anybody can write anything there, so who sent the datagram counts alone.
"""

from __future__ import annotations

from typing import NamedTuple

from collectors.snmp.ber import (
    IPADDRESS,
    OID,
    SEQUENCE,
    TIMETICKS,
    DecodeError,
    encode_integer,
    encode_oid,
    enter,
    header,
    oid_text,
    read_integer,
    read_octets,
    read_value,
    tlv,
)
from collectors.snmp.messages import RESPONSE, VERSION_1, read_bindings

TRAP_1, INFORM, TRAP = 0xA4, 0xA6, 0xA7
_NAME = encode_oid("1.3.6.1.6.3.1.1.4.1.0")
"""snmpTrapOID.0, whose value says which trap it is."""
_STANDARD = "1.3.6.1.6.3.1.1.5"
_ENTERPRISE_SPECIFIC = 6


class Notification(NamedTuple):
    """``oid`` says what happened. The PDU lies between ``at`` and ``stop`` of the data that it was read from."""

    oid: str
    at: int
    stop: int
    number: int = 0
    is_inform: bool = False


def read_notification(data: bytes, at: int, stop: int, version: int) -> Notification:
    """The PDU that fills the data from ``at`` to ``stop``."""
    tag, start, end = header(data, at, stop)
    if end != stop or tag not in ((TRAP_1,) if version == VERSION_1 else (TRAP, INFORM)):
        raise DecodeError("no notification")
    if tag == TRAP_1:
        return Notification(_read_first(data, start, stop), at, stop)
    number, start = read_integer(data, start, stop)
    for _ in range(2):  # an error-status and an error-index, which mean nothing here
        _, start = read_integer(data, start, stop)
    return Notification(_named(data, start, stop), at, stop, number, is_inform=tag == INFORM)


def response_to(data: bytes, inform: Notification) -> bytes:
    """The PDU that acknowledges an inform: its number and its bindings, as they came."""
    _, at, stop = header(data, inform.at, inform.stop)
    for _ in range(3):
        _, at = read_integer(data, at, stop)
    return tlv(RESPONSE, encode_integer(inform.number) + encode_integer(0) * 2 + data[at:stop])


def read_scope(data: bytes, at: int, stop: int) -> tuple[bytes, bytes, int]:
    """Context engine and context name of a scoped PDU that fills the data, and where its PDU begins."""
    at, end = enter(data, at, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the scoped PDU")
    engine_id, at = read_octets(data, at, end)
    context, at = read_octets(data, at, end)
    return engine_id, context, at


def _named(data: bytes, at: int, stop: int) -> str:
    start, end = enter(data, at, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the bindings")
    for name, value in read_bindings(data, start, stop):
        if name == _NAME and isinstance(value.value, str) and value.type == "oid":
            return value.value
    raise DecodeError("a notification without a name")


def _read_first(data: bytes, at: int, stop: int) -> str:
    start, at = enter(data, at, stop, OID)
    enterprise = oid_text(data[start:at])
    _, at = _typed(data, at, stop, IPADDRESS)
    generic, at = read_integer(data, at, stop)
    specific, at = read_integer(data, at, stop)
    _, at = _typed(data, at, stop, TIMETICKS)
    start, end = enter(data, at, stop, SEQUENCE)
    if end != stop or not 0 <= generic <= _ENTERPRISE_SPECIFIC or specific < 0:
        raise DecodeError("an impossible trap")
    read_bindings(data, start, stop)
    if generic < _ENTERPRISE_SPECIFIC:
        return f"{_STANDARD}.{generic + 1}"
    return f"{enterprise}.0.{specific}"


def _typed(data: bytes, at: int, stop: int, tag: int) -> tuple[object, int]:
    _, end = enter(data, at, stop, tag)
    return read_value(data[at:end]), end
