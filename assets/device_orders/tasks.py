"""Clock work: a thin task that calls one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.device_orders import outbox
from assets.tasks import on_the_clock


@shared_task(name="device_orders.work_off", expires=10)
@on_the_clock
def work_off(now: datetime) -> None:
    outbox.work_off(now=now)
