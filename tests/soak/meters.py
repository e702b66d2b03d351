"""What processes take of the machine: processor time and memory, from /proc."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s_of(pids: Iterable[int]) -> float:
    """Processor seconds of these processes, and of those children of theirs that have ended."""
    return sum(sum(map(int, _fields(pid)[11:15])) for pid in pids) / _TICKS_PER_S


def tree_of(pid: int) -> list[int]:
    """The process and all that it started, as far as they run."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ValueError, IndexError):
            parents.setdefault(int(_fields(int(entry.name))[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def memory_mb_of(pids: Iterable[int]) -> float:
    """Resident, in MB of 2**20 octets."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def idle_s() -> float:
    """Processor seconds in which the machine had nothing to do, or waited for a disk."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / _TICKS_PER_S


def _fields(pid: int) -> list[str]:
    """Of /proc/PID/stat, from the state on; zeros for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20
