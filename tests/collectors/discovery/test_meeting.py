"""What real agents and servers say when they are asked what they are."""

from __future__ import annotations

import contextlib

import pytest
from pysnmp.proto.api import v2c

from collectors.discovery.meeting import Key, Scout
from collectors.discovery.places import Place
from collectors.drivers.registry import make_drivers
from collectors.profiles.library import all_profiles
from collectors.requests import SnmpUser
from tests.collectors.agents import COMMUNITY, USER, closed_port, modbus_device, modbus_server, snmp_agent

STRONG = Key("strong", "snmp_v3", SnmpUser(USER[0], "sha256", USER[1], "aes128", USER[2]))
WRONG = Key("wrong", "snmp_v3", SnmpUser(USER[0], "sha256", "another-passphrase", "aes128", USER[2]))
CLEAR = Key("clear", "snmp_v2c", COMMUNITY)


def oid(text):
    return tuple(map(int, text.split(".")))


PDU = {
    oid("1.3.6.1.2.1.1.1.0"): v2c.OctetString("APC Web/SNMP Management Card"),
    oid("1.3.6.1.2.1.1.2.0"): v2c.ObjectIdentifier("1.3.6.1.4.1.318.1.3.4.6"),
    oid("1.3.6.1.2.1.1.5.0"): v2c.OctetString("pdu-mri-1"),
    oid("1.3.6.1.2.1.2.2.1.6.1"): v2c.OctetString(hexValue=""),
    oid("1.3.6.1.2.1.2.2.1.6.2"): v2c.OctetString(hexValue="00c0b7123456"),
    oid("1.3.6.1.4.1.318.1.1.26.2.1.8.1"): v2c.OctetString("AP8641"),
    oid("1.3.6.1.4.1.318.1.1.26.2.1.9.1"): v2c.OctetString("5A1234E56789"),
}
UPS = {
    oid("1.3.6.1.2.1.1.1.0"): v2c.OctetString("UPS"),
    oid("1.3.6.1.2.1.1.2.0"): v2c.ObjectIdentifier("1.3.6.1.4.1.99999.1"),
    oid("1.3.6.1.2.1.33.1.1.1.0"): v2c.OctetString("Somebody"),
    oid("1.3.6.1.2.1.33.1.1.2.0"): v2c.OctetString("Model 3000"),
}


@contextlib.asynccontextmanager
async def scout(*keys):
    drivers = make_drivers()
    for driver in set(drivers.values()):
        await driver.open()
    try:
        yield Scout(drivers, all_profiles(), keys)
    finally:
        for driver in set(drivers.values()):
            await driver.close()


async def meet(port, *keys):
    async with scout(*keys) as asking:
        return await asking.meet(Place("127.0.0.1", port))


@pytest.mark.parametrize("keys", [[STRONG], [CLEAR], [WRONG, STRONG, CLEAR]])
async def test_an_agent_says_what_it_is_and_the_best_profile_reads_its_serial_number(keys):
    async with snmp_agent(PDU) as port:
        met = await meet(port, *keys)
    right = next(key for key in keys if key is not WRONG)
    assert (met.protocol, met.credential_id) == (right.protocol, right.credential_id)
    assert met.profiles[0].name == "pdu-apc-rpdu2"
    assert met.macs == ("00:c0:b7:12:34:56",)
    assert met.facts["name"] == "pdu-mri-1"
    assert met.facts["serial_number"] == "5A1234E56789"
    assert met.facts["model_name"] == "AP8641"


async def test_a_profile_is_also_found_by_what_only_such_a_device_answers():
    async with snmp_agent(UPS) as port:
        met = await meet(port, STRONG)
    assert "ups-rfc1628" in [profile.name for profile in met.profiles]
    assert met.facts["model_name"] == "Model 3000"


async def test_an_agent_that_believes_none_of_the_credentials_is_nobody():
    async with snmp_agent(PDU) as port:
        assert await meet(port, WRONG) is None


async def test_where_nobody_listens_nobody_is():
    assert await meet(closed_port(), STRONG, CLEAR) is None


async def test_a_modbus_device_that_says_what_it_is_is_met():
    async with modbus_server(modbus_device()) as port:
        met = await meet(port)
    assert met is None or met.protocol == "modbus_tcp"


async def test_without_credentials_no_agent_is_asked():
    async with snmp_agent(PDU) as port:
        assert await meet(port) is None
