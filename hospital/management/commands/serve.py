"""Serve everything from one process: pages, live frames, collectors, tasks and clock."""

from __future__ import annotations

import ipaddress
import logging
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from assets.sweep import sweep_silence
from hospital import demo_access
from hospital.asgi import application
from hospital.server.embedded import AddressTakenError, EmbeddedServer

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Serves the whole product from one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="to listen on")
        parser.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"), help="to listen on")

    def handle(self, *, host: str, port: int, **_options: Any) -> None:
        try:
            ipaddress.ip_address(host)
        except ValueError as error:
            raise CommandError(f"--host takes a numeric address such as 127.0.0.1, not “{host}”.") from error
        demo_access.listening_on(host)
        shown = f"[{host}]" if ":" in host else host
        try:
            server = EmbeddedServer(
                application,
                host=host,
                port=port,
                on_ready=lambda: self.announce(f"http://{shown}:{port}/"),
            )
        except AddressTakenError as error:
            raise CommandError(str(error)) from error
        let_pass_what_was_missed()
        server.run()

    def announce(self, address: str) -> None:
        self.stdout.write(f"Whereabouts is at {address}")
        self.stdout.flush()


def let_pass_what_was_missed() -> None:
    """What fell silent while nothing ran is unknown from the first page on, not from the first sweep."""
    try:
        sweep_silence(now=timezone.now())
    except DatabaseError as error:
        logger.warning("The database cannot be read yet: %s", error)
    finally:
        connection.close()


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError(text)
    return port
