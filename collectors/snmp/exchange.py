"""One request and what becomes of it, without a socket: which datagrams to send, which replies to believe.

Whoever holds an :class:`Exchange` sends what each :class:`Turn` says, hands it all that comes from the
device's address, and tells it when the turn's time is over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

from collectors.snmp.ber import DecodeError
from collectors.snmp.messages import (
    RESPONSE,
    Pdu,
    Prepared,
    community_intro,
    frame_community,
    new_id,
    read_community_message,
    read_pdu,
    usual_bindings,
    usual_response,
)

TRIES = 2

Decode = Callable[[bytes, int, int], Any]
"""Makes the answer of the bindings between two places of the data; raises DecodeError."""


class RefusedError(Exception):
    """A datagram that is no answer to this request; ``reason`` is a few words, the same for each cause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Turn(NamedTuple):
    """Send ``datagram``, unless it is empty, and wait for an answer until ``wait_s`` from now."""

    datagram: bytes
    wait_s: float


class Exchange(ABC):
    """A request under way. When ``is_done``, one of these says how it ended:

    ``answer`` (what ``decode`` made of the bindings); ``status`` and ``blamed`` (the device's error-status,
    not 0, and which object it is about); ``report`` (the name of the report that ended it); or none of them:
    silence, or nothing but garbage (``is_garbled``). ``refused`` counts by reason what came and was not believed;
    None: nothing did.
    """

    __slots__ = (
        "_decode", "_id", "_prepared", "_tries", "_wait_s",
        "answer", "blamed", "is_done", "refused", "report", "status",
    )  # fmt: skip

    def __init__(self, prepared: Prepared, decode: Decode, wait_s: float) -> None:
        self._prepared, self._decode, self._wait_s = prepared, decode, wait_s
        self._id = new_id()
        self._tries = 0
        self.answer: Any = None
        self.status = self.blamed = 0
        self.report = ""
        self.is_done = False
        self.refused: dict[str, int] | None = None

    @abstractmethod
    def begin(self) -> Turn: ...

    @abstractmethod
    def receive(self, datagram: bytes) -> Turn | None:
        """Take a datagram from the device's address; raises :class:`RefusedError` and is as it was before.

        Without a turn, and not done, the present one goes on.
        """

    @property
    def is_garbled(self) -> bool:
        return self.refused is not None

    def note_refused(self, reason: str) -> None:
        self.refused = self.refused or {}
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def expire(self) -> Turn | None:
        """The turn's time is over. ``is_done`` if there is no other."""
        self._tries += 1
        if self._tries < TRIES:
            return self.begin()
        self.is_done = True
        return None

    def _take_response(self, data: bytes, pdu: Pdu) -> None:
        if pdu.tag != RESPONSE:
            raise RefusedError("not a response")
        if pdu.number != int.from_bytes(self._id, "big"):
            raise RefusedError("another request")
        if pdu.status:
            self.status, self.blamed = pdu.status, pdu.blamed
        else:
            self.answer = self._decode(data, pdu.at, pdu.stop)
        self.is_done = True


class CommunityExchange(Exchange):
    """A request of SNMP v1 or v2c. A second try repeats the datagram: a late answer to the first is one."""

    __slots__ = ("_community", "_version")

    def __init__(
        self, version: int, community: bytes, prepared: Prepared, decode: Decode, wait_s: float
    ) -> None:
        super().__init__(prepared, decode, wait_s)
        self._version, self._community = version, community

    def begin(self) -> Turn:
        before, after = frame_community(self._prepared, self._version, self._community)
        return Turn(before + self._id + after, self._wait_s)

    def receive(self, datagram: bytes) -> Turn | None:
        try:
            intro = community_intro(self._version, self._community)
            at = usual_bindings(datagram, intro, usual_response(self._id))
            if at:
                self.answer = self._decode(datagram, at, len(datagram))
                self.is_done = True
            else:
                self._receive_unusual(datagram)
        except DecodeError:
            raise RefusedError("not understood") from None
        return None

    def _receive_unusual(self, datagram: bytes) -> None:
        version, community, at = read_community_message(datagram)
        if (version, community) != (self._version, self._community):
            raise RefusedError("another community or version")
        self._take_response(datagram, read_pdu(datagram, at, len(datagram)))
