"""Register maps of real meters, compressors and generators: as their makers write them, read by a profile."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from assets.observation import Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.planner import plan_requests
from collectors.profiles.load import load_profile
from collectors.requests import RawPoll

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEAD = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
"""


def words(layout: str, *values: object) -> list[int]:
    """Registers that hold these values, high word first."""
    octets = struct.pack(f">{layout}", *values)
    return list(struct.unpack(f">{len(octets) // 2}H", octets))


def low_first(layout: str, value: object) -> list[int]:
    return words(layout, value)[::-1]


def read(folder, readings: str, memory: dict[tuple[int, int], list[int]], *, reads: int):
    """The readings of a device whose memory is this: (function, address) → registers; anything else is 0xEEEE."""
    path = folder / "sample.yaml"
    path.write_text(HEAD + readings, encoding="utf-8")
    profile = load_profile(path)
    held = {
        (function, address + place): word
        for (function, address), block in memory.items()
        for place, word in enumerate(block)
    }
    plan = plan_requests(profile)
    assert len(plan) == reads
    answers = {
        request: tuple(
            held.get((request.function, request.address + n), 0xEEEE) for n in range(request.count)
        )
        for request in plan
    }
    subject = Subject(SubjectKind.ASSET, "7")
    (found,) = decode_poll(
        profile, RawPoll(AT, 3.0, answers), source="endpoint:1", subject=subject, received_at=AT
    )
    return {r.name: r.quality.value if r.value is None else r.value for r in found.readings}


def test_a_sunspec_meter_says_the_power_of_ten_of_each_kind_of_value(tmp_path):
    """Model 203, from its ID at 40069: current 10^-2, voltage 10^-1, frequency 10^-2, power 10^1, energy 10^0."""
    readings = """
readings:
  - {name: current, function: 3, address: 40071, type: int16, exponent: 40075, missing: [-32768]}
  - {name: voltage_l1, function: 3, address: 40077, type: int16, exponent: 40084, missing: [-32768]}
  - {name: voltage_l2, function: 3, address: 40078, type: int16, exponent: 40084, missing: [-32768]}
  - {name: frequency, function: 3, address: 40085, type: int16, exponent: 40086, missing: [-32768]}
  - {name: power, function: 3, address: 40087, type: int16, exponent: 40091, missing: [-32768]}
  - {name: energy, function: 3, address: 40115, type: uint32, exponent: 40123, scale: 0.001, missing: [0]}
limits: {registers: 110, gap: 30}
"""
    memory = {
        (3, 40071): words("h", 1234),
        (3, 40075): words("h", -2),
        (3, 40077): words("hh", 2304, -32768),
        (3, 40084): words("hhhh", -1, 4998, -2, -325),
        (3, 40091): words("h", 1),
        (3, 40115): words("I", 8_123_456),
        (3, 40123): words("h", 0),
    }

    assert read(tmp_path, readings, memory, reads=1) == {
        "current": 12.34, "voltage_l1": 230.4, "voltage_l2": "no_value", "frequency": 49.98, "power": -3250.0,
        "energy": 8123.456,
    }  # fmt: skip


def test_a_meter_with_the_low_word_first(tmp_path):
    """Carlo Gavazzi EM24: signed 32-bit values in tenths, the low word first."""
    readings = """
readings:
  - {name: voltage_l1, function: 4, address: 0, type: int32, order: cdab, scale: 0.1}
  - {name: current_l1, function: 4, address: 12, type: int32, order: cdab, scale: 0.001}
  - {name: power, function: 4, address: 40, type: int32, order: cdab, scale: 0.1}
  - {name: frequency, function: 4, address: 55, type: uint16, scale: 0.1}
  - {name: energy, function: 4, address: 66, type: int32, order: cdab, scale: 0.1}
limits: {registers: 70, gap: 40}
"""
    memory = {
        (4, 0): low_first("i", 2303),
        (4, 12): low_first("i", 70_500),
        (4, 40): low_first("i", -123_456),
        (4, 55): [500],
        (4, 66): low_first("i", 9_876_543),
    }

    assert read(tmp_path, readings, memory, reads=1) == {
        "voltage_l1": 230.3, "current_l1": 70.5, "power": -12345.6, "frequency": 50.0, "energy": 987654.3,
    }  # fmt: skip


def test_a_meter_that_says_all_ones_for_what_it_does_not_measure(tmp_path):
    """ABB B23: unsigned 32 and 64-bit values; all ones stand for none, 0x7FFFFFFF where there is a sign."""
    readings = """
readings:
  - {name: voltage_l1, function: 3, address: 0x5B00, type: uint32, scale: 0.1, missing: [0xFFFFFFFF]}
  - {name: voltage_l2, function: 3, address: 0x5B02, type: uint32, scale: 0.1, missing: [0xFFFFFFFF]}
  - {name: power, function: 3, address: 0x5B14, type: int32, scale: 0.01, missing: [0x7FFFFFFF]}
  - {name: power_l1, function: 3, address: 0x5B16, type: int32, scale: 0.01, missing: [0x7FFFFFFF]}
  - {name: energy, function: 3, address: 0x5000, type: uint64, scale: 0.01, missing: [0xFFFFFFFFFFFFFFFF]}
limits: {gap: 16}
"""
    memory = {
        (3, 0x5B00): words("II", 2298, 2**32 - 1),
        (3, 0x5B14): words("ii", -250_000, 2**31 - 1),
        (3, 0x5000): words("Q", 123_456_789),
    }

    assert read(tmp_path, readings, memory, reads=2) == {
        "voltage_l1": 229.8, "voltage_l2": "no_value", "power": -2500.0, "power_l1": "no_value",
        "energy": 1234567.89,
    }  # fmt: skip


