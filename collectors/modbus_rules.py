"""What makes a Modbus endpoint acceptable: its line, its unit, and what TLS needs. Each returns words, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.drivers.modbus.tls import TlsSettingsError, make_context
from collectors.serial_lines import NO_PORT, SERIAL_PROTOCOLS, LineSettings, is_path

if TYPE_CHECKING:
    from collectors.models import Endpoint

_UNITS_ON_A_LINE = range(1, 248)


def wrong_kind_of_host(endpoint: Endpoint) -> str:
    is_serial = endpoint.protocol in SERIAL_PROTOCOLS
    if is_serial and not is_path(endpoint.host):
        return "A serial protocol is spoken on a line of the collector's machine; name it like /dev/ttyUSB0."
    if not is_serial and is_path(endpoint.host):
        return "The path of a serial line needs a serial protocol: Modbus RTU or ASCII."
    return ""


def wrong_line_settings(endpoint: Endpoint) -> str:
    if endpoint.protocol not in SERIAL_PROTOCOLS:
        return "Only a serial line has settings; leave it empty." if endpoint.line_settings else ""
    try:
        settings = LineSettings.parse(endpoint.line_settings)
    except ValueError as error:
        return str(error)
    if settings.data_bits != 8 and endpoint.protocol == "modbus_rtu":
        return "Modbus RTU needs 8 data bits; with 7 it is Modbus ASCII."
    return _unlike_others(endpoint)


def _unlike_others(endpoint: Endpoint) -> str:
    """All devices on one line speak alike, or none is understood."""
    others = type(endpoint).objects.filter(host=endpoint.host, is_enabled=True).exclude(pk=endpoint.pk)
    for name, protocol, settings in others.values_list("name", "protocol", "line_settings"):
        if (protocol, settings) != (endpoint.protocol, endpoint.line_settings):
            return f"“{name}” is on this line too, as {protocol} with {settings}: both must be set alike."
    return ""


def wrong_unit(endpoint: Endpoint) -> str:
    if (
        endpoint.protocol in (*SERIAL_PROTOCOLS, "modbus_rtu_tcp")
        and endpoint.unit_id not in _UNITS_ON_A_LINE
    ):
        return "A unit on a serial line has a number from 1 to 247."
    return ""


def wrong_port(endpoint: Endpoint) -> str:
    if endpoint.protocol in SERIAL_PROTOCOLS and endpoint.port != NO_PORT:
        return f"A serial line has no port; write {NO_PORT}."
    return ""


def wrong_tls(endpoint: Endpoint) -> str:
    """Whether the files are there that Modbus/TCP Security verifies by."""
    if endpoint.protocol != "modbus_tls":
        return ""
    try:
        make_context()
    except TlsSettingsError as error:
        return (
            f"{error} Modbus/TCP Security verifies the device: its certificate has to be signed by one in "
            "MODBUS_TLS_CA (or one that the system believes), and to name the host that stands here."
        )
    return ""
