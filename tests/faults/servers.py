"""PostgreSQL, Redis and RabbitMQ servers of the run's own, and disks that can be full."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.faults.parts import Part, PartError, free_port

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""As Debian has it; the one in PATH insists on an account of its own."""


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


class PortMapper(Part):
    """Erlang's, for a RabbitMQ node that shares nothing with others on the machine."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.port = free_port()

    def command(self) -> list[str]:
        return [shutil.which("epmd") or "epmd", "-port", str(self.port), "-address", "127.0.0.1"]

    def is_ready(self) -> bool:
        return _is_open(self.port)


class RabbitMQ(Part):
    """A node of its own, which keeps its queues on disk."""

    def __init__(self, folder: Path, name: str, mapper: PortMapper) -> None:
        super().__init__(folder, name)
        self.port, self._own_port, self._mapper = free_port(), free_port(), mapper

    def command(self) -> list[str]:
        return [RABBITMQ]

    def options(self) -> dict[str, Any]:
        (self.folder / "plugins").write_text("[].")
        settings = {
            "HOME": self.folder,
            "PATH": os.environ["PATH"],
            "ERL_EPMD_PORT": self._mapper.port,
            "RABBITMQ_NODENAME": f"faults{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": self.port,
            "RABBITMQ_DIST_PORT": self._own_port,
            "RABBITMQ_MNESIA_BASE": self.folder / "data",
            "RABBITMQ_LOG_BASE": self.folder / "log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": self.folder / "none",
        }
        return super().options() | {"env": {name: str(value) for name, value in settings.items()}}

    def is_ready(self) -> bool:
        return _is_open(self.port)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
    folder.mkdir(exist_ok=True)
    mount, unmount = (shutil.which(tool) or tool for tool in ("mount", "umount"))
    subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run([unmount, "--lazy", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Make the file so large that its disk is full."""
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65536))
