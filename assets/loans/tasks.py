"""Clock work: a thin task that calls one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.loans import reminders
from assets.tasks import on_the_clock


@shared_task(name="loans.look_at_loans", expires=60)
@on_the_clock
def look_at_loans(now: datetime) -> None:
    reminders.look_at_loans(now=now)
