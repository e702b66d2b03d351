"""Which driver asks which device is a choice."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured

from collectors.drivers.registry import SNMP_DRIVERS, make_drivers


def test_our_own_codec_asks_snmp_devices_unless_told_otherwise():
    drivers = make_drivers()
    assert {name: driver.name for name, driver in drivers.items()} == {
        "snmp_v2c": "whereabouts",
        "snmp_v3": "whereabouts",
        "modbus_tcp": "pymodbus",
    }
    assert drivers["snmp_v2c"] is drivers["snmp_v3"]


@pytest.mark.parametrize("name", SNMP_DRIVERS)
def test_the_setting_names_the_driver_and_the_log_says_why(settings, caplog, name):
    settings.SNMP_DRIVER = name
    with caplog.at_level(logging.DEBUG, "collectors.drivers.registry"):
        assert make_drivers()["snmp_v3"].name == name
    assert f"asked by {name}: {SNMP_DRIVERS[name][1]}" in caplog.text


def test_a_driver_that_does_not_exist_is_refused_with_those_that_do(settings):
    settings.SNMP_DRIVER = "net-snmp"
    with pytest.raises(ImproperlyConfigured, match="“net-snmp”; it may be whereabouts or pysnmp"):
        make_drivers()
