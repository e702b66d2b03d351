"""The door of the websockets: only pages of this very site may open one, only at addresses that exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import path

from assets.live.routing import websocket_urlpatterns
from assets.live.wire import SCOPE_KEY, wire_of

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class SameOrigin:
    """Refuses the handshake (403) unless its Origin is one that forms may be sent from too.

    A browser always tells the origin, so that a request without one is refused as well.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._denier = WebsocketDenier.as_asgi()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        inner = self._application if is_own_origin(headers) else self._denier
        await inner({**scope, SCOPE_KEY: wire_of(send)}, receive, send)


def is_own_origin(headers: dict[bytes, str]) -> bool:
    """Whether the page that asks came from a trusted origin, or from the host that it asks."""
    origin, host = headers.get(b"origin"), headers.get(b"host", "")
    if not origin:
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    asked = urlsplit(origin)
    scheme = "https" if settings.IS_HTTPS else "http"
    domain, _ = split_domain_port(host)
    return asked.scheme == scheme and asked.netloc == host and validate_host(domain, settings.ALLOWED_HOSTS)


sockets = SameOrigin(
    CookieMiddleware(
        SessionMiddleware(
            URLRouter([*websocket_urlpatterns, path("<path:anything>", WebsocketDenier.as_asgi())])
        )
    )
)
