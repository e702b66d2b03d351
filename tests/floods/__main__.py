"""``make floods``: every way in is sent as much as it takes and more; the product's memory must stay flat.

The product runs as ``manage.py serve``. Each way in is flooded briefly first, so that what any use costs is not
counted; then for real. Prints a table and writes build/floods.json. The exit status is 1 if memory grew by more than
``ALLOWED_MB``, if it went on growing in the last half of the flood, or if the product no longer answers.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.collectors.receivers.mosquitto import Mosquitto
from tests.faults import product
from tests.faults.parts import free_port, wait_until
from tests.floods.senders import FLOODS, Flood
from tests.soak.meters import memory_mb_of, tree_of

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "floods.json"
ALLOWED_MB = 64.0
NOISE_MB = 8.0
"""What memory may rise by in the last half, however little it rose before."""
SETTLES_S = 5.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """``taken`` and ``refused`` are messages, as the page of the source says; memory is resident, in MB.

    ``first_mb`` and ``last_mb`` are the most that the product took in the first and in the last half of the flood.
    """

    way: str
    sent: int
    lasted_s: float
    taken: int
    refused: dict[str, int]
    before_mb: float
    first_mb: float
    last_mb: float
    after_mb: float

    def cells(self) -> list[str]:
        refused = sum(self.refused.values())
        counts = (f"{self.sent:,}", f"{self.sent / self.lasted_s:,.0f}", f"{self.taken:,}", f"{refused:,}")
        memory = (self.before_mb, self.first_mb, self.last_mb, self.after_mb)
        return [self.way, f"{self.lasted_s:.0f}", *counts, *(f"{mb:.0f}" for mb in memory)]

    def broken(self) -> Iterator[str]:
        """A leak grows in the last half as it did in the first; what fills up grows by less than half of that."""
        grew, rose, rises = (
            max(self.first_mb, self.last_mb) - self.before_mb,
            self.first_mb - self.before_mb,
            self.last_mb - self.first_mb,
        )
        if grew > ALLOWED_MB:
            yield f"{self.way}: {grew:.0f} MB more, {ALLOWED_MB:.0f} are allowed"
        if rises > max(NOISE_MB, rose / 2):
            yield f"{self.way}: {rises:.0f} MB more in the last half, after {rose:.0f} MB in the first: still growing"
        if not self.taken:
            yield f"{self.way}: nothing was taken"


@dataclass(frozen=True, slots=True)
class Stage:
    ports: Mapping[str, int]
    token: str
    pid: int
    database: Path

    def memory_mb(self) -> float:
        return memory_mb_of(tree_of(self.pid))

    def counted(self, way: str) -> tuple[int, dict[str, int]]:
        """Messages that were taken or were there already, and those that were refused, by reason."""
        wanted = """select messages + duplicates, refused from collectors_sourcehealth h
                    join collectors_source s on s.id = h.source_id where s.kind = ?"""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            row = connection.execute(wanted, [way]).fetchone()
        return (row[0], json.loads(row[1])) if row else (0, {})

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.ports['web']}/health/", timeout=30
            ) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def staged() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), {kind: free_port() for kind in ("web", "nobody", *FLOODS)}
        broker = Mosquitto(folder)
        broker.port = ports["mqtt"]
        broker._lines[1] = f"listener {broker.port} 127.0.0.1"
        settings = product.environment(folder, PORT=str(ports["web"]), PROFILE_DIRS="", DEBUG="1")
        command = [product.PYTHON, "-m", "tests.floods.seed", json.dumps(ports)]
        seeded = subprocess.run(command, cwd=product.ROOT, env=settings, check=True, stdout=subprocess.PIPE)
        serve = [product.PYTHON, "manage.py", "serve"]
        process = product.Process(folder, "product", serve, settings)
        broker.start()
        process.start()
        stage = Stage(
            ports, seeded.stdout.decode().strip(), process.process.pid, folder / "whereabouts.sqlite3"
        )
        try:
            wait_until(stage.answers, 60, "the product answers")
            yield stage
        finally:
            process.stop()
            broker.stop()


def flood(stage: Stage, way: str, most: int, seconds: float) -> Row:
    _send(stage, way, most, min(30.0, seconds / 4))
    time.sleep(SETTLES_S)
    taken, refused = stage.counted(way)
    before_mb, begun = stage.memory_mb(), time.monotonic()
    sent, memory_mb = _send(stage, way, most, seconds)
    lasted_s = time.monotonic() - begun
    time.sleep(SETTLES_S)
    taken_now, refused_now = stage.counted(way)
    more = {reason: count - refused.get(reason, 0) for reason, count in refused_now.items()}
    half = len(memory_mb) // 2
    first_mb, last_mb = max([before_mb, *memory_mb[:half]]), max(memory_mb[half:])
    return Row(way, sent, lasted_s, taken_now - taken, more, before_mb, first_mb, last_mb, stage.memory_mb())


def _send(stage: Stage, way: str, most: int, seconds: float) -> tuple[int, list[float]]:
    """How many were sent, and the memory that the product took meanwhile, at even intervals."""
    flooding, until = Flood(way, stage.ports, stage.token, most), time.monotonic() + seconds
    memory_mb = [stage.memory_mb()]
    while not flooding.is_over and time.monotonic() < until:
        time.sleep(LOOK_S)
        memory_mb.append(stage.memory_mb())
    flooding.stop()
    return flooding.sent, [*memory_mb, stage.memory_mb()]


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.floods", description=__doc__)
    parser.add_argument("--count", type=int, default=10**9, help="messages for each way in, at most")
    parser.add_argument("--seconds", type=float, default=120, help="for each way in, at most")
    parser.add_argument("--only", default="", help="ways in whose name begins so")
    asked = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)  # the senders' own
    rows: list[Row] = []
    broken: list[str] = []
    with staged() as stage:
        for way in FLOODS:
            if way.startswith(asked.only):
                rows.append(flood(stage, way, asked.count, asked.seconds))
                print(f"| {' | '.join(rows[-1].cells())} | {rows[-1].refused}", flush=True)
                broken += rows[-1].broken()
        if not stage.answers():
            broken.append("the product does not answer any more")
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
