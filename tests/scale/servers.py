"""PostgreSQL and Redis on a host of their own: reached over its address, and by who measures over Unix sockets."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.faults.servers import Redis
from tests.scale.hosts import NETWORK, Host
from tests.soak.stage import TimedPostgreSQL


class HostedPostgreSQL(TimedPostgreSQL):
    def __init__(self, folder: Path, host: Host) -> None:
        super().__init__(folder)
        self._host = host
        self._is_made = False

    def make(self, *options: str) -> None:
        super().make(*options)
        self._is_made = True
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {NETWORK}.0/24 trust\n")

    def options(self) -> dict[str, Any]:
        """Only root may start something on another host; there it becomes somebody else."""
        return {"cwd": self.folder} if self._is_made else super().options()

    def command(self) -> list[str]:
        assert self._owner
        user = [f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}", "--clear-groups"]
        where = [f"--listen_addresses={self._host.address}", f"--unix_socket_directories={self.folder}"]
        return self._host.command("setpriv", *user, *super().command(), *where, "--max_connections=200")

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.local_url(database), autocommit=True, connect_timeout=5)

    def url(self, database: str) -> str:
        return f"postgres://faults@{self._host.address}:{self.port}/{database}"

    def local_url(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user=faults dbname={database}"


class HostedRedis(Redis):
    def __init__(self, folder: Path, host: Host) -> None:
        super().__init__(folder, "redis")
        self._host = host
        self._socket = folder / "redis.socket"

    def command(self) -> list[str]:
        where = ["--bind", self._host.address, "--port", str(self.port), "--unixsocket", str(self._socket)]
        keeping = ["--dir", str(self.folder), "--save", "", "--appendonly", "no", "--protected-mode", "no"]
        return self._host.command("redis-server", *where, *keeping)

    def is_ready(self) -> bool:
        try:
            with contextlib.closing(redis.Redis.from_url(self.local_url)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @property
    def url(self) -> str:
        return f"redis://{self._host.address}:{self.port}/0"

    @property
    def local_url(self) -> str:
        return f"unix://{self._socket}"
