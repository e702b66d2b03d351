"""The product as its users run it: the server and the simulated devices as processes of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEVICE_PORTS = 80
_CHOSEN_HERE = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DEBUG", "ALLOWED_HOSTS"}
STARTS_WITHIN_S = 240
"""A first start takes 40 s on a quiet machine; here others start beside it."""
STOPS_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_device_ports() -> int:
    """The first of a block of ports that nobody listens on, neither TCP nor UDP."""
    # Below the ports that the system gives out by itself; each worker looks in a range of its own.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    first = 12000 + 5000 * worker
    for base in range(first + DEVICE_PORTS * (os.getpid() % 30), first + 5000, DEVICE_PORTS):
        if all(_is_free(port, kind) for port in range(base, base + DEVICE_PORTS) for kind in _KINDS):
            return base
    raise RuntimeError("no free block of ports for the simulated devices")


_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Process:
    """A management command in a process of its own, ready once it prints a line that ``ready`` matches."""

    def __init__(self, *command: str, environment: dict[str, str], ready: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A job put in the background by a shell ignores Ctrl-C; the product's own starts do not.
            preexec_fn=_mind_interrupts,
        )
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(re.compile(ready),), daemon=True)
        self._reader.start()
        self._ready.wait(STARTS_WITHIN_S)
        if self._process.poll() is not None or not self._ready.is_set():
            self._process.kill()
            self._process.wait()
            self._reader.join(STOPS_WITHIN_S)
            self._process.stdout.close()
            raise RuntimeError(f"did not start:\n{''.join(self.lines)}")

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, ready: re.Pattern[str]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            if ready.search(line):
                self._ready.set()
        self._ready.set()

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and returns its exit status; all that it printed is in ``lines``."""
        self._process.send_signal(with_signal)
        try:
            status = self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        self._reader.join(STOPS_WITHIN_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status


def _mind_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Product:
    """A demo hospital with its own database, ports and devices; if asked, with three months behind it, rolled up."""

    def __init__(self, state: Path, *, has_past: bool = False) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if name not in _CHOSEN_HERE}
        self.environment = inherited | {
            "WHEREABOUTS_STATE": str(state),
            "DEMO_BASE_PORT": str(free_device_ports()),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "LANGUAGES": "en-gb,de,es,ar",  # one from right to left, too
            "PYTHONUNBUFFERED": "1",
        }
        self.manage("migrate", "--verbosity=0")
        self.manage("seed_demo", "--verbosity=0", *(["--past"] if has_past else []))
        if has_past:
            self.manage("rebuild_rollups", "--verbosity=0")
        self.devices = self.start_devices()
        self.server = Process("serve", environment=self.environment, ready="Whereabouts is at")

    def manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def say(self, *command: str) -> str:
        """What a management command prints."""
        run = [sys.executable, "manage.py", *command]
        told = subprocess.run(
            run, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return told.stdout.strip()

    def start_devices(self) -> Process:
        return Process("simulate", environment=self.environment, ready="simulators ready")

    def stop(self) -> None:
        self.server.stop()
        self.devices.stop()
