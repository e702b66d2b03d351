"""Clock work of recalls: thin tasks, each calling one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.recalls import importing
from assets.recalls.matching import keeping
from assets.tasks import on_the_clock


@shared_task(name="recalls.take_in_files", expires=5)
@on_the_clock
def take_in_files(now: datetime) -> None:
    importing.work_off(now=now)


@shared_task(name="recalls.match_new_equipment", expires=30)
@on_the_clock
def match_new_equipment(now: datetime) -> None:
    keeping.match_new_equipment(now=now)
