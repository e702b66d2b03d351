"""A receiver that is killed between a message and its answer: what was acknowledged is there, and nothing twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from collectors.receivers.hl7.framing import wrap
from tests.collectors.receivers.hl7.messages import INFUSING, message, pump
from tests.collectors.receivers.hl7.peers import Sender

ROOT = Path(__file__).parents[4]
SEED = """
import django; django.setup()
from assets.models import *
from collectors.models import Source
from django.core.management import call_command
from locations.models import Site
call_command("migrate", verbosity=0)
site = Site.objects.create(name="S", slug="s")
category = Category.objects.create(name="Pump", plural="Pumps", slug="pump")
model = EquipmentModel.objects.create(manufacturer="M", name="P", category=category)
Asset.objects.create(asset_tag="P-1", model=model, site=site)
Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["127.0.0.0/8"])
"""
SERVE = """
import signal, threading
import django; django.setup()
from collectors.receivers.runtime import Receivers
from tests.collectors.receivers.hl7.peers import OnAnyPort
OnAnyPort.opened = []
receivers = Receivers(receivers={"hl7": OnAnyPort})
receivers.start()
OnAnyPort.is_open.wait()
print(OnAnyPort.opened[0].port, flush=True)
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
ended.wait()
receivers.stop()
"""
LOOK = """
import json
import django; django.setup()
from assets.models import EvidenceLog
print(json.dumps([*EvidenceLog.objects.order_by("at_us").values_list("at_us", flat=True)]))
"""


@pytest.fixture
def environment(tmp_path):
    return {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "WHEREABOUTS_STATE": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "hospital.settings",
        "EVIDENCE_WINDOW_S": str(10**9),
        "PYTHONPATH": str(ROOT),
    }


async def python(environment, code: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output


@asynccontextmanager
async def receiving(environment):
    """The process and a connection to it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            port = int(await process.stdout.readline())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield process, Sender(reader, writer)
        writer.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def minute(number: int) -> bytes:
    at = f"202603021{number // 60}{number % 60:02}00+0000"
    return message(*pump(INFUSING, at=at), number=str(number), at=at)


async def test_what_was_acknowledged_survives_the_process_and_what_was_not_comes_again(environment):
    await python(environment, SEED)
    async with receiving(environment) as (process, sender):
        assert await sender.send(*map(minute, range(20))) == ["AA"] * 20
        await sender.write(b"".join(wrap(minute(number)) for number in range(20, 60)))
        answered = 20
        while answered < 30 and await sender.answer() == "AA":
            answered += 1
        process.send_signal(signal.SIGKILL)
        while await sender.answer() == "AA":
            answered += 1
        await process.wait()
    kept = json.loads(await python(environment, LOOK))
    async with receiving(environment) as (process, sender):
        assert await sender.send(*map(minute, range(answered, 60))) == ["AA"] * (60 - answered)
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert len(kept) >= answered - 1  # the last may still be on disk
    assert len(json.loads(await python(environment, LOOK))) == 60
