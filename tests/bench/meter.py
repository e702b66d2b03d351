"""Measuring: work done for each second of this process's own processor time."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One row of build/bench.json. ``ratio`` is ``value`` over that of the row named in ``against``."""

    name: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_cpu_second`` of work items, and the middle and the slowest hundredth of their latencies, in ms."""

    per_cpu_second: float
    p50_ms: float
    p99_ms: float


async def rate_of(
    work: Callable[[int], Awaitable[None]],
    *,
    items: int,
    at_once: int,
    finish: Callable[[], Awaitable[None]] | None = None,
) -> Rate:
    """Runs ``work(0) … work(items - 1)``, ``at_once`` of them under way; ``finish`` counts as part of the cost."""
    latencies: list[float] = []
    numbers = iter(range(items))

    async def lane() -> None:
        for number in numbers:
            begun = time.perf_counter()
            await work(number)
            latencies.append(1000 * (time.perf_counter() - begun))

    gc.collect()
    cpu = time.process_time()
    await asyncio.gather(*(lane() for _ in range(at_once)))
    if finish:
        await finish()
    spent = time.process_time() - cpu
    return Rate(items / spent, quantile(latencies, 0.5), quantile(latencies, 0.99))


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
