"""What a channel must not show: sealed with the installation's keys, bound to the channel."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from assets.alerts.models import Channel


class SealedError(Exception):
    """What was sealed does not open: another key, changed bytes, or bytes of another channel."""


def seal(channel: Channel, secret: Mapping[str, str]) -> None:
    """Set the secret of a channel that has been saved; the caller saves it again."""
    told = json.dumps({**secret, "channel": channel.pk})
    channel.sealed = _cipher(tuple(settings.CREDENTIAL_KEYS)).encrypt(told.encode())


def unseal(channel: Channel) -> dict[str, str]:
    """The secret in the clear; raises :class:`SealedError`."""
    try:
        told = json.loads(_cipher(tuple(settings.CREDENTIAL_KEYS)).decrypt(bytes(channel.sealed)))
    except InvalidToken as error:
        raise SealedError("The channel's secret does not open. Set it again.") from error
    if told.pop("channel") != channel.pk:
        raise SealedError("The secret is that of another channel.")
    return {str(name): str(value) for name, value in told.items()}


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    """The first key seals, all open."""
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"whereabouts alert channels")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
