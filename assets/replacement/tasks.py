"""Clock work of replacement: a thin task that calls one function."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.replacement import scoring
from assets.tasks import on_the_clock


@shared_task(name="replacement.score", expires=50)
@on_the_clock
def score(now: datetime) -> None:
    scoring.score_what_is_due(now=now)
