"""What a run starts, and so may kill, freeze and starve: PostgreSQL and Redis servers of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis


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


class Part:
    """A process that this run started, with all that it starts in turn."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it does what it was started for."""
        raise NotImplementedError

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


class PostgreSQL(Part):
    """A cluster made anew in ``folder``, as durable as one in service. Databases are copies of ``seeded``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "postgresql")
        self.port = free_port()
        self._data = folder / "data"
        self._owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)

    def options(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root."""
        if not self._owner:
            return super().options()
        owner = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        return super().options() | owner

    def make(self, *options: str) -> None:
        command = [
            postgresql_tool("initdb"),
            "-D",
            str(self._data),
            "-U",
            "faults",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        with self.log.open("ab") as log:
            subprocess.run(
                [*command, "--no-instructions", *options],
                check=True,
                stdout=log,
                stderr=log,
                **self.options(),
            )

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
            "max_connections": 60, "shared_buffers": "64MB", "max_wal_size": "64MB", "min_wal_size": "32MB",
        }  # fmt: skip
        chosen = [f"--{name}={value}" for name, value in settings.items()]
        return [postgresql_tool("postgres"), "-D", str(self._data), *chosen]

    def is_ready(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def stop(self, number: signal.Signals = signal.SIGINT, *, within_s: float = 30) -> int | None:
        """SIGINT: without waiting for those who are connected."""
        return super().stop(number, within_s=within_s)

    def url(self, database: str) -> str:
        return f"postgres://faults@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """A new database; its address."""
        with contextlib.closing(self.connect("postgres")) as connection:
            connection.execute(f'create database "{database}" template "{template}"'.encode())
        return self.url(database)


class Redis(Part):
    """Keeps nothing on disk: after a kill, what waited in it is gone."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.port = free_port()

    def command(self) -> list[str]:
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return ["redis-server", *where, "--save", "", "--appendonly", "no"]

    def is_ready(self) -> bool:
        try:
            with contextlib.closing(redis.Redis(port=self.port, socket_timeout=1)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def postgresql_tool(name: str) -> str:
    """Debian keeps the server's programs, one folder for each version, outside of PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise PartError(f"PostgreSQL's {name} is missing; on Debian: apt install postgresql")
    return found


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of this size, in memory. Only root may mount one."""
    folder.mkdir()
    mount, unmount = (shutil.which(tool) or tool for tool in ("mount", "umount"))
    subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run([unmount, "--lazy", str(folder)], check=True)
