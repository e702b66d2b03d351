"""Our own engine of SNMP v3: for informs we are the authority, so that senders ask us for name and time. Pure.

RFC 3414, 3.2 and 4: who does not know our engine yet, or its time, is told by a report; so is who uses another
user, key or level than we know, so that its own log can say what is wrong. A report never repeats anything of
what was sent but its number.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from collectors.requests import MAX_DATAGRAM, SnmpUser
from collectors.snmp.ber import COUNTER32, OCTETS, OID, SEQUENCE, encode_integer, encode_oid, tlv
from collectors.snmp.messages import AUTHENTICATED, ENCRYPTED, REPORT, VERSION_3
from collectors.snmp.usm import MAX_BOOTS, TIME_WINDOW_S, Keys

_ENTERPRISE = 32473
"""Reserved for examples (RFC 5612), as nobody has given us a number; the octets after it make it ours alone."""
_OCTETS_FORMAT = 5
_RANDOM_OCTETS = 12

LEVEL, TIME, USER, ENGINE, DIGEST, DECRYPTION = range(1, 7)
"""Reports by the last arc of their counter in usmStats."""
_STATS = "1.3.6.1.6.3.15.1.1"
_USM = 3


def new_engine_id() -> bytes:
    """An identifier that no other engine has (RFC 3411, SnmpEngineID)."""
    enterprise = (0x8000_0000 | _ENTERPRISE).to_bytes(4, "big")
    return enterprise + bytes((_OCTETS_FORMAT,)) + os.urandom(_RANDOM_OCTETS)


class OwnEngine:
    """``boots`` is one more at each start, ``read_seconds`` a steady clock; its time counts from now on."""

    def __init__(self, engine_id: bytes, boots: int, read_seconds: Callable[[], float]) -> None:
        self.engine_id, self.boots, self._read_seconds = engine_id, boots, read_seconds
        self._started_at = read_seconds()
        self._keys: dict[SnmpUser, Keys] = {}
        self._reported: Counter[int] = Counter()

    @property
    def time(self) -> int:
        return min(int(self._read_seconds() - self._started_at), MAX_BOOTS)

    def keys_of(self, user: SnmpUser) -> Keys:
        if user not in self._keys:
            self._keys[user] = Keys(user, self.engine_id)
        return self._keys[user]

    def is_timely(self, boots: int, time: int) -> bool:
        """Whether a message says our own time, within the window."""
        return boots == self.boots != MAX_BOOTS and abs(time - self.time) <= TIME_WINDOW_S

    def report(self, number: int, kind: int, *, user: bytes = b"", keys: Keys | None = None) -> bytes:
        """The report of this kind to message ``number``, signed if ``keys`` are given."""
        self._reported[kind] += 1
        name = tlv(OID, encode_oid(f"{_STATS}.{kind}.0"))
        count = tlv(COUNTER32, encode_integer(self._reported[kind] & 0x7FFF_FFFF)[2:])
        pdu = tlv(REPORT, encode_integer(0) * 3 + tlv(SEQUENCE, tlv(SEQUENCE, name + count)))
        scoped = tlv(SEQUENCE, tlv(OCTETS, self.engine_id) + tlv(OCTETS, b"") + pdu)
        return self.message(number, AUTHENTICATED if keys else 0, user, keys, scoped)

    def message(self, number: int, level: int, user: bytes, keys: Keys | None, scoped: bytes) -> bytes:
        """A message of ours on this level, with the scoped PDU that is given in the clear."""
        boots, time, salt, payload = self.boots, self.time, b"", scoped
        if keys and level & ENCRYPTED:
            cipher, salt = keys.encrypt(scoped, boots, time)
            payload = tlv(OCTETS, cipher)
        mac = bytes(keys.mac_octets if keys and level & AUTHENTICATED else 0)
        who = tlv(OCTETS, self.engine_id) + encode_integer(boots) + encode_integer(time)
        who += tlv(OCTETS, user) + tlv(OCTETS, mac) + tlv(OCTETS, salt)
        head = encode_integer(number) + encode_integer(MAX_DATAGRAM) + tlv(OCTETS, bytes((level,)))
        head = tlv(SEQUENCE, head + encode_integer(_USM))
        whole = encode_integer(VERSION_3) + head + tlv(OCTETS, tlv(SEQUENCE, who)) + payload
        message = tlv(SEQUENCE, whole)
        if not keys or not mac:
            return message
        end = len(message) - len(payload) - len(salt) - 2
        return message[: end - len(mac)] + keys.sign(message) + message[end:]
