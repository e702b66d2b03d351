"""kill -9 between a commit and its delivery, and amid a delivery: with real processes, a database of its own and a real
webhook. Nothing is dropped, and nothing counts twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = """
from django.utils import timezone
from assets.alerts.channels import add_channel
from assets.alerts.models import Rule
from assets.models import Asset, Category, EquipmentModel
from locations.models import Site
site = Site.objects.create(name="S", slug="s")
category = Category.objects.create(name="Pump", plural="Pumps", slug="pump")
model = EquipmentModel.objects.create(manufacturer="M", name="N", category=category)
Asset.objects.create(asset_tag="P-1", model=model, site=site)
Rule.objects.create(name="R", kind="missing", parameters={"for_s": 60, "clear_s": 0})
add_channel(kind="webhook", name="Hook", target="URL", severity="info")
"""


class Hook:
    """Where deliveries go. While ``holds`` is set, it takes them in and does not answer."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.came, self.holds, self.go_on = threading.Event(), threading.Event(), threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                hook.tokens.append(self.headers["X-Whereabouts-Delivery"])
                hook.came.set()
                if hook.holds.is_set():
                    hook.go_on.wait(60)
                    return
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def server():
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def hook(server):
    server.tokens.clear()
    server.came.clear()
    return server


def environment_of(folder: Path) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return inherited | {
        "WHEREABOUTS_STATE": str(folder),
        "DJANGO_SETTINGS_MODULE": "hospital.settings",
        "ALERT_HOSTS": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def seeded(tmp_path_factory, server) -> Path:
    """A database with one pump, one rule and a webhook, made once."""
    folder = tmp_path_factory.mktemp("seeded")
    manage = [sys.executable, "manage.py"]
    environment = environment_of(folder)
    subprocess.run([*manage, "migrate", "--verbosity=0"], cwd=ROOT, env=environment, check=True)
    seed = SEED.replace("URL", server.url)
    subprocess.run([*manage, "shell", "--no-imports", "-c", seed], cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture
def environment(seeded, tmp_path):
    folder = shutil.copytree(seeded, tmp_path / "state")
    return environment_of(folder)


def start(environment, *stage: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.alerts.killed", *stage]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()


def deliver(environment, seconds: int) -> str:
    with start(environment, "deliver", str(seconds)) as process:
        said, _ = process.communicate(timeout=60)
    return said.strip()


def test_what_was_committed_is_delivered_though_the_process_was_killed(environment, hook):
    process = start(environment, "raise")
    assert process.stdout.readline() == "committed\n"
    kill(process)
    assert hook.tokens == []

    assert deliver(environment, 1) == "delivered 1"
    assert deliver(environment, 1000) == "delivered 0"
    assert len(hook.tokens) == 1


def test_what_was_being_sent_is_sent_again_under_the_same_token(environment, hook):
    process = start(environment, "raise")
    process.stdout.readline()
    kill(process)
    hook.holds.set()
    sending = start(environment, "deliver", "1")
    assert hook.came.wait(60)
    kill(sending)
    hook.holds.clear()

    assert deliver(environment, 60) == "delivered 0"  # its lease has not ended: it might still be at it
    assert deliver(environment, 300) == "delivered 1"
    assert deliver(environment, 5000) == "delivered 0"
    assert len(hook.tokens) == 2
    assert len(set(hook.tokens)) == 1
