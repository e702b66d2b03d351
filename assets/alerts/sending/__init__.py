"""Telling somebody by one way each: no database, one attempt, and an error that says whether to try again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assets.alerts.messages import Message
from assets.alerts.sending import email, gateway, push, webhook
from assets.alerts.sending.errors import SendingError
from assets.alerts.words import ChannelKind

__all__ = ["SENDERS", "SendingError"]

Sender = Callable[[str, Mapping[str, str], Message], None]
"""Target, secret, message. Raises :class:`SendingError`."""

SENDERS: dict[str, Sender] = {
    ChannelKind.EMAIL: email.send,
    ChannelKind.WEBHOOK: webhook.send,
    ChannelKind.GATEWAY: gateway.send,
    ChannelKind.PUSH: push.send,
}
