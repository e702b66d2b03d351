"""One request of SNMP v3, with all that may come between it and its answer.

Discovery, time and reports follow RFC 3412 and 3414, with these choices. What an unauthenticated report says
is a hint at best: it may cost a repetition, never change what a reply must prove, and never end a request that
a proper answer may still come to. A device that restarted, lost its count of boots or was replaced is found
again within the same request. All of it is bounded.
"""

from __future__ import annotations

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
    NOTHING_ASKED,
    REPORT,
    REPORTABLE,
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
from collectors.snmp.session import Peer, Session
from collectors.snmp.usm import Keys

MAX_ROUNDS = 3
"""How often one request may learn of another engine or another time."""
MAX_REPORTS = 2
"""How many reports that anyone can forge it takes to believe that no answer will come in the turn's time."""

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


class V3Exchange(Exchange):
    """A request of SNMP v3. Each datagram has a number of its own; an answer to any of them counts."""

    __slots__ = ("_latest_report", "_reported", "_reports", "_rounds", "_sent", "_session")

    def __init__(self, session: Session, prepared: Prepared, decode: Decode, wait_s: float) -> None:
        super().__init__(prepared, decode, wait_s)
        self._session = session
        self._sent: dict[int, Peer | None] = {}
        self._reported: set[tuple[int, str]] = set()
        self._latest_report = ""
        self._rounds = self._reports = 0

    def begin(self) -> Turn:
        number = new_id()
        peer = self._session.peer if self._session.is_confirmed else None
        self._sent[int.from_bytes(number, "big")] = peer
        message = self._request(number, peer) if peer else self._discovery(number)
        return Turn(message, self._wait_s)

    def expire(self) -> Turn | None:
        self._session.doubt()
        if self._is_given_up:
            self._end_by(self._latest_report)
            return None
        return super().expire()

    @property
    def _is_given_up(self) -> bool:
        """Too much speaks against an answer to send once more; one that comes in time still counts."""
        return self._reports >= MAX_REPORTS or self._rounds > MAX_ROUNDS

    # --- what is sent

    def _discovery(self, number: bytes) -> bytes:
        security = tlv(SEQUENCE, b"\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00")
        scoped = tlv(SEQUENCE, b"\x04\x00\x04\x00" + NOTHING_ASKED.pdu(self._id))
        return tlv(SEQUENCE, self._session.head(number, REPORTABLE) + tlv(OCTETS, security) + scoped)

    def _request(self, number: bytes, peer: Peer) -> bytes:
        session, keys = self._session, peer.keys
        payload = tlv(SEQUENCE, peer.scope + self._prepared.pdu(self._id))
        boots, time, salt = peer.clock.boots, peer.clock.time, b""
        if session.level & ENCRYPTED:
            cipher, salt = keys.encrypt(payload, boots, time)
            payload = tlv(OCTETS, cipher)
        who = tlv(OCTETS, peer.engine_id) + encode_integer(boots) + encode_integer(time)
        who += tlv(OCTETS, session.user_name) + tlv(OCTETS, bytes(keys.mac_octets)) + tlv(OCTETS, salt)
        security = tlv(OCTETS, tlv(SEQUENCE, who))
        message = tlv(SEQUENCE, session.head(number, session.level | REPORTABLE) + security + payload)
        mac_end = len(message) - len(payload) - len(salt) - 2
        return message[: mac_end - keys.mac_octets] + keys.sign(message) + message[mac_end:]

    # --- what is believed

    def receive(self, datagram: bytes) -> Turn | None:
        try:
            message = read_v3_message(datagram)
            if message.number not in self._sent:
                raise RefusedError("another message")
            peer = self._sent[message.number]
            level = message.flags & (AUTHENTICATED | ENCRYPTED)
            if level & ENCRYPTED and level != self._session.level:
                raise RefusedError("another security level")
            if level & AUTHENTICATED:
                self._authenticate(datagram, message, peer)
            data, at, stop = open_scoped(datagram, message, peer.keys if peer else None)
            if level == self._session.level and self._take_usual(data, at, stop, message, peer):
                return None
            return self._take_unusual(data, at, stop, message, peer)
        except DecodeError:
            raise RefusedError("not understood") from None

    def _authenticate(self, datagram: bytes, message: V3Message, peer: Peer | None) -> None:
        if not self._check_names(message, peer).keys.is_signed(datagram, message.mac, message.mac_at):
            raise RefusedError("wrong digest")

    def _check_names(self, message: V3Message, peer: Peer | None) -> Peer:
        """The engine that was asked, if the message is of it and for this user."""
        if peer is None or message.engine_id != peer.engine_id or message.user != self._session.user_name:
            raise RefusedError("another engine or user")
        return peer

    def _check_source(self, message: V3Message, peer: Peer | None) -> Peer:
        """The same for a response, which must be of now besides."""
        asked = self._check_names(message, peer)
        if self._session.level and not asked.clock.accept(message.boots, message.time):
            raise RefusedError("outside the time window")
        return asked

    def _take_usual(self, data: bytes, at: int, stop: int, message: V3Message, peer: Peer | None) -> bool:
        """Take a response that is encoded as nearly all are; what is not must be looked at closely."""
        start, end = enter(data, at, stop, SEQUENCE)
        if peer is None or end != stop or not data.startswith(peer.scope, start):
            return False
        start = usual_pdu(data, start + len(peer.scope), stop, usual_response(self._id))
        if not start:
            return False
        self._check_source(message, peer)
        self.answer = self._decode(data, start, stop)
        self._session.trust(peer)
        self.is_done = True
        return True

    def _take_unusual(
        self, data: bytes, at: int, stop: int, message: V3Message, peer: Peer | None
    ) -> Turn | None:
        engine_id, context, pdu = read_scoped_pdu(data, at, stop)
        if pdu.tag == REPORT:
            return self._take_report(_report_name(data, pdu), message, peer)
        if message.flags & (AUTHENTICATED | ENCRYPTED) != self._session.level:
            raise RefusedError("another security level")
        asked = self._check_source(message, peer)
        if (engine_id, context) != (asked.engine_id, self._session.context):
            raise RefusedError("another context")
        self._take_response(data, pdu)
        self._session.trust(asked)
        return None

    def _take_report(self, name: str, message: V3Message, peer: Peer | None) -> Turn | None:
        if (message.number, name) in self._reported:
            raise RefusedError("a report told twice")
        if name == "unknownEngineID" and not message.engine_id:
            raise RefusedError("another engine or user")
        if (self._is_given_up and name != "unknownEngineID") or self._rounds > MAX_ROUNDS:
            raise RefusedError("a report too many")
        self._reported.add((message.number, name))
        if message.flags & AUTHENTICATED and peer:
            return self._take_authentic_report(name, message, peer)
        if name == "unknownEngineID":
            return self._take_discovery(message)
        return self._take_complaint(name)

    def _take_discovery(self, message: V3Message) -> Turn | None:
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            self._latest_report = self._latest_report or "unknownEngineID"
            return None
        self._session.learn(message)
        return self.begin()

    def _take_complaint(self, name: str) -> Turn | None:
        """Nobody signed it, so it only makes doubt; an answer to what was sent still counts."""
        self._reports += 1
        self._latest_report = name
        if self._is_given_up:
            return None
        self._session.doubt()  # some agents complain of the user before they look at the engine identifier
        return self.begin()

    def _take_authentic_report(self, name: str, message: V3Message, peer: Peer) -> Turn | None:
        self._rounds += 1
        if name != "notInTimeWindow" or self._rounds > MAX_ROUNDS:
            self._end_by(name)
            return None
        peer.clock.resynchronize(message.boots, message.time)
        return self.begin()

    def _end_by(self, report: str) -> None:
        self.report = report
        self.is_done = True


def open_scoped(datagram: bytes, message: V3Message, keys: Keys | None) -> tuple[bytes, int, int]:
    """The scoped PDU in the clear: in which data, from where to where."""
    stop = len(datagram)
    if not message.flags & ENCRYPTED:
        return datagram, message.at, stop
    at, end = enter(datagram, message.at, stop, OCTETS)
    if keys is None or end != stop:
        raise DecodeError("something after the ciphertext")
    plain = keys.decrypt(datagram[at:end], message.salt, message.boots, message.time)
    end = header(plain, 0, len(plain))[2]
    if len(plain) - end > keys.padding:
        raise DecodeError("something after the scoped PDU")
    return plain, 0, end


def _report_name(data: bytes, pdu: Pdu) -> str:
    bindings = read_bindings(data, pdu.at, pdu.stop)
    if not bindings:
        raise DecodeError("a report of nothing")
    text = oid_text(bindings[0][0]).removesuffix(".0")
    return _REPORTS.get(text, text)
