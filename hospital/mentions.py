"""Whoever is named in an order is told by their own channels, those that alerts come by: the roof alone knows both."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from assets.alerts.messages import Message
from assets.alerts.models import Channel
from assets.alerts.sealing import SealedError, unseal
from assets.alerts.sending import SENDERS, SendingError
from assets.alerts.words import Severity
from assets.maintenance.models import Mention
from assets.templatetags.equipment import who

logger = logging.getLogger(__name__)
BATCH, MOST_ATTEMPTS = 20, 5


def tell_mentioned(now: datetime) -> int:
    """One beat of the clock: an attempt for each who was not told yet; how many were.

    Who has no channel reads it on the pages alone. A mention that fails is tried again on the next beats, five times;
    what a channel hears twice carries the same token.
    """
    waiting = Mention.objects.filter(told_at=None, attempts__lt=MOST_ATTEMPTS)
    rows = waiting.select_related("event__order__asset", "event__by", "person").order_by("pk")[:BATCH]
    return sum(_tell(mention, now) for mention in rows)


def _tell(mention: Mention, now: datetime) -> bool:
    Mention.objects.filter(pk=mention.pk).update(attempts=F("attempts") + 1)
    with translation.override(mention.person.language or settings.LANGUAGE_CODE):
        message = _message(mention)
    channels = Channel.objects.filter(person=mention.person, is_enabled=True).order_by("pk")
    failed = [channel for channel in channels if not _sent(channel, message)]
    if failed:
        return False
    Mention.objects.filter(pk=mention.pk).update(told_at=now)
    return True


def _sent(channel: Channel, message: Message) -> bool:
    """Whether it was sent, or never can be."""
    try:
        SENDERS[channel.kind](channel.target, unseal(channel) if channel.sealed else {}, message)
    except SealedError as error:
        logger.warning("A mention cannot go by channel %s: %s", channel.pk, error)
    except SendingError as error:
        logger.warning("A mention failed by channel %s: %s", channel.pk, error)
        return error.is_permanent
    return True


def _message(mention: Mention) -> Message:
    event, order = mention.event, mention.event.order
    title = _("%(who)s named you in order %(number)s") % {
        "who": who(event.by) or _("Somebody"),
        "number": order.number,
    }
    facts = {"order": order.number, "asset_tag": order.asset.asset_tag, "at": event.at.isoformat()}
    token = str(uuid5(NAMESPACE_URL, f"mention:{mention.pk}"))
    address = f"{settings.PUBLIC_URL}{order.get_absolute_url()}"
    return Message(token, title, event.note, address, Severity.INFO, facts)
