"""The runs: what is done to which part. What must hold afterwards is the same for all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing

from tests.faults import product
from tests.faults.hospital import Hospital, open_hospital, rabbitmq_broker
from tests.faults.servers import PostgreSQL, fill, small_disk
from tests.faults.stage import Stage

TAKEN_OVER_WITHIN_S = 20.0
"""Within this, every device of a dead worker is polled by another."""
AWAY_S = 60
HANGS_S = 20
FULL_S = 25
HOUR = 3600


# --- workers


def worker_killed(stage: Stage) -> None:
    """One of two workers is killed; the other takes over. A new one comes, and has its share when the next dies."""
    hospital = open_hospital(stage)
    for number in range(3):
        stage.go_on(2, more=3)
        at = _lose_one(stage, hospital)
        stage.recover(at, within_s=2 * TAKEN_OVER_WITHIN_S, promised_s=TAKEN_OVER_WITHIN_S)
        if number < 2:
            hospital.add_worker()
            stage.wait_until_all_ask(hospital.workers)


def worker_killed_without_clock(stage: Stage) -> None:
    """Clock and tasks are dead too: the workers take over by themselves."""
    hospital = open_hospital(stage)
    for process in (hospital.clock, hospital.tasks):
        process.kill()
    stage.go_on(6)
    at = _lose_one(stage, hospital)
    stage.recover(at, within_s=2 * TAKEN_OVER_WITHIN_S, promised_s=TAKEN_OVER_WITHIN_S)


def worker_frozen(stage: Stage) -> None:
    """One of two workers stands still for half a minute, and goes on as if nothing had been."""
    hospital = open_hospital(stage)
    stage.go_on(2, more=3)
    worker = stage.chance.choice(hospital.workers)
    at = stage.cut(worker, worker.freeze)
    stage.recover(at, within_s=2 * TAKEN_OVER_WITHIN_S, promised_s=TAKEN_OVER_WITHIN_S)
    stage.go_on(at + 30 - stage.now())
    stage.cut(worker, worker.thaw)
    stage.go_on(10)


def worker_killed_with_spool(stage: Stage) -> None:
    """The database is away, all workers are killed, and come again: what they had spooled is taken up."""
    hospital = open_hospital(stage)
    stage.postgresql.stop()
    stage.go_on(6, more=4)
    _kill_all(stage, hospital)
    stage.postgresql.start()
    at = stage.now()
    hospital.start_again()
    stage.recover(at)


def spool_torn(stage: Stage) -> None:
    """The same as by a power cut: the last record of each spool is there in part."""
    hospital = open_hospital(stage)
    stage.postgresql.stop()
    stage.go_on(6, more=4)
    _kill_all(stage, hospital)
    torn = [stage.tear(file) for file in stage.spool_files()]
    stage.remarks.append(f"{len(torn)} spools torn, by {', '.join(map(str, torn))} octets")
    if not torn:
        stage.broken.append("nothing was spooled")
    stage.postgresql.start()
    at = stage.now()
    hospital.start_again()
    stage.recover(at)


def _lose_one(stage: Stage, hospital: Hospital) -> float:
    worker = hospital.workers.pop(stage.chance.randrange(len(hospital.workers)))
    return stage.cut(worker, worker.kill)


def _kill_all(stage: Stage, hospital: Hospital) -> None:
    for worker in hospital.workers:
        stage.cut(worker, worker.kill)


# --- servers


def broker_killed(stage: Stage) -> None:
    """The broker, Redis, is killed with all that waited in it, and started again after some seconds."""
    _kill_broker(stage, open_hospital(stage), times=3)


def broker_killed_rabbitmq(stage: Stage) -> None:
    """The broker, RabbitMQ, is killed and started again; then a worker dies."""
    hospital = open_hospital(stage, make_broker=rabbitmq_broker)
    _kill_broker(stage, hospital, times=2)
    stage.go_on(5)
    at = _lose_one(stage, hospital)
    stage.recover(at, within_s=2 * TAKEN_OVER_WITHIN_S, promised_s=TAKEN_OVER_WITHIN_S)


def _kill_broker(stage: Stage, hospital: Hospital, *, times: int) -> None:
    for _ in range(times):
        stage.go_on(2, more=3)
        at = hospital.broker.kill()
        stage.go_on(1, more=3)
        hospital.broker.start()
        stage.recover(at)


def broker_away(stage: Stage) -> None:
    """The broker is gone for a minute; then work can be handed out again: to a new worker, when the old one dies."""
    hospital = open_hospital(stage)
    stage.go_on(2)
    hospital.broker.kill()
    stage.go_on(AWAY_S)
    hospital.broker.start()
    stage.go_on(3, more=5)
    hospital.add_worker()
    stage.go_on(10)
    at = _lose_one(stage, hospital)
    stage.recover(at, within_s=2 * TAKEN_OVER_WITHIN_S, promised_s=TAKEN_OVER_WITHIN_S)


def live_away(stage: Stage) -> None:
    """The Redis of live frames is gone for half a minute, and stands still for ten seconds more."""
    hospital = open_hospital(stage)
    stage.go_on(2)
    hospital.live.kill()
    stage.go_on(AWAY_S / 2)
    hospital.live.start()
    stage.go_on(5)
    hospital.live.freeze()
    stage.go_on(10)
    hospital.live.thaw()


def database_killed(stage: Stage) -> None:
    """PostgreSQL is killed at random moments, and started again after some seconds."""
    open_hospital(stage)
    for _ in range(3):
        stage.go_on(2, more=4)
        at = stage.postgresql.kill()
        stage.go_on(2, more=2)
        stage.postgresql.start()
        stage.recover(at)


def database_away(stage: Stage) -> None:
    """PostgreSQL is stopped for a minute."""
    open_hospital(stage)
    stage.go_on(2, more=2)
    stage.postgresql.stop()
    stage.go_on(AWAY_S)
    stage.postgresql.start()


def database_hangs(stage: Stage) -> None:
    """PostgreSQL stands still for 20 seconds: connected, but silent."""
    open_hospital(stage)
    stage.go_on(2, more=2)
    stage.postgresql.freeze()
    stage.go_on(HANGS_S)
    stage.postgresql.thaw()


def database_hangs_worker_killed(stage: Stage) -> None:
    """A worker dies while PostgreSQL stands still: what it was answered before is safe."""
    hospital = open_hospital(stage)
    stage.go_on(2, more=2)
    stage.postgresql.freeze()
    stage.go_on(6, more=4)
    _kill_all(stage, hospital)
    stage.postgresql.thaw()
    at = stage.now()
    hospital.start_again()
    stage.recover(at)


# --- the embedded server


def embedded_killed(stage: Stage) -> None:
    """``manage.py serve``, with SQLite, is killed at random moments and started again."""
    file = stage.folder / "state" / "whereabouts.sqlite3"
    file.parent.mkdir()
    with closing(sqlite3.connect(stage.house.sqlite)) as seeded, closing(sqlite3.connect(file)) as copy:
        seeded.backup(copy)
    stage.database_url = f"sqlite:///{file}"
    for _ in range(4):
        at = stage.now()
        server = stage.start(product.embedded(stage.folder, stage.environment("state")))
        stage.recover(at)
        stage.go_on(3, more=3)
        stage.cut(server, server.kill)
    at = stage.now()
    stage.start(product.embedded(stage.folder, stage.environment("state")))
    stage.recover(at)
    stage.go_on(3)


# --- disks


def spool_full(stage: Stage) -> None:
    """The disk of the spool is full while the database is away: what gives way is counted to the last observation."""
    with small_disk(stage.folder / "small", "1m"):
        hospital = open_hospital(stage, workers=0)
        settings = stage.environment("small")
        worker = stage.start(product.forgetful_collector(stage.folder, "small", settings, holds=300_000))
        hospital.workers.append(worker)
        stage.wait_for_first_polls()
        stage.go_on(2)
        stage.postgresql.stop()
        stage.go_on(AWAY_S)
        stage.postgresql.start()
        stage.wait_until_spools_are_empty()
        stage.end_processes()
        stage.given_up = product.given_up(worker)


def database_disk_full(stage: Stage) -> None:
    """The disk under PostgreSQL is full, and has room again."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(stage.folder / "disk", "400m"))
        server = PostgreSQL(disk)
        server.make()
        server.start()
        stack.callback(server.stop)
        stage.house.seed(server.create("seeded"))
        stage.postgresql, stage.database_url = server, server.url("seeded")
        open_hospital(stage)
        stage.go_on(2)
        ballast = disk / "ballast"
        for _ in range(FULL_S):
            fill(ballast)  # again and again: a server gives some room back
            stage.go_on(1)
        ballast.unlink()
        if not server.is_running:
            stage.remarks.append("PostgreSQL had given up, and was started again")
            server.start()
        stage.go_on(3)
        stage.finish()


