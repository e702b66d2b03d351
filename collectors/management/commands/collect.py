"""``manage.py collect``: a collector as a process of its own."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collectors.distribution.collector import Collector

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Poll a fair share of the devices until stopped by SIGINT or SIGTERM; then write everything that was "
        "polled, hand on what was held, and end. Start as many as you like, on as many hosts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--segment",
            action="append",
            dest="segments",
            metavar="NAME",
            help="Poll only this network segment; may be given several times. Default: all of them.",
        )

    def handle(self, *_args: Any, segments: list[str] | None, **_options: Any) -> None:
        ended = threading.Event()
        failures: list[BaseException] = []

        def fail(error: BaseException) -> None:
            failures.append(error)
            ended.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        collector = Collector(segments or (), on_failure=fail)
        log.info("Collecting from %s as %s", ", ".join(segments or ["all segments"]), collector.holder)
        collector.start()
        ended.wait()
        collector.stop()
        if failures:
            raise CommandError(f"Collecting ended: {failures[0]}")
        log.info("Collector stopped; everything polled is written")
