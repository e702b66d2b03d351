"""``make bench``: everything, or what ``ONLY`` begins with. Prints a table and writes build/bench.json."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench.meter import Result
from tests.bench.peers.comparison import over_peers

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "bench.json"
POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")


LIVE = {
    "live.fanout.cpu": "peer.daphne.broadcast.cpu",
    "live.fanout.redis.cpu": "peer.daphne.broadcast.cpu",
    "live.fanout.p99_ms": "peer.daphne.broadcast.p99_ms",
    "live.fanout.redis.p99_ms": "peer.daphne.broadcast.p99_ms",
    "map.main_thread": "peer.leaflet.main_thread",
    "map.near.main_thread": "peer.leaflet.main_thread",
    "map.shapes.main_thread": "peer.leaflet.large.main_thread",
}
"""Daphne alone, and Leaflet's own canvas on the same screen."""


def main(only: str = "") -> int:
    ours: list[Result] = []
    if _names(only, "snmp", "modbus", "peer"):  # else not even their devices are started
        ours += [*_measured("river", "sqlite", only), *_river_on_postgresql(only), *_engine(only)]
    ours += [
        *_measured("walking", only),
        *_on_both("find", only),
        *_on_both("recalls", only),
        *_measured("pages", only),
        *_measured("alerts", only),
        *_on_postgresql("maintenance", only),
        *_on_postgresql("utilisation", only),
    ]
    ours += [*_measured("live.fanout", only), *_measured("live.map", only), *_measured("positions", only)]
    ours += [*_measured("pipeline", only)]
    results = _with_ratios([*ours, *_measured("peers", only)])
    results += over_peers(results)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([result.as_dict() for result in results], indent=1) + "\n")
    for result in results:
        ratio = f"{result.ratio:8.2f} x {result.against}" if result.ratio is not None else ""
        print(f"{result.name:36} {_shown(result.value):>12} {result.unit:14} {ratio}")
    return 0


def _names(only: str, *beginnings: str) -> bool:
    """Whether ``only`` may mean rows that begin so."""
    return any(beginning.startswith(only) or only.startswith(beginning) for beginning in beginnings)


def _shown(value: float) -> str:
    return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.1f}"


def _with_ratios(results: list[Result]) -> list[Result]:
    values = {result.name: result.value for result in results}
    return [_beside(result, values) for result in results]


def _beside(result: Result, values: dict[str, float]) -> Result:
    against = _reference(result)
    if against not in values:
        return result
    return replace(result, against=against, ratio=round(result.value / values[against], 3))


def _reference(result: Result) -> str | None:
    """What a rate stands beside: ten thousand endpoints beside a thousand, our bare driver beside the library, all
    else, ours or a peer's, beside the bare driver of its protocol."""
    if result.name in LIVE:
        return LIVE[result.name]
    if result.unit != "polls/CPU s":
        return None
    if (fewer := re.sub(r"\.\d+$", "", result.name)) != result.name:
        return fewer
    found = re.search(r"v2c|v3|modbus", result.name)
    if found is None:
        return None
    version = found[0]
    if result.name.endswith(".bare"):
        return "peer.pymodbus" if version == "modbus" else f"peer.pysnmp.{version}"
    return "modbus.bare" if version == "modbus" else f"snmp.{version}.bare"


def _measured(module: str, *arguments: str, environment: dict[str, str] | None = None) -> list[Result]:
    """What a part of the bench prints that runs in a process of its own."""
    with tempfile.TemporaryDirectory() as state:
        inherited = {
            name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL"}
        }
        finished = subprocess.run(
            [sys.executable, "-m", f"tests.bench.{module}", *arguments],
            cwd=ROOT,
            env=inherited
            | {
                "DJANGO_SETTINGS_MODULE": "hospital.settings",
                "WHEREABOUTS_STATE": state,
                "LOG_LEVEL": "ERROR",
            }
            | (environment or {}),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return [Result(**row) for row in json.loads(finished.stdout.splitlines()[-1])]


def _river_on_postgresql(only: str) -> list[Result]:
    try:
        with _database() as url:
            return _measured("river", "postgresql", only, environment={"DATABASE_URL": url})
    except psycopg.OperationalError as error:
        print(f"Not measured: PostgreSQL ({str(error).strip()})")
        return []


def _on_both(module: str, only: str) -> list[Result]:
    """A part that is measured on SQLite and, where there is one, on PostgreSQL."""
    if not _names(only, module):
        return []
    found = _measured(module, "sqlite", only)
    try:
        with _database() as url:
            return found + _measured(module, "postgresql", only, environment={"DATABASE_URL": url})
    except psycopg.OperationalError as error:
        print(f"Not measured: PostgreSQL ({str(error).strip()})")
        return found


def _on_postgresql(name: str, only: str) -> list[Result]:
    """A part that is measured there alone."""
    if not (name.startswith(only) or only.startswith(name)):
        return []
    try:
        with _database() as url:
            lists = _measured(name, only, environment={"DATABASE_URL": url})
            return lists + _measured("planning", only, environment={"DATABASE_URL": url})
    except psycopg.OperationalError as error:
        print(f"Not measured: PostgreSQL ({str(error).strip()})")
        return []


def _engine(only: str) -> list[Result]:
    folder = str(Path(__file__).parent)  # its profile is none of those shipped
    return _measured("engine", only, environment={"PROFILE_DIRS": folder})


@contextmanager
def _database() -> Iterator[str]:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield f"{POSTGRESQL_URL.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
