"""SNMP v3: what is known of a device between polls, and one request with all that may come between.

Discovery, time and reports follow RFC 3412 and 3414, with these choices. What an unauthenticated report says
is a hint at best: it may cost a repetition, never change what a reply must prove. A device that restarted,
lost its count of boots or was replaced is found again within the same request. All of it is bounded.
"""

from __future__ import annotations

from collections.abc import Callable

from collectors.requests import SnmpUser
from collectors.snmp.ber import (
    OCTETS,
    SEQUENCE,
    DecodeError,
    encode_integer,
    enter,
    header,
    oid_text,
    tlv,
)
from collectors.snmp.exchange import Decode, Exchange, RefusedError, Turn
from collectors.snmp.messages import (
    AUTHENTICATED,
    ENCRYPTED,
    MAX_DATAGRAM,
    NOTHING_ASKED,
    REPORT,
    REPORTABLE,
    VERSION_3,
    Pdu,
    Prepared,
    V3Message,
    new_id,
    read_bindings,
    read_scoped_pdu,
    read_v3_message,
    usual_pdu,
    usual_response,
)
from collectors.snmp.usm import AUTH, PRIV_KEY_OCTETS, EngineClock, Keys

GRACE_S = 0.25
"""How long a proper answer may still come after reports, which anyone can forge, said that none will."""
MAX_ROUNDS = 3
"""How often one request may learn of another engine or another time."""
MAX_REPORTS = 2

_REPORTS = {
    "1.3.6.1.6.3.15.1.1.1": "unsupportedSecurityLevel",
    "1.3.6.1.6.3.15.1.1.2": "notInTimeWindow",
    "1.3.6.1.6.3.15.1.1.3": "unknownUserName",
    "1.3.6.1.6.3.15.1.1.4": "unknownEngineID",
    "1.3.6.1.6.3.15.1.1.5": "wrongDigest",
    "1.3.6.1.6.3.15.1.1.6": "decryptionError",
    "1.3.6.1.6.3.11.2.1.1": "unknownSecurityModel",
    "1.3.6.1.6.3.11.2.1.2": "invalidMessage",
    "1.3.6.1.6.3.11.2.1.3": "unknownPDUHandler",
    "1.3.6.1.6.3.12.1.4": "unavailableContext",
    "1.3.6.1.6.3.12.1.5": "unknownContext",
}
_MESSAGE_START = encode_integer(VERSION_3)
_HEADER_MIDDLE = encode_integer(MAX_DATAGRAM) + b"\x04\x01"
_HEADER_END = encode_integer(3)


class Session:
    """A device as one user knows it. ``read_seconds`` is a steady clock."""

    __slots__ = (
        "_read_seconds", "clock", "context", "engine_id", "is_confirmed", "keys", "level", "scope", "user",
        "user_name",
    )  # fmt: skip

    def __init__(self, user: SnmpUser, read_seconds: Callable[[], float], context: bytes = b"") -> None:
        if user.priv_protocol and not user.auth_protocol:
            raise ValueError("privacy needs authentication")
        if user.auth_protocol not in ("", *AUTH) or user.priv_protocol not in ("", *PRIV_KEY_OCTETS):
            raise ValueError(f"{user}: an unknown protocol")
        self.user, self.context, self._read_seconds = user, context, read_seconds
        self.user_name = user.name.encode()
        self.level = bool(user.auth_protocol) * AUTHENTICATED | bool(user.priv_protocol) * ENCRYPTED
        self.engine_id = self.scope = b""
        self.keys: Keys | None = None
        self.clock = EngineClock(read_seconds)
        self.is_confirmed = False

    def learn(self, message: V3Message) -> None:
        """Take over an engine identifier and, as a hint, its time."""
        if message.engine_id != self.engine_id:
            self.engine_id = message.engine_id
            self.scope = tlv(OCTETS, message.engine_id) + tlv(OCTETS, self.context)
            self.keys = Keys(self.user, message.engine_id)
            self.clock = EngineClock(self._read_seconds)
        self.clock.hint(message.boots, message.time)
        self.is_confirmed = True

    def doubt(self) -> None:
        """Ask for the engine identifier before the next request: another device may stand there now."""
        self.is_confirmed = False


