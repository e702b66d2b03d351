"""Gateways: one connection for all units behind, kept or given up as the gateway needs, and never failed together."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest

from assets.words import Quality
from collectors.drivers.modbus import driver as driver_module
from collectors.drivers.modbus import line as line_module
from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.drivers.modbus.link import Link
from collectors.requests import ModbusRead, Target
from tests.collectors.agents import closed_port, raw_tcp, tcp_server
from tests.collectors.modbus_slaves import reply_to, tcp_frame

READ = ModbusRead(3, 0, 2)
OTHER = ModbusRead(4, 4, 2)
VALUES = (100, 101)


@pytest.fixture
async def driver():
    driver = PymodbusDriver()
    yield driver
    await driver.close()


def unit(port: int, number: int, *, timeout_s: float = 5.0, **values) -> Target:
    return Target(number, "modbus_tcp", "127.0.0.1", port, timeout_s, number, **values)


def sound(request: bytes) -> bytes:
    return tcp_frame(request, reply_to(request[7:]))


async def polled(driver, *targets: Target, requests=(READ,)):
    """The first answer for each target, all asked at once."""
    polls = await asyncio.gather(*(driver.poll(target, requests) for target in targets))
    return [raw.answers[requests[0]] for raw in polls]


async def eventually(holds) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  what is awaited tells nobody
            await asyncio.sleep(0.005)


async def test_all_units_share_one_connection_and_take_turns(driver):
    async with tcp_server(lambda _, data: sound(data)) as server:
        answers = await polled(driver, *(unit(server.port, n) for n in range(1, 21)), requests=(READ, OTHER))
    assert answers == [VALUES] * 20
    assert len(server.conversations) == 1
    asked = [request[6] for request in server.heard]
    assert asked == [n for n in range(1, 21) for _ in range(2)]  # nobody between the requests of a poll


async def test_a_unit_that_does_not_answer_fails_nobody_else(driver):
    async with tcp_server(lambda _, data: b"" if data[6] in (2, 3, 4) else sound(data)) as server:
        targets = [unit(server.port, n, timeout_s=0.05 if n in (2, 3, 4) else 5.0) for n in range(1, 7)]
        answers = await polled(driver, *targets)
    assert [a == VALUES for a in answers] == [True, False, False, False, True, True]
    assert {a.quality for a in answers[1:4]} == {Quality.NO_ANSWER}
    assert "unit 3 does not answer" in answers[2].detail


async def test_a_gateway_without_a_path_to_a_unit_fails_that_unit_alone(driver):
    async with raw_tcp(lambda r: tcp_frame(r, b"\x83\x0b") if r[6] == 2 else sound(r)) as (port, _):
        answers = await polled(driver, *(unit(port, n) for n in (1, 2, 3)))
    assert [answers[0], answers[2]] == [VALUES, VALUES]
    assert answers[1].quality is Quality.NO_ANSWER


class Unreachable:
    """In place of opening a connection: nobody is there until ``is_back``."""

    def __init__(self, monkeypatch) -> None:
        self.tries, self.is_back = 0, False
        honest = Link.open

        async def open_link(link, *rest):
            if self.is_back:
                return await honest(link, *rest)
            self.tries += 1
            return await asyncio.Event().wait()

        monkeypatch.setattr(Link, "open", open_link)


async def test_a_gateway_that_is_away_costs_one_timeout_for_all_its_units(driver, monkeypatch):
    gateway = Unreachable(monkeypatch)
    begin = asyncio.get_running_loop().time()
    answers = await polled(driver, *(unit(502, n, timeout_s=0.2) for n in range(1, 41)))
    assert asyncio.get_running_loop().time() - begin < 1
    assert gateway.tries == 1
    assert {answer.quality for answer in answers} == {Quality.NO_ANSWER}
    assert all("No connection to 127.0.0.1:502 within 0.2 s" in answer.detail for answer in answers)


async def test_who_found_a_gateway_away_tries_again_and_all_have_it_back_with_him(driver, monkeypatch):
    gateway = Unreachable(monkeypatch)
    async with raw_tcp(sound) as (port, _):
        finder, other = unit(port, 1, timeout_s=0.05), unit(port, 2, timeout_s=5.0)
        await polled(driver, finder, other)
        await polled(driver, other)
        assert gateway.tries == 1  # told what the first one found
        gateway.is_back = True
        assert await polled(driver, finder, other) == [VALUES, VALUES]


async def test_others_try_by_themselves_after_a_while_that_grows(driver, monkeypatch):
    gateway = Unreachable(monkeypatch)
    monkeypatch.setattr(line_module, "AWAY_HOLDS_S", 0.1)
    await polled(driver, unit(502, 1, timeout_s=0.01))
    (line,) = driver._lines.values()
    begin = asyncio.get_running_loop().time()
    await eventually(lambda: line.shared_failure(unit(502, 2)) is None)
    await polled(driver, unit(502, 2, timeout_s=0.01))
    assert gateway.tries == 2
    assert line._away.until >= begin + 0.2


async def test_a_gateway_that_refuses_is_told_so_by_each_unit(driver):
    answers = await polled(driver, *(unit(closed_port(), n) for n in (1,)))
    assert answers[0].quality is Quality.REFUSED


async def test_a_gateway_that_restarts_is_connected_to_anew(driver):
    async with raw_tcp(sound) as (port, _):
        assert await polled(driver, unit(port, 1)) == [VALUES]
    assert (await polled(driver, unit(port, 1)))[0].quality is Quality.REFUSED
    async with raw_tcp(sound, port=port):
        assert await polled(driver, unit(port, 1)) == [VALUES]


async def test_a_gateway_for_one_client_is_left_to_others_after_a_burst(driver, monkeypatch):
    monkeypatch.setattr(line_module, "LINGER_S", 0.05)
    async with tcp_server(lambda _, data: sound(data)) as server:
        targets = [unit(server.port, n, hangs_up=True) for n in (1, 2, 3)]
        for target in targets:  # one after the other, as the engine does: still one burst
            assert await polled(driver, target) == [VALUES]
        assert len(server.conversations) == 1
        (line,) = driver._lines.values()
        await eventually(lambda: not line.is_open)
        assert await polled(driver, *targets) == [VALUES] * 3
    assert len(server.conversations) == 2


async def test_a_connection_that_nobody_uses_is_closed(driver, monkeypatch):
    monkeypatch.setattr(line_module, "IDLE_S", 0.05)
    monkeypatch.setattr(line_module, "LINGER_S", 0.01)
    async with tcp_server(lambda _, data: sound(data)) as server:
        await polled(driver, unit(server.port, 1))
        (line,) = driver._lines.values()
        assert line.is_open
        await eventually(lambda: not line.is_open)
        assert await polled(driver, unit(server.port, 1)) == [VALUES]
    assert len(server.conversations) == 2


async def test_a_device_that_wants_a_pause_between_requests_has_it(driver):
    loop = asyncio.get_running_loop()
    times = []

    def talk(request):
        times.append(loop.time())
        return sound(request)

    async with raw_tcp(talk) as (port, _):
        slow = unit(port, 1, pause_s=0.05)
        await polled(driver, slow, slow, requests=(READ, OTHER))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(gaps) == 3
    assert min(gaps) >= 0.049


async def test_a_cancelled_poll_leaves_the_line_in_order(driver):
    held = asyncio.Event()

    async with raw_tcp(lambda r: b"" if not held.is_set() else sound(r)) as (port, heard):
        target = unit(port, 1, timeout_s=30.0)
        poll = asyncio.create_task(driver.poll(target, [READ]))
        await eventually(lambda: heard)
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
        held.set()
        assert await polled(driver, replace(target, timeout_s=5.0)) == [VALUES]


async def test_lines_that_nobody_uses_any_more_are_forgotten(driver, monkeypatch):
    monkeypatch.setattr(line_module, "LEFT_AFTER_S", 0.0)
    monkeypatch.setattr(driver_module, "FORGET_EVERY_S", 0.0)
    gone = closed_port()
    await polled(driver, unit(gone, 1))
    async with raw_tcp(sound) as (port, _), raw_tcp(sound) as (other, _):
        await polled(driver, unit(port, 1))
        await polled(driver, unit(other, 1))
        assert {link.port for link in driver._lines} == {port, other}


async def test_one_gateway_known_by_two_names_has_one_connection(driver):
    async with tcp_server(lambda _, data: sound(data)) as server:
        names = ["gateway.example", "127.0.0.1"]
        targets = [unit(server.port, n, server_name=name) for n, name in enumerate(names, 1)]
        assert await polled(driver, *targets) == [VALUES] * 2
    assert len(server.conversations) == 1
