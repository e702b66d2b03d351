"""Clock work of the equipment's house: thin tasks, each calling one function."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from assets import retention, sweep
from locations.receiver_list import forget_receivers

logger = logging.getLogger(__name__)

_held_up: set[str] = set()


def on_the_clock(work: Callable[[datetime], object]) -> Callable[[], None]:
    """A task that does ``work`` up to now.

    While the database is away the next beat of the clock tries again: that is said once, and its return once.
    """

    @wraps(work)
    def task() -> None:
        try:
            work(timezone.now())
        except (OperationalError, InterfaceError) as failure:
            if not _held_up:
                logger.warning("The clock's tasks are held up: %s", failure)
            _held_up.add(work.__name__)
        else:
            if work.__name__ in _held_up:
                _held_up.discard(work.__name__)
                if not _held_up:
                    logger.warning("The clock's tasks go on")

    del task.__wrapped__  # Celery would take its signature for the task's
    return task


@shared_task(name="assets.sweep_silence", expires=10)
@on_the_clock
def sweep_silence(now: datetime) -> None:
    sweep.sweep_silence(now=now)


@shared_task(name="assets.complete_current_rows", expires=30)
@on_the_clock
def complete_current_rows(now: datetime) -> None:
    sweep.complete_current_rows(now=now)


@shared_task(name="assets.trim_evidence")
@on_the_clock
def trim_evidence(now: datetime) -> None:
    retention.trim_evidence(now=now)


@shared_task(name="assets.trim_readings")
@on_the_clock
def trim_readings(now: datetime) -> None:
    retention.trim_readings(now=now)
    forget_receivers(now=now)


@shared_task(name="assets.trim_waypoints")
@on_the_clock
def trim_waypoints(now: datetime) -> None:
    retention.trim_waypoints(now=now)


@shared_task(name="assets.trim_searches")
@on_the_clock
def trim_searches(now: datetime) -> None:
    retention.trim_searches(now=now)
