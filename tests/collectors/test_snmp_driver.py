"""Our own SNMP driver on real sockets: many devices on one socket, version 1, and what is left behind: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from assets.words import Quality
from collectors.planner import plan_requests
from collectors.profiles.library import all_profiles
from collectors.requests import Failure, ModbusRead, SnmpGet, SnmpTable, SnmpUser, SnmpValue, Target
from collectors.snmp import driver as module
from collectors.snmp.ber import encode_arcs, encode_integer, enter, header, oid_arcs, read_integer, tlv
from collectors.snmp.driver import FastSnmpDriver
from collectors.snmp.messages import Ask, read_community_message
from collectors.snmp.transport import socket_address
from tests.collectors.agents import raw_udp
from tests.collectors.v3_agent import USER, V3Agent

NAME, UPTIME = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"
GET = SnmpGet((NAME, UPTIME))
ELEMENTS = {NAME: b"\x04\x02hi", UPTIME: b"\x43\x01\x07"}
ANSWER = {NAME: SnmpValue("octets", b"hi"), UPTIME: SnmpValue("timeticks", 7)}
TABLE = {
    **{
        f"1.3.6.1.4.1.32473.1.{column}.{row}": tlv(2, bytes((row,)))
        for column in (1, 2)
        for row in range(1, 8)
    },
    "1.3.6.1.4.1.32473.1.3.1": b"\x02\x01\x01",
}


class Agent:
    """Version 1 and 2c, GET, GETNEXT and GETBULK; notes the PDUs that it was sent."""

    def __init__(self, elements: dict[str, bytes]) -> None:
        self.objects = {tuple(map(int, oid.split("."))): element for oid, element in elements.items()}
        self.asked: list[int] = []

    def __call__(self, request: bytes) -> list[bytes]:
        version, community, at = read_community_message(request)
        tag, at, stop = header(request, at, len(request))
        self.asked.append(tag)
        number, at = read_integer(request, at, stop)
        _, at = read_integer(request, at, stop)
        repetitions, at = read_integer(request, at, stop)
        names = [
            oid_arcs(request[slice(*enter(request, binding, stop, 6))])
            for binding in _bindings(request, at, stop)
        ]
        status, blamed, found = self._answer(version, tag, names, repetitions)
        bindings = b"".join(tlv(0x30, tlv(6, encode_arcs(name)) + element) for name, element in found)
        pdu = encode_integer(number) + encode_integer(status) + encode_integer(blamed) + tlv(0x30, bindings)
        return [tlv(0x30, encode_integer(version) + tlv(4, community) + tlv(0xA2, pdu))]

    def _answer(self, version, tag, names, repetitions):
        if tag == Ask.GET:
            found = [(name, self.objects.get(name, b"\x81\x00")) for name in names]
        elif tag == Ask.NEXT:
            found = [self._after(name) for name in names]
        else:
            found, row = [], names
            for _ in range(repetitions):
                pairs = [self._after(name) for name in row]
                found += pairs
                row = [name for name, _ in pairs]
        missing = [place for place, (_, element) in enumerate(found, 1) if element[0] >= 0x80]
        if version == 0 and missing:
            return 2, missing[0], [(name, b"\x05\x00") for name in names]
        return 0, 0, found

    def _after(self, name):
        later = min((oid for oid in self.objects if oid > name), default=None)
        return (later, self.objects[later]) if later else (name, b"\x82\x00")


def _bindings(data: bytes, at: int, stop: int):
    at, stop = enter(data, at, stop, 0x30)
    while at < stop:
        begin, at = enter(data, at, stop, 0x30)
        yield begin


@pytest.fixture
async def driver():
    driver = FastSnmpDriver()
    await driver.open()
    yield driver
    await driver.close()


def target(port: int, *, protocol: str = "snmp_v2c", timeout_s: float = 5.0) -> Target:
    return Target(1, protocol, "127.0.0.1", port, timeout_s, community=b"secret")


def v3_target(port: int, user: SnmpUser = USER, *, timeout_s: float = 5.0) -> Target:
    return Target(1, "snmp_v3", "127.0.0.1", port, timeout_s, user=user)


async def ask(driver: FastSnmpDriver, to: Target, request):
    return (await driver.poll(to, [request])).answers[request]


def talks(driver: FastSnmpDriver) -> list[dict]:
    return [opened._talks for opened in driver._transport._sockets.values()]


# --- version 1


async def test_version_1_reads_objects(driver):
    async with raw_udp(Agent(ELEMENTS)) as (port, heard):
        assert await ask(driver, target(port, protocol="snmp_v1"), GET) == ANSWER
    assert len(heard) == 1
    assert heard[0][2:5] == b"\x02\x01\x00"


async def test_version_1_tells_an_object_that_is_missing_and_reads_the_others(driver):
    get = SnmpGet(("1.3.6.1.9.1.0", NAME, "1.3.6.1.9.2.0", UPTIME))
    absent = SnmpValue("no_such_object", None)
    async with raw_udp(Agent(ELEMENTS)) as (port, _):
        answer = await ask(driver, target(port, protocol="snmp_v1"), get)
    assert answer == {**ANSWER, "1.3.6.1.9.1.0": absent, "1.3.6.1.9.2.0": absent}


async def test_version_1_where_nothing_asked_for_exists(driver):
    async with raw_udp(Agent(ELEMENTS)) as (port, _):
        answer = await ask(driver, target(port, protocol="snmp_v1"), SnmpGet(("1.3.6.1.9.1.0",)))
    assert answer == {"1.3.6.1.9.1.0": SnmpValue("no_such_object", None)}


@pytest.mark.parametrize("protocol", ["snmp_v1", "snmp_v2c"])
async def test_tables_are_the_same_in_both_versions(driver, protocol):
    table = SnmpTable(tuple(f"1.3.6.1.4.1.32473.1.{column}" for column in (1, 2, 3)), max_repetitions=3)
    agent = Agent(TABLE)
    async with raw_udp(agent) as (port, _):
        answer = await ask(driver, target(port, protocol=protocol), table)
    assert {oid: value.value for oid, value in answer.items()} == {
        oid: element[2] for oid, element in TABLE.items()
    }
    assert set(agent.asked) == {Ask.NEXT if protocol == "snmp_v1" else Ask.BULK}


# --- many devices, one socket


async def test_two_hundred_devices_answer_at_once_through_one_socket(driver):
    async with contextlib.AsyncExitStack() as stack:
        ports = [(await stack.enter_async_context(raw_udp(Agent(ELEMENTS))))[0] for _ in range(200)]
        answers = await asyncio.gather(*(ask(driver, target(port), GET) for port in ports))
    assert answers == [ANSWER] * 200
    assert talks(driver) == [{}]
    assert driver.refused == {}


async def test_requests_to_the_same_device_at_once_get_each_their_own_answer(driver):
    agent = V3Agent(ELEMENTS)
    async with raw_udp(lambda request: [agent.answer(request)]) as (port, _):
        first, second = SnmpGet((NAME,)), SnmpGet((UPTIME,))
        answers = await asyncio.gather(*(ask(driver, v3_target(port), get) for get in (first, second) * 20))
    assert answers == [{NAME: ANSWER[NAME]}, {UPTIME: ANSWER[UPTIME]}] * 20


async def test_a_silent_device_does_not_keep_the_others_waiting(driver):
    async with raw_udp(lambda _: []) as (silent, _), raw_udp(Agent(ELEMENTS)) as (port, _):
        waiting = asyncio.create_task(ask(driver, target(silent, timeout_s=0.3), GET))
        assert await ask(driver, target(port), GET) == ANSWER
        assert not waiting.done()
        assert (await waiting).quality is Quality.NO_ANSWER


# --- what is not believed is counted


async def test_what_is_refused_is_counted_by_reason(driver):
    agent = V3Agent(ELEMENTS)

    def answer(request):
        reply = agent.answer(request)
        return [b"nonsense", reply[:-1] + bytes((reply[-1] ^ 1,)), reply, reply]

    async with raw_udp(answer) as (port, _):
        assert await ask(driver, v3_target(port), GET) == ANSWER
        assert await ask(driver, v3_target(port), GET) == ANSWER
    assert driver.refused["wrong digest"] >= 1
    assert driver.refused["not understood"] >= 2
    assert sum(driver.refused.values()) >= 4


async def test_what_nobody_asked_for_is_counted(driver):
    loop = asyncio.get_running_loop()
    heard = loop.create_future()

    def answer(request):
        heard.set_result(request)
        return []

    async with raw_udp(answer) as (port, _):
        asking = asyncio.create_task(ask(driver, target(port), GET))
        await heard
        stranger, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        (opened,) = driver._transport._sockets.values()
        stranger.sendto(b"hello", ("127.0.0.1", opened._socket.getsockname()[1]))
        for _ in range(5):  # turns of the loop: the datagram is there already
            await asyncio.sleep(0)
        stranger.close()
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    assert driver.refused == {"unasked": 1}


# --- nothing is left behind


async def test_a_poll_that_is_given_up_leaves_nothing_behind(driver):
    async with raw_udp(lambda _: []) as (port, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await ask(driver, target(port), GET)
    assert talks(driver) == [{}]


async def test_closing_ends_what_is_under_way_and_the_driver_opens_again(driver):
    heard = asyncio.Event()

    def answer(request):
        heard.set()
        return []

    async with raw_udp(answer) as (port, _):
        asking = asyncio.create_task(ask(driver, target(port), GET))
        await heard.wait()
        await driver.close()
        assert (await asking).quality is Quality.NO_ANSWER
    async with raw_udp(Agent(ELEMENTS)) as (port, _):
        assert await ask(driver, target(port), GET) == ANSWER


async def test_only_so_many_devices_are_remembered(driver, monkeypatch):
    monkeypatch.setattr(module, "MOST_SESSIONS", 3)
    agent = V3Agent(ELEMENTS)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            port, _ = await stack.enter_async_context(raw_udp(lambda request: [agent.answer(request)]))
            assert await ask(driver, v3_target(port), GET) == ANSWER
    assert len(driver._sessions) == 3


# --- misuse and addresses


@pytest.mark.parametrize(
    "to",
    [Target(1, "snmp_v3", "127.0.0.1", 161, 1.0), Target(1, "snmp_v2c", "127.0.0.1", 161, 1.0, user=USER)],
)
async def test_a_target_without_its_credential_is_a_mistake_of_ours(driver, to):
    with pytest.raises(ValueError, match="no credential"):
        await driver.poll(to, [GET])


async def test_a_request_of_another_protocol_is_a_mistake_of_ours(driver):
    with pytest.raises(TypeError):
        await driver.poll(target(161), [ModbusRead(3, 0, 1)])


@pytest.mark.parametrize("spelling", ["::1", "0:0:0:0:0:0:0:1"])
def test_an_address_is_known_by_the_spelling_of_the_kernel(spelling):
    assert socket_address(spelling, 161)[1] == ("::1", 161, 0, 0)


@pytest.mark.parametrize("name", ["pump-gateway", "localhost", "127.1", "0x7f.1", "fe80::xyz"])
async def test_a_name_is_never_looked_up(driver, name):
    with pytest.raises((ValueError, OSError)):
        socket_address(name, 161)


def test_the_driver_says_which_it_is():
    assert FastSnmpDriver.name == "whereabouts"


# --- it only reads


def requests():
    chance = random.Random(20260302)
    planned = {r for p in all_profiles() if p.protocol == "snmp" for r in plan_requests(p)}
    for number in range(200):
        oids = tuple(f"1.3.6.1.4.1.{chance.randrange(2**32)}.{place}" for place in range(1 + number % 12))
        planned.add(SnmpGet(oids) if number % 2 else SnmpTable(oids, 5, 1 + number % 40))
    return planned


@pytest.mark.parametrize("protocol", ["snmp_v1", "snmp_v2c"])
async def test_nothing_but_get_getnext_and_getbulk_goes_on_the_wire(driver, protocol):
    agent = Agent(ELEMENTS)
    async with raw_udp(agent) as (port, _):
        raw = await driver.poll(target(port, protocol=protocol), sorted(requests(), key=repr))
    assert set(agent.asked) == {Ask.GET, Ask.NEXT if protocol == "snmp_v1" else Ask.BULK}
    assert not any(isinstance(answer, Failure) for answer in raw.answers.values())


async def test_nothing_else_goes_on_the_wire_in_version_3(driver):
    class Spy(V3Agent):
        def _response(self, scoped):
            at, stop = enter(scoped, 0, len(scoped), 0x30)
            for _ in range(2):
                _, _, at = header(scoped, at, stop)
            tags.add(scoped[at])
            return super()._response(scoped)

    tags: set[int] = set()
    agent = Spy(ELEMENTS)
    async with raw_udp(lambda request: [agent.answer(request)]) as (port, heard):
        await driver.poll(v3_target(port, timeout_s=0.2), sorted(requests(), key=repr)[::4])
    assert tags == {Ask.GET, Ask.BULK}
    assert len(heard) > 50
