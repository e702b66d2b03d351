"""One command starts everything, Ctrl-C ends all of it, and a taken port is one sentence."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.product import ROOT, Process, free_device_ports, free_port


@pytest.fixture
def environment(tmp_path):
    return os.environ | {
        "WHEREABOUTS_STATE": str(tmp_path),
        "DEMO_BASE_PORT": str(free_device_ports()),
        "PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_starts_with_one_line_and_ends_with_nothing_left(environment, ending):
    with Process("demo", environment=environment, ready="Whereabouts is at") as demo:
        (line,) = demo.lines
        assert f"http://127.0.0.1:{environment['PORT']}/" in line
        assert "password demo" in line
        devices = children_of(demo.pid)
        assert demo.stop(ending) == 0, "".join(demo.lines)
        assert devices
        assert not any(is_running(pid) for pid in devices)


def test_a_port_that_is_taken_is_one_clear_sentence(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    (sentence,) = ended.stderr.splitlines()
    assert environment["PORT"] in sentence
    assert "PORT=" in sentence
