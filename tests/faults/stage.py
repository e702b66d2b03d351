"""One arrangement of devices, servers and processes for one run, and what can be done to it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import psycopg

from tests.faults import product
from tests.faults.answers import Answer, read_answers
from tests.faults.fleet import Device, make_fleet
from tests.faults.parts import Part, PartError, wait_until
from tests.faults.servers import PostgreSQL
from tests.faults.tables import Tables, read_tables
from tests.faults.verdict import Cut, Verdict, judge, recovered_after_s

P = TypeVar("P", bound=Part)

FIRST_POLLS_WITHIN_S = 60
RECOVERED_WITHIN_S = 60
SHARED_WITHIN_S = 60
CAUGHT_UP_WITHIN_S = 60
YOUNG_S = 3.0
"""Answers this young may still be on their way into the tables."""


class House:
    """What all runs share: devices that go on counting, and a PostgreSQL server with a seeded database."""

    def __init__(self, folder: Path, devices: int) -> None:
        self.folder = folder
        self.fleet = make_fleet(devices)
        self.log = folder / "answers.log"
        self.postgresql = PostgreSQL(_made(folder / "postgresql"))
        self._stack = ExitStack()
        self._ports: list[str] = []

    def __enter__(self) -> House:
        self._stack.enter_context(self._simulator())
        self.postgresql.make()
        self.postgresql.start()
        self._stack.callback(self.postgresql.stop)
        self.seed(self.postgresql.create("seeded"))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def sqlite(self) -> Path:
        """A seeded SQLite file, to be copied."""
        file = self.folder / "seeded.sqlite3"
        self.seed(f"sqlite:///{file}")
        return file

    def seed(self, database_url: str) -> None:
        settings = product.environment(_made(self.folder / "seed"), DATABASE_URL=database_url)
        arguments = [str(len(self.fleet)), *self._ports]
        subprocess.run(
            [product.PYTHON, "-m", "tests.faults.seed", *arguments],
            cwd=product.ROOT, env=settings, check=True,
        )  # fmt: skip

    @contextlib.contextmanager
    def _simulator(self) -> Iterator[None]:
        command = [product.PYTHON, "-m", "tests.faults.simulator", str(len(self.fleet)), str(self.log)]
        process = subprocess.Popen(
            command, cwd=product.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin
        assert process.stdout
        try:
            self._ports = process.stdout.readline().split()
            if len(self._ports) != 2:
                raise PartError("The simulated devices did not start")
            yield
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()


@dataclass
class Stage:
    """One run under way. Whatever was started by :meth:`start` ends with it."""

    house: House
    folder: Path
    postgresql: PostgreSQL
    database_url: str
    chance: random.Random
    settings: dict[str, str] = field(default_factory=dict)
    since: int = 0
    parts: list[Part] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    recoveries: list[float] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Promises found broken besides those that the verdict finds."""
    given_up: int | None = None
    """How many observations the product says it had no room for; None where it must keep all."""
    outcome: tuple[Verdict, Tables] | None = None

    @property
    def fleet(self) -> Sequence[Device]:
        return self.house.fleet

    def environment(self, host: str) -> dict[str, str]:
        """Of a process on this host, which keeps its state to itself."""
        return product.environment(_made(self.folder / host), **self.settings)

    def answers(self) -> list[Answer]:
        """Those of this run."""
        return read_answers(self.house.log, self.since)

    def start(self, part: P) -> P:
        self.parts.append(part)
        part.start()
        return part

    def wait_for_first_polls(self) -> None:
        self._wait_polled(self.now(), FIRST_POLLS_WITHIN_S)

    def wait_until_all_ask(self, workers: Sequence[product.Process]) -> None:
        """Until each of these processes has devices that it asks."""

        def all_ask() -> bool:
            heard = {answer.port for answer in self.answers() if answer.asked_at > self.now() - YOUNG_S}
            return all(worker.ports() & heard for worker in workers)

        wait_until(
            all_ask, SHARED_WITHIN_S, f"devices for each of {len(workers)} workers (logs: {self.folder})"
        )

    def now(self) -> float:
        return time.time()

    def go_on(self, seconds: float, *, more: float = 0.0) -> None:
        """Let it run for so long, and a random part of ``more``."""
        time.sleep(max(seconds, 0) + self.chance.random() * more)

    def cut(self, process: product.Process, how: Callable[[], float]) -> float:
        """Kill or freeze a process; what it had in hand may be lost, and its devices wait for another."""
        ports = process.ports()
        at = how()
        self.cuts.append(Cut(at, ports))
        last = {answer.device: answer for answer in self.answers() if answer.answered_at <= at}
        self.touched |= {device for device, answer in last.items() if answer.port in ports}
        return at

    def recover(
        self, since: float, *, within_s: float = RECOVERED_WITHIN_S, promised_s: float | None = None
    ) -> None:
        """Wait until every device has been polled again, and note how long that took."""
        self._wait_polled(since, within_s)
        took = recovered_after_s(self.fleet, self.answers(), since) or 0.0
        self.recoveries.append(took)
        if promised_s is not None and took > promised_s:
            self.broken.append(f"all were polled again after {took:.1f} s, not within {promised_s:g} s")

    def catch_up(self, *, within_s: float = CAUGHT_UP_WITHIN_S) -> None:
        """Wait until the tables hold all but the youngest answers, or time is over."""
        with contextlib.suppress(PartError):
            wait_until(self._has_caught_up, within_s, "caught up")

    def end_processes(self) -> None:
        """Ask every process of the product to end, those that write first."""
        for part in reversed(self.parts):
            if isinstance(part, product.Process) and part.is_running and part.stop() != 0:
                self.broken.append(f"{part.name} did not end by itself")

    def finish(self) -> tuple[Verdict, Tables]:
        """Stop in order, then compare; once."""
        if self.outcome is None:
            if self.given_up is None:
                self.catch_up()
            self.end_processes()
            tables = read_tables(self.database_url)
            verdict = judge(self.fleet, self.answers(), tables.readings, cuts=self.cuts, touched=self.touched)
            self.outcome = verdict, tables
        return self.outcome

    def spool_files(self) -> list[Path]:
        """The newest of each spool that holds something."""
        newest: dict[Path, Path] = {}
        for file in sorted(self.folder.glob("*/spool/**/spool-*.log")):
            if file.stat().st_size:
                newest[file.parent] = file
        return list(newest.values())

    def wait_until_spools_are_empty(self) -> None:
        wait_until(lambda: not self.spool_files(), CAUGHT_UP_WITHIN_S, "spools emptied")

    def tear(self, file: Path) -> int:
        """Cut off a random part of the end; how many octets."""
        octets = self.chance.randint(1, min(100, file.stat().st_size))
        os.truncate(file, file.stat().st_size - octets)
        return octets

    def _wait_polled(self, since: float, within_s: float) -> None:
        def all_polled() -> bool:
            self._look_for_failed()
            return recovered_after_s(self.fleet, self.answers(), since) is not None

        wait_until(all_polled, within_s, f"every device polled (logs: {self.folder})")

    def _look_for_failed(self) -> None:
        """Who ended by itself has failed; who was killed has a status below zero."""
        for part in self.parts:
            if (part.process.poll() or 0) > 0:
                raise PartError(f"{part.name} ended with status {part.process.returncode} (log: {part.log})")

    def _has_caught_up(self) -> bool:
        try:
            recorded = read_tables(self.database_url).readings
        except psycopg.Error:
            return False
        old = [answer for answer in self.answers() if answer.answered_at < time.time() - YOUNG_S]
        lost = judge(self.fleet, old, recorded, cuts=self.cuts).lost
        time.sleep(0.5 if lost else 0)
        return not lost


@contextlib.contextmanager
def staged(house: House, name: str, seed: str, *, postgresql: PostgreSQL | None = None) -> Iterator[Stage]:
    """A run with a database of its own; nothing that it started is left behind."""
    folder = _made(house.folder / name)
    server = postgresql or house.postgresql
    with contextlib.suppress(psycopg.errors.DuplicateDatabase):
        server.create(name, template="seeded")
    stage = Stage(
        house, folder, server, server.url(name), random.Random(seed), since=house.log.stat().st_size
    )
    try:
        yield stage
    finally:
        for part in stage.parts:
            if part.is_running:
                part.kill()


@contextlib.contextmanager
def temporary_folder(*, kept: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="whereabouts-faults-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if not kept:
            shutil.rmtree(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
