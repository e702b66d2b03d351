"""Clock work of planning: thin tasks, each calling one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.planning import daily
from assets.tasks import on_the_clock


@shared_task(name="planning.plan_maintenance", expires=3000)
@on_the_clock
def plan_maintenance(now: datetime) -> None:
    daily.plan_maintenance(now=now)


@shared_task(name="planning.settle", expires=15)
@on_the_clock
def settle(now: datetime) -> None:
    daily.settle(now=now)
