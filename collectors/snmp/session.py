"""What is known of a device between requests of SNMP v3: its engine, its keys, its time. Pure."""

from __future__ import annotations

from collections.abc import Callable

from collectors.requests import MAX_DATAGRAM, SnmpUser
from collectors.snmp.ber import OCTETS, SEQUENCE, encode_integer, tlv
from collectors.snmp.messages import AUTHENTICATED, ENCRYPTED, VERSION_3, V3Message
from collectors.snmp.usm import AUTH, PRIV_KEY_OCTETS, EngineClock, Keys

_MESSAGE_START = encode_integer(VERSION_3)
_USM = encode_integer(3)


class Peer:
    """What one engine identifier stands for to one user: keys, time, and how its scoped PDUs begin."""

    __slots__ = ("clock", "engine_id", "keys", "scope")

    def __init__(
        self, user: SnmpUser, context: bytes, engine_id: bytes, read_seconds: Callable[[], float]
    ) -> None:
        self.engine_id = engine_id
        self.scope = tlv(OCTETS, engine_id) + tlv(OCTETS, context)
        self.keys = Keys(user, engine_id)
        self.clock = EngineClock(read_seconds)


class Session:
    """A device as one user knows it in one context. ``read_seconds`` is a steady clock.

    ``peer`` is the engine that is asked; ``is_confirmed`` says that nothing speaks against it. A peer that has
    answered is kept beside one that only a report speaks of.
    """

    __slots__ = (
        "_proven", "_read_seconds", "_sizes", "context", "is_confirmed", "level", "peer", "user", "user_name",
    )  # fmt: skip

    def __init__(
        self,
        user: SnmpUser,
        read_seconds: Callable[[], float],
        context: bytes = b"",
        max_message_bytes: int = MAX_DATAGRAM,
    ) -> None:
        if user.priv_protocol and not user.auth_protocol:
            raise ValueError("privacy needs authentication")
        if user.auth_protocol not in ("", *AUTH) or user.priv_protocol not in ("", *PRIV_KEY_OCTETS):
            raise ValueError(f"{user}: an unknown protocol")
        self.user, self.context, self._read_seconds = user, context, read_seconds
        self.user_name = user.name.encode()
        self.level = bool(user.auth_protocol) * AUTHENTICATED | bool(user.priv_protocol) * ENCRYPTED
        self._sizes = encode_integer(max_message_bytes)
        self.peer: Peer | None = None
        self._proven: Peer | None = None
        self.is_confirmed = False

    def head(self, number: bytes, flags: int) -> bytes:
        """Version and header of a message, whose number has four octets."""
        content = b"\x02\x04" + number + self._sizes + b"\x04\x01" + bytes((flags,)) + _USM
        return _MESSAGE_START + tlv(SEQUENCE, content)

    def learn(self, message: V3Message) -> None:
        """Ask the engine that this message names from now on, with its time as a hint."""
        if self._proven and self._proven.engine_id == message.engine_id:
            self.peer = self._proven
        elif self.peer is None or self.peer.engine_id != message.engine_id:
            self.peer = Peer(self.user, self.context, message.engine_id, self._read_seconds)
        self.peer.clock.hint(message.boots, message.time)
        self.is_confirmed = True

    def trust(self, peer: Peer) -> None:
        """It has answered: whatever was said of another engine meanwhile is void."""
        self.peer = self._proven = peer
        self.is_confirmed = True

    def doubt(self) -> None:
        """Ask for the engine identifier before the next request: another device may stand there now."""
        self.is_confirmed = False
