"""The fake driver of the engine's tests keeps the promises that the real ones keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pysnmp.proto.api import v2c

from assets.words import Quality
from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.drivers.registry import make_drivers
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.models import Endpoint
from collectors.requests import Failure, ModbusRead, SnmpGet, SnmpTable, Target
from tests.collectors.agents import COMMUNITY, modbus_device, modbus_server, raw_tcp, raw_udp, snmp_agent
from tests.collectors.fakes import FakeDriver, stay_silent

GET, TABLE = SnmpGet(("1.3.6.1.2.1.1.3.0",)), SnmpTable(("1.3.6.1.2.1.2",))
READS = (ModbusRead(3, 0, 4), ModbusRead(1, 0, 2))
OBJECTS = {(1, 3, 6, 1, 2, 1, 1, 3, 0): v2c.TimeTicks(1)}


async def healthy(kind):
    match kind:
        case "snmp":
            async with snmp_agent(OBJECTS) as port:
                yield (
                    PysnmpDriver(),
                    Target(1, "snmp_v2c", "127.0.0.1", port, 5.0, community=COMMUNITY),
                    (GET, TABLE),
                )
        case "modbus":
            async with modbus_server(modbus_device()) as port:
                yield PymodbusDriver(), Target(1, "modbus_tcp", "127.0.0.1", port, 5.0), READS
        case "fake for snmp":
            yield FakeDriver(), Target(1, "snmp_v2c", "10.0.0.1", 161, 5.0, community=COMMUNITY), (GET, TABLE)
        case "fake for modbus":
            yield FakeDriver(), Target(1, "modbus_tcp", "10.0.0.1", 502, 5.0), READS


async def silent(kind):
    match kind:
        case "snmp":
            async with raw_udp(lambda _: []) as (port, _):
                yield (
                    PysnmpDriver(),
                    Target(1, "snmp_v2c", "127.0.0.1", port, 0.1, community=COMMUNITY),
                    (GET, TABLE),
                )
        case "modbus":
            async with raw_tcp(lambda _: b"") as (port, _):
                yield PymodbusDriver(), Target(1, "modbus_tcp", "127.0.0.1", port, 0.1), READS
        case "fake for snmp":
            yield FakeDriver(stay_silent), Target(1, "snmp_v2c", "10.0.0.1", 161, 5.0), (GET, TABLE)
        case "fake for modbus":
            yield FakeDriver(stay_silent), Target(1, "modbus_tcp", "10.0.0.1", 502, 5.0), READS


KINDS = ["snmp", "modbus", "fake for snmp", "fake for modbus"]


async def poll_once(scenes):
    driver, target, requests = await anext(scenes)
    await driver.open()
    try:
        return await driver.poll(target, requests), requests
    finally:
        await driver.close()
        await scenes.aclose()


def assert_well_formed(raw, requests):
    """What the engine and the decoders rely on."""
    assert list(raw.answers) == list(requests)
    assert raw.at.tzinfo is not None
    assert raw.at.utcoffset() == datetime.now(UTC).utcoffset()
    assert raw.latency_ms >= 0
    for request, answer in raw.answers.items():
        if isinstance(answer, Failure):
            assert answer.quality is not Quality.GOOD
            assert answer.detail.endswith(".")
            assert "check" in answer.detail
        elif isinstance(request, ModbusRead):
            assert isinstance(answer, tuple)
            assert len(answer) == request.count
        else:
            assert all(isinstance(oid, str) and value.type for oid, value in answer.items())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_healthy_device_answers_every_request(kind):
    raw, requests = await poll_once(healthy(kind))
    assert_well_formed(raw, requests)
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_silent_device_fails_every_request_with_words(kind):
    raw, requests = await poll_once(silent(kind))
    assert_well_formed(raw, requests)
    assert {answer.quality for answer in raw.answers.values()} == {Quality.NO_ANSWER}


async def test_there_is_a_driver_for_every_protocol():
    assert set(make_drivers()) == set(Endpoint.Protocol.values)
