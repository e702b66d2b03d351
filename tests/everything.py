"""All checks and tests in order, each timed; at the end one line for whatever this machine could not run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SKIPPED = ROOT / "build" / "skipped.txt"
PACKAGES = ["hospital", "collectors", "assets", "locations"]
SOURCES = [*PACKAGES, "tests", "manage.py"]
POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")

PYTEST = [str(BIN / "python"), "-m", "pytest", "-q"]
STEPS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", *SOURCES],
    "format": [str(BIN / "ruff"), "format", "--check", *SOURCES],
    "types": [
        str(BIN / "mypy"),
        *PACKAGES,
        "manage.py",
        "tests/bench",
        "tests/faults",
        "tests/soak",
        "tests/scale",
    ],
    "layers": [str(BIN / "lint-imports"), "--no-cache"],
    "templates": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
    "django": [str(BIN / "python"), "manage.py", "check", "--fail-level", "WARNING"],
    "migrations": [str(BIN / "python"), "manage.py", "makemigrations", "--check", "--dry-run"],
    "tests": [*PYTEST, "-n", "2", "-m", "not browser"],
    "tests-postgresql": [*PYTEST, "-m", "databases"],
    "tests-browser": [*PYTEST, "-n", "2", "--dist", "loadfile", "-m", "browser", "tests/browser"],
}


def main(only: str = "") -> int:
    """Runs each step whose name begins with ``only``; the exit status is 1 if one failed."""
    SKIPPED.parent.mkdir(exist_ok=True)
    SKIPPED.unlink(missing_ok=True)
    begun = time.monotonic()
    failed = []
    for name, command in STEPS.items():
        if name.startswith(only) and not _run(name, command):
            failed.append(name)
    print(f"\n{len(failed)} of the steps failed{': ' if failed else ''}{', '.join(failed)}", end="")
    print(f" ({time.monotonic() - begun:.0f} s)")
    for line in _skipped():
        print(f"Not run here: {line}")
    return 1 if failed else 0


def _run(name: str, command: list[str]) -> bool:
    print(f"── {name}", flush=True)
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    if name == "tests-postgresql":
        if not _reachable(POSTGRESQL_URL):
            place = urlsplit(POSTGRESQL_URL).netloc.split("@")[-1]
            return _lacking(f"PostgreSQL: no server answers at {place}")
        environment |= {"DATABASE_URL": POSTGRESQL_URL}
    if name == "tests-browser" and not _chromium() and not _install_chromium():
        return _lacking("browser tests: no Chromium (Debian: apt install chromium)")
    begun = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    verdict = "passed" if status == 0 else f"FAILED ({status})"
    print(f"   {name}: {verdict} in {time.monotonic() - begun:.1f} s")
    return status == 0


def _lacking(what: str) -> bool:
    """Notes what this machine lacks; where nothing may be skipped, that is a failure."""
    with SKIPPED.open("a") as file:
        file.write(what + "\n")
    print(f"   not run: {what}")
    return not os.environ.get("NO_SKIPS")


def _reachable(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), timeout=2).close()
    except OSError:
        return False
    return True


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def _install_chromium() -> bool:
    """Debian's Chromium, where this account may install it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("   installing Chromium …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "check": False}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, env=environment, **quiet)
    return _chromium() is not None


def _skipped() -> list[str]:
    return sorted(set(SKIPPED.read_text().splitlines())) if SKIPPED.exists() else []


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
