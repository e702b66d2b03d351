"""Secrets towards devices: sealed with AES-GCM, bound to their row, opened only to poll.

``settings.CREDENTIAL_KEYS`` holds the keys, outside the database: the first seals, all open. To change the
key, put the new one first, run ``manage.py rotate_credentials``, and take the old one out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from collectors.endpoint_rules import NOTHING, weaknesses_of
from collectors.models import Credential, Endpoint
from collectors.requests import Login, SnmpUser

AUTH_PROTOCOLS = ("sha256", "sha384", "sha512", "sha224", "sha1", "md5", NOTHING)
PRIV_PROTOCOLS = (
    "aes128", "aes192", "aes256", "aes192-blumenthal", "aes256-blumenthal", "des", "3des", NOTHING,
)  # fmt: skip
"""What a user may have; "none" is without that protection, and needs a reason at each endpoint."""

_PROTOCOLS = {Credential.Kind.SNMP_COMMUNITY.value: "community", Credential.Kind.LOGIN.value: "login"}
"""What kinds that have none to choose from are said to use."""
_VERSION = b"\x01"
_KEY_ID_BYTES, _NONCE_BYTES = 4, 12
_HEADER_BYTES = 1 + _KEY_ID_BYTES + _NONCE_BYTES
_MIN_KEY_CHARACTERS = 32
_MIN_PASSPHRASE_OCTETS = 8
_MOST_NAMED = 5


class CredentialUnreadableError(Exception):
    """A sealed secret does not open: wrong key, changed bytes, or bytes of another row."""


def seal_credential(*, credential: Credential, secret: Mapping[str, str]) -> Credential:
    """Set the secret of ``credential`` and save it.

    ``secret`` is ``{"community": …}`` for SNMP v1/v2c, ``{"name": …, "password": …}`` for a login, else ``{"name": …,
    "auth_protocol": …, "auth_key": …, "priv_protocol": …, "priv_key": …}``, where the key of a protocol "none" is
    empty. ValidationError names the field that is wrong, or the endpoints that would become weak without anybody
    having said why.
    """
    checked = check_secret(kind=credential.kind, secret=secret)
    check_uses(credential=credential, kind=credential.kind, secret=checked)
    credential.sealed = _seal(credential, json.dumps(checked).encode(), _keys()[0])
    credential.protocols = _PROTOCOLS.get(credential.kind) or _protocols(checked)
    credential.full_clean(exclude=["sealed"])
    credential.save()
    return credential


def check_secret(*, kind: str, secret: Mapping[str, str]) -> dict[str, str]:
    """The secret as it is sealed; ValidationError names the field that is wrong for this kind."""
    if kind == Credential.Kind.SNMP_COMMUNITY:
        return _check_community(secret)
    return _check_login(secret) if kind == Credential.Kind.LOGIN else _check_user(secret)


def check_uses(*, credential: Credential, kind: str, secret: Mapping[str, str]) -> None:
    """Raises ValidationError if an endpoint uses ``credential`` that gives no reason for what would be weak."""
    is_user = kind == Credential.Kind.SNMP_USM
    words = weaknesses_of(Endpoint.Protocol.SNMP_V3, _protocols(secret)) if is_user else []
    if not words:
        return
    users = Endpoint.objects.filter(credential=credential.pk, exception_reason="")
    if names := list(users.values_list("name", flat=True)[:_MOST_NAMED]):
        raise ValidationError(
            f"{' '.join(words)} Say first why that is accepted at the endpoints that use it: {', '.join(names)}."
        )


def open_credential(credential: Credential) -> SnmpUser | bytes | Login:
    """The secret in the clear: a community, a login, or an SNMP v3 user; raises CredentialUnreadableError."""
    secret = json.loads(_open(credential))
    if credential.kind == Credential.Kind.LOGIN:
        return Login(**secret)
    if _is_community(credential):
        return bytes(secret["community"], "utf-8")
    unprotected = {field: "" for field in ("auth_protocol", "priv_protocol") if secret[field] == NOTHING}
    return SnmpUser(**secret | unprotected)


def register_credential(*, name: str, kind: str, secret: Mapping[str, str]) -> Credential:
    """A new credential."""
    return seal_credential(credential=Credential(name=name, kind=kind), secret=secret)


def rotate_credentials() -> int:
    """Seal everything that an older key sealed with the first key; how many that were.

    Nothing is changed if one of them does not open. Polling goes on meanwhile: old and new both open.
    """
    newest = _keys()[0]
    count = 0
    with transaction.atomic():
        for credential in Credential.objects.select_for_update().order_by("pk"):
            before = bytes(credential.sealed)
            if _key_id_of(before) == newest[0]:
                continue
            sealed = _seal(credential, _open(credential), newest)
            count += Credential.objects.filter(pk=credential.pk, sealed=before).update(sealed=sealed)
    return count


def _seal(credential: Credential, plain: bytes, key: tuple[bytes, AESGCM]) -> bytes:
    key_id, cipher = key
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + key_id + nonce + cipher.encrypt(nonce, plain, _row(credential))


def _open(credential: Credential) -> bytes:
    sealed = bytes(credential.sealed)
    if len(sealed) <= _HEADER_BYTES or sealed[:1] != _VERSION:
        raise CredentialUnreadableError(
            f"Credential “{credential.name}” holds no sealed secret; enter it again."
        )
    nonce = sealed[1 + _KEY_ID_BYTES : _HEADER_BYTES]
    for key_id, cipher in _keys():
        if key_id == _key_id_of(sealed):
            try:
                return cipher.decrypt(nonce, sealed[_HEADER_BYTES:], _row(credential))
            except InvalidTag:
                raise CredentialUnreadableError(
                    f"Credential “{credential.name}” was changed outside the product or belongs to another "
                    "row; restore it or enter it again."
                ) from None
    raise CredentialUnreadableError(
        f"Credential “{credential.name}” was sealed with a key that CREDENTIAL_KEYS no longer holds."
    )


def _row(credential: Credential) -> bytes:
    """What binds a sealed secret to its row and kind."""
    return f"whereabouts.credential/{credential.pk}/{credential.kind}".encode()


def _key_id_of(sealed: bytes) -> bytes:
    return sealed[1 : 1 + _KEY_ID_BYTES]


def _keys() -> tuple[tuple[bytes, AESGCM], ...]:
    return _derive(tuple(settings.CREDENTIAL_KEYS))


@lru_cache(maxsize=4)
def _derive(secrets: tuple[str, ...]) -> tuple[tuple[bytes, AESGCM], ...]:
    if not secrets or any(len(secret) < _MIN_KEY_CHARACTERS for secret in secrets):
        raise ValueError(f"CREDENTIAL_KEYS needs keys of at least {_MIN_KEY_CHARACTERS} characters each")
    return tuple((_key_id(key), AESGCM(key)) for key in map(_stretch, secrets))


def _stretch(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"whereabouts device credentials").derive(secret.encode())


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"whereabouts key id" + key).digest()[:_KEY_ID_BYTES]


def _is_community(credential: Credential) -> bool:
    return credential.kind == Credential.Kind.SNMP_COMMUNITY


def _protocols(user: Mapping[str, str]) -> str:
    return f"{user['auth_protocol']}/{user['priv_protocol']}"


def _check_community(secret: Mapping[str, str]) -> dict[str, str]:
    _check_fields(secret, {"community"})
    if not 1 <= len(secret["community"].encode()) <= 255:
        raise ValidationError({"community": "A community has 1 to 255 characters."})
    return {"community": secret["community"]}


def _check_login(secret: Mapping[str, str]) -> dict[str, str]:
    """Either may be of any characters but NUL, which no protocol sends."""
    _check_fields(secret, {"name", "password"})
    errors = {
        field: f"A {words} has 1 to 200 characters."
        for field, words in (("name", "user name"), ("password", "password"))
        if not 1 <= len(secret[field]) <= 200 or "\0" in secret[field]
    }
    if errors:
        raise ValidationError(errors)
    return {field: secret[field] for field in ("name", "password")}


def _check_user(secret: Mapping[str, str]) -> dict[str, str]:
    fields = {"name", "auth_protocol", "auth_key", "priv_protocol", "priv_key"}
    _check_fields(secret, fields)
    errors = {}
    if not 1 <= len(secret["name"].encode()) <= 32:
        errors["name"] = "A user name has 1 to 32 characters."
    for part, known in (("auth", AUTH_PROTOCOLS), ("priv", PRIV_PROTOCOLS)):
        if secret[f"{part}_protocol"] not in known:
            errors[f"{part}_protocol"] = f"One of {', '.join(known)}."
        elif message := _wrong_key(secret[f"{part}_protocol"], secret[f"{part}_key"]):
            errors[f"{part}_key"] = message
    if secret["auth_protocol"] == NOTHING != secret["priv_protocol"]:
        errors.setdefault(
            "priv_protocol",
            "SNMP v3 has no privacy without authentication: choose both, or no privacy either.",
        )
    if errors:
        raise ValidationError(errors)
    return {field: secret[field] for field in sorted(fields)}


def _wrong_key(protocol: str, key: str) -> str:
    if protocol == NOTHING:
        return "Leave it empty, or choose a protocol that uses it." if key else ""
    if len(key.encode()) < _MIN_PASSPHRASE_OCTETS:
        return f"SNMP v3 needs at least {_MIN_PASSPHRASE_OCTETS} characters."
    return ""


def _check_fields(secret: Mapping[str, str], fields: set[str]) -> None:
    if set(secret) != fields or not all(isinstance(value, str) for value in secret.values()):
        raise ValidationError(f"A secret of this kind has exactly: {', '.join(sorted(fields))}.")
