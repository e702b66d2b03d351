"""Which driver speaks which protocol."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from collectors.drivers.modbus_pymodbus import PymodbusDriver
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.requests import Driver
from collectors.snmp.driver import FastSnmpDriver

log = logging.getLogger(__name__)

SNMP_DRIVERS: dict[str, tuple[Callable[[], Driver], str]] = {
    FastSnmpDriver.name: (
        FastSnmpDriver,
        "our own codec, some forty times the polls for each second of processor time",
    ),
    PysnmpDriver.name: (PysnmpDriver, "the library that our own codec is held against"),
}
"""What ``settings.SNMP_DRIVER`` may name, and why one would."""


def make_drivers() -> dict[str, Driver]:
    """A driver for each protocol of an endpoint; the SNMP versions share one."""
    snmp = _make_snmp_driver()
    return {"snmp_v2c": snmp, "snmp_v3": snmp, "modbus_tcp": PymodbusDriver()}


def _make_snmp_driver() -> Driver:
    if settings.SNMP_DRIVER not in SNMP_DRIVERS:
        raise ImproperlyConfigured(
            f"SNMP_DRIVER is “{settings.SNMP_DRIVER}”; it may be {' or '.join(SNMP_DRIVERS)}."
        )
    make, reason = SNMP_DRIVERS[settings.SNMP_DRIVER]
    driver = make()
    log.debug("SNMP devices are asked by %s: %s", driver.name, reason)
    return driver
