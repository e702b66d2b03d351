"""All checks and tests, each timed; at the end one line for whatever this machine could not run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SKIPPED = ROOT / "build" / "skipped.txt"
PACKAGES = ["hospital", "collectors", "assets", "locations"]
SOURCES = [*PACKAGES, "tests", "manage.py"]
POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")

WORKERS = str(min(6, os.cpu_count() or 1))
"""As many as there are cores: about half of the time a test waits, and there is a lane beside them."""
BROWSER_REPORT = ROOT / "build" / "browser.xml"
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q", "--durations=20", "--durations-min=5"]
"""What takes longest is told at the end: so it is seen when a test grows slow."""
MOST_UNSTEADY = 5
"""Of the browser tests; more of them that fail at once are no accident."""
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
    "tests": [*PYTEST, "-n", WORKERS, "-m", "not browser"],
    "tests-postgresql": [*PYTEST, "-m", "databases"],
    "tests-browser": [
        *PYTEST,
        *("-n", "2", "--dist", "loadfile", "-m", "browser"),
        *("-o", "junit_family=xunit1", f"--junitxml={BROWSER_REPORT}"),
        "tests/browser",
    ],
}
SIDE_BY_SIDE = [
    (
        ["lint", "format", "types", "layers", "templates", "django", "migrations", "tests-postgresql"],
        ["tests"],
    ),
    ([], ["tests-browser"]),
]
"""Pairs of lanes: much of a test is waiting, and leaves room for what computes. Only the second lane writes as it
goes; what a step of the first has to say comes whole, once it has ended. A browser has the machine to itself: people
look at the product on a machine that does nothing else."""


def main(only: str = "") -> int:
    """Runs each step whose name begins with ``only``; the exit status is 1 if one failed."""
    SKIPPED.parent.mkdir(exist_ok=True)
    SKIPPED.unlink(missing_ok=True)
    BROWSER_REPORT.unlink(missing_ok=True)
    begun = time.monotonic()
    failed: list[str] = []
    for aside, aloud in SIDE_BY_SIDE:
        with ThreadPoolExecutor(1) as lane:
            beside = lane.submit(_run_lane, [step for step in aside if step.startswith(only)], aloud=False)
            told = _run_lane([step for step in aloud if step.startswith(only)], aloud=True)
            failed += beside.result() + told
    print(f"\n{len(failed)} of the steps failed{': ' if failed else ''}{', '.join(failed)}", end="")
    print(f" ({time.monotonic() - begun:.0f} s)")
    for line in _skipped():
        print(f"Not run here: {line}")
    return 1 if failed else 0


def _run_lane(names: list[str], *, aloud: bool) -> list[str]:
    """The names of those that failed."""
    return [name for name in names if not _run(name, STEPS[name], aloud=aloud)]


def _run(name: str, command: list[str], *, aloud: bool) -> bool:
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    if name == "tests-postgresql":
        if not _reachable(POSTGRESQL_URL):
            place = urlsplit(POSTGRESQL_URL).netloc.split("@")[-1]
            return _lacking(name, f"PostgreSQL: no server answers at {place}")
        environment |= {"DATABASE_URL": POSTGRESQL_URL}
    if name == "tests-browser" and not _chromium() and not _install_chromium():
        return _lacking(name, "browser tests: no Chromium (Debian: apt install chromium)")
    if aloud:
        print(f"── {name}", flush=True)
    begun = time.monotonic()
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=None if aloud else subprocess.PIPE,
        stderr=None if aloud else subprocess.STDOUT,
    )
    is_passed = ended.returncode == 0 or (
        name == "tests-browser" and ended.returncode == 1 and _pass_alone(command, environment)
    )
    verdict = "passed" if is_passed else f"FAILED ({ended.returncode})"
    said = (ended.stdout or b"").decode(errors="replace").rstrip()
    head = "" if aloud else f"\n── {name}\n{said}\n"
    print(f"{head}   {name}: {verdict} in {time.monotonic() - begun:.1f} s", flush=True)
    return is_passed


def _pass_alone(command: list[str], environment: dict[str, str]) -> bool:
    """Whether the browser tests that failed pass alone, in a hospital made anew; then they are told as unsteady.

    A browser, a server and eighty devices on two cores meet every delay that there is. What fails twice is a fault.
    """
    failed = _failed_browser_tests()
    if not failed or len(failed) > MOST_UNSTEADY:
        return False
    print(f"   {len(failed)} of the browser tests failed; they run once more, alone", flush=True)
    alone = [*command[: command.index("-n")], "-m", "browser", *failed]
    if subprocess.run(alone, cwd=ROOT, env=environment, check=False).returncode != 0:
        return False
    for test in failed:
        print(f"   UNSTEADY: {test} failed at first, and passed alone", flush=True)
    return True


def _failed_browser_tests() -> list[str]:
    cases = ElementTree.parse(BROWSER_REPORT).iter("testcase")
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return sorted({f"{case.get('file')}::{case.get('name')}" for case in failed})


def _lacking(name: str, what: str) -> bool:
    """Notes what this machine lacks; where nothing may be skipped, that is a failure."""
    with SKIPPED.open("a") as file:
        file.write(what + "\n")
    print(f"   {name}: not run: {what}", flush=True)
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