def test_a_generator_whose_highest_values_are_no_values_and_whose_alarms_are_nibbles(tmp_path):
    """Deep Sea GenComm: from 0xFFF8 on a register says why there is no value; four alarms to a register."""
    readings = """
readings:
  - {name: battery_voltage, function: 3, address: 1029, type: uint16, scale: 0.1,
     missing: [0xFFF8, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF]}
  - {name: frequency, function: 3, address: 1031, type: uint16, scale: 0.1,
     missing: [0xFFF8, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF]}
  - {name: voltage_l1, function: 3, address: 1032, type: uint32, scale: 0.1}
  - {name: sensor_alarm, function: 3, address: 2053, type: bits, bits: [8, 11],
     states: {1: clear, 2: alarm, 3: alarm, 4: alarm}, missing: [0, 15]}
  - {name: high_temperature_alarm, function: 3, address: 2049, type: bits, bits: [4, 7],
     states: {1: clear, 2: alarm, 3: alarm, 4: alarm}, missing: [0, 15]}
"""
    memory = {
        (3, 1029): [276],
        (3, 1031): [0xFFFC, *words("I", 2310)],
        (3, 2049): [0x113F],
        (3, 2053): [0x1F11],
    }

    assert read(tmp_path, readings, memory, reads=2) == {
        "battery_voltage": 27.6, "frequency": "no_value", "voltage_l1": 231.0, "sensor_alarm": "no_value",
        "high_temperature_alarm": "alarm",
    }  # fmt: skip


CRYOGENIC = """
guards:
  - {function: 4, address: 30, type: uint16, is: 1, because: it is not set to degrees Celsius}
readings:
  - {name: device_state, function: 4, address: 1, type: uint16,
     states: {0: standby, 2: preparing, 3: running, 5: running, 6: fault, 7: fault, 8: preparing, 9: fault}}
  - {name: component_temperature, function: 4, address: 43, type: int16, scale: 0.1}
  - {name: current, function: 4, address: 49, type: int16, scale: 0.1}
  - {name: uptime, function: 4, address: 50, type: uint32, order: cdab, scale: 360}
  - {name: sensor_alarm, function: 4, address: 55, type: bit, bit: 6, states: {0: clear, 1: alarm}}
limits: {registers: 60, gap: 40}
"""


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (1, {"device_state": "running", "component_temperature": 23.4, "current": 18.2, "uptime": 4_320_000.0,
             "sensor_alarm": "alarm"}),
        (0, dict.fromkeys(
            ["device_state", "component_temperature", "current", "uptime", "sensor_alarm"], "malformed")),
    ],
)  # fmt: skip
def test_a_compressor_that_counts_with_the_low_word_first_and_may_be_set_to_fahrenheit(
    tmp_path, unit, expected
):
    """Cryomech CPA 3xxx: one block of 55 registers; the helium sensor is bit 22 of the alarms."""
    memory = {
        (4, 1): [3],
        (4, 30): [unit],
        (4, 43): [234],
        (4, 49): [182],
        (4, 50): low_first("I", 12_000),
        (4, 54): low_first("I", 1 << 22),
    }

    assert read(tmp_path, CRYOGENIC, memory, reads=1) == expected


def test_a_meter_with_long_floats_and_texts(tmp_path):
    """Siemens PAC2200: 64-bit floats in Wh, order number and serial number as texts of fixed length."""
    readings = """
readings:
  - {name: power, function: 3, address: 65, type: float32}
  - {name: power_l1, function: 3, address: 25, type: float32}
  - {name: energy, function: 3, address: 801, type: float64, scale: 0.001}
  - {name: model_name, function: 3, address: 64002, type: ascii, length: 10}
  - {name: serial_number, function: 3, address: 64012, type: ascii, length: 8}
limits: {gap: 40}
"""
    memory = {
        (3, 25): words("f", float("nan")),
        (3, 65): words("f", 1234.5),
        (3, 801): words("d", 5_600_000.0),
        (3, 64002): words("20s", b"7KM2200-2EA30-1EA1"),
        (3, 64012): words("16s", b"LQN/140512345678"),
    }

    assert read(tmp_path, readings, memory, reads=3) == {
        "power": 1234.5, "power_l1": "no_value", "energy": 5600.0, "model_name": "7KM2200-2EA30-1EA1",
        "serial_number": "LQN/140512345678",
    }  # fmt: skip
