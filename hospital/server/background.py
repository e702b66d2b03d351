"""Celery's clock as a thread of this process, for the embedded server."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.beat import EmbeddedService, Scheduler


class Clock:
    """Sends the tasks of the application's schedule until :meth:`stop`."""

    def __init__(self, app: Celery) -> None:
        self._clock: Any = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        self._clock.service.stop()
