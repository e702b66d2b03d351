"""One soak run: polls for some minutes, and what that took and came to."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.faults.parts import Part, PartError
from tests.soak.answers import read_answers
from tests.soak.meters import cpu_s_of, idle_s, memory_mb_of, tree_of
from tests.soak.stage import Stage, staged
from tests.soak.tables import queue_lengths, read_commits
from tests.soak.verdict import Punctuality, Recording, punctuality, recording

BEGIN_WITHIN_S = 180.0
SETTLED_AFTER_S = 1.0
"""The devices' log is on disk by then."""
MARK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Mark:
    """The state after so many seconds; ``cpu_s`` and ``memory_mb`` by part, ``waiting`` by queue."""

    after_s: float
    cpu_s: dict[str, float]
    memory_mb: dict[str, float]
    waiting: dict[str, int]
    idle_s: float


@dataclass
class Outcome:
    """``cpu`` is in cores: processor seconds for each second of the run."""

    endpoints: int
    interval_s: float
    collectors: int
    lasted_s: float
    polls_per_s: float
    punctuality: Punctuality
    recording: Recording
    cpu: dict[str, float]
    idle: float
    marks: list[Mark]
    not_ended: list[str]
    log_lines: int
    remarks: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def soak(*, endpoints: int, interval_s: float, seconds: float, collectors: int, kept: bool) -> Outcome:
    """Raises PartError if the product does not come to poll everything."""
    with staged(endpoints=endpoints, interval_s=interval_s, collectors=collectors, kept=kept) as stage:
        _wait_for_all(stage, endpoints)
        begun = time.time()
        marks = list(_marks(stage, seconds))
        ended = time.time()
        not_ended = stage.stop_product()
        time.sleep(SETTLED_AFTER_S)
        answers = list(read_answers(stage.log))
        commits = read_commits(stage.database_url)
        said = sum(len(part.log.read_text(errors="replace").splitlines()) for part in stage.collectors)
    measured = [answer for answer in answers if begun <= answer.asked_at <= ended]
    first, last = marks[0], marks[-1]
    lasted = last.after_s - first.after_s
    return Outcome(
        endpoints=endpoints,
        interval_s=interval_s,
        collectors=collectors,
        lasted_s=lasted,
        polls_per_s=len(measured) / (ended - begun),
        punctuality=punctuality(measured, interval_s),
        recording=recording(answers, commits, interval_s),
        cpu={name: (last.cpu_s[name] - first.cpu_s[name]) / lasted for name in first.cpu_s},
        idle=(last.idle_s - first.idle_s) / lasted,
        marks=marks,
        not_ended=not_ended,
        log_lines=said,
    )


def _wait_for_all(stage: Stage, endpoints: int) -> None:
    """Until each was asked for the first time."""
    deadline = time.monotonic() + BEGIN_WITHIN_S
    while len({answer.address for answer in read_answers(stage.log)}) < endpoints:
        ended = [part.name for part in stage.collectors if not part.is_running]
        if ended or time.monotonic() > deadline:
            raise PartError(f"Not all devices are polled; ended: {ended or 'nothing'} (logs: {stage.folder})")
        time.sleep(1.0 if endpoints > 1000 else 0.2)


def _marks(stage: Stage, seconds: float) -> Iterable[Mark]:
    begun = time.monotonic()
    for number in range(int(seconds / MARK_EVERY_S) + 1):
        time.sleep(max(begun + number * MARK_EVERY_S - time.monotonic(), 0))
        yield _mark(stage, begun)
    if seconds % MARK_EVERY_S:
        time.sleep(max(begun + seconds - time.monotonic(), 0))
        yield _mark(stage, begun)


def _mark(stage: Stage, begun: float) -> Mark:
    pids = {
        "collector": _trees(stage.collectors),
        "tasks and clock": _trees(stage.others),
        "PostgreSQL": _trees([stage.postgresql]),
        "Redis": _trees([stage.redis]),
        "devices": [stage.devices.pid],
    }
    return Mark(
        after_s=time.monotonic() - begun,
        cpu_s={name: cpu_s_of(each) for name, each in pids.items()},
        memory_mb={name: memory_mb_of(each) for name, each in pids.items()},
        waiting=queue_lengths(stage.redis.url),
        idle_s=idle_s(),
    )


def _trees(parts: Iterable[Part]) -> list[int]:
    return [pid for part in parts for pid in tree_of(part.process.pid)]
