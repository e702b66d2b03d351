"""Delivering what the outbox holds: claimed by one process, told, and marked; tried again where that failed.

A delivery is claimed for a time. Who dies while it has one leaves it to the next, which sends it under the same token:
nothing is dropped, and whoever receives it twice can tell. Nothing is sent inside a transaction.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from assets.alerts.channels import retire_channel
from assets.alerts.messages import Message, message_of
from assets.alerts.models import Delivery
from assets.alerts.sealing import SealedError, unseal
from assets.alerts.sending import SENDERS, SendingError

logger = logging.getLogger(__name__)

BATCH = 40
AT_ONCE = 8
LEASE = timedelta(seconds=120)
"""Longer than any attempt takes."""
MOST_ATTEMPTS = 8
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 3600.0
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything that an attempt needs, so that it touches no database."""

    delivery: Delivery
    message: Message
    target: str
    secret: dict[str, str]


def deliver_due(*, now: datetime) -> int:
    """Make an attempt at every delivery that is due; how many succeeded."""
    sent = 0
    while claimed := _claim(now):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            errors = list(pool.map(_attempt, [_pack(delivery) for delivery in claimed]))
        for delivery, error in zip(claimed, errors, strict=True):
            sent += _mark(delivery, error, now)
    return sent


def _claim(now: datetime) -> Sequence[Delivery]:
    """Some that are due, for this process alone until the lease ends."""
    is_due = Q(state=State.WAITING, next_at__lte=now) | Q(state=State.SENDING, leased_until__lte=now)
    if not Delivery.objects.filter(is_due).exists():  # asked before the database is locked for it
        return []
    with transaction.atomic():
        due = Delivery.objects.select_for_update(skip_locked=True).filter(is_due).order_by("next_at", "pk")
        ids = list(due.values_list("pk", flat=True)[:BATCH])
        if ids:
            Delivery.objects.filter(pk__in=ids).update(
                state=State.SENDING, leased_until=now + LEASE, attempts=F("attempts") + 1
            )
    return list(
        Delivery.objects.filter(pk__in=ids)
        .select_related(
            "channel__person", "transition__alert__site", "transition__alert__rule", "transition__alert__zone",
            "transition__alert__asset",
        )
        .order_by("next_at", "pk")
    )  # fmt: skip


def _pack(delivery: Delivery) -> Parcel | SendingError:
    channel = delivery.channel
    if not channel.is_enabled:
        return SendingError("The channel is switched off.", is_permanent=True)
    try:
        secret = unseal(channel) if channel.sealed else {}
    except SealedError as error:
        return SendingError(str(error), is_permanent=True)
    return Parcel(delivery, message_of(delivery), channel.target, secret)


def _attempt(parcel: Parcel | SendingError) -> SendingError | None:
    if isinstance(parcel, SendingError):
        return parcel
    try:
        SENDERS[parcel.delivery.channel.kind](parcel.target, parcel.secret, parcel.message)
    except SendingError as error:
        return error
    except Exception as error:
        # A sender's library may fail of anything; the other deliveries of the batch must not fail with it.
        logger.warning("A delivery by %s failed", parcel.delivery.channel.kind, exc_info=error)
        return SendingError(f"It failed: {type(error).__name__}.")
    return None


def _mark(delivery: Delivery, error: SendingError | None, now: datetime) -> bool:
    """Write down what became of the attempt, unless the lease was lost meanwhile; whether it was sent."""
    own = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    if error is None:
        return bool(own.update(state=State.SENT, done_at=now, leased_until=None, error=""))
    words = str(error)[:300]
    if error.is_gone:
        retire_channel(channel=delivery.channel)
    if error.is_permanent or delivery.attempts >= MOST_ATTEMPTS:
        own.update(state=State.DEAD, done_at=now, leased_until=None, error=words)
        logger.warning("Delivery %s by “%s” is given up: %s", delivery.pk, delivery.channel, words)
    else:
        wait = timedelta(seconds=pause_s(delivery.attempts))
        own.update(state=State.WAITING, next_at=now + wait, leased_until=None, error=words)
    return False


def pause_s(attempts: int) -> float:
    """Twice as long after each failure, by chance up to a half shorter, so that not all come back at once."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempts - 1))
    return longest * (1 - random.random() / 2)  # noqa: S311 spreading, not secrecy
