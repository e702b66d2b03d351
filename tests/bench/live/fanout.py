"""A thousand viewers of one floor at four frames a second, from one daphne process.

``python -m tests.bench.live.fanout ONLY`` prints a JSON list of rows: ``live.fanout`` is fed within the process,
``live.fanout.redis`` by another one through Redis, and ``peer.daphne.broadcast`` is daphne alone with frames of the
same size. ``stuck_mb`` is what thirty more cost who read nothing. ``cpu`` is the server's processor time, feeding
included where it is in the process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import django

django.setup()

import redis  # noqa: E402  Django is set up first
from django.core.management import call_command  # noqa: E402

from tests.bench.live import hospital, processes  # noqa: E402
from tests.bench.meter import Result  # noqa: E402

VIEWERS = 1000
MOVING = 150
SECONDS = 12
FLOOR = "ward"
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
UNITS = {
    "p99_ms": "ms",
    "p50_ms": "ms",
    "cpu": "of a core",
    "frames_per_s": "frames/s",
    "frame_kb": "kB",
    "memory_mb": "MB",
    "stuck_mb": "MB",
}


def figures(port: int, server: int, session: str) -> dict[str, float]:
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.bench.live.client",
            str(port),
            str(SECONDS),
            str(VIEWERS),
            str(server),
            FLOOR,
            session,
        ],
        cwd=processes.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(told.stdout))


def within_the_process(session: str) -> dict[str, float]:
    port = processes.free_port()
    environment = {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with processes.running("server", str(port), FLOOR, str(MOVING), environment=environment) as server:
        return figures(port, server, session)


def through_redis(session: str) -> dict[str, float]:
    port = processes.free_port()
    environment = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "REDIS_URL": REDIS_URL}
    with ExitStack() as stack:
        server = stack.enter_context(processes.running("server", str(port), environment=environment))
        stack.enter_context(processes.running("feeding", FLOOR, str(MOVING), environment=environment))
        return figures(port, server, session)


def daphne_alone(octets: int) -> dict[str, float]:
    port = processes.free_port()
    with processes.running("broadcast", str(port), str(octets)) as server:
        return figures(port, server, "none")


def rows_of(name: str, measured: dict[str, float]) -> Iterator[Result]:
    if measured["closed"]:
        raise RuntimeError(f"{name}: {measured['closed']:.0f} viewers were cut off")
    for key, unit in UNITS.items():
        if key in measured:
            yield Result(f"{name}.{key}", round(measured[key], 4), unit)


def main(only: str = "") -> None:
    if not "live.fanout".startswith(only) and not only.startswith("live"):
        print("[]")
        return
    call_command("migrate", verbosity=0)
    hospital.build(FLOOR, columns=10, rows=10, room_m=(6, 5), assets=MOVING)
    session = ",".join(hospital.session_of_a_viewer() for _ in range(VIEWERS))
    inside = within_the_process(session)
    rows = list(rows_of("live.fanout", inside))
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping()
        rows += rows_of("live.fanout.redis", through_redis(session))
    except redis.RedisError as error:
        print(f"Not measured: live.fanout.redis ({error})", file=sys.stderr)
    rows += rows_of("peer.daphne.broadcast", daphne_alone(round(1000 * inside["frame_kb"])))
    print(json.dumps([row.as_dict() for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
