"""The Celery application: `celery -A hospital worker` and, inside the embedded server, a thread."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")

if TYPE_CHECKING:
    _Task = Task[Any, Any]
else:
    _Task = Task

_under_way: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""Task of the clock → held while this process does it."""


class OwnTask(_Task):
    """What the clock asks for is not begun while it is still under way in this process.

    Were the database slow, each beat would otherwise take one more thread, and one more connection, to wait beside the
    others. What is left out is done by the next beat.
    """

    def __call__(self, *args: Any, **named: Any) -> Any:
        if not any(entry["task"] == self.name for entry in self.app.conf.beat_schedule.values()):
            return super().__call__(*args, **named)
        under_way = _under_way[self.name]
        if not under_way.acquire(blocking=False):
            return None
        try:
            return super().__call__(*args, **named)
        finally:
            under_way.release()


app: Celery = Celery("whereabouts", task_cls=OwnTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
