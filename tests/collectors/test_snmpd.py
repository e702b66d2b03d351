"""The SNMP driver and the host profile against net-snmp's own agent: an implementation that is not ours."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import Failure, SnmpGet, SnmpTable, SnmpUser, SnmpValue, Target
from collectors.snmp.driver import FastSnmpDriver

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/sbin")
SNMPGET = shutil.which("snmpget", path="/usr/bin:/usr/local/bin:/bin")
KEY = "authentication-canary"
pytestmark = [
    pytest.mark.snmpd,
    pytest.mark.skipif(SNMPD is None, reason="snmpd (net-snmp's agent) is not installed"),
]

CONFIGURATION = """
agentaddress udp:127.0.0.1:{port}
rocommunity canary-community 127.0.0.1
createUser strong SHA-256 "authentication-canary" AES "privacy-canary-1"
createUser usual SHA "authentication-canary" AES "privacy-canary-1"
createUser plain
view everything included .1
rouser strong authpriv
rouser strong authpriv -V everything bridge-1
rouser usual authpriv
rouser plain noauth
proxy -Cn bridge-1 -v 2c -c canary-community 127.0.0.1:{port} .1.3.6.1.2.1.1
{users}
sysLocation Biomed workshop
sysName test-host
{objects}
"""
AUTH = {
    "md5": "MD5", "sha1": "SHA", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512",
}  # fmt: skip
PRIV = {
    "des": "DES", "aes128": "AES", "aes192": "AES-192-C", "aes256": "AES-256-C",
    "aes192-blumenthal": "AES-192", "aes256-blumenthal": "AES-256",
}  # fmt: skip
"""Our names and net-snmp's; those with -C extend keys the way most devices do."""
PAIRS = list(itertools.product(AUTH, PRIV))
USERS = "\n".join(
    f'createUser {auth}.{priv} {AUTH[auth]} "authentication-canary" {PRIV[priv]} "privacy-canary-1"\n'
    f"rouser {auth}.{priv} authpriv"
    for auth, priv in PAIRS
) + "".join(
    f'\ncreateUser {auth}.none {AUTH[auth]} "authentication-canary"\nrouser {auth}.none authnopriv'
    for auth in AUTH
)


def _number(kind: str, low: int, high: int):
    return lambda chance: (number := chance.randrange(low, high), SnmpValue(kind, number))


def _text(chance):
    text = chance.randbytes(chance.randrange(1, 90)).hex()
    return text, SnmpValue("octets", text.encode())


def _oid(chance):
    oid = f"1.3.{chance.randrange(2**32)}.{chance.randrange(9)}"
    return oid, SnmpValue("oid", oid)


OVERRIDES = {
    "integer": _number("integer", -(2**31), 2**31), "counter": _number("counter32", 0, 2**32),
    "uinteger": _number("gauge32", 0, 2**32), "octet_str": _text, "object_id": _oid,
}  # fmt: skip
"""What the agent can be told to answer, in its words and in ours."""


def random_objects() -> dict[str, tuple[str, object, SnmpValue]]:
    chance = random.Random(20260302)
    kinds = [kind for kind in OVERRIDES for _ in range(12)]
    oids = [f"1.3.6.1.4.1.32473.11.{row}.{chance.randrange(2**28)}" for row in range(len(kinds))]
    return {oid: (kind, *OVERRIDES[kind](chance)) for oid, kind in zip(oids, kinds, strict=True)}


