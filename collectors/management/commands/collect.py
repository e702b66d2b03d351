"""``manage.py collect``: the collector as a process of its own."""

from __future__ import annotations

import asyncio
import logging
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from collectors.engine.loop import run_engine
from collectors.engine.spool_folders import CollectorRunningError

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Poll devices until stopped by SIGINT or SIGTERM; then write everything that was polled, and end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--segment",
            action="append",
            dest="segments",
            metavar="NAME",
            help="Poll only this network segment; may be given several times. Default: all of them.",
        )

    def handle(self, *_args: Any, segments: list[str] | None, **_options: Any) -> None:
        try:
            asyncio.run(_collect(segments))
        except CollectorRunningError as error:
            raise CommandError(str(error)) from error


async def _collect(segments: list[str] | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    log.info("Collecting from %s", ", ".join(segments) if segments else "all segments")
    await run_engine(stop, segments=segments)
    log.info("Collector stopped; everything polled is written")
