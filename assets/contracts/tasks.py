"""Clock work of contracts: a thin task that calls one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.contracts import reminders
from assets.tasks import on_the_clock


@shared_task(name="contracts.remind", expires=300)
@on_the_clock
def remind(now: datetime) -> None:
    reminders.remind(now=now)
