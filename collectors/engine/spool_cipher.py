"""Records at rest are sealed: what a spool holds says which equipment did what, and may lie on a disk for days.

The key comes from ``settings.CREDENTIAL_KEYS``, as those of device credentials do: the first seals, all open. A
record names its key, so that one written before a change of keys is read after it, as long as the older key is listed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_ID_BYTES, _NONCE_BYTES = 4, 12


class RecordSealedError(Exception):
    """A record was sealed with a key that is not listed, or was changed since."""


class SpoolCipher:
    """AES-256-GCM with keys derived from ``secrets``."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._ciphers = dict(_derive(secret) for secret in secrets)
        self._newest = _derive(secrets[0])[0]

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """``plain`` sealed; it opens only together with the same ``bound_to``."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The inverse of :meth:`seal`; RecordSealedError if that cannot be."""
        key_id = sealed[:KEY_ID_BYTES]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise RecordSealedError(
                f"sealed with the key {key_id.hex()}, which CREDENTIAL_KEYS does not hold"
            )
        body = KEY_ID_BYTES + _NONCE_BYTES
        try:
            return cipher.decrypt(sealed[KEY_ID_BYTES:body], sealed[body:], bound_to)
        except InvalidTag:
            raise RecordSealedError("changed since it was sealed") from None


def default_cipher() -> SpoolCipher:
    return _cipher_of(tuple(settings.CREDENTIAL_KEYS))


@lru_cache(maxsize=4)
def _cipher_of(secrets: tuple[str, ...]) -> SpoolCipher:
    return SpoolCipher(secrets)


@lru_cache(maxsize=16)
def _derive(secret: str) -> tuple[bytes, AESGCM]:
    key = HKDF(SHA256(), 32, salt=None, info=b"whereabouts spool").derive(secret.encode())
    return hashlib.sha256(b"whereabouts spool key id" + key).digest()[:KEY_ID_BYTES], AESGCM(key)
