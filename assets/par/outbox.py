"""What others are told of par levels: each transition in order, until whoever listens has taken it.

``par`` knows nothing of alerts: the roof says who listens (see ``hospital/par_alerts.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from assets.par.models import ParLevel, ParTransition, Shortfall

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ParEvent:
    """An episode of a level began or ended. ``subject`` names the level, ``key`` the episode, for ever."""

    level: ParLevel
    kind: Shortfall.Kind
    has_begun: bool
    at: datetime
    count: int
    subject: str
    key: str
    title: str
    limit: int
    words: str


def tell_all(listen: Callable[[ParEvent], object], *, now: datetime) -> int:
    """Tells what is untold, oldest first; how many.

    Each is told and marked in one transaction, so that what fails is told again by the next beat of the clock, before
    what came after it. Where the listener writes to the same database, nothing is told twice or lost.
    """
    told = 0
    # What it takes is read before the database is locked for writing.
    for row, event in _events(list(_untold()[:MOST_AT_ONCE])):
        with transaction.atomic():
            if not _untold().filter(pk=row.pk).update(told_at=now):
                continue  # another process was faster
            listen(event)
            told += 1
    return told


def _untold() -> QuerySet[ParTransition]:
    return ParTransition.objects.filter(told_at__isnull=True).select_related("shortfall").order_by("pk")


def _events(rows: Sequence[ParTransition]) -> list[tuple[ParTransition, ParEvent]]:
    levels = ParLevel.objects.with_unit().in_bulk({row.shortfall.level_id for row in rows})
    return [(row, _event_of(row, levels[row.shortfall.level_id])) for row in rows]


def _event_of(row: ParTransition, level: ParLevel) -> ParEvent:
    kind = Shortfall.Kind(row.shortfall.kind)
    limit = {Shortfall.Kind.CRITICAL: level.critical, Shortfall.Kind.MAXIMUM: level.maximum}.get(
        kind, level.target
    )
    return ParEvent(
        level=level,
        kind=kind,
        has_begun=row.has_begun,
        at=row.at,
        count=row.count,
        subject=f"par:{level.pk}",
        key=f"shortfall:{row.shortfall_id}",
        title=f"{level.category.plural}, {level.unit_name}",
        limit=limit or 0,
        words=f"{kind.label}: {row.count} ready, {_LIMITS[kind]} {limit}",
    )


_LIMITS = {
    Shortfall.Kind.CRITICAL: "critical",
    Shortfall.Kind.TARGET: "target",
    Shortfall.Kind.MAXIMUM: "maximum",
}
