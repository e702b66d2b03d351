"""Agents that misbehave, and devices that can take little: both drivers cope alike, within hard bounds."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from pysnmp.proto.api import v1, v2c

from assets.words import Quality
from collectors.drivers import snmp_manners, snmp_walk
from collectors.drivers.snmp_manners import Memory
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.profiles.model import Column, Encoding, Limits, Profile, Reading
from collectors.requests import Failure, SnmpGet, SnmpTable, SnmpValue, Target
from collectors.snmp.driver import FastSnmpDriver
from tests.collectors.agents import COMMUNITY, asked_in, raw_udp, reply_to, snmp_agent

ENTRY = (1, 3, 6, 1, 4, 1, 32473, 5)
COLUMNS = tuple(".".join(map(str, (*ENTRY, column))) for column in (1, 2, 3))
ROWS = {
    (*ENTRY, column, row): v2c.Integer32(column * 100 + row) for column in (1, 2, 3) for row in range(1, 8)
}
SCALARS = {(*ENTRY[:-1], 9, number, 0): v2c.Integer32(number) for number in range(1, 21)}
GET = SnmpGet(tuple(".".join(map(str, oid)) for oid in SCALARS))
TABLE = SnmpTable(COLUMNS)
WHOLE_TABLE = {".".join(map(str, oid)): SnmpValue("integer", int(value)) for oid, value in ROWS.items()}
WHOLE_GET = {".".join(map(str, oid)): SnmpValue("integer", int(value)) for oid, value in SCALARS.items()}
END = v2c.EndOfMibView("")


@pytest.fixture(params=[PysnmpDriver, FastSnmpDriver], ids=lambda kind: kind.name)
async def driver(request):
    driver = request.param()
    await driver.open()
    yield driver
    await driver.close()


def target(port: int, **how) -> Target:
    return Target(1, how.pop("protocol", "snmp_v2c"), "127.0.0.1", port, how.pop("timeout_s", 5.0),
                  community=COMMUNITY, **how)  # fmt: skip


async def ask(driver, to: Target, request):
    return (await driver.poll(to, [request])).answers[request]


def following(name, objects=ROWS):
    later = min((oid for oid in objects if oid > name), default=None)
    return (later, objects[later]) if later else (name, END)


def answer_rows(request, objects=ROWS):
    """What an honest agent answers to GETNEXT and GETBULK."""
    _, names, repetitions = asked_in(request)
    found = []
    for _ in range(max(repetitions, 1)):
        pairs = [following(name, objects) for name in names]
        found += pairs
        names = [name for name, _ in pairs]
    return [reply_to(request, found)]


def kinds(heard) -> list[str]:
    return [asked_in(request)[0] for request in heard]


def sizes(heard) -> list[tuple[int, int]]:
    """Columns and repetitions of each request."""
    return [(len(names), repetitions) for _, names, repetitions in map(asked_in, heard)]


# --- no GETBULK, or a broken one


@pytest.mark.parametrize("status", [2, 3, 5])
async def test_a_device_that_refuses_getbulk_is_read_by_getnext_and_this_is_remembered(driver, status):
    def answer(request):
        return [reply_to(request, status=status)] if asked_in(request)[2] else answer_rows(request)

    async with raw_udp(answer) as (port, heard):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE
        assert kinds(heard) == ["GetBulkRequestPDU"] + ["GetNextRequestPDU"] * 8
        heard.clear()
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE
        assert set(kinds(heard)) == {"GetNextRequestPDU"}


async def test_a_device_that_answers_getbulk_by_nothing_at_all_is_read_by_getnext(driver):
    def answer(request):
        return [reply_to(request, [])] if asked_in(request)[2] else answer_rows(request)

    async with raw_udp(answer) as (port, _):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE


async def test_a_profile_may_say_that_its_device_knows_no_getbulk(driver):
    def answer(request):
        return [] if asked_in(request)[2] else answer_rows(request)

    async with raw_udp(answer) as (port, heard):
        assert await ask(driver, target(port), replace(TABLE, by_bulk=False)) == WHOLE_TABLE
    assert set(kinds(heard)) == {"GetNextRequestPDU"}


async def test_a_device_that_answers_one_row_whatever_was_asked_is_read_row_by_row(driver):
    async with raw_udp(lambda request: [reply_to(request, [following(n) for n in asked_in(request)[1]])]) as (
        port,
        heard,
    ):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE
    assert len(heard) == 8


async def test_rows_cut_off_in_the_middle_are_taken_up_where_they_ended(driver):
    def answer(request):
        _, names, _ = asked_in(request)
        once = [following(name) for name in names]
        twice = [following(name) for name, _ in once]
        return [reply_to(request, (once + twice)[: len(names) + 1])]

    async with raw_udp(answer) as (port, _):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE


async def test_an_agent_that_says_no_such_object_where_a_column_ends_has_ended_it(driver):
    def answer(request):
        _, names, _ = asked_in(request)
        pairs = [following(name) for name in names]
        inside = [oid[:9] == name[:9] for (oid, _), name in zip(pairs, names, strict=True)]
        gone = v2c.NoSuchObject("")
        return [
            reply_to(request, [p if i else (n, gone) for p, i, n in zip(pairs, inside, names, strict=True)])
        ]

    async with raw_udp(answer) as (port, _):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE


# --- identifiers that do not increase, and walks without end


UNORDERED = [(*ENTRY, 1, row) for row in (4, 1, 6, 2)]


def shuffled(request, *, in_circles: bool = False):
    """An agent whose rows come as it happens to keep them."""
    _, (name, *_), _ = asked_in(request)
    at = UNORDERED.index(name) + 1 if name in UNORDERED else 0
    if at < len(UNORDERED) or in_circles:
        return [reply_to(request, [(UNORDERED[at % len(UNORDERED)], v2c.Integer32(1))])]
    return [reply_to(request, [((*ENTRY, 2, 1), v2c.Integer32(1))])]


async def test_rows_out_of_order_stop_the_reading_unless_the_profile_allows_for_them(driver):
    column = SnmpTable(COLUMNS[:1])
    async with raw_udp(shuffled) as (port, heard):
        stopped = await ask(driver, target(port), column)
        assert len(heard) == 2
        whole = await ask(driver, target(port), replace(column, is_ordered=False))
    assert stopped.quality is Quality.MALFORMED
    assert f"do not increase at {COLUMNS[0]}.1" in stopped.detail
    assert set(whole) == {f"{COLUMNS[0]}.{row}" for row in (4, 1, 6, 2)}


async def test_a_table_that_goes_round_in_circles_is_left(driver):
    unordered = SnmpTable(COLUMNS[:1], is_ordered=False)
    async with raw_udp(lambda request: shuffled(request, in_circles=True)) as (port, heard):
        answer = await ask(driver, target(port), unordered)
    assert answer.quality is Quality.MALFORMED
    assert "goes round in circles" in answer.detail
    assert len(heard) == 5


def endless(request):
    _, names, _ = asked_in(request)
    ends = [(*name, 1) if len(name) == len(ENTRY) + 1 else (*name[:-1], name[-1] + 1) for name in names]
    return [reply_to(request, [(oid, v2c.OctetString(b"x" * 100)) for oid in ends])]


async def test_a_table_without_end_ends_at_its_rows(driver):
    async with raw_udp(endless) as (port, heard):
        answer = await ask(driver, target(port), SnmpTable(COLUMNS, max_rows=30))
    assert len(answer) == 90
    assert len(heard) == 30


async def test_no_profile_can_ask_for_more_rows_than_there_may_ever_be(driver, monkeypatch):
    monkeypatch.setattr(snmp_walk, "MAX_ROWS", 12)
    async with raw_udp(endless) as (port, _):
        assert len(await ask(driver, target(port), SnmpTable(COLUMNS, max_rows=10**9))) == 36


async def test_a_poll_ends_after_so_many_requests_and_says_so_of_all_that_is_left(driver, monkeypatch):
    monkeypatch.setattr(snmp_manners, "MOST_REQUESTS", 10)
    async with raw_udp(endless) as (port, heard):
        raw = await driver.poll(target(port), [TABLE, GET])
    assert len(heard) == 10
    for answer in raw.answers.values():
        assert answer.quality is Quality.DEVICE_ERROR
        assert "stopped after 10 requests in one poll" in answer.detail


async def test_a_table_ends_after_so_many_octets(driver, monkeypatch):
    monkeypatch.setattr(snmp_walk, "MAX_OCTETS", 1 << 20)

    def large(request):
        (reply,) = endless(request)
        return [reply_to(request, [(name, v2c.OctetString(b"x" * 8000)) for name in names_in(reply)])]

    async with raw_udp(large) as (port, heard):
        answer = await ask(driver, target(port), TABLE)
    assert answer.quality is Quality.DEVICE_ERROR
    assert "larger than 1 MiB" in answer.detail
    assert len(heard) < 50


def names_in(message: bytes):
    return asked_in(message)[1]


async def test_a_poll_ends_after_so_long(driver, monkeypatch):
    monkeypatch.setattr(snmp_manners, "LONGEST_POLL_S", 0.2)
    begun = time.monotonic()
    async with raw_udp(endless) as (port, _):
        answer = await ask(driver, target(port), SnmpTable(COLUMNS[:1], max_rows=10_000))
    assert answer.quality is Quality.NO_ANSWER
    assert "more than 0.2 s" in answer.detail
    assert time.monotonic() - begun < 2


# --- answers too big


def takes(objects: int):
    """A device that says tooBig to more objects than this."""

    def answer(request):
        _, names, repetitions = asked_in(request)
        if len(names) * max(repetitions, 1) > objects:
            return [reply_to(request, status=1)]
        if names[0] in SCALARS:
            return [reply_to(request, [(name, SCALARS[name]) for name in names])]
        return answer_rows(request)

    return answer


async def test_what_is_too_big_is_halved_until_it_fits_and_so_asked_from_then_on(driver):
    async with raw_udp(takes(6)) as (port, heard):
        assert await ask(driver, target(port), GET) == WHOLE_GET
        assert [objects for objects, _ in sizes(heard)] == [20, 10, 5, 5, 5, 5]
        heard.clear()
        assert await ask(driver, target(port), GET) == WHOLE_GET
        assert [objects for objects, _ in sizes(heard)] == [5, 5, 5, 5]


async def test_what_another_device_can_take_is_another_matter(driver):
    async with raw_udp(takes(6)) as (small, _), raw_udp(takes(20)) as (large, heard):
        await ask(driver, target(small), GET)
        assert await ask(driver, target(large), GET) == WHOLE_GET
    assert len(heard) == 1


async def test_a_table_too_big_is_read_in_fewer_rows_and_then_in_fewer_columns(driver):
    async with raw_udp(takes(2)) as (port, heard):
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE
        assert sizes(heard)[:7] == [(3, 20), (3, 10), (3, 5), (3, 2), (3, 1), (1, 1), (1, 1)]
        heard.clear()
        assert await ask(driver, target(port), TABLE) == WHOLE_TABLE
        assert set(sizes(heard)) == {(1, 1)}


def test_a_limit_is_forgotten_after_an_hour():
    now = [1000.0]
    memory, device = Memory(lambda: now[0]), target(161)
    memory.note(device).objects = 5
    now[0] += snmp_manners.REMEMBERED_S
    assert memory.recall(device).objects == 5
    now[0] += 1
    assert memory.recall(device) is None
    assert memory.note(device).objects is None


def test_only_so_many_devices_are_remembered(monkeypatch):
    monkeypatch.setattr(snmp_manners, "MOST_DEVICES", 3)
    memory = Memory()
    for port in range(10):
        memory.note(target(port)).objects = port
    assert [port for port in range(10) if memory.recall(target(port))] == [7, 8, 9]


# --- what an endpoint says that its device can take


async def test_no_request_is_larger_than_the_device_can_take(driver):
    async with raw_udp(takes(20)) as (port, heard):
        assert await ask(driver, target(port, max_message_bytes=484), GET) == WHOLE_GET
        assert await ask(driver, target(port, max_message_bytes=484), TABLE) == WHOLE_TABLE
    assert len(heard) == 4
    for request in heard:
        assert len(request) <= 484
        is_get = asked_in(request)[0] == "GetRequestPDU"
        answer = (answer_rows(request) if not is_get else takes(20)(request))[0]
        assert len(answer) <= 484


async def test_as_many_columns_are_asked_for_as_the_device_takes_objects(driver):
    async with raw_udp(answer_rows) as (port, heard):
        assert await ask(driver, target(port), replace(TABLE, max_columns=2)) == WHOLE_TABLE
    assert {columns for columns, _ in sizes(heard)} == {2, 1}


def test_limits_and_quirks_of_a_profile_reach_the_request():
    reading = Reading(
        get_profile("host-resources").readings[0].term, Column("1.3.6.7.1.2", "mean"), Encoding("integer")
    )
    profile = Profile(
        "x", "X", "snmp", 30.0, "", "community", "", limits=Limits(varbinds=4, repetitions=9),
        quirks=frozenset({"no-getbulk", "unordered-rows"}), readings=(reading,),
    )  # fmt: skip
    (table,) = plan_requests(profile)
    assert table == SnmpTable(("1.3.6.7.1.2",), 1000, 9, 4, by_bulk=False, is_ordered=False)


async def test_a_pause_is_kept_between_an_answer_and_the_next_request_also_from_poll_to_poll(driver):
    times = []

    def answer(request):
        times.append(time.monotonic())
        return takes(5)(request)

    async with raw_udp(answer) as (port, _):
        patient = target(port, pause_s=0.05)
        assert await ask(driver, patient, replace(GET, oids=GET.oids[:10])) == {
            oid: WHOLE_GET[oid] for oid in GET.oids[:10]
        }
        await ask(driver, patient, replace(GET, oids=GET.oids[:5]))
    assert len(times) == 4
    assert all(later - earlier >= 0.05 for earlier, later in itertools.pairwise(times))


async def test_pauses_that_no_poll_has_time_for_are_told_at_once(driver):
    async with raw_udp(takes(5)) as (port, heard):
        answer = await ask(driver, target(port, pause_s=60.0), GET)
    assert answer.quality is Quality.NO_ANSWER
    assert "pauses too long" in answer.detail
    assert len(heard) == 1


# --- version 1


def v1_agent(objects):
    """An agent that refuses a whole request for one object that it does not have."""

    def answer(request):
        kind, names, _ = asked_in(request)
        found = [
            following(name, objects) if kind == "GetNextRequestPDU" else (name, objects.get(name))
            for name in names
        ]
        for place, (_, value) in enumerate(found, 1):
            if value is None or value is END:
                return [reply_to(request, status=2, index=place)]
        return [reply_to(request, found)]

    return answer


@pytest.mark.parametrize("protocol", ["snmp_v1", "snmp_v2c"])
async def test_one_object_that_is_missing_does_not_hide_the_others(driver, protocol):
    missing = "1.3.6.1.4.1.32473.8.1.0"
    get = SnmpGet((GET.oids[0], missing, GET.oids[1]))
    async with raw_udp(v1_agent(SCALARS)) as (port, heard):
        answer = await ask(driver, target(port, protocol=protocol), get)
    assert answer == {
        GET.oids[0]: WHOLE_GET[GET.oids[0]], GET.oids[1]: WHOLE_GET[GET.oids[1]],
        missing: SnmpValue("no_such_object", None),
    }  # fmt: skip
    assert len(heard) == 2


async def test_a_device_of_version_1_that_has_nothing_of_all_says_so_object_by_object(driver):
    get = SnmpGet(GET.oids[:3])
    async with raw_udp(v1_agent({})) as (port, heard):
        answer = await ask(driver, target(port, protocol="snmp_v1"), get)
    assert answer == dict.fromkeys(get.oids, SnmpValue("no_such_object", None))
    assert len(heard) == 3


async def test_blame_for_an_object_that_was_not_asked_for_ends_the_request(driver):
    async with raw_udp(lambda request: [reply_to(request, status=2, index=9)]) as (port, heard):
        answer = await ask(driver, target(port, protocol="snmp_v1"), SnmpGet(GET.oids[:3]))
    assert answer.quality is Quality.MISSING
    assert len(heard) == 1


async def test_a_table_of_version_1_comes_by_getnext_and_ends_by_no_such_name(driver):
    async with raw_udp(v1_agent(ROWS)) as (port, heard):
        assert await ask(driver, target(port, protocol="snmp_v1"), TABLE) == WHOLE_TABLE
    assert set(kinds(heard)) == {"GetNextRequestPDU"}
    assert {request[2:5] for request in heard} == {b"\x02\x01\x00"}


async def test_getnext_answered_by_too_few_objects_is_malformed(driver):
    def answer(request):
        return [reply_to(request, [following(asked_in(request)[1][0])])]

    async with raw_udp(answer) as (port, _):
        answered = await ask(driver, target(port, protocol="snmp_v1"), TABLE)
    assert isinstance(answered, Failure)
    assert answered.quality is Quality.MALFORMED


async def test_version_1_reads_a_real_agent(driver):
    objects = {oid: v1.Integer(int(value)) for oid, value in (ROWS | SCALARS).items()}
    async with snmp_agent(objects) as port:
        assert await ask(driver, target(port, protocol="snmp_v1"), GET) == WHOLE_GET
        assert await ask(driver, target(port, protocol="snmp_v1"), TABLE) == WHOLE_TABLE
