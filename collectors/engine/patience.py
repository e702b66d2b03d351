"""Waiting for the database for so long and no longer.

A server that stands still answers nothing and closes nothing, and libpq waits for it without end. What was polled must
not wait with it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

HANGS_AFTER_S = 1.0
LOOKS_IN_FOR_S = 0.05
"""What hangs already is not waited for again: others have to be brought to the disk."""


class HangsError(OperationalError):
    """The database has neither done it nor refused; it may have done it by now, or do it later."""


@dataclass(slots=True)
class _Call:
    work: Callable[[], object]
    key: Hashable
    is_done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    is_late: bool = False

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            self.error = error
            if isinstance(error, DatabaseError | InterfaceError):
                connection.close()
        self.is_done.set()


class PatientThread:
    """Runs one thing at a time on a database connection of its own. Call it from one thread only."""

    def __init__(self, *, hangs_after_s: float = HANGS_AFTER_S) -> None:
        self._hangs_after_s = hangs_after_s
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._out: _Call | None = None

    def run(self, function: Callable[[Any], object], argument: object, *, key: Hashable = None) -> None:
        """Do it, or raise what it raises; :class:`HangsError` if it is not done in time, or something else is not.

        What hangs goes on. Asked for again with the same ``key`` it is not begun anew: how it ends is what counts.
        """
        out = self._out
        if out is not None and (key is None or out.key != key):
            if not out.is_done.is_set():
                raise HangsError("what was asked of it before is not done yet")
            out = None
        if out is None:
            out = self._out = _Call(lambda: function(argument), key)
            self._begin(out)
        if not out.is_done.wait(LOOKS_IN_FOR_S if out.is_late else self._hangs_after_s):
            out.is_late = True
            raise HangsError(f"it has not answered for {self._hangs_after_s:g} s")
        self._out = None
        if out.error is not None:
            raise out.error

    def end(self) -> None:
        """Let go of the connection; what hangs is left behind."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread.join(self._hangs_after_s)
            self._thread = None

    def _begin(self, call: _Call) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="collector-recorder", daemon=True)
            self._thread.start()
        self._calls.put(call)

    def _work(self) -> None:
        while call := self._calls.get():
            call.run()
        connection.close()
