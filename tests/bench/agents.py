"""Simulated SNMP devices for the bench: thousands of them behind one socket, v2c and v3, as cheap as can be.

They answer GET (and tell a v3 manager their engine and time), each at its own address of 127/8, and their
values change from poll to poll: a cache of whole answers would be measured as what it is worth on real devices.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing.connection import Connection
from typing import Any

from collectors.requests import SnmpUser
from collectors.snmp.ber import (
    GAUGE32,
    OCTETS,
    OID,
    SEQUENCE,
    encode_integer,
    encode_oid,
    enter,
    header,
    read_integer,
    read_octets,
    tlv,
)
from collectors.snmp.messages import AUTHENTICATED, ENCRYPTED, RESPONSE, V3Message, read_v3_message
from collectors.snmp.usm import Keys


@dataclass(frozen=True, slots=True)
class Changing:
    """A value above ``least`` by something less than ``spread``, the same at each poll of a device, and something
    less than ``jitter``, new with each. Both are powers of two, and no value takes more octets than ``least``."""

    least: int
    spread: int
    jitter: int


Values = Mapping[str, int | Changing]
"""Instance OID → Gauge32."""

USER = SnmpUser("poller", "sha256", "authentication-canary", "aes128", "privacy-canary-1")
ENGINE_ID = bytes.fromhex("80007ed904")
"""The four octets of its address make an agent's engine identifier of it."""
SILENT_NETWORK = bytes((127, 20))
"""Agents at 127.20/16 hear and say nothing."""

_RECEIVE_BUFFER = 4 << 20
_PKTINFO = 8  # socket.IP_PKTINFO has a name from Python 3.14 on
_ZERO = b"\x02\x01\x00"
_NO_INSTANCE = b"\x81\x00"
_UNKNOWN_ENGINE, _NOT_IN_TIME = "1.3.6.1.6.3.15.1.1.4.0", "1.3.6.1.6.3.15.1.1.2.0"


def serve_v2c(ready: Connection, answered: Any, values: dict[str, int | Changing]) -> None:
    """Answers for every address of 127/8, whatever the community; sends the port to ``ready``."""
    bindings = Bindings(values)
    _serve(ready, answered, lambda message, address: answer_v2c(message, address, bindings))


def serve_v3(ready: Connection, answered: Any, values: dict[str, int | Changing]) -> None:
    """The same for :data:`USER` of SNMP v3, with an engine of its own behind each address."""
    agents = V3Agents(Bindings(values))
    _serve(ready, answered, agents.answer)


def _serve(ready: Connection, answered: Any, answer: Callable[[bytes, bytes], bytes]) -> None:
    """One socket for all addresses: ten thousand would be the costliest part of each agent."""
    agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    agent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    agent.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")  # nothing from outside gets in
    agent.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
    agent.bind(("", 0))
    ready.send(agent.getsockname()[1])
    while True:
        message, control, _flags, sender = agent.recvmsg(65535, 64)
        address = control[0][2][8:12]  # in_pktinfo: interface, local address, address in the header
        if not address.startswith(SILENT_NETWORK):
            # Told back as it came, the control message makes the address that was asked the one that answers.
            agent.sendmsg((answer(message, address),), control, 0, sender)
            answered.value += 1


_Template = tuple[list[bytes], list[tuple[int, Changing, int]]]
"""What stands still of an answer, with room for what changes in between; and where that is, in how many octets."""


class Bindings:
    """The variable bindings of answers."""

    def __init__(self, values: Values) -> None:
        self._values = {encode_oid(oid): value for oid, value in values.items()}
        self._templates: dict[bytes, _Template] = {}

    def answer(self, asked: bytes, address: bytes) -> bytes:
        """To the encoded bindings of a GET that was sent to this address."""
        template = self._templates.get(asked)
        if template is None:
            template = self._templates[asked] = self._make_template(asked)
        parts, changing = template
        device, moment = _bits_of(address), random.getrandbits(64)
        for place, value, width in changing:
            number = value.least + (device & value.spread - 1) + (moment & value.jitter - 1)
            parts[place] = number.to_bytes(width, "big")
            device >>= 5
            moment >>= 5
        return b"".join(parts)

    def _make_template(self, asked: bytes) -> _Template:
        parts, changing, size = [b""], [], 0
        for name, content in _names(asked):
            value = self._values.get(content)
            if isinstance(value, Changing):
                width = len(_unsigned(value.least))
                binding = tlv(SEQUENCE, name + tlv(GAUGE32, bytes(width)))
                parts[-1] += binding[:-width]
                changing.append((len(parts), value, width))
                parts += [bytes(width), b""]
            else:
                binding = tlv(
                    SEQUENCE, name + (_NO_INSTANCE if value is None else tlv(GAUGE32, _unsigned(value)))
                )
                parts[-1] += binding
            size += len(binding)
        parts[0] = tlv(SEQUENCE, bytes(size))[:-size] + parts[0]
        return parts, changing


