"""The collector's engine at work on ten thousand endpoints, from the database's rows to what it hands over: what
each endpoint more takes of memory, what a poll costs, and what a thousand dead ones cost the living.

``python -m tests.bench.engine ONLY`` prints a JSON list of rows; DATABASE_URL or its default names an empty database.
"""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first

from assets.models import Asset  # noqa: E402
from collectors.credentials import register_credential  # noqa: E402
from collectors.engine.loop import Engine  # noqa: E402
from collectors.engine.schedule import GOLDEN  # noqa: E402
from collectors.engine.writer import Item  # noqa: E402
from collectors.models import Chunk, Credential, Endpoint, Segment  # noqa: E402
from locations.models import Site  # noqa: E402
from tests.bench import meter  # noqa: E402
from tests.bench.agents import USER  # noqa: E402
from tests.bench.commits import Hospital  # noqa: E402
from tests.bench.meter import Result, give_back_memory, quantile, resident_bytes  # noqa: E402
from tests.bench.responders import agent_addresses, silent_addresses, snmp_agents  # noqa: E402
from tests.bench.stages import SNMP_VALUES  # noqa: E402

FEW, LIVING, DEAD = 1_000, 10_000, 1_000
CHUNK = 250
INTERVAL_S = 8.0
WINDOW_S = INTERVAL_S
TIMEOUT_S = 1.0
WITHIN_S = 60.0
CALM = 100
"""Tasks: a poll under way takes as much as its endpoint does for good."""
EARLIEST_S = 0.1
"""The clocks of the loop and of the wall differ by less."""


class Watch:
    """Stands in for the writer: notes how long after its moment each poll of ``living`` was done."""

    def __init__(self) -> None:
        self.living: set[int] = set()
        self.seen: set[int] = set()
        self.delays_s: list[float] = []

    def start(self) -> None: ...

    async def submit(self, item: Item) -> None:
        now = time.time()
        for pk in item.health:
            self.seen.add(pk)
            if pk in self.living:
                late_s = (now + EARLIEST_S - pk * GOLDEN * INTERVAL_S) % INTERVAL_S - EARLIEST_S
                self.delays_s.append(max(late_s, 0.0))

    async def settle(self) -> None: ...

    async def stop(self) -> None: ...

    async def until_seen(self, pks: set[int]) -> None:
        deadline = time.monotonic() + WITHIN_S
        while not pks <= self.seen:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(pks - self.seen)} endpoints were not polled in {WITHIN_S:g} s")
            await asyncio.sleep(0.1)

    async def delays(self) -> tuple[list[float], float]:
        """Those of the window that begins now, in seconds; and the processor time that it took."""
        self.delays_s = []
        cpu = time.process_time()
        await asyncio.sleep(WINDOW_S)
        return self.delays_s, time.process_time() - cpu


def register(version: str, port: int) -> list[tuple[int, set[int]]]:
    """Chunks with their endpoints: the living, then the dead. All are assets of the bench's hospital."""
    name, is_v3 = f"bench {version}", version == "v3"
    segment = Segment.objects.create(
        name=name, site=Site.objects.get(), networks=["127.10.0.0/16", "127.20.0.0/16"], ports=[port]
    )
    kind = Credential.Kind.SNMP_USM if is_v3 else Credential.Kind.SNMP_COMMUNITY
    secret = asdict(USER) if is_v3 else {"community": "bench"}
    credential = register_credential(name=name, kind=kind, secret=secret)
    assets = Asset.objects.order_by("pk").values_list("pk", flat=True)
    addresses = agent_addresses(LIVING) + silent_addresses(DEAD)
    chunks = [Chunk(segment=segment) for _ in range(0, len(addresses), CHUNK)]
    Chunk.objects.bulk_create(chunks)
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(
            name=f"{version} {host}",
            segment=segment,
            chunk=chunks[number // CHUNK],
            protocol=f"snmp_{version}",
            host=host,
            port=port,
            profile="ten-values",
            credential=credential,
            asset_id=assets[number % LIVING],
            exception_reason="measured",
            interval_s=INTERVAL_S,
            timeout_s=TIMEOUT_S,
        )
        for number, host in enumerate(addresses)
    )
    return [
        (chunk.pk, {each.pk for each in endpoints[number * CHUNK : (number + 1) * CHUNK]})
        for number, chunk in enumerate(chunks)
    ]


