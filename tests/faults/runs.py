"""The runs: what is done to which part, and what must hold afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import product
from tests.faults.parts import Redis
from tests.faults.stage import Stage

AWAY_S = 60
FROZEN_S = 20


@dataclass
class Hospital:
    """Workers, clock and servers, each a process."""

    stage: Stage
    broker: Redis
    live: Redis
    workers: list[product.Process]


def open_hospital(stage: Stage, *, workers: int = 2) -> Hospital:
    """Start all of it, and wait until every device was polled."""
    broker, live = (stage.start(Redis(stage.folder, name)) for name in ("broker", "live"))
    stage.settings = {
        "DATABASE_URL": stage.database_url,
        "CELERY_BROKER_URL": broker.url,
        "REDIS_URL": live.url,
    }
    stage.start(product.clock(stage.folder, stage.environment("clock")))
    started = [stage.start(a_worker(stage, f"worker-{number}")) for number in range(1, workers + 1)]
    stage.wait_for_first_polls()
    return Hospital(stage, broker, live, started)


def a_worker(stage: Stage, name: str) -> product.Process:
    return product.collector(stage.folder, name, stage.environment(name))


def database_killed(stage: Stage) -> None:
    """PostgreSQL is killed at random moments, and started again after some seconds."""
    open_hospital(stage)
    server = stage.postgresql
    for _ in range(3):
        stage.go_on(2, more=4)
        at = server.kill()
        stage.go_on(2, more=2)
        server.start()
        stage.recover(at)


def database_away(stage: Stage) -> None:
    """PostgreSQL is stopped for a minute."""
    open_hospital(stage)
    stage.go_on(3)
    stage.postgresql.stop()
    stage.go_on(AWAY_S)
    stage.postgresql.start()


def database_hangs(stage: Stage) -> None:
    """PostgreSQL stands still for 20 seconds: connected, but silent."""
    open_hospital(stage)
    stage.go_on(3)
    at = stage.postgresql.freeze()
    stage.go_on(FROZEN_S)
    stage.recover(at)
    stage.postgresql.thaw()


RUNS: dict[str, Callable[[Stage], None]] = {
    "database-killed": database_killed,
    "database-away": database_away,
    "database-hangs": database_hangs,
}
