"""Setting up the ways by which people are told, and trying them."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from assets.alerts.models import Channel, Delivery, Rule, Subscription
from assets.alerts.sealing import SealedError, seal, unseal
from assets.alerts.sending.errors import SendingError
from assets.alerts.sending.gateway import check_gateway
from assets.alerts.sending.guard import checked_target, is_allowed
from assets.alerts.words import ChannelKind
from locations.models import Department

LONGEST_NAME = 80


def add_channel(
    *,
    kind: str,
    name: str,
    target: str = "",
    person: Any = None,
    secret: dict[str, str] | None = None,
    severity: str = "warning",
    rule: Rule | None = None,
    department: Department | None = None,
) -> tuple[Channel, str]:
    """A new way to tell ``person``, or everybody where that is None, with its first subscription.

    What is returned besides is the key that a webhook's messages are signed with, shown this once. ValidationError
    names the field that is wrong.
    """
    channel = Channel(kind=kind, name=name.strip()[:LONGEST_NAME], person=person, target=target.strip())
    key = ""
    hidden: dict[str, str] = dict(secret or {})
    try:
        match kind:
            case ChannelKind.EMAIL:
                validate_email(channel.target)
            case ChannelKind.WEBHOOK:
                checked_target(channel.target, settings.ALERT_HOSTS)
                key = secrets.token_urlsafe(32)
                hidden = {"key": key}
            case ChannelKind.GATEWAY:
                check_gateway(channel.target)
                hidden, channel.target = {"url": channel.target}, f"{channel.target.partition(':')[0]}://…"
            case ChannelKind.PUSH:
                channel.target = _push_host(hidden)
    except SendingError as error:
        raise ValidationError({"target": str(error)}) from error
    except ValidationError as error:
        raise ValidationError({"target": error.messages}) from error
    channel.full_clean()
    with transaction.atomic():
        channel.save()
        if hidden:
            seal(channel, hidden)
            channel.save()
        subscription = Subscription(channel=channel, severity=severity, rule=rule, department=department)
        subscription.full_clean()
        subscription.save()
    return channel, key


def retire_channel(*, channel: Channel) -> None:
    """It is used no more, and its secret is forgotten; kept while deliveries name it. Its name is free again."""
    channel.is_enabled, channel.sealed = False, b""
    channel.name = f"{channel.name[:60]} ({channel.pk})"
    channel.save(update_fields=["is_enabled", "sealed", "name"])


def known_push(*, person: Any, endpoint: str) -> Channel | None:
    """The person's channel to that very browser: one that subscribes again is not told twice."""
    for channel in Channel.objects.filter(person=person, kind=ChannelKind.PUSH, is_enabled=True):
        try:
            if unseal(channel).get("endpoint") == endpoint:
                return channel
        except SealedError:  # sealed with a key that is gone: it tells nobody anything
            continue
    return None


def _push_host(secret: dict[str, str]) -> str:
    host = (urlsplit(secret.get("endpoint", "")).hostname or "").lower()
    if not host or not is_allowed(host, settings.PUSH_HOSTS):
        raise ValidationError(f"The push service {host or 'without a name'} is not one that is allowed.")
    if not secret.get("p256dh") or not secret.get("auth"):
        raise ValidationError("The browser did not tell its keys.")
    return host


def test_channel(*, channel: Channel, now: datetime) -> Delivery:
    """Send something by it that says that it is a test; what became of it stands among the deliveries."""
    return Delivery.objects.create(channel=channel, token=uuid.uuid4(), next_at=now, created_at=now)
