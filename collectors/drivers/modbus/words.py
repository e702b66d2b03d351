"""What went wrong on a line, and what to check, in words."""

from __future__ import annotations

import ssl

from assets.words import Quality
from collectors.drivers.modbus.link import Link
from collectors.drivers.modbus.tls import TlsSettingsError
from collectors.requests import Failure, Target


def no_connection(link: Link, target: Target, error: Exception) -> Failure:
    """Why a connection was not made."""
    match error:
        case ssl.SSLCertVerificationError():
            return Failure(
                Quality.AUTHENTICATION,
                f"{link} shows a certificate that is not believed ({error.verify_message}): check who signed it "
                "(MODBUS_TLS_CA), its dates, and that it names the device's address.",
            )
        case ssl.SSLError():
            return Failure(
                Quality.AUTHENTICATION,
                f"{link} does not agree on TLS ({error.reason}): check that Modbus/TCP Security is on there, "
                "and whether it asks for a certificate of ours (MODBUS_TLS_CERTIFICATE).",
            )
        case TlsSettingsError():
            return Failure(Quality.AUTHENTICATION, str(error))
        case ValueError():
            return Failure(Quality.MALFORMED, f"{link} cannot be opened: {error}")
        case ConnectionRefusedError():
            return Failure(
                Quality.REFUSED,
                f"{link} refuses the connection: check the port, and that Modbus/TCP is on there.",
            )
        case TimeoutError():
            return Failure(
                Quality.NO_ANSWER,
                f"No connection to {link} within {target.timeout_s:g} s: check that the device "
                "is on, the address, and firewalls between.",
            )
        case OSError() if link.is_serial:
            return Failure(
                Quality.REFUSED,
                f"The serial line {link} cannot be opened ({error.strerror or error}): check that its adapter is "
                "plugged in, that the collector may use it, and that no other program does.",
            )
    reason = getattr(error, "strerror", None) or error
    return Failure(Quality.NO_ANSWER, f"{link} cannot be reached ({reason}): check the route.")


def closed(link: Link, error: Exception | None) -> Failure:
    """The connection, or the way to the device, ended while a request waited."""
    if link.protocol == "modbus_udp" and isinstance(error, ConnectionRefusedError):
        return Failure(
            Quality.REFUSED,
            f"{link} refuses datagrams: check the port, and that Modbus over UDP is on there.",
        )
    if isinstance(error, ssl.SSLError):
        return Failure(
            Quality.AUTHENTICATION,
            f"{link} ended the TLS connection ({error.reason}): it may ask for a certificate of ours "
            "(MODBUS_TLS_CERTIFICATE), or not believe it.",
        )
    if link.is_serial:
        return Failure(Quality.NO_ANSWER, f"The serial line {link} went away: check its adapter.")
    return Failure(
        Quality.NO_ANSWER,
        f"{link} closed the connection while a request waited: it may allow too few connections.",
    )


def no_reply(link: Link, target: Target, *, garbled: bool) -> Failure:
    """Nothing that could be a reply came in time."""
    if garbled:
        return Failure(
            Quality.MALFORMED,
            f"{link} sends something, but no valid reply to this request: check that it speaks "
            f"{_LANGUAGES[link.protocol]} and that no other device answers in its place.",
        )
    if link.is_serial or link.protocol == "modbus_udp":
        return Failure(
            Quality.NO_ANSWER,
            f"Unit {target.unit_id} on {link} does not answer within {target.timeout_s:g} s: check that it is "
            f"on, its number, and {'the settings and wires of the line' if link.is_serial else 'the route'}.",
        )
    return Failure(
        Quality.NO_ANSWER,
        f"{link} accepts the connection, but unit {target.unit_id} does not answer within "
        f"{target.timeout_s:g} s: check the unit number and the device's own line.",
    )


_LANGUAGES = {
    "modbus_tcp": "Modbus/TCP",
    "modbus_tls": "Modbus/TCP Security",
    "modbus_udp": "Modbus over UDP",
    "modbus_rtu_tcp": "Modbus RTU over TCP",
    "modbus_rtu": "Modbus RTU at this speed and parity",
    "modbus_ascii": "Modbus ASCII at this speed and parity",
}
