"""By SMS and chat gateways, through Apprise: only services that an administrator has allowed, only encrypted."""

from __future__ import annotations

from collections.abc import Mapping

import apprise
from django.conf import settings

from assets.alerts.messages import Message
from assets.alerts.sending.errors import SendingError

_KINDS = {
    "critical": apprise.NotifyType.FAILURE,
    "warning": apprise.NotifyType.WARNING,
    "info": apprise.NotifyType.INFO,
}


def check_gateway(url: str) -> apprise.NotifyBase:
    """The gateway behind an address; raises :class:`SendingError` where it is unknown or not allowed."""
    scheme = url.partition("://")[0].lower()
    if scheme not in settings.ALERT_GATEWAYS:
        raise SendingError(f"An administrator has not allowed gateways of “{scheme}”.", is_permanent=True)
    gateway = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if gateway is None:
        raise SendingError("This is not the address of a gateway.", is_permanent=True)
    if not gateway.secure:
        raise SendingError("This gateway would be spoken to unencrypted.", is_permanent=True)
    return gateway


def send(_target: str, secret: Mapping[str, str], message: Message) -> None:
    gateway = check_gateway(secret["url"])
    is_sent = gateway.notify(
        title=message.title,
        body=f"{message.text} {message.address}",
        notify_type=_KINDS.get(message.severity, apprise.NotifyType.INFO),
    )
    if not is_sent:
        raise SendingError("The gateway did not take it.")
