"""By web push: to a browser's push service, encrypted for that browser alone."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from assets.alerts.messages import Message
from assets.alerts.sending.errors import SendingError
from assets.alerts.sending.guard import checked_target

KEPT_S = 12 * 3600
TIMEOUT_S = 10.0
_GONE = frozenset({404, 410})


def send(_target: str, secret: Mapping[str, str], message: Message) -> None:
    endpoint = secret["endpoint"]
    if urlsplit(endpoint).scheme != "https" and settings.IS_HTTPS:
        raise SendingError("A push service is reached over https.", is_permanent=True)
    checked_target(endpoint, settings.PUSH_HOSTS)
    told = {
        "title": message.title,
        "body": message.text,
        "url": message.address,
        "tag": message.facts.get("alert"),
        "severity": message.severity,
        "token": message.token,
    }
    try:
        webpush(
            {"endpoint": endpoint, "keys": {"p256dh": secret["p256dh"], "auth": secret["auth"]}},
            json.dumps(told),
            vapid_private_key=_vapid(settings.VAPID_KEY_FILE),
            vapid_claims={"sub": settings.VAPID_CONTACT},
            ttl=KEPT_S,
            timeout=TIMEOUT_S,
            headers={"Urgency": "high" if message.severity == "critical" else "normal"},
        )
    except WebPushException as error:
        status = getattr(error.response, "status_code", None)
        words = "The browser does not take notifications any more." if status in _GONE else str(error)
        raise SendingError(words, is_permanent=status in _GONE, is_gone=status in _GONE) from error
    except (OSError, ValueError) as error:
        raise SendingError(f"The push service did not take it: {error}") from error


def public_key() -> str:
    """By which a browser knows who may send to it."""
    point = _vapid(settings.VAPID_KEY_FILE).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


@lru_cache(maxsize=2)
def _vapid(path: str) -> Vapid02:
    """The installation's own key; made on first use, readable by its owner alone."""
    file = Path(path)
    if not file.exists():
        _make(file)
    return Vapid02.from_pem(file.read_bytes())


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:  # another process was first
        return
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(pem)
