"""Which driver speaks which protocol."""

from __future__ import annotations

from collectors.drivers.modbus_pymodbus import PymodbusDriver
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.requests import Driver


def make_drivers() -> dict[str, Driver]:
    """A driver for each protocol of an endpoint; the SNMP versions share one."""
    snmp = PysnmpDriver()
    return {"snmp_v2c": snmp, "snmp_v3": snmp, "modbus_tcp": PymodbusDriver()}