class V3Exchange(Exchange):
    """A request of SNMP v3. Each datagram has a number of its own; an answer to any of them counts."""

    __slots__ = ("_latest_report", "_numbers", "_reported", "_reports", "_rounds", "_session")

    def __init__(self, session: Session, prepared: Prepared, decode: Decode, wait_s: float) -> None:
        super().__init__(prepared, decode, wait_s)
        self._session = session
        self._numbers: set[int] = set()
        self._reported: set[int] = set()
        self._latest_report = ""
        self._rounds = self._reports = 0

    def begin(self) -> Turn:
        number = new_id()
        self._numbers.add(int.from_bytes(number, "big"))
        keys = self._session.keys if self._session.is_confirmed else None
        message = self._request(number, keys) if keys else self._discovery(number)
        return Turn(message, self._wait_s)

    def expire(self) -> Turn | None:
        if self._reports >= MAX_REPORTS:
            self._end_by(self._latest_report)
            return None
        self._session.doubt()
        return super().expire()

    # --- what is sent

    def _discovery(self, number: bytes) -> bytes:
        security = tlv(SEQUENCE, b"\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00")
        scoped = tlv(SEQUENCE, b"\x04\x00\x04\x00" + NOTHING_ASKED.pdu(self._id))
        return tlv(SEQUENCE, _head(number, REPORTABLE) + tlv(OCTETS, security) + scoped)

    def _request(self, number: bytes, keys: Keys) -> bytes:
        session = self._session
        payload = tlv(SEQUENCE, session.scope + self._prepared.pdu(self._id))
        boots, time, salt = session.clock.boots, session.clock.time, b""
        if session.level & ENCRYPTED:
            cipher, salt = keys.encrypt(payload, boots, time)
            payload = tlv(OCTETS, cipher)
        who = tlv(OCTETS, session.engine_id) + encode_integer(boots) + encode_integer(time)
        who += tlv(OCTETS, session.user_name) + tlv(OCTETS, bytes(keys.mac_octets)) + tlv(OCTETS, salt)
        security = tlv(OCTETS, tlv(SEQUENCE, who))
        message = tlv(SEQUENCE, _head(number, session.level | REPORTABLE) + security + payload)
        mac_end = len(message) - len(payload) - len(salt) - 2
        return message[: mac_end - keys.mac_octets] + keys.sign(message) + message[mac_end:]

    # --- what is believed

    def receive(self, datagram: bytes) -> Turn | None:
        session = self._session
        try:
            message = read_v3_message(datagram)
            if message.number not in self._numbers:
                raise RefusedError("another message")
            level = message.flags & (AUTHENTICATED | ENCRYPTED)
            if level & ENCRYPTED and level != session.level:
                raise RefusedError("another security level")
            if level & AUTHENTICATED:
                self._authenticate(datagram, message)
            data, at, stop = self._open(datagram, message)
            if level == session.level and self._take_usual(data, at, stop, message):
                return None
            engine_id, context, pdu = read_scoped_pdu(data, at, stop)
            if pdu.tag == REPORT:
                return self._take_report(_report_name(data, pdu), message)
            if level != session.level:
                raise RefusedError("another security level")
            self._check_source(message)
            if (engine_id, context) != (session.engine_id, session.context):
                raise RefusedError("another context")
            self._take_response(data, pdu)
        except DecodeError:
            raise RefusedError("not understood") from None
        return None

    def _authenticate(self, datagram: bytes, message: V3Message) -> None:
        self._check_names(message)
        keys = self._session.keys
        if keys is None or not keys.is_signed(datagram, message.mac, message.mac_at):
            raise RefusedError("wrong digest")

    def _check_names(self, message: V3Message) -> None:
        if message.engine_id != self._session.engine_id or message.user != self._session.user_name:
            raise RefusedError("another engine or user")

    def _check_source(self, message: V3Message) -> None:
        """A response is of this engine, for this user, and of now."""
        self._check_names(message)
        if self._session.level and not self._session.clock.accept(message.boots, message.time):
            raise RefusedError("outside the time window")

    def _open(self, datagram: bytes, message: V3Message) -> tuple[bytes, int, int]:
        """The scoped PDU in the clear: in which data, from where to where."""
        stop = len(datagram)
        if not message.flags & ENCRYPTED:
            return datagram, message.at, stop
        keys = self._session.keys
        at, end = enter(datagram, message.at, stop, OCTETS)
        if keys is None or end != stop:
            raise DecodeError("something after the ciphertext")
        plain = keys.decrypt(datagram[at:end], message.salt, message.boots, message.time)
        end = header(plain, 0, len(plain))[2]
        if len(plain) - end > keys.padding:
            raise DecodeError("something after the scoped PDU")
        return plain, 0, end

    def _take_usual(self, data: bytes, at: int, stop: int, message: V3Message) -> bool:
        """Take a response that is encoded as nearly all are; what is not must be looked at closely."""
        start, end = enter(data, at, stop, SEQUENCE)
        lead = self._session.scope
        if end != stop or not data.startswith(lead, start):
            return False
        start = usual_pdu(data, start + len(lead), stop, usual_response(self._id))
        if not start:
            return False
        self._check_source(message)
        self.answer = self._decode(data, start, stop)
        self.is_done = True
        return True

    def _take_report(self, name: str, message: V3Message) -> Turn | None:
        if message.number in self._reported:
            raise RefusedError("a report told twice")
        if name == "unknownEngineID" and not message.engine_id:
            raise RefusedError("another engine or user")
        self._reported.add(message.number)
        is_authentic = bool(message.flags & AUTHENTICATED)
        if name == "unknownEngineID":
            self._session.learn(message)
            return self._next_round(name)
        if name == "notInTimeWindow" and is_authentic:
            self._session.clock.resynchronize(message.boots, message.time)
            return self._next_round(name)
        self._latest_report = name
        self._reports += 1
        if is_authentic:
            self._end_by(name)
            return None
        if self._reports >= MAX_REPORTS:
            return Turn(b"", min(GRACE_S, self._wait_s))
        self._session.doubt()  # some agents complain of the user before they look at the engine identifier
        return self.begin()

    def _next_round(self, name: str) -> Turn | None:
        self._rounds += 1
        if self._rounds <= MAX_ROUNDS:
            return self.begin()
        self._end_by(name)
        return None

    def _end_by(self, report: str) -> None:
        self.report = report
        self.is_done = True


def _head(number: bytes, flags: int) -> bytes:
    """Version and header of a message, whose number has four octets."""
    return _MESSAGE_START + tlv(
        SEQUENCE, b"\x02\x04" + number + _HEADER_MIDDLE + bytes((flags,)) + _HEADER_END
    )


def _report_name(data: bytes, pdu: Pdu) -> str:
    bindings = read_bindings(data, pdu.at, pdu.stop)
    if not bindings:
        raise DecodeError("a report of nothing")
    text = oid_text(bindings[0][0]).removesuffix(".0")
    return _REPORTS.get(text, text)