# --- clocks


def clock_stepped(stage: Stage) -> None:
    """The wall clock of one worker's host jumps an hour ahead, back, an hour behind, and back."""
    file = stage.folder / "clock-offset"
    hospital = open_hospital(stage, workers=1)
    settings = product.with_clock_of_its_own(stage.environment("stepped"), file)
    hospital.workers.append(stage.start(product.collector(stage.folder, "stepped", settings)))
    stage.wait_until_all_ask(hospital.workers)
    for offset in (HOUR, 0, -HOUR, 0):
        stage.go_on(4, more=2)
        file.write_text(f"{offset:+d}")
        stage.go_on(8)


RUNS: dict[str, Callable[[Stage], None]] = {
    "worker-killed": worker_killed,
    "worker-killed-without-clock": worker_killed_without_clock,
    "worker-killed-with-spool": worker_killed_with_spool,
    "worker-frozen": worker_frozen,
    "spool-torn": spool_torn,
    "spool-full": spool_full,
    "broker-killed": broker_killed,
    "broker-killed-rabbitmq": broker_killed_rabbitmq,
    "broker-away": broker_away,
    "live-away": live_away,
    "database-killed": database_killed,
    "database-away": database_away,
    "database-hangs": database_hangs,
    "database-hangs-worker-killed": database_hangs_worker_killed,
    "database-disk-full": database_disk_full,
    "embedded-killed": embedded_killed,
    "clock-stepped": clock_stepped,
}
