"""Measuring: work done for each second of this process's own processor time, and what it takes beside that."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

try:
    from uvloop import new_event_loop
except ImportError:  # it does not exist for every platform
    new_event_loop = asyncio.new_event_loop  # type: ignore[assignment]

T = TypeVar("T")


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
    """Items of work for each second of processor time and of the clock; the middle and the slowest hundredth of
    their latencies; and the most memory that was resident meanwhile."""

    per_cpu_second: float
    per_second: float
    p50_ms: float
    p99_ms: float
    memory_mb: float

    def results(self, name: str) -> list[Result]:
        return [
            Result(name, round(self.per_cpu_second), "polls/CPU s"),
            Result(f"{name}.wall", round(self.per_second), "polls/s"),
            Result(f"{name}.p50_ms", round(self.p50_ms, 2), "ms"),
            Result(f"{name}.p99_ms", round(self.p99_ms, 2), "ms"),
            Result(f"{name}.memory", round(self.memory_mb, 1), "MB"),
        ]


def run(main: Coroutine[object, object, T]) -> T:
    """On the event loop that the collector runs on."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)


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
    reset_peak_memory()
    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(lane() for _ in range(at_once)))
    if finish:
        await finish()
    spent, passed = time.process_time() - cpu, time.perf_counter() - begun
    p50, p99 = quantile(latencies, 0.5), quantile(latencies, 0.99)
    return Rate(items / spent, items / passed, p50, p99, peak_memory_mb())


def middle_of(rates: Sequence[Rate]) -> Rate:
    """The middle one by cost; of the memory, the most."""
    ordered = sorted(rates, key=lambda rate: rate.per_cpu_second)
    rate = ordered[len(ordered) // 2]
    most = max(each.memory_mb for each in rates)
    return Rate(rate.per_cpu_second, rate.per_second, rate.p50_ms, rate.p99_ms, most)


def quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def peak_memory_mb() -> float:
    """The most that was resident since the last reset."""
    return _status("VmHWM") / 1024


def resident_bytes() -> int:
    return _status("VmRSS") * 1024


def give_back_memory() -> None:
    """What is free goes back to the system, where the C library can do that: else it would count as in use."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def reset_peak_memory() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    """In kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])
