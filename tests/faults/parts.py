"""What a run starts, and so may kill and freeze: a process with all that it starts in turn."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any


class PartError(Exception):
    """Something did not come about in its time; the message says what, and names a log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], bool], within_s: float, what: str) -> None:
    """Raises :class:`PartError` if it does not become so."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            raise PartError(f"{what}: not within {within_s:g} s")
        time.sleep(0.2)


def children_of(pid: int) -> list[int]:
    """Processes that this one started, and those that they started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(entry.parent.name)
                found += [child, *children_of(child)]
    return found


class Part(ABC):
    """A process that this run started, with all that it starts in turn."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What is run."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it does what it was started for."""

    def options(self) -> dict[str, Any]:
        """What Popen is told besides."""
        return {"cwd": self.folder}

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, **self.options())
        wait_until(self.is_ready, 60, f"{self.name} (log: {self.log})")

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within_s: float = 30) -> int | None:
        """Ask it to end; its exit status, or None if it had to be killed."""
        if not self.is_running:
            return self._process.returncode if self._process else 0
        self.process.send_signal(number)
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self) -> float:
        """SIGKILL to all of it at once; when."""
        at = self._signal(signal.SIGKILL)
        self.process.wait()
        return at

    def freeze(self) -> float:
        """All of it stands still; since when."""
        return self._signal(signal.SIGSTOP)

    def thaw(self) -> float:
        return self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> float:
        at = time.time()
        for pid in [self.process.pid, *children_of(self.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return at

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process
        return self._process
