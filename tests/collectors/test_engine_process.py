"""``manage.py collect`` as people run it: a process, a database file, devices on sockets, a signal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from pysnmp.proto.api import v2c

from tests.collectors.agents import USER, modbus_device, modbus_server, snmp_agent

ROOT = Path(__file__).parents[2]
OBJECTS = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): v2c.OctetString("console"),
    (1, 3, 6, 1, 2, 1, 25, 1, 1, 0): v2c.TimeTicks(360_000),
    (1, 3, 6, 1, 2, 1, 25, 1, 6, 0): v2c.Gauge32(77),
}
SEED = """
import json, sys
import django; django.setup()
from assets.models import *
from collectors.credentials import register_credential
from collectors.endpoints import register_endpoint, register_segment
from collectors.polls import request_poll
from django.core.management import call_command
from django.utils import timezone
from locations.models import Site
call_command("migrate", verbosity=0)
snmp, modbus, name, auth, priv = json.loads(sys.argv[1])
site = Site.objects.create(name="S", slug="s")
category = Category.objects.create(name="Computer", plural="Computers", slug="computer")
model = EquipmentModel.objects.create(manufacturer="M", name="C", category=category)
asset = Asset.objects.create(asset_tag="PC-1", model=model, site=site)
segment = register_segment(name="Lab", site=site, networks=["127.0.0.0/8"], ports=["1024-65535"])
user = register_credential(name="u", kind="snmp_usm", secret=dict(
    name=name, auth_protocol="sha256", auth_key=auth, priv_protocol="aes128", priv_key=priv))
common = dict(segment=segment, host="127.0.0.1", interval_s=1, timeout_s=5)
host = register_endpoint(
    name="Console", port=snmp, profile="host-resources", credential=user, asset=asset, **common)
register_endpoint(name="Fridge", port=modbus, profile="medical-fridge", protocol="modbus_tcp", **common)
request_poll(endpoint=host, by=None, now=timezone.now())
"""
LOOK = """
import json
import django; django.setup()
from assets.models import ReadingNow
from collectors.models import EndpointHealth, ManualPoll
print(json.dumps({
    "health": dict(EndpointHealth.objects.values_list("endpoint__name", "answers")),
    "readings": dict(ReadingNow.objects.values_list("name", "number")),
    "manual": [poll.report and poll.report["quality"] for poll in ManualPoll.objects.all()],
}))
"""


@pytest.fixture
def environment(tmp_path):
    return {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "WHEREABOUTS_STATE": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "hospital.settings",
        "PYTHONUNBUFFERED": "1",
    }


async def python(environment, *arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return output


@pytest.mark.parametrize("number", [signal.SIGTERM])
async def test_a_collector_polls_records_answers_people_and_ends_by_a_signal(environment, tmp_path, number):
    async with snmp_agent(OBJECTS) as snmp, modbus_server(modbus_device()) as modbus:
        await python(environment, "-c", SEED, json.dumps([snmp, modbus, *USER]))
        collector = await asyncio.create_subprocess_exec(
            sys.executable, "manage.py", "collect", "--segment", "Lab", cwd=ROOT, env=environment,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            found = {}
            async with asyncio.timeout(90):
                while found.get("manual") != ["good"] or set(found["health"]) != {"Console", "Fridge"}:
                    found = json.loads(await python(environment, "-c", LOOK))
            collector.send_signal(number)
            async with asyncio.timeout(30):
                _, said = await collector.communicate()
        finally:
            if collector.returncode is None:
                collector.kill()
                await collector.communicate()
    assert collector.returncode == 0
    assert b"Collector stopped; everything polled is written" in said
    assert b"Traceback" not in said
    assert not any(canary.encode() in said for canary in USER[1:])
    found = json.loads(await python(environment, "-c", LOOK))
    assert found["health"]["Console"] >= 1
    assert found["readings"]["uptime"] == 3600
    assert found["readings"]["processes"] == 77
    assert [file.name for file in (tmp_path / "spool" / "1").iterdir()] == ["lock"]
