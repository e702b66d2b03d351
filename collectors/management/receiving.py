"""A way in as a process of its own: what the commands for each kind share."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from collectors.models import Source
from collectors.receivers.runtime import Receivers

log = logging.getLogger(__name__)


class ReceivingCommand(BaseCommand):
    """Serves all sources of one ``kind`` that are switched on, until SIGINT or SIGTERM."""

    kind: ClassVar[Source.Kind]

    def handle(self, *_args: Any, **_options: Any) -> None:
        ended = threading.Event()
        failures: list[BaseException] = []

        def fail(error: BaseException) -> None:
            failures.append(error)
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        receivers = Receivers([self.kind], on_failure=fail)
        log.info("Serving %s as %s", self.kind.label, receivers.holder)
        receivers.start()
        ended.wait()
        receivers.stop()
        if failures:
            raise CommandError(f"Receiving ended: {failures[0]}")
        log.info("Stopped; everything that was taken is written")
