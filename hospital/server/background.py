"""Celery's worker and clock as threads of this process, for the embedded server."""

from __future__ import annotations

import threading
from typing import Any

from celery import Celery
from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController, state

STOP_WITHIN_S = 8.0

_worker_state: Any = state


class BackgroundTasks:
    """Runs the application's tasks and its schedule until :meth:`stop`.

    ``WorkController`` is Celery's worker without its signal handlers, which only a main thread may install.
    """

    def __init__(self, app: Celery, *, threads: int = 2) -> None:
        _worker_state.should_stop = None
        self._worker: Any = WorkController(
            app=app,
            pool="threads",
            concurrency=threads,
            loglevel="WARNING",
            without_mingle=True,
            without_gossip=True,
        )
        self._worker_thread = threading.Thread(target=self._worker.start, name="tasks", daemon=True)
        self._clock: Any = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)

    def start(self) -> None:
        self._worker_thread.start()
        self._clock.start()

    def stop(self) -> None:
        """Ends the clock, then lets tasks under way finish, for ``STOP_WITHIN_S`` at the most."""
        self._clock.service.stop()
        _worker_state.should_stop = 0
        self._worker_thread.join(STOP_WITHIN_S)
