"""By webhook: a signed POST to a host that an administrator has allowed. Redirects are not followed."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from assets.alerts.messages import Message
from assets.alerts.sending.errors import SendingError
from assets.alerts.sending.guard import checked_target

TIMEOUT_S = 10.0
_FINE, _REDIRECTS = range(200, 300), range(300, 400)
_AGAIN = frozenset({408, 425, 429})


def send(target: str, secret: Mapping[str, str], message: Message) -> None:
    """The body's signature is HMAC-SHA256 over the timestamp, a dot and the body, with the channel's key."""
    host, address, port = checked_target(target, settings.ALERT_HOSTS)
    body = json.dumps(
        {"title": message.title, "text": message.text, "address": message.address, **message.facts}
    ).encode()
    stamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "whereabouts",
        "X-Whereabouts-Delivery": message.token,
        "X-Whereabouts-Timestamp": stamp,
        "X-Whereabouts-Signature": f"sha256={signature(secret['key'], stamp, body)}",
    }
    _judge(_post(target, host, address, port, body, headers))


def signature(key: str, stamp: str, body: bytes) -> str:
    return hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(target: str, host: str, address: str, port: int, body: bytes, headers: Mapping[str, str]) -> int:
    """The status. Connects to the very address that was checked, whatever its name means by now."""
    parts = urlsplit(target)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        plain = socket.create_connection((address, port), TIMEOUT_S)
        is_tls = parts.scheme == "https"
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_tls else plain
        )
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("POST", path, body, {**headers, "Host": parts.netloc})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise SendingError(f"{host} did not take it: {error}") from error
    finally:
        connection.close()


def _judge(status: int) -> None:
    if status in _FINE:
        return
    if status in _REDIRECTS:
        raise SendingError("It answers with a redirect, which is not followed.", is_permanent=True)
    is_final = status < http.HTTPStatus.INTERNAL_SERVER_ERROR and status not in _AGAIN
    raise SendingError(f"It answers with status {status}.", is_permanent=is_final)
