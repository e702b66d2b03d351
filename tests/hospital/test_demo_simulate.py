"""The process of the simulated devices: started, stopped, orphaned."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest
from django.conf import settings

READY = "simulators ready: 45 devices\n"
PATIENCE_S = 60


def free_base() -> int:
    """The first of a hundred ports in a row that nobody holds, for datagrams or for streams."""
    for _ in range(50):
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            base = chosen.getsockname()[1]
        if base < 65000 and all(is_free(base + offset) for offset in range(100)):
            return base
    raise AssertionError("no hundred free ports in a row")


def is_free(port: int) -> bool:
    with ExitStack() as sockets:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            try:
                sockets.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@pytest.fixture
def start(tmp_path):
    """Starts ``manage.py simulate`` and waits for its first line."""
    with ExitStack() as running:

        def run(*arguments: str, through_shell: bool = False) -> subprocess.Popen[str]:
            command = [sys.executable, "manage.py", "simulate", *arguments]
            if through_shell:
                command = ["sh", "-c", '"$@" --parent-pid $$ & echo $! >&2; wait', "sh", *command]
            process = running.enter_context(
                subprocess.Popen(
                    command,
                    cwd=settings.BASE_DIR,
                    env={
                        **os.environ,
                        "WHEREABOUTS_STATE": str(tmp_path),
                        "DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
                    },
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            running.callback(process.kill)
            return process

        yield run


def test_it_says_when_it_is_ready_and_ends_cleanly_without_a_database(start):
    process = start("--base-port", str(free_base()))
    assert process.stdout.readline() == READY
    process.send_signal(signal.SIGTERM)
    rest, complaints = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_it_ends_when_its_parent_does(start):
    shell = start("--base-port", str(free_base()), through_shell=True)
    assert shell.stdout.readline() == READY
    child = int(shell.stderr.readline())
    os.kill(child, 0)
    shell.kill()
    assert shell.stdout.read() == ""  # the child held the pipe: its end is the child's
    assert shell.stderr.read() == ""


def test_a_second_one_on_the_same_ports_says_why_it_cannot_start_and_the_first_goes_on(start):
    base = str(free_base())
    first = start("--base-port", base)
    assert first.stdout.readline() == READY
    second = start("--base-port", base)
    said, complaints = second.communicate(timeout=PATIENCE_S)
    assert (second.returncode, said) == (1, "")
    assert complaints == (
        f"CommandError: Port {base} for “Location gateway, ground floor” is taken; "
        "is another simulation running? DEMO_BASE_PORT moves the whole range.\n"
    )
    first.send_signal(signal.SIGINT)
    assert first.communicate(timeout=PATIENCE_S) == ("", "")
    assert first.returncode == 0
