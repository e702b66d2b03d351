"""Celery's worker in a thread of this process."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any

from celery import current_app
from celery.worker import WorkController, state

from collectors.distribution.queues import BASE, queue_of

log = logging.getLogger(__name__)

MOST_TASKS = 1000
"""Each chunk that is polled keeps a thread that only waits; threads are made when there is a task for them."""
STOP_WITHIN_S = 8.0
RESTART_AFTER_S = 2.0

_worker_state: Any = state
_app: Any = current_app


class CeleryWorker:
    """Serves the queues of segments, and ``more`` besides, until :meth:`stop`.

    ``WorkController`` is Celery's worker without its signal handlers, which only a main thread may install. Should it
    ever end by itself, another takes its place: what is polled does not depend on it.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._queues = [BASE, *more]
        self._worker: Any = None
        self._is_refusing = self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="tasks", daemon=True)

    def start(self) -> None:
        _worker_state.should_stop = None
        self._thread.start()

    def _run(self) -> None:
        while not self._is_stopping:
            error: BaseException | None = None
            try:
                self._work()
            except Exception as reason:  # noqa: BLE001  whatever it is, nobody else would bring messages here
                error = reason
            if not self._is_stopping:
                log.error("The worker for tasks ended by itself; another takes its place", exc_info=error)
                time.sleep(RESTART_AFTER_S)

    def _work(self) -> None:
        self._worker = WorkController(
            app=_app._get_current_object(),  # noqa: SLF001  Celery's own way to the app itself
            pool="threads",
            concurrency=MOST_TASKS,
            queues=list(self._queues),
            hostname=f"collector-{os.getpid()}@{socket.gethostname()}",
            loglevel="WARNING",
            prefetch_multiplier=1,
            without_mingle=True,
            without_gossip=True,
        )
        self._worker.start()

    def serve(self, segment_ids: Iterable[int]) -> None:
        """Take messages from these segments' queues too, from any thread.

        To be called again and again: a queue that is named while the worker starts may come too late for its
        start and too early for what it does afterwards.
        """
        for queue in map(queue_of, sorted(segment_ids)):
            if queue not in self._queues:
                self._queues.append(queue)
        consumer = self._consumer()
        if consumer is not None and not self._is_refusing:
            for queue in self._queues:
                if not consumer.task_consumer.consuming_from(queue):
                    consumer.call_soon(consumer.add_task_queue, queue)

    def refuse(self) -> None:
        """Take no more messages; those under way go on."""
        self._is_refusing = True
        consumer = self._consumer()
        if consumer is not None:
            for queue in self._queues:
                consumer.call_soon(consumer.cancel_task_queue, queue)

    def _consumer(self) -> Any:
        """What takes messages, once it does; None before, and while the broker is away."""
        consumer = getattr(self._worker, "consumer", None)
        return consumer if getattr(consumer, "task_consumer", None) is not None else None

    def stop(self) -> None:
        """Let tasks under way end, for ``STOP_WITHIN_S`` at the most."""
        self._is_stopping = True
        _worker_state.should_stop = 0
        self._thread.join(STOP_WITHIN_S)
