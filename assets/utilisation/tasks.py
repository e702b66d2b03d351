"""Clock work of utilisation: thin tasks, each calling one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.tasks import on_the_clock
from assets.utilisation import roller, scheduling

AT_A_TIME_S = 30.0
"""A long history is worked off in turns, so that other clock work comes to its own."""


@shared_task(name="utilisation.roll_up", expires=60)
@on_the_clock
def roll_up(now: datetime) -> None:
    roller.roll_up(now=now, seconds=AT_A_TIME_S)


@shared_task(name="utilisation.send_reports", expires=300)
@on_the_clock
def send_reports(now: datetime) -> None:
    scheduling.send_what_is_due(now=now)
