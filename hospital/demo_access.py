"""Demo accounts have a public password, so they exist only for somebody who sits at the machine itself."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


class _Server:
    host: str | None = None


def listening_on(host: str | None) -> None:
    """Says which address this process serves; the serving command calls it before it accepts connections."""
    _Server.host = host


def accepts_demo_accounts() -> bool:
    """Whether only this machine can reach the server: it listens on loopback, and no public name leads to it.

    A process that never said where it listens refuses.
    """
    return _is_loopback(_Server.host) and _is_loopback(urlsplit(settings.PUBLIC_URL).hostname)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
