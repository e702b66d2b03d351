"""Which requests a profile needs: as few as its limits allow."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from assets.vocabulary import term
from collectors.planner import plan_requests, table_columns
from collectors.profiles.library import all_profiles, get_profile
from collectors.profiles.model import (
    Column,
    Encoding,
    Guard,
    Identity,
    Limits,
    Profile,
    Reading,
    RegisterAge,
    Registers,
    Scalar,
    Where,
)
from collectors.requests import ModbusIdentify, ModbusRead, SnmpGet, SnmpTable
from tests.every import for_every

NUMBERS = ["battery_charge", "temperature", "power", "energy", "current", "humidity", "uptime"]


def profile(protocol, *sources, limits=None, **extra) -> Profile:
    readings = tuple(
        Reading(term(name), source, Encoding("integer"))
        for name, source in zip(NUMBERS, sources, strict=False)
    )
    return Profile(
        "sample",
        "Sample",
        protocol,
        10,
        "",
        "community",
        "",
        readings=readings,
        limits=limits or Limits(),
        **extra,
    )


def registers(*spans, function=4, **limits):
    sources = [Registers(function, address, count) for address, count in spans]
    return [
        (read.function, read.address, read.count)
        for read in plan_requests(profile("modbus", *sources, limits=Limits(**limits)))
    ]


# --- Modbus -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spans", "reads"),
    [
        ([(0, 1)], [(4, 0, 1)]),
        ([(0, 1), (1, 1), (2, 2)], [(4, 0, 4)]),
        ([(6, 2), (0, 1)], [(4, 0, 8)]),
        ([(5, 1), (5, 1)], [(4, 5, 1)]),
        ([(0, 1), (9, 1)], [(4, 0, 10)]),
        ([(0, 1), (10, 1)], [(4, 0, 1), (4, 10, 1)]),
        ([(0, 2), (52, 2), (342, 2)], [(4, 0, 2), (4, 52, 2), (4, 342, 2)]),
    ],
)
def test_neighbours_are_read_together_and_a_gap_of_eight_is_read_along(spans, reads):
    assert registers(*spans, gap=8) == reads


def test_a_read_stays_within_the_limit():
    assert registers((0, 4), (4, 4), (8, 4), registers=8) == [(4, 0, 8), (4, 8, 4)]


def test_without_a_gap_only_neighbours_share_a_read():
    assert registers((0, 1), (1, 1), (3, 1), gap=0) == [(4, 0, 2), (4, 3, 1)]


def test_functions_are_read_apart_and_ascending():
    sources = [Registers(4, 0), Registers(1, 0), Registers(3, 0), Registers(2, 0)]

    assert plan_requests(profile("modbus", *sources)) == tuple(ModbusRead(f, 0, 1) for f in (1, 2, 3, 4))


def test_bits_are_not_held_to_the_limit_of_registers():
    assert registers((0, 1), (200, 1), function=2, gap=200, registers=10) == [(2, 0, 201)]


# --- SNMP ---------------------------------------------------------------------------------------------------


def test_objects_share_a_get_up_to_the_limit():
    sources = [Scalar(f"1.3.6.{n}.0") for n in range(5)]

    assert plan_requests(profile("snmp", *sources, limits=Limits(varbinds=2))) == (
        SnmpGet(("1.3.6.0.0", "1.3.6.1.0")),
        SnmpGet(("1.3.6.2.0", "1.3.6.3.0")),
        SnmpGet(("1.3.6.4.0",)),
    )


def test_a_device_that_takes_one_object_at_a_time_is_asked_so():
    sample = profile("snmp", Scalar("1.3.6.1.0"), Scalar("1.3.6.2.0"), quirks=frozenset({"single-gets"}))

    assert plan_requests(sample) == (SnmpGet(("1.3.6.1.0",)), SnmpGet(("1.3.6.2.0",)))


def test_columns_of_one_entry_travel_together_each_once():
    sample = profile(
        "snmp",
        Column("1.3.6.9.1.8", "count", (Where("1.3.6.9.1.3", (6,)),)),
        Column("1.3.6.9.1.5", "max", (Where("1.3.6.9.1.3", (6,)),), share_of="1.3.6.9.1.4"),
        Column("1.3.6.7.1.2", "mean"),
    )

    assert plan_requests(sample) == (
        SnmpTable(("1.3.6.9.1.8", "1.3.6.9.1.3", "1.3.6.9.1.5", "1.3.6.9.1.4")),
        SnmpTable(("1.3.6.7.1.2",)),
    )


def test_a_device_that_breaks_on_many_rows_is_asked_for_one():
    sample = profile("snmp", Column("1.3.6.7.1.2", "mean"), quirks=frozenset({"single-rows"}))

    assert plan_requests(sample) == (SnmpTable(("1.3.6.7.1.2",), max_repetitions=1),)


def test_what_a_guard_needs_is_read_first():
    guard = Guard(Scalar("1.3.6.99.0"), Encoding("integer"), (1,), "it is set otherwise")
    sample = profile("snmp", Scalar("1.3.6.1.0"), guards=(guard,))

    assert plan_requests(sample) == (SnmpGet(("1.3.6.99.0", "1.3.6.1.0")),)


def test_a_location_gateway_is_read_by_one_walk_of_ten_columns():
    (walk,) = plan_requests(get_profile("rtls-gateway"))

    assert walk == SnmpTable(
        tuple(f"1.3.6.1.4.1.32473.77.3.1.1.{column}" for column in (1, 8, 10, 9, 2, 3, 4, 5, 6, 7)),
        max_rows=5000,
        max_repetitions=20,
    )


def test_a_column_without_use_is_not_read():
    (table,) = get_profile("rtls-gateway").tables

    assert len(table_columns(replace(table, sighting=None))) == 8


def test_a_value_is_read_together_with_its_exponent():
    sources = [Registers(3, 2, 1, exponent=40), Registers(3, 60, 1, exponent=45)]

    assert plan_requests(profile("modbus", *sources, limits=Limits(registers=60, gap=4))) == (
        ModbusRead(3, 2, 59),
    )
    assert plan_requests(profile("modbus", *sources, limits=Limits(registers=45, gap=0))) == (
        ModbusRead(3, 2, 39),
        ModbusRead(3, 45, 16),
    )


def test_a_value_is_read_together_with_its_conditions():
    held = Guard(Registers(3, 20), Encoding("uint16"), (1,), "it is another")
    also = Guard(Registers(3, 4, 2), Encoding("uint32"), (7,), "it is another")
    sample = profile("modbus", Registers(3, 10, 2, only_if=(held, also)), limits=Limits(gap=0))

    assert plan_requests(sample) == (ModbusRead(3, 4, 17),)


def test_the_age_of_what_a_device_says_is_read_with_every_poll():
    age = RegisterAge(Registers(3, 9), Encoding("uint16"))
    sample = replace(grouped((0, ""), (1, "slow")), age=age)

    assert plan_requests(sample, frozenset()) == (ModbusRead(3, 9, 1), ModbusRead(4, 0, 1))


def test_a_device_is_asked_once_what_it_is():
    sample = profile("modbus", Registers(3, 0), Identity("vendor"), Identity("product"))

    assert plan_requests(sample) == (ModbusRead(3, 0, 1), ModbusIdentify())


def fewest_reads(spans: set[tuple[int, int]], most: int, gap: int) -> int:
    """By trying: every read that may be, and the smallest set of them that holds every value whole."""
    wanted = {address for begin, end in spans for address in range(begin, end)}

    def may_be(begin: int, end: int) -> bool:
        runs = "".join("x" if address in wanted else " " for address in range(begin, end)).split("x")
        return end - begin <= most and max(map(len, runs)) <= gap

    borders = sorted({border for span in spans for border in span})
    reads = {
        frozenset(span for span in spans if begin <= span[0] and span[1] <= end)
        for begin, end in itertools.combinations(borders, 2)
        if may_be(begin, end)
    }
    for count in itertools.count(1):
        if any(frozenset().union(*chosen) == spans for chosen in itertools.combinations(reads, count)):
            return count
    raise AssertionError


@for_every(range(300))
def test_no_plan_with_fewer_reads_exists(seed):
    chance = random.Random(seed)
    most, gap = chance.randrange(4, 16), chance.randrange(5)
    spans = {
        (begin, begin + chance.randrange(1, 5)) for begin in chance.sample(range(30), chance.randrange(1, 7))
    }

    plan = registers(*((begin, end - begin) for begin, end in spans), registers=most, gap=gap)

    assert len(plan) == fewest_reads(spans, most, gap)
    for begin, end in spans:
        assert any(first <= begin and end <= first + count for _, first, count in plan)
    assert all(count <= most for _, _, count in plan)


# --- Groups -------------------------------------------------------------------------------------------------


def grouped(*parts):
    """Input registers, each with its group."""
    readings = tuple(
        Reading(term(name), Registers(4, address), Encoding("uint16"), group)
        for name, (address, group) in zip(NUMBERS, parts, strict=False)
    )
    groups = {group: 300.0 for _, group in parts if group}
    return Profile("sample", "Sample", "modbus", 10, "", "community", "", readings=readings, groups=groups)


def test_a_poll_between_the_turns_of_a_group_does_not_read_it():
    sample = grouped((0, ""), (1, "slow"), (2, "daily"))

    assert plan_requests(sample, frozenset()) == (ModbusRead(4, 0, 1),)
    assert plan_requests(sample, frozenset({"slow"})) == (ModbusRead(4, 0, 2),)
    assert plan_requests(sample, frozenset({"daily"})) == (ModbusRead(4, 0, 3),)


def test_groups_that_are_due_together_share_reads():
    sample = grouped((0, ""), (1, "slow"), (2, "daily"))

    assert plan_requests(sample, frozenset({"slow", "daily"})) == (ModbusRead(4, 0, 3),)
    assert plan_requests(sample) == (ModbusRead(4, 0, 3),)


def test_what_a_guard_needs_is_read_with_every_poll():
    guard = Guard(Registers(3, 9), Encoding("uint16"), (1,), "it is set otherwise")
    sample = replace(grouped((0, ""), (1, "slow")), guards=(guard,))

    assert plan_requests(sample, frozenset()) == (ModbusRead(3, 9, 1), ModbusRead(4, 0, 1))


def test_a_table_waits_for_the_turn_of_its_group():
    tags = get_profile("rtls-gateway")
    slow = replace(
        tags, tables=tuple(replace(table, group="slow") for table in tags.tables), groups={"slow": 60.0}
    )

    assert len(plan_requests(slow)) == len(plan_requests(slow, frozenset())) + 1


# --- Shipped ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "requests"),
    [
        ("medical-fridge", [(1, 0, 1), (2, 0, 2), (3, 100, 8), (4, 0, 8)]),
        ("modality-power-meter", [(4, 0, 72), (4, 342, 2)]),
    ],
)
def test_shipped_modbus_profiles_need_few_reads(name, requests):
    plan = plan_requests(get_profile(name))

    assert [(read.function, read.address, read.count) for read in plan] == requests


@pytest.mark.parametrize(
    ("name", "requests"),
    [("medical-fridge", [(1, 0, 1), (2, 0, 2), (4, 0, 6)]), ("modality-power-meter", [(4, 0, 72)])],
)
def test_most_polls_of_the_shipped_modbus_profiles_need_fewer(name, requests):
    plan = plan_requests(get_profile(name), frozenset())

    assert [(read.function, read.address, read.count) for read in plan] == requests


def test_every_plan_is_within_what_the_protocols_allow():
    for shipped in all_profiles():
        plan = plan_requests(shipped)
        assert 0 < len(plan) <= 9  # a freezer whose values are read one by one
        assert len(set(plan)) == len(plan)
        for request in plan:
            if isinstance(request, ModbusRead):
                assert request.function in (1, 2, 3, 4)
                assert 0 < request.count <= 125
            elif isinstance(request, SnmpGet):
                assert 0 < len(request.oids) <= 20
