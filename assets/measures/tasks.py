"""Clock work of measures: a thin task that calls one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.measures import winding
from assets.tasks import on_the_clock

AT_ONCE_S = 20.0


@shared_task(name="measures.sum_use", expires=240)
@on_the_clock
def sum_use(now: datetime) -> None:
    winding.sum_use(now=now, seconds=AT_ONCE_S)
