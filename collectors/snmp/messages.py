"""Messages of SNMP v1, v2c and v3, built and parsed. Pure.

The only PDUs that can be built are the ones in :class:`Ask`; each of them reads.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from collectors.requests import GetAnswer, SnmpValue
from collectors.snmp.ber import (
    NO_NUMBER,
    NULL,
    NUMBERS,
    OCTETS,
    OID,
    SEQUENCE,
    DecodeError,
    encode_integer,
    encode_oid,
    enter,
    header,
    oid_text,
    read_integer,
    read_octets,
    read_plain,
    read_value,
    tlv,
)

VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3
RESPONSE, REPORT = 0xA2, 0xA8
AUTHENTICATED, ENCRYPTED, REPORTABLE = 1, 2, 4
MAX_ENGINE_ID, MAX_USER = 32, 32
_USM = 3

Binding = tuple[bytes, SnmpValue]
"""Content octets of an object identifier, and the value."""


class Ask(IntEnum):
    """What can be asked: the tags of the PDUs that read."""

    GET = 0xA0
    NEXT = 0xA1
    BULK = 0xA5


# --- numbers of requests


def _random_ids() -> Iterator[bytes]:
    while True:
        for number in struct.unpack(">1024I", os.urandom(4096)):
            yield (0x40000000 | number & 0x3FFFFFFF).to_bytes(4, "big")


_ids = _random_ids()


def new_id() -> bytes:
    """A number that nobody can guess, as the four content octets of a positive integer."""
    return next(_ids)


# --- requests


class Prepared:
    """A request, encoded but for its number. ``wanted`` are the identifiers as text and as whole elements."""

    __slots__ = ("_elements", "_names", "head", "oids", "tail", "wanted")

    def __init__(self, ask: Ask, contents: Sequence[bytes], second: int = 0, third: int = 0) -> None:
        names = [tlv(OID, content) for content in contents]
        bindings = b"".join(tlv(SEQUENCE, name + bytes((NULL, 0))) for name in names)
        self.tail = encode_integer(second) + encode_integer(third) + tlv(SEQUENCE, bindings)
        # The number of the request takes the place of four octets.
        self.head = tlv(Ask(ask), b"\x02\x04" + bytes(4) + self.tail)[: -len(self.tail) - 4]
        self.wanted = tuple(zip(map(oid_text, contents), names, strict=True))
        self.oids = tuple(map(oid_text, contents))
        self._names = dict(zip(contents, self.oids, strict=True))
        # Identifiers, and how far behind the beginning of its binding the value of each begins.
        self._elements = [(name, 2 + len(name)) for name in names]

    def pdu(self, number: bytes) -> bytes:
        return self.head + number + self.tail

    def read_answer(self, data: bytes, at: int, stop: int) -> Mapping[str, SnmpValue]:
        """What the bindings say of the objects that were asked for; others are left out.

        Nearly every agent answers object by object in the order of the request, so that comparing octets
        tells which is which.
        """
        try:
            answer = self._read_usual(data, at, stop)
        except IndexError:  # cut short
            answer = None
        if answer is not None:
            return answer
        bindings = dict(read_bindings(data, at, stop))
        return {text: bindings[oid] for oid, text in self._names.items() if oid in bindings}

    def _read_usual(self, data: bytes, at: int, stop: int) -> GetAnswer | None:
        """The answer, if it has every object in its order and no length of more than one octet."""
        kinds, raws = [], []
        for name, size in self._elements:
            value_at = at + size
            tag, length = data[value_at], data[value_at + 1]
            span = size + length
            if data[at] != SEQUENCE or data[at + 1] != span or span > 127:
                return None
            if not data.startswith(name, at + 2):
                return None
            end = at + 2 + span
            kind, most = NUMBERS.get(tag, NO_NUMBER)
            raw: int | bytes | str | None
            if not 0 < length <= most or data[value_at + 2] >= 0x80:
                kind, raw = read_plain(data[value_at:end])
            else:
                raw = int.from_bytes(data[value_at + 2 : end], "big")
            kinds.append(kind)
            raws.append(raw)
            at = end
        return GetAnswer(self.oids, tuple(kinds), raws) if at == stop else None


@lru_cache(maxsize=10_000)
def prepare_get(oids: tuple[str, ...]) -> Prepared:
    prepared = Prepared(Ask.GET, [encode_oid(oid) for oid in oids])
    if prepared.oids == oids:
        prepared.oids = oids  # the very strings that the answer will be compared with
    return prepared


@lru_cache(maxsize=2_000)
def prepare_next(contents: tuple[bytes, ...]) -> Prepared:
    return Prepared(Ask.NEXT, contents)


@lru_cache(maxsize=2_000)
def prepare_bulk(contents: tuple[bytes, ...], repetitions: int) -> Prepared:
    return Prepared(Ask.BULK, contents, 0, repetitions)


NOTHING_ASKED = Prepared(Ask.GET, ())


@lru_cache(maxsize=10_000)
def frame_community(prepared: Prepared, version: int, community: bytes) -> tuple[bytes, bytes]:
    """A v1 or v2c message, before and after the number of its request."""
    intro = community_intro(version, community)
    whole = tlv(SEQUENCE, intro + prepared.pdu(bytes(4)))
    return whole[: -len(prepared.tail) - 4], prepared.tail


@lru_cache(maxsize=10_000)
def community_intro(version: int, community: bytes) -> bytes:
    return encode_integer(version) + tlv(OCTETS, community)


# --- answers


class Pdu(NamedTuple):
    """A PDU; its bindings lie between ``at`` and ``stop`` of the data that it was read from.

    ``blamed`` is the error-index: which binding ``status`` is about, from 1.
    """

    tag: int
    number: int
    status: int
    blamed: int
    at: int
    stop: int


def read_pdu(data: bytes, at: int, stop: int) -> Pdu:
    """The PDU that fills the data from ``at`` to ``stop``."""
    tag, at, end = header(data, at, stop)
    if end != stop or tag not in (RESPONSE, REPORT):
        raise DecodeError("not a response")
    number, at = read_integer(data, at, stop)
    status, at = read_integer(data, at, stop)
    blamed, at = read_integer(data, at, stop)
    at, end = enter(data, at, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the bindings")
    return Pdu(tag, number, status, blamed, at, stop)


def usual_response(number: bytes) -> bytes:
    """How a response to this request begins, if it reports no error: number, status and index."""
    return b"\x02\x04" + number + b"\x02\x01\x00\x02\x01\x00"


def usual_bindings(data: bytes, intro: bytes, lead: bytes) -> int:
    """Where the bindings begin in a message that is encoded as nearly all are. 0: look closer."""
    _, at, stop = header(data, 0, len(data))
    if data[0] != SEQUENCE or stop != len(data) or not data.startswith(intro, at):
        return 0
    return usual_pdu(data, at + len(intro), stop, lead)


def usual_pdu(data: bytes, at: int, stop: int, lead: bytes) -> int:
    """The same for a PDU that begins at ``at``."""
    tag, at, end = header(data, at, stop)
    if tag != RESPONSE or end != stop or not data.startswith(lead, at):
        return 0
    tag, at, end = header(data, at + len(lead), stop)
    return at if tag == SEQUENCE and end == stop else 0


def read_bindings(data: bytes, at: int, stop: int) -> list[Binding]:
    bindings = []
    while at < stop:
        at, end = enter(data, at, stop, SEQUENCE)
        start, value_at = enter(data, at, end, OID)
        name = data[start:value_at]
        oid_text(name)  # refuses what is no identifier
        bindings.append((name, read_value(data[value_at:end])))
        at = end
    return bindings


def read_community_message(data: bytes) -> tuple[int, bytes, int]:
    """Version, community, and where the PDU begins, which ends with the message."""
    stop = len(data)
    at, end = enter(data, 0, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the message")
    version, at = read_integer(data, at, stop)
    community, at = read_octets(data, at, stop)
    return version, community, at


# --- SNMP v3


class V3Message(NamedTuple):
    """A v3 message. ``mac_at`` is where its code lies; the payload between ``at`` and the message's end."""

    number: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    mac: bytes
    mac_at: int
    salt: bytes
    at: int