def _names(asked: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The identifiers in the bindings of a GET: the whole element, and its content."""
    at, stop = enter(asked, 0, len(asked), SEQUENCE)
    while at < stop:
        at, end = enter(asked, at, stop, SEQUENCE)
        start, value_at = enter(asked, at, end, OID)
        yield asked[at:value_at], asked[start:value_at]
        at = end


@cache
def _bits_of(address: bytes) -> int:
    """64 bits that belong to an address."""
    return int.from_bytes(sha256(address).digest()[:8], "big")


def _unsigned(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def answer_v2c(message: bytes, address: bytes, bindings: Bindings) -> bytes:
    """To a GET that was sent to this address."""
    at, stop = enter(message, 0, len(message), SEQUENCE)
    _version, community_at = read_integer(message, at, stop)
    _community, pdu_at = read_octets(message, community_at, stop)
    return tlv(SEQUENCE, message[at:pdu_at] + _respond(message, pdu_at, stop, address, bindings))


def _respond(data: bytes, at: int, stop: int, address: bytes, bindings: Bindings) -> bytes:
    """The response to the GET between two places of the data."""
    _, at, stop = header(data, at, stop)
    _, number_end = read_integer(data, at, stop)
    _, status_end = read_integer(data, number_end, stop)
    _, bindings_at = read_integer(data, status_end, stop)
    return tlv(
        RESPONSE, data[at:number_end] + _ZERO + _ZERO + bindings.answer(data[bindings_at:stop], address)
    )


class V3Agents:
    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._started = time.monotonic()
        self._keys = cache(lambda engine_id: Keys(USER, engine_id))

    def answer(self, datagram: bytes, address: bytes) -> bytes:
        """An answer to an authentic request of now; a report to everything else."""
        message, engine_id = read_v3_message(datagram), ENGINE_ID + address
        keys = self._keys(engine_id)
        if message.engine_id != engine_id:
            return self._report(message, engine_id, _UNKNOWN_ENGINE, keys)
        if not keys.is_signed(datagram, message.mac, message.mac_at):
            raise ValueError("a request that is not authentic")
        if abs(message.time - self._time()) > 150:
            return self._report(message, engine_id, _NOT_IN_TIME, keys, AUTHENTICATED)
        at, end = enter(datagram, message.at, len(datagram), OCTETS)
        plain = keys.decrypt(datagram[at:end], message.salt, message.boots, message.time)
        at, stop = enter(plain, 0, len(plain), SEQUENCE)
        _, name_at = read_octets(plain, at, stop)
        _, pdu_at = read_octets(plain, name_at, stop)
        scoped = plain[at:pdu_at] + _respond(plain, pdu_at, stop, address, self._bindings)
        return self._message(message, engine_id, scoped, keys, AUTHENTICATED | ENCRYPTED)

    def _time(self) -> int:
        return 1000 + int(time.monotonic() - self._started)

    def _report(self, asked: V3Message, engine_id: bytes, oid: str, keys: Keys, level: int = 0) -> bytes:
        binding = tlv(SEQUENCE, tlv(OID, encode_oid(oid)) + b"\x41\x01\x07")
        pdu = tlv(0xA8, _ZERO * 3 + tlv(SEQUENCE, binding))
        return self._message(asked, engine_id, tlv(OCTETS, engine_id) + b"\x04\x00" + pdu, keys, level)

    def _message(self, asked: V3Message, engine_id: bytes, scoped: bytes, keys: Keys, level: int) -> bytes:
        payload, salt, now = tlv(SEQUENCE, scoped), b"", self._time()
        if level & ENCRYPTED:
            cipher, salt = keys.encrypt(payload, 1, now)
            payload = tlv(OCTETS, cipher)
        mac_octets = keys.mac_octets if level & AUTHENTICATED else 0
        who = tlv(OCTETS, engine_id) + b"\x02\x01\x01" + encode_integer(now)
        who += tlv(OCTETS, asked.user) + tlv(OCTETS, bytes(mac_octets)) + tlv(OCTETS, salt)
        head = (
            encode_integer(asked.number) + b"\x02\x03\x00\xff\xe3\x04\x01" + bytes((level,)) + b"\x02\x01\x03"
        )
        message = tlv(
            SEQUENCE, b"\x02\x01\x03" + tlv(SEQUENCE, head) + tlv(OCTETS, tlv(SEQUENCE, who)) + payload
        )
        if not mac_octets:
            return message
        mac_end = len(message) - len(payload) - len(salt) - 2
        return message[: mac_end - mac_octets] + keys.sign(message) + message[mac_end:]
