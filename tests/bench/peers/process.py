"""A peer at work: a process of its own, known by the processor time that the kernel counts for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_S = 15.0
END_WITHIN_S = 10.0
_SCHEDULER_CLOCK = 2


class NotMeasured(Exception):  # noqa: N818  the sentence that it stands in reads so
    """Why a peer could not be measured here: what is missing, or what it did not do."""


def find_program(name: str, package: str) -> str:
    """Where ``name`` lies; raises NotMeasured, with Debian's package of it, if it is not installed."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if found is None:
        raise NotMeasured(f"{name} is not installed (Debian: apt install {package})")
    return found


@contextmanager
def running(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The peer, ended and waited for at the end; what it says goes to ``log``."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=os.environ | (environment or {})
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cpu_s_of(pid: int) -> float:
    """Processor seconds of all its threads so far, to the nanosecond: its clock as Linux numbers it."""
    return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)


def wait_until(process: subprocess.Popen[bytes], condition: Callable[[], bool], log: Path) -> None:
    """Raises NotMeasured, with the last that it said, if the peer ends or takes too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines() or ["nothing"]
            raise NotMeasured(f"it ended or did not begin; it said: {said[-1]}")
        time.sleep(0.05)
