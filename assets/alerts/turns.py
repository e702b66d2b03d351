"""Work that one process at a time does, without holding the database meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from assets.alerts.models import Turn

LEASE = timedelta(seconds=30)
"""Who took a turn and is not heard of for so long has lost it."""


def take_turn(*, name: str, now: datetime) -> int | None:
    """The number of a turn that is ours from now on; ``None`` while somebody else has one."""
    Turn.objects.bulk_create([Turn(name=name)], ignore_conflicts=True)
    free = Turn.objects.filter(Q(until__isnull=True) | Q(until__lte=now), name=name)
    if not free.update(until=now + LEASE, number=F("number") + 1):
        return None
    return Turn.objects.values_list("number", flat=True).get(name=name)


def keep_turn(*, name: str, turn: int, now: datetime) -> bool:
    """Whether the turn is still ours: in a transaction, it stays so until that ends."""
    return bool(Turn.objects.filter(name=name, number=turn).update(until=now + LEASE))


def end_turn(*, name: str, turn: int) -> None:
    Turn.objects.filter(name=name, number=turn).update(until=None)
