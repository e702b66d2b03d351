"""Traps and informs as they come from the wire: who is believed, and what is answered. Without a socket.

Only communities and users that are listed are heard, and a user on its own level alone. A notification of v1, v2c,
or of a user without authentication is taken, but says of itself that it is not authenticated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from collectors.requests import SnmpUser
from collectors.snmp import own_engine
from collectors.snmp.ber import OCTETS, SEQUENCE, DecodeError, encode_integer, enter, read_integer, tlv
from collectors.snmp.exchange import RefusedError
from collectors.snmp.messages import (
    AUTHENTICATED,
    ENCRYPTED,
    REPORTABLE,
    VERSION_1,
    VERSION_2C,
    VERSION_3,
    V3Message,
    read_community_message,
    read_v3_message,
)
from collectors.snmp.notifications import Notification, read_notification, read_scope, response_to
from collectors.snmp.own_engine import OwnEngine
from collectors.snmp.senders import Senders
from collectors.snmp.usm import Keys
from collectors.snmp.v3 import open_scoped

NOT_UNDERSTOOD = "not understood"
NOT_LISTED = "community not listed"
UNKNOWN_USER = "user not listed"
WRONG_LEVEL = "another security level than the user's"
WRONG_DIGEST = "wrong digest"
NOT_TIMELY = "outside the time window"
NOT_DECRYPTED = "cannot be decrypted"
ANOTHER_ENGINE = "meant for another engine"

_VERSIONS = {VERSION_1: "v1", VERSION_2C: "v2c"}


@dataclass(frozen=True, slots=True)
class Told:
    """A notification that is believed to be what it says. ``answer`` acknowledges an inform; a trap has none.

    ``content`` is the same octets whenever the same is sent again.
    """

    what: Notification
    version: str
    content: bytes
    is_authenticated: bool = False
    answer: bytes = b""


class AnsweredError(RefusedError):
    """Refused, and the sender is told so."""

    def __init__(self, reason: str, answer: bytes) -> None:
        super().__init__(reason)
        self.answer = answer


class Hearing:
    """Communities and users of one way in. ``read_seconds`` is a steady clock."""

    def __init__(
        self,
        engine: OwnEngine,
        secrets: Iterable[SnmpUser | bytes],
        read_seconds: Callable[[], float],
        senders: Senders | None = None,
    ) -> None:
        secrets = list(secrets)
        self._engine = engine
        self._communities = frozenset(secret for secret in secrets if isinstance(secret, bytes))
        self._users = {user.name.encode(): user for user in secrets if isinstance(user, SnmpUser)}
        self._senders = Senders(read_seconds) if senders is None else senders

    def hear(self, datagram: bytes) -> Told | bytes:
        """What was told, or what is to be answered at once (a report).

        Raises :class:`RefusedError`; :class:`AnsweredError` if the sender is to be told.
        """
        try:
            at, end = enter(datagram, 0, len(datagram), SEQUENCE)
            version, _ = read_integer(datagram, at, end)
            if version == VERSION_3:
                return self._hear_v3(datagram)
            return self._hear_community(datagram)
        except DecodeError:
            raise RefusedError(NOT_UNDERSTOOD) from None

    def _hear_community(self, datagram: bytes) -> Told:
        version, community, at = read_community_message(datagram)
        if version not in _VERSIONS:
            raise DecodeError("another version")
        if community not in self._communities:
            raise RefusedError(NOT_LISTED)
        told = read_notification(datagram, at, len(datagram), version)
        answer = b""
        if told.is_inform:
            intro = encode_integer(version) + tlv(OCTETS, community)
            answer = tlv(SEQUENCE, intro + response_to(datagram, told))
        return Told(told, _VERSIONS[version], datagram, answer=answer)

    # --- v3

    def _hear_v3(self, datagram: bytes) -> Told | bytes:
        message = read_v3_message(datagram)
        if message.engine_id == self._engine.engine_id:
            return self._hear_inform(datagram, message)
        if message.flags & REPORTABLE and not message.engine_id:
            return self._engine.report(message.number, own_engine.ENGINE)  # it asks who we are
        try:
            return self._hear_trap(datagram, message)
        except RefusedError as refusal:
            if not message.flags & REPORTABLE:
                raise
            report = self._engine.report(message.number, own_engine.ENGINE)
            raise AnsweredError(refusal.reason, report) from None

    def _hear_trap(self, datagram: bytes, message: V3Message) -> Told:
        """The sender is the authority: its engine, its time."""
        if not message.engine_id:
            raise RefusedError(ANOTHER_ENGINE)
        user = self._user_of(message)
        sender = self._senders.get(user, message.user, message.engine_id)
        if message.flags & AUTHENTICATED:
            if not sender.keys.is_signed(datagram, message.mac, message.mac_at):
                raise RefusedError(WRONG_DIGEST)
            name = message.user, message.engine_id
            if reason := self._senders.take(sender, name, message.mac, message.boots, message.time):
                raise RefusedError(reason)
        told, data, _ = _read(datagram, message, sender.keys)
        if told.is_inform:
            raise RefusedError(ANOTHER_ENGINE)
        content = data[told.at : told.stop]
        return Told(told, "v3", content, is_authenticated=bool(message.flags & AUTHENTICATED))

    def _hear_inform(self, datagram: bytes, message: V3Message) -> Told:
        """We are the authority: our engine, our time."""
        try:
            keys = self._keys_for(datagram, message)
            told, data, scope = _read(datagram, message, keys)
        except RefusedError as refusal:
            raise self._reported(message, refusal.reason) from None
        if not told.is_inform:
            raise RefusedError(ANOTHER_ENGINE)
        level = message.flags & (AUTHENTICATED | ENCRYPTED)
        response = tlv(SEQUENCE, scope + response_to(data, told))
        answer = self._engine.message(message.number, level, message.user, keys, response)
        content = data[told.at : told.stop]
        return Told(told, "v3", content, is_authenticated=bool(level & AUTHENTICATED), answer=answer)

    def _keys_for(self, datagram: bytes, message: V3Message) -> Keys:
        keys = self._engine.keys_of(self._user_of(message))
        if message.flags & AUTHENTICATED:
            if not keys.is_signed(datagram, message.mac, message.mac_at):
                raise RefusedError(WRONG_DIGEST)
            if not self._engine.is_timely(message.boots, message.time):
                raise RefusedError(NOT_TIMELY)
        return keys

    def _user_of(self, message: V3Message) -> SnmpUser:
        user = self._users.get(message.user)
        if user is None:
            raise RefusedError(UNKNOWN_USER)
        level = bool(user.auth_protocol) * AUTHENTICATED | bool(user.priv_protocol) * ENCRYPTED
        if message.flags & (AUTHENTICATED | ENCRYPTED) != level:
            raise RefusedError(WRONG_LEVEL)
        return user

    def _reported(self, message: V3Message, reason: str) -> RefusedError:
        """The same refusal with the report that tells of it, if the sender asks for reports."""
        kind = _REPORTS.get(reason)
        if kind is None or not message.flags & REPORTABLE:
            return RefusedError(reason)
        # That the time is another is told to who has the key alone, as the sender takes ours from it.
        keys = self._engine.keys_of(self._users[message.user]) if kind == own_engine.TIME else None
        report = self._engine.report(message.number, kind, user=message.user, keys=keys)
        return AnsweredError(reason, report)


_REPORTS = {
    UNKNOWN_USER: own_engine.USER,
    WRONG_LEVEL: own_engine.LEVEL,
    WRONG_DIGEST: own_engine.DIGEST,
    NOT_TIMELY: own_engine.TIME,
    NOT_DECRYPTED: own_engine.DECRYPTION,
}


def _read(datagram: bytes, message: V3Message, keys: Keys) -> tuple[Notification, bytes, bytes]:
    """The notification, the data that it lies in, and how its scoped PDU begins."""
    try:
        data, at, stop = open_scoped(datagram, message, keys)
    except DecodeError:
        raise RefusedError(NOT_DECRYPTED if message.flags & ENCRYPTED else NOT_UNDERSTOOD) from None
    engine_id, context, start = read_scope(data, at, stop)
    scope = tlv(OCTETS, engine_id) + tlv(OCTETS, context)
    return read_notification(data, start, stop, VERSION_2C), data, scope