OBJECTS = random_objects()
TRUTH = {oid: value for oid, (_, _, value) in OBJECTS.items()}


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory):
    """A running agent; its port."""
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_udp_port()
    (folder / "snmpd.conf").write_text(
        CONFIGURATION.format(
            port=port,
            users=USERS,
            objects="\n".join(f'override .{oid} {kind} "{told}"' for oid, (kind, told, _) in OBJECTS.items()),
        )
    )
    agent = subprocess.Popen(
        [
            SNMPD,
            "-f",
            "-Lo",
            "-C",
            "-c",
            str(folder / "snmpd.conf"),
            "-p",
            str(folder / "pid"),
            "-I",
            "-smux",
        ],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": "", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    listening = threading.Thread(target=agent.stdout.read)  # else it waits for somebody to read
    try:
        for line in agent.stdout:
            if b"NET-SNMP version" in line:
                break
        assert agent.poll() is None, "snmpd ended at its start"
        listening.start()
        yield port
    finally:
        agent.terminate()
        agent.wait(10)
        if listening.ident:
            listening.join(10)
        agent.stdout.close()


@pytest.fixture(params=[PysnmpDriver, FastSnmpDriver], ids=lambda kind: kind.name)
async def driver(request):
    driver = request.param()
    yield driver
    await driver.close()


def community(port: int) -> Target:
    return Target(1, "snmp_v2c", "127.0.0.1", port, 5.0, community=b"canary-community")


def user(
    port: int,
    name: str = "strong",
    auth: str = "sha256",
    key: str = "authentication-canary",
    priv: str = "aes128",
    timeout_s: float = 5.0,
    context: str = "",
) -> Target:
    secret = SnmpUser(name, auth, key, priv, "privacy-canary-1")
    return Target(1, "snmp_v3", "127.0.0.1", port, timeout_s, user=secret, context=context)


TARGETS = {
    "v1": lambda port: replace(community(port), protocol="snmp_v1"),
    "v2c": community,
    "v3 without authentication": lambda port: user(port, "plain", "", "", ""),
    "v3 SHA-256 without privacy": lambda port: user(port, "sha256.none", priv=""),
    "v3 SHA-256 AES": user,
    "v3 SHA-1 AES": lambda port: user(port, "usual", "sha1"),
}


@pytest.mark.parametrize("make_target", TARGETS.values(), ids=TARGETS)
async def test_the_host_profile_reads_a_real_host(snmpd, driver, make_target):
    profile = get_profile("host-resources")
    raw = await driver.poll(make_target(snmpd), plan_requests(profile))
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values()), raw.answers
    (observation,) = decode_poll(
        profile,
        raw,
        source="endpoint:1",
        subject=Subject(SubjectKind.ASSET, "1"),
        received_at=datetime.now(UTC),
    )
    readings = {reading.name: reading for reading in observation.readings}
    assert observation.quality is Quality.GOOD
    assert 0 < readings["uptime"].value < time.clock_gettime(time.CLOCK_BOOTTIME) + 60
    assert readings["processes"].value > 0
    assert 0 < readings["memory_used"].value <= 100
    assert 0 < readings["disk_used"].value <= 100
    # net-snmp knows its processors' load only some time after its start.
    assert readings["cpu_load"].quality in (Quality.GOOD, Quality.MISSING)


@pytest.mark.parametrize("make_target", TARGETS.values(), ids=TARGETS)
async def test_get_and_table_agree_with_what_the_agent_was_told(snmpd, driver, make_target):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.99.0"))
    system = SnmpTable(("1.3.6.1.2.1.1.5", "1.3.6.1.2.1.1.6"))
    target = make_target(snmpd)
    answers = (await driver.poll(target, [get, system])).answers
    named = {"1.3.6.1.2.1.1.5.0": b"test-host", "1.3.6.1.2.1.1.6.0": b"Biomed workshop"}
    assert {oid: value.value for oid, value in answers[system].items()} == named
    missing = answers[get]["1.3.6.1.2.1.1.99.0"].type
    assert missing == "no_such_object"
    assert {oid: value.value for oid, value in answers[get].items() if value.value is not None} == named


@pytest.mark.parametrize("make_target", TARGETS.values(), ids=TARGETS)
async def test_random_objects_are_read_as_the_agent_was_told(snmpd, driver, make_target):
    chance = random.Random(20260303)
    gets = [SnmpGet(tuple(chance.sample(list(TRUTH), chance.randrange(1, 25)))) for _ in range(10)]
    table = SnmpTable(("1.3.6.1.4.1.32473.11",), max_repetitions=13)
    answers = (await driver.poll(make_target(snmpd), [*gets, table])).answers
    for get in gets:
        assert answers[get] == {oid: TRUTH[oid] for oid in get.oids}
    assert answers[table] == TRUTH


