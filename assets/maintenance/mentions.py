"""Who was named in an order: what they have not seen, and that they have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assets.maintenance.models import Mention, WorkOrder


def unseen_count(person: Any) -> int:
    return Mention.objects.filter(person=person.pk, seen_at=None).values("event__order").distinct().count()


def see_mentions(*, order: WorkOrder, person: Any, now: datetime) -> int:
    """The person has the order before them; how many mentions that answers."""
    return Mention.objects.filter(person=person.pk, event__order=order.pk, seen_at=None).update(seen_at=now)
