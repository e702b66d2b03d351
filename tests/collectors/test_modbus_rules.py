"""Modbus endpoints at the form: their line, their unit, and what TLS needs, told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from collectors.endpoints import register_endpoint, register_segment
from collectors.guard import TargetRefused, check_target
from collectors.profiles.library import get_profile
from collectors.serial_lines import LineSettings
from tests.collectors.fakes import assignment
from tests.collectors.rosters import load

LINE = "/dev/ttyUSB0"
SERIAL = {"host": LINE, "port": 1, "line_settings": "9600 8N1"}


@pytest.fixture
def segment(site):
    return register_segment(name="Lab", site=site, networks=["10.20.0.0/16"], serial_lines=[LINE])


def register(segment, protocol, **values):
    given = {"name": protocol, "host": "10.20.0.7", "port": 502, "profile": "modality-power-meter"} | values
    return register_endpoint(segment=segment, protocol=protocol, **given)


def refused(segment, protocol, field, words, **values):
    with pytest.raises(ValidationError) as caught:
        register(segment, protocol, **values)
    assert words in " ".join(caught.value.message_dict[field])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("protocol", "values"),
    [
        ("modbus_tcp", {}),
        ("modbus_tls", {"port": 802}),
        ("modbus_udp", {}),
        ("modbus_rtu_tcp", {}),
        ("modbus_rtu", SERIAL),
        ("modbus_ascii", SERIAL | {"line_settings": "9600 7E1"}),
    ],
)
def test_each_transport_has_endpoints(segment, protocol, values):
    endpoint = register(segment, protocol, **values)

    assert endpoint.pk
    assert endpoint.line_settings == values.get("line_settings", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("protocol", "field", "words", "values"),
    [
        ("modbus_rtu", "host", "name it like /dev/ttyUSB0", {**SERIAL, "host": "10.20.0.7"}),
        ("modbus_rtu", "host", "not one of the segment's serial lines", {**SERIAL, "host": "/dev/ttyUSB1"}),
        ("modbus_tcp", "host", "needs a serial protocol", {"host": LINE}),
        ("modbus_rtu", "line_settings", "write it like 9600 8N1", {**SERIAL, "line_settings": ""}),
        ("modbus_rtu", "line_settings", "needs 8 data bits", {**SERIAL, "line_settings": "9600 7E1"}),
        ("modbus_tcp", "line_settings", "leave it empty", {"line_settings": "9600 8N1"}),
        ("modbus_rtu", "port", "has no port; write 1", {**SERIAL, "port": 502}),
        ("modbus_rtu", "unit_id", "from 1 to 247", {**SERIAL, "unit_id": 0}),
        ("modbus_rtu_tcp", "unit_id", "from 1 to 247", {"unit_id": 248}),
    ],
)
def test_what_cannot_be_is_told_at_its_field(segment, protocol, field, words, values):
    refused(segment, protocol, field, words, **values)


@pytest.mark.django_db
def test_devices_on_one_line_are_set_alike(segment):
    register(segment, "modbus_rtu", **SERIAL)

    assert register(segment, "modbus_rtu", **SERIAL, name="second", unit_id=2).pk
    for protocol, settings in (("modbus_rtu", "19200 8N1"), ("modbus_ascii", "9600 8N1")):
        values = {**SERIAL, "line_settings": settings, "unit_id": 3}
        refused(segment, protocol, "line_settings", "both must be set alike", **values)


@pytest.mark.django_db
def test_what_a_modbus_endpoint_says_reaches_the_driver(segment):
    serial = register(segment, "modbus_rtu", **SERIAL, unit_id=7, pause_between_ms=20)
    secure = register(segment, "modbus_tls", port=802, name="secure")
    assignments = load()

    line = assignments[serial.pk]
    assert line.problem is None
    assert line.address == LINE
    target = line.target(check_target(line.host, line.port, line.policy))
    assert (target.host, target.line_settings, target.unit_id, target.pause_s) == (LINE, "9600 8N1", 7, 0.02)
    assert not target.hangs_up
    assert assignments[secure.pk].target("10.20.0.7").server_name == "10.20.0.7"


@pytest.mark.django_db
def test_a_line_that_the_segment_no_longer_names_is_not_polled(segment):
    serial = register(segment, "modbus_rtu", **SERIAL)
    segment.serial_lines = []
    segment.save()

    line = load()[serial.pk]

    with pytest.raises(TargetRefused, match="not one of the segment's serial lines"):
        check_target(line.host, line.port, line.policy)


def test_a_profile_of_a_gateway_for_one_client_hangs_up():
    profile = replace(get_profile("modality-power-meter"), quirks=frozenset({"hang-up"}))

    assert assignment(1, profile=profile).target("10.0.0.1").hangs_up


@pytest.mark.django_db
def test_tls_says_what_it_verifies_by(segment, settings):
    settings.MODBUS_TLS_CA = "/nowhere/ca.pem"

    refused(segment, "modbus_tls", "protocol", "MODBUS_TLS_CA names cannot be read", port=802)
    refused(segment, "modbus_tls", "protocol", "to name the host that stands here", port=802)


@pytest.mark.django_db
@pytest.mark.parametrize("lines", ["/dev/ttyUSB0", ["ttyUSB0"], ["/etc/shadow"], [7]])
def test_a_segment_names_lines_by_their_paths(site, lines):
    with pytest.raises(ValidationError, match=r"like /dev/ttyUSB0|Give a list"):
        register_segment(name="Lab", site=site, networks=["10.20.0.0/16"], serial_lines=lines)


@pytest.mark.parametrize(
    ("text", "character_ms"), [("9600 8N1", 1.0417), ("19200 8E1", 0.5729), ("2400 7O2", 4.5833)]
)
def test_settings_say_how_long_a_character_takes(text, character_ms):
    assert LineSettings.parse(text).character_s * 1000 == pytest.approx(character_ms, abs=0.0001)


@pytest.mark.parametrize(
    "text", ["", "9600", "9600 8N", "9600 9N1", "9601 8N1", "9600  8N1", "9600 8N3", "0 8N1"]
)
def test_what_is_no_setting_of_a_line_is_refused(text):
    with pytest.raises(ValueError, match="write it like 9600 8N1"):
        LineSettings.parse(text)