TOOL = {
    "v1": ["-v1", "-c", "canary-community"],
    "v2c": ["-v2c", "-c", "canary-community"],
    "v3 without authentication": ["-v3", "-l", "noAuthNoPriv", "-u", "plain"],
    "v3 SHA-256 without privacy": ["-v3", "-l", "authNoPriv", "-u", "sha256.none", "-a", "SHA-256", "-A", KEY],
    "v3 SHA-256 AES": [
        "-v3", "-l", "authPriv", "-u", "strong", "-a", "SHA-256", "-A", KEY, "-x", "AES", "-X", "privacy-canary-1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("level", TOOL)
async def test_net_snmp_s_own_tool_reads_what_we_read(snmpd, driver, level, tmp_path):
    get = SnmpGet(tuple(TRUTH)[::3])
    command = [SNMPGET, *TOOL[level], "-r0", "-t5", "-On", "-Oe", "-OU", f"udp:127.0.0.1:{snmpd}"]
    environment = {"MIBS": "", "SNMP_PERSISTENT_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    tool = await asyncio.create_subprocess_exec(
        *command, *get.oids, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, complaints = await tool.communicate()
    assert tool.returncode == 0, complaints.decode()
    lines = [line.removeprefix(".").partition(" = ") for line in said.decode().splitlines()]
    answers = (await driver.poll(TARGETS[level](snmpd), [get])).answers[get]
    assert {oid: in_words(answers[oid]) for oid in get.oids} == {oid: words for oid, _, words in lines}


def in_words(value: SnmpValue) -> str:
    match value.type:
        case "octets":
            return f'STRING: "{value.value.decode()}"'
        case "oid":
            return f"OID: .{value.value}"
        case kind:
            names = {"integer": "INTEGER", "counter32": "Counter32", "gauge32": "Gauge32"}
            return f"{names[kind]}: {value.value}"


async def test_a_long_table_comes_whole(snmpd, driver):
    processes = SnmpTable(("1.3.6.1.2.1.25.4.2.1.1", "1.3.6.1.2.1.25.4.2.1.2"))
    answer = (await driver.poll(community(snmpd), [processes])).answers[processes]
    numbers = [value.value for oid, value in answer.items() if oid.startswith(f"{processes.columns[0]}.")]
    assert len(numbers) == len(set(numbers)) > 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "nobody"}, "does not know this user"),
        ({"key": "another-secret"}, "rejects the authentication key"),
        ({"auth": "sha512"}, "rejects the authentication key"),
    ],
)
async def test_a_wrong_credential_is_told_in_words(snmpd, driver, wrong, words):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0",))
    answer = (await driver.poll(user(snmpd, **wrong, timeout_s=0.5), [get])).answers[get]
    assert answer.quality is Quality.AUTHENTICATION
    assert words in answer.detail


async def test_many_polls_at_once_of_one_agent_all_come_back_right(snmpd, driver):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0",))
    raws = await asyncio.gather(*(driver.poll(user(snmpd), [get]) for _ in range(40)))
    assert {raw.answers[get]["1.3.6.1.2.1.1.5.0"].value for raw in raws} == {b"test-host"}


@pytest.mark.parametrize("auth", AUTH)
async def test_every_way_of_signing_is_understood_by_a_real_agent_without_privacy(snmpd, driver, auth):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0",))
    raw = await driver.poll(user(snmpd, f"{auth}.none", auth, priv=""), [get])
    assert raw.answers[get] == {get.oids[0]: SnmpValue("octets", b"test-host")}


@pytest.mark.parametrize(
    "refused",
    [
        ("strong", "sha256", ""),
        ("strong", "", ""),
        ("sha256.none", "sha256", "aes128"),
        ("plain", "sha256", "aes128"),
    ],
)
async def test_a_level_that_the_agent_does_not_allow_the_user_is_told(snmpd, driver, refused):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0",))
    name, auth, priv = refused
    answer = (await driver.poll(user(snmpd, name, auth, priv=priv, timeout_s=0.3), [get])).answers[get]
    assert isinstance(answer, Failure)
    assert answer.quality is Quality.AUTHENTICATION


async def test_a_context_is_a_device_of_its_own(snmpd, driver):
    inside, outside = SnmpGet(("1.3.6.1.2.1.1.5.0",)), SnmpGet(("1.3.6.1.2.1.25.1.1.0",))
    raw = await driver.poll(user(snmpd, context="bridge-1"), [inside, outside])
    assert raw.answers[inside] == {inside.oids[0]: SnmpValue("octets", b"test-host")}
    assert {value.value for value in raw.answers[outside].values()} == {None}
    answer = (await driver.poll(user(snmpd, context="bridge-9", timeout_s=0.3), [inside])).answers[inside]
    assert isinstance(answer, Failure)
    assert "and the context" in answer.detail


@pytest.mark.parametrize(("auth", "priv"), PAIRS)
async def test_every_pair_of_protocols_is_understood_by_a_real_agent(snmpd, driver, auth, priv):
    get = SnmpGet(("1.3.6.1.2.1.1.5.0",))
    raw = await driver.poll(user(snmpd, f"{auth}.{priv}", auth, priv=priv), [get])
    assert raw.answers[get] == {get.oids[0]: SnmpValue("octets", b"test-host")}
