"""What the equipment pool lets a unit know: how each of its requests stands, the latest word first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from assets.pool.models import DeliveryEvent, DeliveryRequest
from assets.pool.words import DeliveryState
from locations.models import Zone

TOLD_FOR = timedelta(hours=12)
"""So long after it was closed, a request is still spoken of."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request and the last word on it; ``is_own`` if it is the reader's own word, ``is_to_confirm`` if the reader's
    unit is waited for."""

    request: DeliveryRequest
    event: DeliveryEvent
    is_own: bool

    @property
    def is_to_confirm(self) -> bool:
        return self.request.state == DeliveryState.DELIVERED


def messages_for(user: Any, near: Zone | None, now: datetime, most: int = 5) -> Sequence[Message]:
    """Of what ``user`` asked for and what is to come to the unit of ``near``, the latest ``most``; three queries."""
    mine = Q(asked_by=user.pk)
    if near is not None:
        mine |= Q(to_zone__department=near.department_id) if near.department_id else Q(to_zone=near.pk)
    told = Q(closed_at__isnull=True) | Q(closed_at__gt=now - TOLD_FOR)
    requests = (
        DeliveryRequest.objects.visible_to(user)
        .filter(mine, told)
        .with_names()
        .prefetch_related("events__by")
    )
    found = [(request, list(request.events.all())) for request in requests.order_by("-asked_at")[: most * 4]]
    messages = [
        Message(request, events[-1], is_own=events[-1].by_id == user.pk)
        for request, events in found
        if events
    ]
    return sorted(messages, key=lambda message: message.event.at, reverse=True)[:most]
