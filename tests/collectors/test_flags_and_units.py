"""Flags taken together, numbers that are names, and units that the device itself says: read strictly, or not at all."""

from __future__ import annotations

import math
import struct

import pytest

from collectors.decoding.modbus import Block
from collectors.planner import plan_requests
from collectors.profiles.load import load_profile
from collectors.profiles.strict import ProfileError
from collectors.requests import Failure, ModbusRead

HEAD = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
readings:
"""
ANY = "states: {0: clear, 1: alarm}"
PRESSURE_UNITS = "unit_from: {at: 9, means: {0: psi, 1: bar, 2: kilopascal}}"
TEMPERATURE_UNITS = "unit_from: {at: 9, means: {0: fahrenheit, 1: celsius, 2: kelvin}}"


@pytest.fixture
def load(tmp_path):
    def write(*readings):
        path = tmp_path / "sample.yaml"
        path.write_text(HEAD + "".join(f"  - {{{reading}}}\n" for reading in readings), encoding="utf-8")
        return load_profile(path)

    return write


@pytest.fixture
def read(load):
    """What becomes of one reading of a device that answers this: the value, or the quality of none."""

    def decode(reading, *answer):
        (one,) = load(reading).readings
        block = Block(ModbusRead(one.source.function, 0, len(answer)))
        decoder = block.reader(one.source, one.encoding)
        raw = block.unpack(answer)
        found = raw if isinstance(raw, Failure) else decoder(raw)
        return found.quality.value if isinstance(found, Failure) else found

    return decode


def refused(load, key, problem, *readings):
    with pytest.raises(ProfileError) as caught:
        load(*readings)
    assert caught.value.key == key
    assert problem in caught.value.problem


def low_word_first(value: float) -> tuple[int, ...]:
    return struct.unpack(">2H", struct.pack(">f", value))[::-1]


# --- Flags --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "state", "count"),
    [(0, "clear", 0), (0x0002, "alarm", 1), (0x000A, "alarm", 2), (0xFFF5, "clear", 0), (0xFFFF, "alarm", 2)],
)
def test_of_the_flags_that_count_any_is_a_state_and_how_many_a_number(read, word, state, count):
    place = "function: 4, address: 0, type: flags16, mask: 0x000A"

    assert read(f"name: sensor_alarm, {place}, {ANY}", word) == state
    assert read(f"name: alarm_count, {place}", word) == count


@pytest.mark.parametrize(
    ("order", "words", "state"),
    [
        ("abcd", (0x0040, 0x0000), "alarm"),
        ("abcd", (0x0000, 0x0040), "clear"),
        ("cdab", (0x0000, 0x0040), "alarm"),
        ("cdab", (0x0040, 0x0000), "clear"),
    ],
)
def test_flags_of_two_registers_are_read_in_either_order(read, order, words, state):
    reading = (
        f"name: sensor_alarm, function: 4, address: 0, type: flags32, order: {order}, mask: 0x00400000, {ANY}"
    )

    assert read(reading, *words) == state


@pytest.mark.parametrize(
    ("inputs", "second_of_two", "count_without_the_second"),
    [((0, 0, 0, 0), "clear", 0), ((0, 1, 1, 0), "alarm", 1), ((1, 0, 1, 1), "clear", 3)],
)
def test_inputs_side_by_side_are_flags(read, inputs, second_of_two, count_without_the_second):
    place = "function: 2, address: 0, type: flags"

    assert read(f"name: leak_alarm, {place}, length: 2, mask: 2, {ANY}", *inputs) == second_of_two
    assert read(f"name: alarm_count, {place}, length: 4, mask: 13", *inputs) == count_without_the_second


@pytest.mark.parametrize(
    ("value", "any_at_all", "any_pressure", "count"),
    [
        (0.0, "clear", "clear", 0),
        (-0.0, "clear", "clear", 0),
        (-1.0, "alarm", "clear", 1),
        (-1536.0, "alarm", "alarm", 2),  # bits 9 and 10
        (-16777215.0, "alarm", "alarm", 24),
        # from 2**24 on the float leaves numbers out, so that only one thing is sure
        (-16777216.0, "alarm", "malformed", "malformed"),
        (-134217728.0, "alarm", "malformed", "malformed"),
        # no sum of flags below zero
        (1.0, "malformed", "malformed", "malformed"),
        (-0.5, "malformed", "malformed", "malformed"),
        (-2147483648.0, "malformed", "malformed", "malformed"),
        (math.inf, "malformed", "malformed", "malformed"),
        (math.nan, "no_value", "no_value", "no_value"),
    ],
)
def test_flags_may_travel_as_the_sum_of_a_float_below_zero(read, value, any_at_all, any_pressure, count):
    place, words = "function: 4, address: 0, type: flags-float32, order: cdab", low_word_first(value)

    assert read(f"name: general_alarm, {place}, {ANY}", *words) == any_at_all
    assert read(f"name: pressure_alarm, {place}, mask: 0x00063F00, {ANY}", *words) == any_pressure
    assert read(f"name: alarm_count, {place}", *words) == count


def test_flags_that_hold_those_of_another_reading_sum_them_up(load):
    readings = [
        f"name: general_alarm, function: 4, address: 5, type: flags32, {ANY}",
        "name: alarm_count, function: 4, address: 5, type: flags32",
        f"name: sensor_alarm, function: 4, address: 5, type: flags32, mask: 0xF0000, {ANY}",
        f"name: door_alarm, function: 4, address: 6, type: bit, bit: 0, {ANY}",
        f"name: power_failure_alarm, function: 2, address: 9, type: bit, {ANY}",
        "name: warning_count, function: 2, address: 8, type: flags, length: 3",
    ]

    assert [reading.name for reading in load(*readings).readings][:2] == ["general_alarm", "alarm_count"]


@pytest.mark.parametrize(
    "other",
    [
        f"name: door_alarm, function: 4, address: 0, type: flags16, mask: 0x0003, {ANY}",  # the same
        f"name: door_alarm, function: 4, address: 0, type: flags16, mask: 0x0006, {ANY}",  # in part
        f"name: door_alarm, function: 4, address: 0, type: bits, bits: [1, 2], {ANY}",
        "name: alarm_code, function: 4, address: 0, type: uint16",
        "name: alarm_code, function: 4, address: 0, type: uint32",
    ],
)
def test_flags_that_share_anything_else_are_refused(load, other):
    first = f"name: sensor_alarm, function: 4, address: 0, type: flags16, mask: 0x0003, {ANY}"

    refused(load, "readings[1]", "overlaps the registers of sensor_alarm", first, other)


@pytest.mark.parametrize(
    ("reading", "key", "problem"),
    [
        ("type: flags16, mask: 0, STATES", "mask", "from 1 to 65535"),
        ("type: flags16, mask: 0x10000, STATES", "mask", "from 1 to 65535"),
        ("type: flags-float32, mask: 0x80000000, STATES", "mask", "from 1 to 2147483647"),
        ("type: flags16, states: {0: clear, 2: alarm}", "states", "0, none of them, or 1, any of them"),
        ("type: flags16, states: {1: alarm}", "states", "0, none of them, or 1, any of them"),
        ("type: flags16, missing: [0xFFFF], STATES", "missing", "no such key"),
        ("type: flags32, order: badc, STATES", "order", "one of abcd, cdab"),
        ("type: flags16, order: ba, STATES", "order", "no such key"),
        ("type: flags, length: 2, STATES", "type", "flags are coils or discrete inputs"),
        ("type: bit, bit: 1, mask: 1, STATES", "mask", "no such key"),
    ],
)
def test_flags_that_could_mislead_are_refused(load, reading, key, problem):
    reading = f"name: sensor_alarm, function: 4, address: 0, {reading}".replace("STATES", ANY)

    refused(load, f"readings[0].{key}", problem, reading)


def test_how_many_flags_there_are_is_written_with_no_exponent(load):
    reading = "name: alarm_count, function: 4, address: 0, type: flags16, exponent: 9"

    refused(load, "readings[0].exponent", "for numbers in registers", reading)


@pytest.mark.parametrize(
    ("reading", "key", "problem"),
    [
        ("type: flags16", "type", "coils and discrete inputs are bits"),
        ("type: flags", "length", "is missing"),
        ("type: flags, length: 1", "length", "from 2 to 32"),
        ("type: flags, length: 33", "length", "from 2 to 32"),
        ("type: flags, length: 3, mask: 8", "mask", "from 1 to 7"),
    ],
)
def test_inputs_that_could_mislead_are_refused(load, reading, key, problem):
    refused(load, f"readings[0].{key}", problem, f"name: alarm_count, function: 2, address: 0, {reading}")


# --- Numbers that are names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words", "text"),
    [
        ("digits16", (4711,), "4711"),
        ("digits16", (0xFFFF,), "no_value"),
        ("digits32", (0x0001, 0xE240), "123456"),
        ("digits32, order: cdab", (0xE240, 0x0001), "123456"),
        ("version16", (0x020B,), "2.11"),
        ("version16", (0x0200,), "2.0"),
    ],
)
def test_a_number_that_is_a_name_is_a_text(read, kind, words, text):
    missing = "[0xFFFF]"

    assert (
        read(f"name: serial_number, function: 4, address: 0, type: {kind}, missing: {missing}", *words)
        == text
    )


@pytest.mark.parametrize("kind", ["digits16", "digits32", "version16"])
def test_a_number_that_is_a_name_measures_nothing_and_is_no_state(load, kind):
    refused(load, "readings[0].type", "is a number", f"name: power, function: 4, address: 0, type: {kind}")
    refused(load, "readings[0].type", "is a state", f"name: door, function: 4, address: 0, type: {kind}")


# --- Units that the device says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "value"),
    [(2, 88.0), (1, 8800.0), (0, 88 * 6.894757293168361), (3, "out_of_range"), (0xFFFF, "out_of_range")],
)
def test_a_pressure_is_told_in_kilopascals_whatever_the_device_is_set_to(read, unit, value):
    reading = f"name: pressure, function: 4, address: 0, type: int16, scale: 0.1, {PRESSURE_UNITS}"

    assert read(reading, 880, *[0] * 8, unit) == value


@pytest.mark.parametrize(("unit", "value"), [(0, 25.0), (1, 77.0), (2, -196.15), (9, "out_of_range")])
def test_a_temperature_is_told_in_degrees_celsius_whatever_the_device_is_set_to(read, unit, value):
    reading = f"name: temperature, function: 4, address: 0, type: float32, order: cdab, {TEMPERATURE_UNITS}"

    assert read(reading, *low_word_first(77.0), *[0] * 7, unit) == value


def test_a_range_is_that_of_the_unit_of_the_vocabulary(read):
    reading = f"name: temperature, function: 4, address: 0, type: int16, valid: [0, 40], {TEMPERATURE_UNITS}"

    assert read(reading, 104, *[0] * 8, 0) == 40.0
    assert read(reading, 104, *[0] * 8, 1) == "out_of_range"
    assert read(reading, 31, *[0] * 8, 0) == "out_of_range"


def test_a_value_that_stands_for_none_is_none_in_every_unit(read):
    reading = f"name: pressure, function: 4, address: 0, type: int16, missing: [-32768], {PRESSURE_UNITS}"

    assert {read(reading, 0x8000, *[0] * 8, unit) for unit in (0, 1, 2, 7)} == {"no_value"}


def test_a_value_and_its_unit_are_read_at_once(load):
    profile = load(f"name: pressure, function: 4, address: 60, type: int16, {PRESSURE_UNITS}")

    assert plan_requests(profile) == (ModbusRead(4, 9, 52),)


@pytest.mark.parametrize(
    ("reading", "key", "problem"),
    [
        ("name: flow, type: int16, unit_from: {at: 9, means: {0: psi}}", "unit_from", "several units"),
        ("name: power, type: int16, unit_from: {at: 9, means: {0: psi}}", "unit_from.means.0", "watt, kilowatt"),
        ("name: door, type: uint16, unit_from: {at: 9, means: {0: psi}}", "unit_from", "several units"),
        ("name: pressure, type: int16, unit_from: {at: 9}", "unit_from.means", "is missing"),
        ("name: pressure, type: int16, unit_from: {at: 9, means: {}}", "unit_from.means", "is missing"),
        ("name: pressure, type: int16, unit_from: {at: 9, means: {0: kelvin}}", "unit_from.means.0", "one of kilo"),
        ("name: pressure, type: int16, unit_from: {at: 9, means: {x: psi}}", "unit_from.means.x", "whole number"),
        ("name: pressure, type: int32, unit_from: {at: 1, means: {0: psi}}", "unit_from.at", "lies inside the value"),
        ("name: pressure, type: int16, exponent: 8, unit_from: {at: 9, means: {0: psi}}", "unit_from", "exponent"),
        ("name: pressure, type: int16, unit_from: {at: 9, means: {0: psi}, of: x}", "unit_from.of", "no such key"),
    ],
)  # fmt: skip
def test_units_that_could_mislead_are_refused(load, reading, key, problem):
    refused(load, f"readings[0].{key}", problem, f"{reading}, function: 4, address: 0")


def test_a_reading_does_not_fill_the_unit_of_another(load):
    refused(
        load,
        "readings[1]",
        "has its unit inside, or fills the unit of, pressure",
        f"name: pressure, function: 4, address: 0, type: int16, {PRESSURE_UNITS}",
        "name: power, function: 4, address: 8, type: float32",
    )