async def measure(version: str, chunks: Sequence[tuple[int, set[int]]]) -> list[Result]:
    watch = Watch()
    engine = Engine(watch)  # type: ignore[arg-type]
    running = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    first, rest, dead = (
        chunks[: FEW // CHUNK],
        chunks[FEW // CHUNK : LIVING // CHUNK],
        chunks[LIVING // CHUNK :],
    )
    few = await _resident_with(engine, watch, first)
    many = await _resident_with(engine, watch, rest)
    watch.living = watch.seen.copy()
    await asyncio.sleep(INTERVAL_S)  # the first polls do not come at their moments yet
    alone, cpu_s = await watch.delays()
    for chunk_id, _ in dead:
        await engine.take_up(chunk_id)
    beside_dead, _ = await watch.delays()
    engine.stop()
    await running
    name = f"snmp.{version}"
    p99, p99_beside_dead = (1000 * quantile(delays, 0.99) for delays in (alone, beside_dead))
    return [
        Result(f"{name}.engine", round(len(alone) / cpu_s), "polls/CPU s"),
        Result(f"{name}.engine.p99_ms", round(p99, 2), "ms"),
        Result(f"{name}.engine.completed", round(len(alone) / (LIVING * WINDOW_S / INTERVAL_S), 4), "of due"),
        Result(f"{name}.dead.p99_ms", round(p99_beside_dead, 2), "ms"),
        Result(f"{name}.dead.p99_ratio", round(p99_beside_dead / p99, 3), "of alone"),
        Result(f"{name}.dead.completed_ratio", round(len(beside_dead) / len(alone), 4), "of alone"),
        Result(f"{name}.memory_per_endpoint", round((many - few) / (LIVING - FEW)), "octets"),
    ]


async def _resident_with(engine: Engine, watch: Watch, chunks: Sequence[tuple[int, set[int]]]) -> int:
    """Octets that are resident once these are polled too, and hardly any poll is under way."""
    for chunk_id, _ in chunks:
        await engine.take_up(chunk_id)
    await watch.until_seen(set().union(*(pks for _, pks in chunks)))
    for _ in range(round(WITHIN_S / 0.01)):
        if len(asyncio.all_tasks()) <= CALM:
            break
        await asyncio.sleep(0.01)
    gc.collect()
    give_back_memory()
    return resident_bytes()


def set_up(version: str, port: int) -> list[tuple[int, set[int]]]:
    call_command("migrate", verbosity=0)
    if not Site.objects.exists():
        Hospital(LIVING)
    return register(version, port)


def run(version: str, chunks: list[tuple[int, set[int]]]) -> list[Result]:
    return meter.run(measure(version, chunks))


def main(only: str) -> None:
    results: list[Result] = []
    stages = ("engine", "dead", "memory_per_endpoint")
    versions = [
        version
        for version in ("v2c", "v3")
        if any(f"snmp.{version}.{stage}".startswith(only) for stage in stages)
    ]
    # Each step has a process of its own: what one has freed would hide what the next one takes.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as steps:
        for version in versions:
            with snmp_agents(SNMP_VALUES, v3=version == "v3") as devices:
                chunks = steps.submit(set_up, version, devices.port).result()
                results += steps.submit(run, version, chunks).result()
    needs = [each.value for each in results if each.name.endswith("memory_per_endpoint")]
    if needs:
        results.append(Result("snmp.memory_per_endpoint", max(needs), "octets"))
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*sys.argv[1:])
