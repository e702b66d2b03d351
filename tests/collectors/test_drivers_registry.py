"""Which driver asks which device is a choice, and it is told with its reason."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from collectors.drivers import registry
from collectors.drivers.registry import SNMP_DRIVERS, choice_of, make_drivers
from collectors.models import Credential, Endpoint
from collectors.requests import SnmpGet, Target
from tests.collectors.fakes import FakeDriver

GET = SnmpGet(("1.3.6.1.2.1.1.5.0",))


def endpoint(protocol: str = "snmp_v3", driver: str = "", protocols: str = "sha256/aes128") -> Endpoint:
    return Endpoint(protocol=protocol, driver=driver, credential=Credential(protocols=protocols))


def test_our_own_codec_asks_snmp_devices_unless_told_otherwise():
    drivers = make_drivers()
    assert {drivers[protocol].name for protocol in ("snmp_v1", "snmp_v2c", "snmp_v3")} == {"whereabouts"}
    assert drivers["modbus_tcp"].name == "pymodbus"
    assert drivers["snmp_v1"] is drivers["snmp_v2c"] is drivers["snmp_v3"]


@pytest.mark.parametrize("name", SNMP_DRIVERS)
def test_the_setting_names_the_driver(settings, name):
    settings.SNMP_DRIVER = name
    assert make_drivers()["snmp_v3"].name == name
    assert choice_of(endpoint()).name == name


def test_a_driver_that_does_not_exist_is_refused_with_those_that_do(settings):
    settings.SNMP_DRIVER = "net-snmp"
    with pytest.raises(ImproperlyConfigured, match="“net-snmp”; it may be whereabouts or pysnmp"):
        make_drivers()
    with pytest.raises(ImproperlyConfigured):
        choice_of(endpoint())


def test_what_an_endpoint_may_choose_is_what_there_is():
    assert Endpoint.Driver.values == list(SNMP_DRIVERS)


@pytest.mark.parametrize(
    ("default", "asked", "told"),
    [
        ("whereabouts", endpoint(), "own codec, default"),
        ("whereabouts", endpoint("snmp_v1", protocols="community"), "own codec, default"),
        ("whereabouts", endpoint(protocols="none/none"), "own codec, default"),
        ("whereabouts", endpoint(driver="pysnmp"), "pysnmp, chosen for this endpoint"),
        ("pysnmp", endpoint(), "pysnmp, set for the whole installation by SNMP_DRIVER"),
        ("pysnmp", endpoint(driver="whereabouts"), "own codec, chosen for this endpoint"),
        ("pysnmp", endpoint("modbus_tcp"), "pymodbus, the only driver for Modbus"),
    ],
)
def test_the_choice_is_told_with_its_reason(settings, default, asked, told):
    settings.SNMP_DRIVER = default
    assert str(choice_of(asked)) == told


@pytest.mark.parametrize("driver", ["", "whereabouts"])
def test_what_our_own_codec_does_not_know_is_asked_by_the_library(monkeypatch, driver):
    monkeypatch.delitem(registry.PRIV_KEY_OCTETS, "3des")
    assert (
        str(choice_of(endpoint(driver=driver, protocols="sha1/3des")))
        == "pysnmp, as the own codec lacks 3des"
    )
    assert choice_of(endpoint(driver=driver, protocols="sha1/des")).name == "whereabouts"


@pytest.mark.parametrize(
    ("named", "asks"), [("", "whereabouts"), ("pysnmp", "pysnmp"), ("whereabouts", "whereabouts")]
)
async def test_each_device_is_asked_by_the_driver_that_was_chosen_for_it(monkeypatch, named, asks):
    fakes = {name: FakeDriver() for name in SNMP_DRIVERS}
    for name, fake in fakes.items():
        monkeypatch.setitem(SNMP_DRIVERS, name, (lambda fake=fake: fake, name))
    driver = make_drivers()["snmp_v2c"]
    await driver.open()
    await driver.poll(Target(7, "snmp_v2c", "10.0.0.7", 161, 0.1, community=b"c", driver=named), [GET])
    await driver.close()
    assert [name for name, fake in fakes.items() if fake.asked] == [asks]
    assert all(fake.events == ["open", "close"] for fake in fakes.values())
