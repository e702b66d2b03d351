"""Clock work of alerts: thin tasks, each calling one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.alerts import postman, sweep, upkeep
from assets.tasks import on_the_clock


@shared_task(name="alerts.evaluate", expires=5)
@on_the_clock
def evaluate_rules(now: datetime) -> None:
    sweep.evaluate_rules(now=now)


@shared_task(name="alerts.deliver", expires=5)
@on_the_clock
def deliver(now: datetime) -> None:
    postman.deliver_due(now=now)


@shared_task(name="alerts.keep_up", expires=15)
@on_the_clock
def keep_up(now: datetime) -> None:
    upkeep.keep_up(now=now)


@shared_task(name="alerts.forget_old")
@on_the_clock
def forget_old(now: datetime) -> None:
    upkeep.forget_old(now=now)
