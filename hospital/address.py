"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The numeric address of the browser, or None where it cannot be known.

    Behind a proxy (``BEHIND_TLS_PROXY``) the proxy's own, last entry of X-Forwarded-For counts: those before
    it are whatever the browser claimed.
    """
    claimed = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_TLS_PROXY:
        claimed = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or claimed
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return None
