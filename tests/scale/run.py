"""One, two and four collectors on hosts of their own: what they poll, and how fast they take over from each other."""

from __future__ import annotations

import socket
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.faults.parts import wait_until
from tests.scale.figures import HandOver, Throughput, at_once, shares_of, taken_over
from tests.scale.stage import Collector, Stage, staged
from tests.soak.answers import Answer, read_answers
from tests.soak.meters import cpu_s_of, idle_s, tree_of

SETTLE_S, MEASURE_S = 8.0, 20.0
EVEN_WITHIN_S, TAKEN_OVER_WITHIN_S = 90.0, 120.0
STEPS = (1, 2, 4)
SPARE = 2
"""Chunks that collectors may differ by and still count as even."""


@dataclass(frozen=True, slots=True)
class Load:
    """``delay_s``: after which a device answers."""

    name: str
    endpoints: int
    interval_s: float
    delay_s: float


@dataclass
class Series:
    """Throughputs under one load, with the seconds that each step took to spread the chunks evenly."""

    load: Load
    throughputs: list[Throughput] = field(default_factory=list)
    even_after_s: list[float] = field(default_factory=list)
    killed: HandOver | None = None
    polled_twice: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(load: Load, *, calm_interval_s: float | None = None) -> Series:
    """With ``calm_interval_s`` devices are asked only so often at the end, and one collector is killed."""
    series = Series(load)
    with staged(endpoints=load.endpoints, interval_s=load.interval_s, delay_s=load.delay_s) as stage:
        for count in STEPS:
            begun = time.monotonic()
            while len(stage.collectors) < count:
                stage.add_collector()
            wait_until(lambda: _is_even(stage), EVEN_WITHIN_S, f"{count} collectors share evenly")
            series.even_after_s.append(time.monotonic() - begun)
            time.sleep(SETTLE_S)
            series.throughputs.append(_throughput(stage))
        if calm_interval_s:
            series.killed = _kill_one(stage, calm_interval_s)
        series.polled_twice = at_once(list(read_answers(stage.log)), load.interval_s)
    return series


def _is_even(stage: Stage) -> bool:
    chunks = _chunks(stage)
    return len(chunks) == len(stage.collectors) and chunks[-1] - chunks[0] <= SPARE and not _orphans(stage)


def _chunks(stage: Stage) -> list[int]:
    """Held by each collector, the smallest first."""
    query = "select count(*) from collectors_chunk where holder <> '' and held_until > now() group by holder"
    with stage.postgresql.connect("scale") as connection:
        return sorted(row[0] for row in connection.execute(query))


def _orphans(stage: Stage) -> int:
    query = """
        select count(*) from collectors_endpoint endpoint left join collectors_chunk chunk on chunk.id = chunk_id
        where chunk.id is null or chunk.holder = '' or chunk.held_until <= now()
    """
    with stage.postgresql.connect("scale") as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _throughput(stage: Stage) -> Throughput:
    collectors = [pid for each in stage.collectors for pid in tree_of(each.process.process.pid)]
    servers = tree_of(stage.postgresql.process.pid)
    begun, before = time.time(), (cpu_s_of(collectors), cpu_s_of(servers), idle_s())
    time.sleep(MEASURE_S)
    ended, after = time.time(), (cpu_s_of(collectors), cpu_s_of(servers), idle_s())
    answers = _answers(stage, begun, ended)
    spent = [later - earlier for earlier, later in zip(before, after, strict=True)]
    return Throughput(
        collectors=len(stage.collectors),
        polls_per_s=len(answers) / (ended - begun),
        collector_ms=1000 * spent[0] / len(answers),
        postgresql_ms=1000 * spent[1] / len(answers),
        idle_cores=spent[2] / (ended - begun),
        shares=shares_of(answers),
        chunks=_chunks(stage),
    )


def _answers(stage: Stage, since: float, until: float) -> list[Answer]:
    time.sleep(1.0)  # the devices' log is on disk by then
    return [answer for answer in read_answers(stage.log) if since <= answer.asked_at <= until]


def _kill_one(stage: Stage, interval_s: float) -> HandOver | None:
    with stage.postgresql.connect("scale") as connection:
        connection.execute("update collectors_endpoint set interval_s = %s", [interval_s])
    time.sleep(2 * interval_s)
    victim: Collector = stage.collectors.pop()
    asker = socket.inet_aton(victim.host.address)
    killed_at = victim.process.kill()
    found: list[HandOver] = []

    def is_taken_over() -> bool:
        hand_over = taken_over(list(read_answers(stage.log)), asker, killed_at, interval_s)
        found.extend([hand_over] if hand_over else [])
        return bool(hand_over)

    wait_until(is_taken_over, TAKEN_OVER_WITHIN_S, "the killed collector's devices are polled by others")
    return found[-1]
