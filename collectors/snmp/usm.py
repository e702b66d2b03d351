"""The user-based security model: keys, codes, ciphers and time (RFC 3414, 3826, 7860). Pure but for the salt.

Privacy keys longer than the digest are extended the way most devices do it ("aes256", by stretching the key
again, as 3DES does) or the other way ("aes256-blumenthal").
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable
from functools import lru_cache
from hmac import compare_digest

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from collectors.requests import SnmpUser
from collectors.snmp.ber import DecodeError

AUTH = {"md5": 12, "sha1": 12, "sha224": 16, "sha256": 24, "sha384": 32, "sha512": 48}
"""How many octets of the digest travel."""
PRIV_KEY_OCTETS = {
    "des": 16,
    "3des": 32,
    "aes128": 16,
    "aes192": 24,
    "aes256": 32,
    "aes192-blumenthal": 24,
    "aes256-blumenthal": 32,
}
TIME_WINDOW_S = 150
MAX_BOOTS = 2**31 - 1

_STRETCHED_OCTETS = 2**20
_BLOCK = 16
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))
_salts = itertools.count(int.from_bytes(os.urandom(8), "big"))


# --- keys


@lru_cache(maxsize=2_000)
def stretch(protocol: str, secret: bytes) -> bytes:
    """The key of a password: a digest of it, repeated to a mebibyte. Takes a millisecond."""
    whole = secret * (_STRETCHED_OCTETS // len(secret) + 1)
    return _digest(protocol, whole[:_STRETCHED_OCTETS])


def localize(protocol: str, key: bytes, engine_id: bytes) -> bytes:
    return _digest(protocol, key + engine_id + key)


def privacy_key(auth_protocol: str, priv_protocol: str, password: bytes, engine_id: bytes) -> bytes:
    """The localized key, extended if the cipher wants more than the digest gives."""
    wanted = PRIV_KEY_OCTETS[priv_protocol]
    key = localize(auth_protocol, stretch(auth_protocol, password), engine_id)
    while len(key) < wanted:
        if priv_protocol.endswith("blumenthal"):
            key += _digest(auth_protocol, key)
        else:
            key += localize(auth_protocol, stretch(auth_protocol, key), engine_id)
    return key[:wanted]


def _digest(protocol: str, data: bytes) -> bytes:
    return hashlib.new(protocol, data, usedforsecurity=False).digest()


class Keys:
    """What one user's secrets are at one engine. An empty protocol name: without that protection."""

    __slots__ = ("_hmac", "_privacy", "mac_octets")

    def __init__(self, user: SnmpUser, engine_id: bytes) -> None:
        self._hmac: _Hmac | None = None
        self._privacy: _Aes | _Des | None = None
        self.mac_octets = 0
        if user.auth_protocol:
            self.mac_octets = AUTH[user.auth_protocol]
            stretched = stretch(user.auth_protocol, user.auth_key.encode())
            self._hmac = _Hmac(user.auth_protocol, localize(user.auth_protocol, stretched, engine_id))
        if user.priv_protocol:
            key = privacy_key(user.auth_protocol, user.priv_protocol, user.priv_key.encode(), engine_id)
            self._privacy = _Aes(key) if user.priv_protocol.startswith("aes") else _Des(key)

    def sign(self, message: bytes) -> bytes:
        """The code of a message in which zeros stand in its place."""
        if self._hmac is None:
            return b""
        return self._hmac.code(message)[: self.mac_octets]

    def is_signed(self, message: bytes, mac: bytes, mac_at: int) -> bool:
        if self._hmac is None or len(mac) != self.mac_octets:
            return False
        blank = message[:mac_at] + bytes(self.mac_octets) + message[mac_at + self.mac_octets :]
        return compare_digest(self.sign(blank), mac)

    @property
    def padding(self) -> int:
        """How many octets may follow what was encrypted."""
        return self._privacy.padding if self._privacy else 0

    def encrypt(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """Ciphertext and salt."""
        if self._privacy is None:
            raise ValueError("this user has no privacy")
        return self._privacy.encrypt(plain, boots, time)

    def decrypt(self, data: bytes, salt: bytes, boots: int, time: int) -> bytes:
        if self._privacy is None or len(salt) != 8:
            raise DecodeError("nothing that could be decrypted")
        return self._privacy.decrypt(data, salt, boots, time)


class _Hmac:
    """RFC 2104. As two plain digests it is as fast as a library's object, which would be six hundred octets more for
    each device."""

    __slots__ = ("_digest", "_inner", "_outer")

    def __init__(self, protocol: str, key: bytes) -> None:
        self._digest = getattr(hashlib, protocol)
        block = self._digest(usedforsecurity=False).block_size
        padded = key.ljust(block, b"\0")
        self._inner, self._outer = padded.translate(_INNER), padded.translate(_OUTER)

    def code(self, message: bytes) -> bytes:
        digest = self._digest
        inner = digest(self._inner + message, usedforsecurity=False).digest()
        whole: bytes = digest(self._outer + inner, usedforsecurity=False).digest()
        return whole


class _Aes:
    """AES in CFB with 128 bits of feedback (RFC 3826)."""

    __slots__ = ("_algorithm", "_blocks")
    padding = 0

    def __init__(self, key: bytes) -> None:
        self._algorithm = AES(key)
        # The key stream of CFB when decrypting is the encryption of blocks that are all known: one call of a
        # cipher that is set up once costs a quarter of setting one up for each message.
        self._blocks = Cipher(self._algorithm, ECB()).encryptor()  # noqa: S305

    def encrypt(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        salt = (next(_salts) & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "big")
        return Cipher(self._algorithm, CFB(_aes_iv(boots, time, salt))).encryptor().update(plain), salt

    def decrypt(self, data: bytes, salt: bytes, boots: int, time: int) -> bytes:
        size = len(data)
        before = _aes_iv(boots, time, salt) + data
        stream = self._blocks.update(before[: (size + _BLOCK - 1) // _BLOCK * _BLOCK])
        return (int.from_bytes(data, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")


def _aes_iv(boots: int, time: int, salt: bytes) -> bytes:
    return boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt


class _Des:
    """DES (RFC 3414) and 3DES, both in CBC: the last eight octets of the key mask the salt."""

    __slots__ = ("_algorithm", "_mask")
    padding = 8

    def __init__(self, key: bytes) -> None:
        secret, self._mask = key[:-8], int.from_bytes(key[-8:], "big")
        self._algorithm: CipherAlgorithm = TripleDES(secret * (24 // len(secret)))

    def encrypt(self, plain: bytes, boots: int, _time: int) -> tuple[bytes, bytes]:
        salt = boots.to_bytes(4, "big") + (next(_salts) & 0xFFFF_FFFF).to_bytes(4, "big")
        filled = plain + bytes(-len(plain) % 8)
        return Cipher(self._algorithm, CBC(self._iv(salt))).encryptor().update(filled), salt

    def decrypt(self, data: bytes, salt: bytes, _boots: int, _time: int) -> bytes:
        if len(data) % 8:
            raise DecodeError("a ciphertext of a broken block")
        return Cipher(self._algorithm, CBC(self._iv(salt))).decryptor().update(data)

    def _iv(self, salt: bytes) -> bytes:
        return (int.from_bytes(salt, "big") ^ self._mask).to_bytes(8, "big")


# --- time


class EngineClock:
    """A device's count of boots and its seconds since, as far as it is known (RFC 3414, 2.3).

    ``read_seconds`` is a steady clock. What an unauthenticated report says is a hint: it makes the first
    request acceptable, and the first authentic message replaces it.
    """

    __slots__ = ("_heard_at", "_is_proven", "_read_seconds", "_time", "boots")

    def __init__(self, read_seconds: Callable[[], float]) -> None:
        self._read_seconds = read_seconds
        self._is_proven = False
        self.boots = self._time = 0
        self._heard_at = read_seconds()

    @property
    def time(self) -> int:
        """The device's time now."""
        return min(self._time + int(self._read_seconds() - self._heard_at), MAX_BOOTS)

    def hint(self, boots: int, time: int) -> None:
        if not self._is_proven:
            self._set(boots, time)

    def resynchronize(self, boots: int, time: int) -> None:
        """An authentic answer to a message of the moment says that this is the time, also if it goes back."""
        self._set(boots, time)
        self._is_proven = True

    def accept(self, boots: int, time: int) -> bool:
        """Whether an authentic message of this time is timely; if it is, and newer, the clock follows it."""
        if not self._is_proven:
            self.resynchronize(boots, time)
            return boots != MAX_BOOTS
        if boots > self.boots or (boots == self.boots and time > self._time):
            self._set(boots, time)
        return boots == self.boots and boots != MAX_BOOTS and time >= self.time - TIME_WINDOW_S

    def _set(self, boots: int, time: int) -> None:
        self.boots, self._time, self._heard_at = boots, time, self._read_seconds()
