"""What a scale run came to, from the devices' log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.meter import quantile
from tests.soak.answers import Answer


@dataclass(frozen=True, slots=True)
class Throughput:
    """``collectors`` at work on so many hosts. Processor times are milliseconds for each poll."""

    collectors: int
    polls_per_s: float
    collector_ms: float
    postgresql_ms: float
    idle_cores: float
    shares: list[float]
    """Of the polls, by host, the smallest first."""
    chunks: list[int]
    """Held by each, the smallest first."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Seconds until devices that somebody else had polled were polled again; ``late``: beyond the interval."""

    endpoints: int
    again_p50_s: float
    again_worst_s: float
    late_p50_s: float
    late_worst_s: float


def shares_of(answers: Sequence[Answer]) -> list[float]:
    counts = Counter(answer.asker for answer in answers)
    return sorted(count / len(answers) for count in counts.values())


def taken_over(
    answers: Sequence[Answer], asker: bytes, killed_at: float, interval_s: float
) -> HandOver | None:
    """How the devices that ``asker`` was the last to poll fared after that moment; None while one still waits."""
    last: dict[bytes, Answer] = {}
    again: dict[bytes, float] = {}
    for answer in answers:
        if answer.asked_at <= killed_at:
            last[answer.address] = answer
        elif answer.asker != asker:
            again.setdefault(answer.address, answer.asked_at)
    left = {address: answer.asked_at for address, answer in last.items() if answer.asker == asker}
    if not left or left.keys() - again.keys():
        return None
    after = [again[address] - killed_at for address in left]
    late = [max(again[address] - asked_at - interval_s, 0.0) for address, asked_at in left.items()]
    return HandOver(len(left), quantile(after, 0.5), max(after), quantile(late, 0.5), max(late))


def at_once(answers: Sequence[Answer], interval_s: float) -> int:
    """How often a device was polled by two within a quarter of its interval."""
    found = 0
    last: dict[bytes, Answer] = defaultdict()
    for answer in answers:
        before = last.get(answer.address)
        if before and before.asker != answer.asker and answer.asked_at - before.asked_at < interval_s / 4:
            found += 1
        last[answer.address] = answer
    return found