def read_v3_message(data: bytes) -> V3Message:
    stop = len(data)
    at, end = enter(data, 0, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the message")
    version, at = read_integer(data, at, stop)
    if version != VERSION_3:
        raise DecodeError("another version")
    head, head_end = enter(data, at, stop, SEQUENCE)
    number, head = read_integer(data, head, head_end)
    _max_size, head = read_integer(data, head, head_end)
    flags, head = read_octets(data, head, head_end)
    model, head = read_integer(data, head, head_end)
    if len(flags) != 1 or model != _USM or head != head_end:
        raise DecodeError("another security model, or no header")
    at, security_end = enter(data, head_end, stop, OCTETS)
    at, end = enter(data, at, security_end, SEQUENCE)
    if end != security_end:
        raise DecodeError("something after the security parameters")
    engine_id, at = read_octets(data, at, end)
    boots, at = read_integer(data, at, end)
    time, at = read_integer(data, at, end)
    user, at = read_octets(data, at, end)
    mac_at, at = enter(data, at, end, OCTETS)
    mac = data[mac_at:at]
    salt, at = read_octets(data, at, end)
    if at != end or boots < 0 or time < 0 or len(engine_id) > MAX_ENGINE_ID or len(user) > MAX_USER:
        raise DecodeError("impossible security parameters")
    return V3Message(number, flags[0], engine_id, boots, time, user, mac, mac_at, salt, end)


def read_scoped_pdu(data: bytes, at: int, stop: int) -> tuple[bytes, bytes, Pdu]:
    """Context engine, context name and PDU, which fill the data from ``at`` to ``stop``."""
    at, end = enter(data, at, stop, SEQUENCE)
    if end != stop:
        raise DecodeError("something after the scoped PDU")
    engine_id, at = read_octets(data, at, end)
    context, at = read_octets(data, at, end)
    return engine_id, context, read_pdu(data, at, end)
