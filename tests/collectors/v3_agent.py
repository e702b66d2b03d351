"""An SNMP v3 agent in a few lines, without a socket, that can be told to lie in any field of its replies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from collectors.requests import SnmpUser
from collectors.snmp.ber import (
    OCTETS,
    SEQUENCE,
    encode_integer,
    encode_oid,
    enter,
    header,
    read_integer,
    read_octets,
    tlv,
)
from collectors.snmp.messages import V3Message, read_v3_message
from collectors.snmp.usm import Keys

USER = SnmpUser("poller", "sha256", "authentication-canary", "aes128", "privacy-canary-1")
ENGINE_ID = bytes.fromhex("80007ed9046669727374")
LEVELS = {"plain": 0, "authenticated": 1, "private": 3}
REPORTS = {"level": 1, "time": 2, "user": 3, "engine": 4, "digest": 5, "decryption": 6}


@dataclass(frozen=True)
class Reply:
    """Every field of a message that an agent sends; ``mac`` None: the right one."""

    number: int
    level: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    context_engine: bytes
    context: bytes
    pdu: bytes
    keys: Keys
    mac: bytes | None = None

    def encode(self) -> bytes:
        payload = tlv(SEQUENCE, tlv(OCTETS, self.context_engine) + tlv(OCTETS, self.context) + self.pdu)
        salt = b""
        if self.level & 2:
            cipher, salt = self.keys.encrypt(payload, self.boots, self.time)
            payload = tlv(OCTETS, cipher)
        size = self.keys.mac_octets if self.level & 1 else 0
        size = size if self.mac is None else len(self.mac)
        who = tlv(OCTETS, self.engine_id) + encode_integer(self.boots) + encode_integer(self.time)
        who += tlv(OCTETS, self.user) + tlv(OCTETS, bytes(size)) + tlv(OCTETS, salt)
        flags = bytes((self.level,))
        head = encode_integer(self.number) + encode_integer(65507) + tlv(OCTETS, flags) + encode_integer(3)
        message = tlv(
            SEQUENCE, encode_integer(3) + tlv(SEQUENCE, head) + tlv(OCTETS, tlv(SEQUENCE, who)) + payload
        )
        mac = self.keys.sign(message)[:size] if self.mac is None else self.mac
        end = len(message) - len(payload) - len(salt) - 2
        return message[: end - size] + mac + message[end:]


class V3Agent:
    """Objects from identifier to encoded value; ``boots`` and ``time`` stand still."""

    def __init__(
        self,
        values: dict[str, bytes],
        user: SnmpUser = USER,
        *,
        engine_id: bytes = ENGINE_ID,
        boots: int = 3,
        time: int = 1000,
        context: bytes = b"",
    ) -> None:
        self.context = context
        self.values = {encode_oid(oid): value for oid, value in values.items()}
        self.user, self.engine_id, self.boots, self.time = user, engine_id, boots, time
        self.keys = Keys(user, engine_id)
        self.level = bool(user.auth_protocol) + 2 * bool(user.priv_protocol)

    def answer(self, request: bytes) -> bytes:
        return self.reply(request).encode()

    def reply(self, request: bytes) -> Reply:
        """What an honest agent answers."""
        message = read_v3_message(request)
        if message.engine_id != self.engine_id:
            return self.report(request, "engine")
        if message.user != self.user.name.encode():
            return self.report(request, "user")
        if self.level and not self.keys.is_signed(request, message.mac, message.mac_at):
            return self.report(request, "digest")
        if self.level and (message.boots != self.boots or abs(message.time - self.time) > 150):
            return self.report(request, "time", level=1)
        scoped = self._scoped(request, message)
        return self._message(message.number, self.level, self._response(scoped))

    def report(self, request: bytes, name: str, *, level: int = 0) -> Reply:
        oid = encode_oid(f"1.3.6.1.6.3.15.1.1.{REPORTS[name]}.0")
        binding = tlv(SEQUENCE, tlv(6, oid) + b"\x41\x01\x07")
        pdu = tlv(0xA8, encode_integer(0) * 3 + tlv(SEQUENCE, binding))
        asked = read_v3_message(request)
        return replace(self._message(asked.number, level, pdu), user=asked.user)

    def _message(self, number: int, level: int, pdu: bytes) -> Reply:
        name = self.user.name.encode()
        return Reply(
            number,
            level,
            self.engine_id,
            self.boots,
            self.time,
            name,
            self.engine_id,
            self.context,
            pdu,
            self.keys,
        )

    def _scoped(self, request: bytes, message: V3Message) -> bytes:
        if not message.flags & 2:
            return request[message.at :]
        at, end = enter(request, message.at, len(request), OCTETS)
        return self.keys.decrypt(request[at:end], message.salt, message.boots, message.time)

    def _response(self, scoped: bytes) -> bytes:
        at, stop = enter(scoped, 0, len(scoped), SEQUENCE)
        for _ in range(2):
            _, at = read_octets(scoped, at, stop)
        _, at, stop = header(scoped, at, stop)
        number, at = read_integer(scoped, at, stop)
        for _ in range(2):
            _, at = read_integer(scoped, at, stop)
        at, stop = enter(scoped, at, stop, SEQUENCE)
        bindings = b""
        while at < stop:
            at, end = enter(scoped, at, stop, SEQUENCE)
            start, name_end = enter(scoped, at, end, 6)
            value = self.values.get(scoped[start:name_end], b"\x81\x00")
            bindings += tlv(SEQUENCE, scoped[at:name_end] + value)
            at = end
        return tlv(0xA2, encode_integer(number) + b"\x02\x01\x00\x02\x01\x00" + tlv(SEQUENCE, bindings))


def with_pdu_tag(reply: Reply, tag: int) -> Reply:
    return replace(reply, pdu=bytes((tag,)) + reply.pdu[1:])
