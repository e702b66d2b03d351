"""Everything that a soak run starts: devices, PostgreSQL, Redis, and the product as it is deployed."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults import product
from tests.faults.parts import Part, PartError
from tests.faults.servers import PostgreSQL, Redis

PROFILES = Path(__file__).parent / "profiles"
NETWORK = "127.16"


class TimedPostgreSQL(PostgreSQL):
    """As Debian sets it up, and it knows when each row was committed."""

    def command(self) -> list[str]:
        chosen = {"shared_buffers": "128MB", "max_wal_size": "1GB", "track_commit_timestamp": "on"}
        return [*super().command(), *(f"--{name}={value}" for name, value in chosen.items())]


@dataclass
class Stage:
    """The parts under way. ``log`` is the devices' own."""

    folder: Path
    log: Path
    devices: subprocess.Popen[str]
    postgresql: PostgreSQL
    redis: Redis
    database_url: str
    collectors: Sequence[Part]
    others: Sequence[Part]

    def stop_product(self) -> list[str]:
        """In order; the names of those that did not end by themselves."""
        return [*_stop(self.collectors), *_stop(self.others)]


@contextlib.contextmanager
def staged(*, endpoints: int, interval_s: float, collectors: int, kept: bool = False) -> Iterator[Stage]:
    """Nothing that it started is left behind; its files neither, unless ``kept``."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder(kept=kept))
        log = folder / "answers.log"
        devices, port = stack.enter_context(simulated_devices(log))
        postgresql = TimedPostgreSQL(_made(folder / "postgresql"))
        postgresql.make()
        redis = Redis(folder, "redis")
        for server in (postgresql, redis):
            _start(server, stack)
        database_url = postgresql.create("soak")
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "CELERY_BROKER_URL": redis.url,
            "PROFILE_DIRS": str(PROFILES),
            "LOG_LEVEL": "WARNING",
        }
        environment = product.environment(_made(folder / "state"), **settings)
        arguments = [str(endpoints), str(port), NETWORK, str(interval_s)]
        subprocess.run(
            [product.PYTHON, "-m", "tests.soak.seed", *arguments],
            cwd=product.ROOT, env=environment, check=True,
        )  # fmt: skip
        others = [product.tasks(folder, environment), product.clock(folder, environment)]
        workers = [product.collector(folder, f"collector-{n + 1}", environment) for n in range(collectors)]
        for part in (*others, *workers):
            _start(part, stack)
        yield Stage(folder, log, devices, postgresql, redis, database_url, workers, others)


@contextlib.contextmanager
def simulated_devices(
    log: Path, *options: str, prefix: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process and its port. ``prefix``: a command that starts it elsewhere."""
    command = [*prefix, product.PYTHON, "-m", "tests.soak.devices", str(log), *options]
    process = subprocess.Popen(
        command, cwd=product.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        line = process.stdout.readline()
        if not line:
            raise PartError("The simulated devices did not start")
        yield process, int(line)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _stop(parts: Sequence[Part]) -> list[str]:
    """All at once; the names of those that had to be killed, or ended in an error."""
    with ThreadPoolExecutor(len(parts)) as each:
        statuses = list(each.map(lambda part: part.stop(within_s=60), parts))
    return [part.name for part, status in zip(parts, statuses, strict=True) if status != 0]


def _start(part: Part, stack: ExitStack) -> None:
    part.start()
    stack.callback(part.stop)


@contextlib.contextmanager
def temporary_folder(*, kept: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="whereabouts-soak-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if not kept:
            shutil.rmtree(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
