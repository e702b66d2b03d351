"""Who is on call and when equipment is worked on: made, changed and ended by people."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from assets.alerts.models import MaintenanceWindow, OnCall

Duty = TypeVar("Duty", OnCall, MaintenanceWindow)


def save_duty(*, duty: Duty) -> Duty:
    """Make or change it. ValidationError names the field that is wrong; then nothing is stored. One transaction."""
    with transaction.atomic():
        duty.full_clean()
        duty.save()
    return duty


def end_duty(*, duty: Duty, now: datetime) -> None:
    """From now on it is not so. What has begun is kept with its end; what comes every week, or has not begun, is taken
    away."""
    with transaction.atomic():
        kept = type(duty).objects.select_for_update(of=("self",)).filter(pk=duty.pk).first()
        if kept is None:
            return
        if kept.begin is not None and kept.begin < now:
            kept.end = now if kept.end is None else min(kept.end, now)
            kept.save(update_fields=["end"])
        else:
            kept.delete()


def current(rows: QuerySet[Duty], now: datetime) -> QuerySet[Duty]:
    """Those that are so now, will be, or come every week."""
    return rows.filter(Q(end__isnull=True) | Q(end__gt=now))
