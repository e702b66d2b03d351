"""The product as it is deployed, process by process: collector workers, tasks, clock, and all of it in one."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.parts import Part, free_port

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
PROFILES = Path(__file__).parent / "profiles"
CELERY = [PYTHON, "-m", "celery", "--app", "hospital"]
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


def environment(state: Path, **settings: str) -> dict[str, str]:
    """What every process of one installation has in common; ``state`` is the host's own folder."""
    chosen = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "WHEREABOUTS_STATE"}
    return {
        **{name: value for name, value in os.environ.items() if name not in chosen},
        "DJANGO_SETTINGS_MODULE": "hospital.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": "kJ8-vTq2_Wm5xZr9LpY3nB7cD1fG6hS4aQ0eU-iOtRwEy4bVx7",
        "CREDENTIAL_KEYS": "Zx7_pQm3-Vn8bC2kL5jH9gF4dS1aW6eR0tY-uIoPlKjHg",
        "PROFILE_DIRS": str(PROFILES),
        "WHEREABOUTS_STATE": str(state),
        **settings,
    }


class Process(Part):
    """One process of the product. It counts as ready at once; the devices see when it works."""

    def __init__(self, folder: Path, name: str, command: list[str], settings: Mapping[str, str]) -> None:
        super().__init__(folder, name)
        self._command, self._settings = command, settings

    def command(self) -> list[str]:
        return self._command

    def options(self) -> dict[str, Any]:
        return {"cwd": ROOT, "env": dict(self._settings)}

    def is_ready(self) -> bool:
        return True

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ports(self) -> frozenset[int]:
        """Local ports of its sockets: how the devices know it."""
        links = [link for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if link.is_symlink()]
        inodes = {match[1] for link in links if (match := re.match(r"socket:\[(\d+)\]", _target(link)))}
        return frozenset(
            int(fields[1].rpartition(":")[2], 16)
            for name in ("udp", "udp6", "tcp", "tcp6")
            for line in Path("/proc/net", name).read_text().splitlines()[1:]
            if (fields := line.split())[9] in inodes
        )


def collector(folder: Path, name: str, settings: Mapping[str, str]) -> Process:
    return Process(folder, name, [PYTHON, "manage.py", "collect"], settings)


def forgetful_collector(folder: Path, name: str, settings: Mapping[str, str], *, holds: int) -> Process:
    """One that holds only so many octets in memory while its disk takes nothing."""
    program = (
        "import sys; from collectors.engine.spool import Spool; "
        f"Spool.__init__.__kwdefaults__['held_bytes'] = {holds}; "
        "from manage import main; sys.argv = ['manage.py', 'collect']; main()"
    )
    return Process(folder, name, [PYTHON, "-c", program], settings)


def clock(folder: Path, settings: Mapping[str, str]) -> Process:
    schedule = ["beat", "--schedule", str(folder / "clock"), "--pidfile", "", "--loglevel", "WARNING"]
    return Process(folder, "clock", [*CELERY, *schedule], settings)


def tasks(folder: Path, settings: Mapping[str, str]) -> Process:
    worker = ["worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
    return Process(folder, "tasks", [*CELERY, *worker], settings)


def embedded(folder: Path, settings: Mapping[str, str]) -> Process:
    port = str(free_port())
    return Process(folder, "embedded", [PYTHON, "manage.py", "serve", "--port", port], settings)


def with_clock_of_its_own(settings: Mapping[str, str], file: Path) -> dict[str, str]:
    """Wall time is off by what ``file`` says, as in ``+3600``, while intervals stay what they are."""
    file.write_text("+0")
    return {
        **settings,
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # it makes waits of Python's own lock return at once
    }


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def given_up(process: Process) -> int:
    """How many observations it had no room for, as it said when the database was back."""
    found = re.findall(r"observations given up: (\d+)", process.said)
    return int(found[-1]) if found else 0
