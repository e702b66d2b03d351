"""Clock work of fleets: one thin task."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from assets.fleet import forecasts
from assets.tasks import on_the_clock

AT_A_TIME_S = 5.0
"""A hospital's forecasts of the day are made in turns, so that pages in the same process are not kept waiting."""


@shared_task(name="fleet.forecast", expires=25)
@on_the_clock
def forecast(now: datetime) -> None:
    forecasts.keep_forecasts(now=now, seconds=AT_A_TIME_S)
