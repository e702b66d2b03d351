"""SNMP over a network that loses, doubles, delays, spoils and replays: what is read is right or a failure."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.requests import Failure, SnmpGet, SnmpTable, SnmpUser, SnmpValue, Target
from collectors.snmp.ber import encode_integer, tlv
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import raw_udp
from tests.collectors.fault_proxy import FAULTS, LATE_S, fault_proxy
from tests.collectors.test_snmp_driver import Agent
from tests.collectors.test_snmpd import SNMPD, TRUTH, snmpd  # noqa: F401  a fixture

PATIENT, IMPATIENT = 5.0, LATE_S
OIDS = tuple(TRUTH)
TABLE = SnmpTable(("1.3.6.1.4.1.32473.11",), max_repetitions=20)
COMMUNITY = b"canary-community"
SIGNED = [
    SnmpUser("strong", "sha256", "authentication-canary", "aes128", "privacy-canary-1"),
    SnmpUser("sha256.none", "sha256", "authentication-canary", "", ""),
]


@pytest.fixture(params=[PysnmpDriver, FastSnmpDriver], ids=lambda kind: kind.name)
async def driver(request):
    driver = request.param()
    await driver.open()
    yield driver
    await driver.close()


async def poll_badly(driver, target: Target, polls: int, chance: random.Random):
    """Answers to random requests through a bad network, request by request."""
    for _ in range(polls):
        get = SnmpGet(tuple(chance.sample(OIDS, chance.randrange(1, 15))))
        requests = [get, TABLE] if chance.randrange(5) == 0 else [get]
        raw = await driver.poll(target, requests)
        for request in requests:
            yield request, raw.answers[request]


@pytest.mark.snmpd
@pytest.mark.skipif(SNMPD is None, reason="snmpd (net-snmp's agent) is not installed")
@pytest.mark.parametrize("user", SIGNED, ids=lambda user: user.name)
async def test_what_is_signed_is_right_or_a_failure_and_the_session_is_usable_afterwards(snmpd, driver, user):  # noqa: F811
    chance = random.Random(20260302)
    right = failed = 0
    async with fault_proxy(snmpd, seed=20260302) as (front, proxy):
        target = Target(1, "snmp_v3", "127.0.0.1", front, IMPATIENT, user=user)
        async for request, answer in poll_badly(driver, target, 35, chance):
            if isinstance(answer, Failure):
                failed += 1
                continue
            right += 1
            wanted = TRUTH if request is TABLE else {oid: TRUTH[oid] for oid in request.oids}
            assert answer == wanted
        assert right > 8
        assert failed
        assert len(proxy.done) > len(FAULTS) // 2
        assert driver.refused.total() > 3
        proxy.faults = ()
        get = SnmpGet(OIDS[:20])
        raw = await driver.poll(replace(target, timeout_s=PATIENT), [get, TABLE])
        assert raw.answers == {get: {oid: TRUTH[oid] for oid in get.oids}, TABLE: TRUTH}


HARMLESS = tuple(fault for fault in FAULTS if not fault.startswith("corrupt"))
"""Without a signature nobody can tell a spoiled number from a number; all else shows."""


@pytest.mark.snmpd
@pytest.mark.skipif(SNMPD is None, reason="snmpd (net-snmp's agent) is not installed")
@pytest.mark.parametrize("protocol", ["snmp_v1", "snmp_v2c"])
async def test_without_signatures_what_loses_and_mistakes_datagrams_shows(snmpd, driver, protocol):  # noqa: F811
    chance = random.Random(20260303)
    right = 0
    async with fault_proxy(snmpd, seed=20260303) as (front, proxy):
        proxy.faults = HARMLESS
        target = Target(1, protocol, "127.0.0.1", front, IMPATIENT, community=COMMUNITY)
        async for request, answer in poll_badly(driver, target, 25, chance):
            if not isinstance(answer, Failure):
                right += 1
                assert answer == (TRUTH if request is TABLE else {oid: TRUTH[oid] for oid in request.oids})
        assert right > 8
        assert len(proxy.done) > 4
        proxy.faults = ()
        raw = await driver.poll(replace(target, timeout_s=PATIENT), [TABLE])
        assert raw.answers == {TABLE: TRUTH}


async def test_after_any_spoiled_octets_an_unsigned_session_reads_on(driver):
    elements = {f"1.3.6.1.4.1.32473.{row}.0": encode_integer(row * 1001) for row in range(1, 12)}
    elements["1.3.6.1.4.1.32473.12.0"] = tlv(4, b"x" * 150)
    get = SnmpGet(tuple(elements))
    agent = Agent(elements)
    async with (
        raw_udp(agent) as (port, _),
        fault_proxy(port, seed=20260304, share=0.8) as (front, proxy),
    ):
        proxy.faults = ("corrupt", "corrupt request", "cut", "replay", "another request")
        target = Target(1, "snmp_v2c", "127.0.0.1", front, 0.05, community=b"secret")
        for _ in range(25):
            answer = (await driver.poll(target, [get])).answers[get]
            assert isinstance(answer, Failure) or set(answer) <= set(get.oids)
        proxy.faults = ()
        answer = (await driver.poll(replace(target, timeout_s=PATIENT), [get])).answers[get]
    assert answer["1.3.6.1.4.1.32473.7.0"] == SnmpValue("integer", 7007)
    assert len(answer) == 12
