"""Recordings of real devices, replayed by snmpsim (a simulator that is not ours) and read over the wire."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import Failure, SnmpGet, SnmpValue, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.recordings import CASES, SHARED, plain, replay

NETWORKS = sorted(path.parent for path in CASES.glob("w*/*/case.json"))
RESPONDER = Path(sys.executable).with_name("snmpsim-command-responder")
pytestmark = [
    pytest.mark.recordings,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings of ../shared/data/snmp are not here"),
]

DEVICES = [
    ("ups-rfc1628", "eaton-93e-80", {"battery_charge", "output_load"}),
    ("ups-rfc1628", "tripplite-poweralert", {"alarm_count"}),
    ("pdu-apc-rpdu2", "apc-7902b", set()),
    ("env-geist-watchdog", "geist-temperature-sensor", {"temperature"}),
    ("cooling-liebert", "vertiv-power", set()),
    ("interfaces", "apc-7902b", set()),
    ("interfaces", "vertiv-power", set()),
]


@pytest.fixture(scope="module")
def snmpsim(tmp_path_factory):
    """A running simulator of all recordings, one for each community; its port."""
    with simulated(SHARED, tmp_path_factory.mktemp("snmpsim")) as port:
        yield port


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """The same for our own cases of networks: ``profile--case`` is the community."""
    folder = tmp_path_factory.mktemp("networks")
    for case in NETWORKS:
        shutil.copy(case / "recording.snmprec", folder / f"{case.parent.name}--{case.name}.snmprec")
    with simulated(folder, tmp_path_factory.mktemp("snmpsim")) as port:
        yield port


@contextmanager
def simulated(folder: Path, cache: Path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = pwd.getpwuid(os.getuid()).pw_name
    simulator = subprocess.Popen(
        [
            str(RESPONDER), f"--data-dir={folder}", f"--cache-dir={cache}",
            f"--agent-udpv4-endpoint=127.0.0.1:{port}", "--logging-method=stdout",
            f"--process-user={user}", f"--process-group={user}",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    listening = threading.Event()

    def read_on() -> None:
        for line in simulator.stdout:  # to the end: a full pipe would stop it
            if b"Listening at" in line:
                listening.set()
        listening.set()

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        assert listening.wait(60), "snmpsim does not listen"
        assert simulator.poll() is None, "snmpsim ended at its start"
        yield port
    finally:
        simulator.terminate()
        reader.join(10)
        simulator.stdout.close()
        simulator.wait(10)


@pytest.mark.parametrize("case", NETWORKS, ids=lambda case: f"{case.parent.name}-{case.name}")
async def test_a_network_read_over_the_wire_tells_where_equipment_is(networks, case):
    profile, driver = get_profile(case.parent.name), FastSnmpDriver()
    await driver.open()
    raw = await driver.poll(target(networks, f"{profile.name}--{case.name}"), plan_requests(profile))
    await driver.close()

    observations = decode_poll(
        profile, raw, source="endpoint:3", subject=Subject(SubjectKind.ASSET, "7"), received_at=raw.at
    )
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert [plain(o) | {"at": ""} for o in observations] == [said | {"at": ""} for said in expected]


@pytest.fixture
async def driver():
    driver = PysnmpDriver()
    yield driver
    await driver.close()


def target(port: int, recording: str) -> Target:
    return Target(1, "snmp_v2c", "127.0.0.1", port, 5.0, community=recording.encode())


def comparable(answer) -> dict[str, SnmpValue | str]:
    """An answer without what the simulator makes up: which exception an absent object gets."""
    return {oid: "absent" if value.type.startswith("no_such") else value for oid, value in answer.items()}


def moving(recording: str) -> set[str]:
    lines = (SHARED / f"{recording}.snmprec").read_text(encoding="utf-8").splitlines()
    return {oid for oid, tag, _ in (line.split("|", 2) for line in lines if "|" in line) if ":" in tag}


@pytest.mark.parametrize(("profile_name", "recording", "expected"), DEVICES)
async def test_a_real_device_s_recording_is_read_over_the_wire_as_it_stands_in_the_file(
    snmpsim, driver, profile_name, recording, expected
):
    profile = get_profile(profile_name)
    raw = await driver.poll(target(snmpsim, recording), plan_requests(profile))
    written = replay(profile, SHARED / f"{recording}.snmprec")
    for request, answer in raw.answers.items():
        assert not isinstance(answer, Failure), answer
        skip = moving(recording)
        found = {oid: value for oid, value in comparable(answer).items() if oid not in skip}
        wanted = {
            oid: value for oid, value in comparable(written.answers[request]).items() if oid not in skip
        }
        assert found == wanted

    (observation, *_) = decode_poll(
        profile,
        raw,
        source="endpoint:1",
        subject=Subject(SubjectKind.ASSET, "1"),
        received_at=datetime.now(UTC),
    )
    good = {reading.name for reading in observation.readings if reading.quality is Quality.GOOD}
    assert observation.quality is Quality.GOOD
    assert good >= expected
    assert good


async def test_a_recording_is_not_mistaken_for_another_device(snmpsim, driver):
    raw = await driver.poll(
        target(snmpsim, "geist-temperature-sensor"), plan_requests(get_profile("ups-rfc1628"))
    )
    observations = decode_poll(
        get_profile("ups-rfc1628"), raw,
        source="endpoint:1", subject=Subject(SubjectKind.ASSET, "1"), received_at=datetime.now(UTC),
    )  # fmt: skip
    specific = [
        reading for reading in observations[0].readings if reading.name in ("battery_charge", "output_load")
    ]
    assert specific
    assert all(reading.value is None for reading in specific)


async def test_all_recordings_at_once(snmpsim, driver):
    description = SnmpGet(("1.3.6.1.2.1.1.1.0",))
    names = sorted({recording for _, recording, _ in DEVICES})
    raws = await asyncio.gather(*(driver.poll(target(snmpsim, name), [description]) for name in names))
    described = [raw.answers[description]["1.3.6.1.2.1.1.1.0"].value for raw in raws]
    assert len(set(described)) == len(names)
    assert b"EATON" in described[names.index("eaton-93e-80")]
