"""Daphne in the main thread; a collector, the ways in, tasks and clock in threads beside it."""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import Callable
from typing import Any

from daphne.server import Server
from twisted.internet import reactor as _installed_reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from collectors.distribution.collector import Collector
from collectors.receivers.runtime import Receivers
from hospital.celery import app as celery_app
from hospital.server.background import Clock

reactor: Any = _installed_reactor  # its types say only what every reactor has
logger = logging.getLogger(__name__)


class AddressTakenError(Exception):
    """Somebody else listens on the address; the message says what to do."""


def ensure_free(host: str, port: int) -> None:
    """Raises :class:`AddressTakenError` unless ``host:port`` can be listened on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressTakenError(
                f"Port {port} on {host} cannot be used ({error.strerror}); "
                f"end the program that has it, or choose another: PORT={port + 1000} make run"
            ) from error


class EmbeddedServer:
    """Serves ``application`` on ``host:port`` until a signal ends it; all else lives as long as it does."""

    def __init__(self, application: Any, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        ensure_free(host, port)
        self._on_ready = on_ready
        self._clock = Clock(celery_app)
        self._collector = Collector(
            more_queues=[celery_app.conf.task_default_queue], on_failure=self._collecting_ended
        )
        self._receivers = Receivers(on_failure=self._collecting_ended)
        self._server = Server(
            application,
            endpoints=[f"tcp:port={port}:interface={_quoted(host)}"],
            ready_callable=self._start,
            application_close_timeout=2,
            websocket_timeout=-1,
            server_name="whereabouts",
            verbosity=0,
        )

    def run(self) -> None:
        """Blocks until SIGINT or SIGTERM, then stops everything in order and returns."""
        reactor.addSystemEventTrigger("before", "shutdown", self._stop)
        self._server.run()

    def _start(self) -> None:
        self._collector.start()
        self._receivers.start()
        self._clock.start()
        # What start-up allocated stays; without this each full collection walks all of it.
        gc.collect()
        gc.freeze()
        reactor.callWhenRunning(self._on_ready)

    def _collecting_ended(self, _error: BaseException) -> None:
        logger.critical("Without collecting the server stops.")
        reactor.callFromThread(self._server.stop)

    def _stop(self) -> Deferred[Any]:
        self._clock.stop()
        return deferToThread(self._stop_collecting)

    def _stop_collecting(self) -> None:
        self._receivers.stop()
        self._collector.stop()


def _quoted(host: str) -> str:
    """An address as Twisted's endpoint descriptions take it: colons part their fields."""
    return host.replace(":", "\\:")
