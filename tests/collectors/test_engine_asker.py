"""Whom the collector asks when: one request for each device, few at once, no more a second than allowed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from assets.words import Quality
from collectors.engine import asker as asker_module
from collectors.engine.asker import CHECK_HOLDS_S, NAME_HOLDS_S, Asker
from collectors.engine.ceiling import Ceiling, further_requests
from collectors.engine.lanes import Lane, Lanes
from collectors.engine.turns import Turns
from collectors.guard import TargetRefused
from collectors.requests import Failure, SnmpGet, SnmpTable
from tests.collectors.fakes import FakeDriver, assignment, in_virtual_time, stay_silent

TABLE = SnmpTable(("1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8"), max_repetitions=10)


def asking(driver, loop, lanes=None):
    return Asker({"snmp_v2c": driver}, lanes=lanes or Lanes(), now=loop.now, clock=loop.time)


async def ask_all(asker, assignments, *, is_failing=False):
    return await asyncio.gather(*(asker.ask(each, is_failing=is_failing) for each in assignments))


# --- one at a time


def test_endpoints_at_one_address_are_asked_one_after_the_other():
    driver = FakeDriver(delay_s=0.2)
    behind = [assignment(n, host="10.0.0.9", unit_id=n) for n in range(1, 5)]

    async def main(loop):
        await ask_all(asking(driver, loop), [*behind, assignment(7)])
        return loop.time()

    assert in_virtual_time(main) == pytest.approx(0.8)
    assert driver.most_at_once["10.0.0.9", 161] == 1
    assert [pk for _, pk in driver.asked] == [1, 7, 2, 3, 4]


def test_who_gives_up_waiting_for_a_device_keeps_nobody_else_from_it():
    async def main(loop):
        turns = Turns()
        await turns.take("device")
        impatient, patient = (
            asyncio.create_task(turns.take("device")),
            asyncio.create_task(turns.take("device")),
        )
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        turns.give_back("device")
        await patient
        turns.give_back("device")
        return turns.take_at_once("device")

    assert in_virtual_time(main)


def test_a_turn_that_comes_as_its_waiter_gives_up_goes_to_the_next():
    async def main(loop):
        turns = Turns()
        await turns.take("device")
        first, second = asyncio.create_task(turns.take("device")), asyncio.create_task(turns.take("device"))
        await asyncio.sleep(0)
        turns.give_back("device")
        first.cancel()
        await second
        turns.give_back("device")
        return turns.take_at_once("device")

    assert in_virtual_time(main)


def test_a_poll_that_fails_in_the_driver_or_is_cancelled_leaves_the_device_and_its_slot_free():
    driver = FakeDriver(delay_s=5.0)

    async def main(loop):
        asker = asking(driver, loop, Lanes(fast=1, slow=1))
        cancelled = asyncio.create_task(asker.ask(assignment(1), is_failing=True))
        await asyncio.sleep(1)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        driver.script = lambda _target, _request: 1 / 0
        _raw, verdict = await asker.ask(assignment(1), is_failing=True)
        assert verdict.quality is Quality.MALFORMED
        driver.script = stay_silent
        await asker.ask(assignment(1), is_failing=True)
        return loop.time()

    assert in_virtual_time(main) == pytest.approx(11.0)


# --- few at once


def test_no_more_are_under_way_than_a_lane_has_slots():
    driver = FakeDriver(delay_s=0.1)

    async def main(loop):
        await ask_all(asking(driver, loop, Lanes(fast=10)), map(assignment, range(1, 101)))
        return loop.time()

    assert in_virtual_time(main) == pytest.approx(1.0)


def test_the_silent_hold_a_slot_of_the_fast_lane_for_half_a_second_at_most():
    driver = FakeDriver(delay_s=lambda target: 4.0 if target.endpoint_id <= 10 else 0.1)

    async def main(loop):
        asker = asking(driver, loop, Lanes(fast=10))
        silent = [asyncio.create_task(asker.ask(assignment(n), is_failing=False)) for n in range(1, 11)]
        await asyncio.sleep(0)
        await ask_all(asker, map(assignment, range(11, 31)))
        done_at = loop.time()
        await asyncio.gather(*silent)
        return done_at

    assert in_virtual_time(main) == pytest.approx(0.7, abs=0.01)


def test_those_that_failed_last_time_wait_for_each_other_and_not_for_them_the_others():
    driver = FakeDriver(delay_s=lambda target: 4.0 if target.endpoint_id <= 100 else 0.01)

    async def main(loop):
        asker = asking(driver, loop, Lanes(fast=10, slow=10))
        dead = asyncio.create_task(ask_all(asker, map(assignment, range(1, 101)), is_failing=True))
        await asyncio.sleep(0.001)
        await ask_all(asker, map(assignment, range(101, 201)))
        living_at = loop.time()
        await dead
        return living_at, loop.time()

    assert in_virtual_time(main) == pytest.approx((0.101, 40.0), abs=0.01)


def test_a_slot_that_comes_as_its_waiter_gives_up_goes_to_the_next():
    async def main(loop):
        lane = Lane(1)
        ticket = await lane.enter()
        first, second = asyncio.create_task(lane.enter()), asyncio.create_task(lane.enter())
        await asyncio.sleep(0)
        lane.leave(ticket)
        first.cancel()
        lane.leave(await second)
        return await asyncio.wait_for(lane.enter(), 1)

    in_virtual_time(main)


def test_a_slot_that_was_taken_back_is_not_given_back_twice():
    async def main(loop):
        lane = Lane(1, patience_s=0.5)
        slow = await lane.enter()
        second = await lane.enter()
        lane.leave(slow)
        third = asyncio.create_task(lane.enter())
        await asyncio.sleep(0.1)
        assert not third.done()
        lane.leave(second)
        await third
        return loop.time()

    assert in_virtual_time(main) == pytest.approx(0.6, abs=0.01)


# --- no more a second


def test_requests_under_a_ceiling_follow_each_other_evenly():
    driver = FakeDriver()
    ceiling = Ceiling(20.0)

    async def main(loop):
        await ask_all(asking(driver, loop), [assignment(n, ceiling=ceiling) for n in range(1, 101)])

    in_virtual_time(main)
    times = sorted(at for at, _ in driver.asked)

    assert times == pytest.approx([n / 20 for n in range(100)])


def test_a_poll_of_several_requests_counts_as_many():
    requests = tuple(SnmpGet((f"1.3.6.1.2.1.1.{n}.0",)) for n in range(5))
    driver = FakeDriver()
    ceiling = Ceiling(10.0)

    async def main(loop):
        polls = [assignment(n, ceiling=ceiling, requests=requests) for n in (1, 2, 3)]
        await ask_all(asking(driver, loop), polls)

    in_virtual_time(main)

    assert [at for at, _ in driver.asked] == pytest.approx([0.0, 0.5, 1.0])


def test_time_in_which_nothing_was_asked_allows_no_burst():
    ceiling = Ceiling(10.0)

    assert [ceiling.reserve(1, now=60.0) for _ in range(3)] == pytest.approx([0.0, 0.1, 0.2])


@pytest.mark.parametrize("none", [None, 0.0])
def test_without_a_ceiling_nobody_waits(none):
    ceiling = Ceiling(none)

    assert [ceiling.reserve(50, now=1.0) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_a_ceiling_that_is_raised_counts_at_once():
    ceiling = Ceiling(1.0)
    ceiling.reserve(1, now=0.0)
    ceiling.requests_per_s = 100.0

    assert [ceiling.reserve(1, now=1.0) for _ in range(2)] == pytest.approx([0.0, 0.01])


@pytest.mark.parametrize(("rows", "messages"), [(0, 0), (9, 0), (10, 1), (35, 3)])
def test_a_long_table_counts_as_the_messages_that_it_took(rows, messages):
    answer = {f"{column}.{row}": None for column in TABLE.columns for row in range(rows)}

    assert further_requests((TABLE,), {TABLE: answer}) == messages
    assert further_requests((TABLE,), {TABLE: Failure(Quality.NO_ANSWER, "")}) == 0


# --- only where the guard allows


@pytest.mark.parametrize(("host", "holds_s"), [("10.0.0.7", CHECK_HOLDS_S), ("ct1.example", NAME_HOLDS_S)])
def test_an_address_is_checked_again_when_the_check_is_old_or_the_endpoint_another(
    monkeypatch, host, holds_s
):
    checks = []

    def check(host, _port, _policy):
        checks.append(host)
        if len(checks) > 3:
            raise TargetRefused("it is this machine by now")
        return "10.0.0.7"

    monkeypatch.setattr(asker_module, "check_target", check)
    seconds = 1000.0
    driver = FakeDriver(delay_s=0)
    asker = Asker({"snmp_v2c": driver}, lanes=Lanes(), now=lambda: datetime.now(UTC), clock=lambda: seconds)

    async def main():
        nonlocal seconds
        device = assignment(1, host=host)
        await asker.ask(device, is_failing=False)
        seconds += holds_s - 1
        await asker.ask(device, is_failing=False)
        assert len(checks) == 1
        await asker.ask(assignment(1, host=host), is_failing=False)
        assert len(checks) == 2
        seconds += holds_s
        await asker.ask(assignment(1, host=host), is_failing=False)
        assert len(checks) == 3
        seconds += holds_s
        return await asker.ask(assignment(1, host=host), is_failing=False)

    _raw, verdict = asyncio.run(main())

    assert verdict.quality is Quality.REFUSED
    assert len(driver.asked) == 4


def test_endpoints_that_are_gone_are_forgotten():
    driver = FakeDriver()

    async def main(loop):
        asker = asking(driver, loop)
        await ask_all(asker, map(assignment, range(1, 51)))
        await asyncio.sleep(2 * CHECK_HOLDS_S)
        await asker.ask(assignment(51), is_failing=False)
        return len(asker._targets)

    assert in_virtual_time(main) == 1
