"""What hears equipment, for people: where each stands and when it was last heard of, those without a place first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from locations.models import Receiver, ReceiverHeard
from locations.receiver_kinds import ReceiverKind, kind_of, spoken_name

FORGOTTEN_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """``receiver`` is none where nobody has said where it stands."""

    identifier: str
    name: str
    kind: ReceiverKind
    heard_at: datetime | None
    receiver: Receiver | None = None


def unplaced_receivers(text: str = "") -> QuerySet[ReceiverHeard]:
    """Those heard that nobody has placed: of no site yet, and so shown to whoever may place them."""
    placed = Receiver.objects.filter(identifier=OuterRef("identifier"))
    heard = ReceiverHeard.objects.filter(~Exists(placed))
    return heard.filter(identifier__icontains=text) if text else heard


def placed_receivers(user: Any, text: str = "", kind: str = "") -> QuerySet[Receiver]:
    found: QuerySet[Receiver] = Receiver.objects.visible_to(user).select_related("floor__building", "zone")
    if text:
        found = found.filter(
            Q(identifier__icontains=text)
            | Q(label__icontains=text)
            | Q(zone__name__icontains=text)
            | Q(floor__name__icontains=text)
        )
    return found.filter(kind=kind) if kind else found


def unplaced_lines(heard: Iterable[ReceiverHeard]) -> list[ReceiverLine]:
    return [
        ReceiverLine(row.identifier, spoken_name(row.identifier), kind_of(row.identifier), row.heard_at)
        for row in heard
    ]


def placed_lines(receivers: Iterable[Receiver]) -> list[ReceiverLine]:
    rows = list(receivers)
    times = ReceiverHeard.objects.filter(identifier__in=[row.identifier for row in rows]).order_by()
    heard = dict(times.values_list("identifier", "heard_at"))
    return [
        ReceiverLine(
            row.identifier,
            row.label or spoken_name(row.identifier),
            ReceiverKind(row.kind),
            heard.get(row.identifier),
            row,
        )
        for row in rows
    ]


def forget_receivers(*, now: datetime) -> int:
    """Let go of those that nobody placed and that were not heard for long; how many went."""
    count, _ = unplaced_receivers().filter(heard_at__lt=now - FORGOTTEN_AFTER).delete()
    return count
