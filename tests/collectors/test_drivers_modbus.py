"""The Modbus driver against real servers on real sockets, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import logging

import pytest

from assets.words import Quality
from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.requests import ModbusRead, SnmpGet, Target
from tests.collectors.agents import closed_port, modbus_device, modbus_server, raw_tcp, tcp_server

HOLDING = ModbusRead(3, 0, 4)
INPUTS = ModbusRead(4, 0, 2)


def target(port: int, *, unit_id: int = 1, timeout_s: float = 5.0) -> Target:
    return Target(1, "modbus_tcp", "127.0.0.1", port, timeout_s, unit_id=unit_id)


def impatient(port: int) -> Target:
    """For devices that will not answer."""
    return target(port, timeout_s=0.3)


@pytest.fixture
async def driver():
    driver = PymodbusDriver()
    await driver.open()
    yield driver
    await driver.close()


async def ask(driver, whom, request=HOLDING):
    return (await driver.poll(whom, [request])).answers[request]


def frame(
    request: bytes, pdu: bytes, *, tid: int | None = None, pid: int = 0, unit: int | None = None
) -> bytes:
    """A reply to ``request`` with this PDU."""
    number = int.from_bytes(request[:2], "big") if tid is None else tid
    header = number.to_bytes(2, "big") + pid.to_bytes(2, "big") + (len(pdu) + 1).to_bytes(2, "big")
    return header + bytes([request[6] if unit is None else unit]) + pdu


def registers(*values: int, function: int = 3) -> bytes:
    return bytes([function, 2 * len(values)]) + b"".join(value.to_bytes(2, "big") for value in values)


GOOD = registers(1, 2, 3, 4)


# --- what a healthy device gives


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (ModbusRead(1, 0, 4), (1, 0, 1, 0)),
        (ModbusRead(1, 1, 2), (0, 1)),
        (ModbusRead(2, 0, 4), (0, 1, 0, 1)),
        (ModbusRead(3, 0, 4), (100, 101, 102, 103)),
        (ModbusRead(3, 2, 1), (102,)),
        (ModbusRead(4, 0, 4), (200, 201, 65535, 0x8000)),
    ],
)
async def test_each_function_brings_exactly_what_was_asked_for(driver, request_, expected):
    async with modbus_server(modbus_device()) as port:
        assert await ask(driver, target(port), request_) == expected


async def test_units_behind_one_address_answer_each_for_itself(driver):
    async with modbus_server(modbus_device(1), modbus_device(7)) as port:
        polls = [driver.poll(target(port, unit_id=unit), [HOLDING, INPUTS]) for unit in (1, 7, 1, 7)]
        answers = [raw.answers[HOLDING] for raw in await asyncio.gather(*polls)]
    assert answers == [(100, 101, 102, 103)] * 4


async def test_the_connection_stays_open_between_polls(driver):
    async with tcp_server(lambda _number, data: frame(data, GOOD)) as server:
        for _ in range(3):
            assert await ask(driver, target(server.port)) == (1, 2, 3, 4)
        await driver.close()
    assert len(server.conversations) == 1


async def test_a_request_that_modbus_does_not_know_is_a_mistake_of_ours(driver):
    with pytest.raises(TypeError):
        await driver.poll(target(502), [SnmpGet(("1.3.6.1.2.1.1.1.0",))])


# --- what goes wrong


async def test_a_refused_connection(driver):
    answer = await ask(driver, target(closed_port()))
    assert answer.quality is Quality.REFUSED
    assert "check the port" in answer.detail


async def test_a_device_that_comes_up_later_answers_at_the_next_poll(driver):
    port = closed_port()
    assert (await ask(driver, target(port))).quality is Quality.REFUSED
    answers = raw_tcp(lambda request: frame(request, GOOD), port=port)
    async with answers:
        assert await ask(driver, target(port)) == (1, 2, 3, 4)


async def test_a_device_that_accepts_and_never_answers(driver):
    async with raw_tcp(lambda _: b"") as (port, heard):
        raw = await driver.poll(impatient(port), [HOLDING, INPUTS, ModbusRead(1, 0, 1)])
    assert {answer.quality for answer in raw.answers.values()} == {Quality.NO_ANSWER}
    assert "unit 1 does not answer" in raw.answers[HOLDING].detail
    assert len(heard) == 1  # not asked for the rest, and not asked twice


async def test_a_device_that_closes_instead_of_answering_is_told_at_once(driver):
    async with raw_tcp(lambda _: None) as (port, _heard):
        async with asyncio.timeout(5):
            answer = await ask(driver, target(port, timeout_s=30.0))
    assert answer.quality is Quality.NO_ANSWER
    assert "closed the connection" in answer.detail


async def test_a_connection_that_was_dropped_while_idle_is_opened_anew_once(driver):
    replies = iter([GOOD, None, GOOD])

    def answer(request):
        reply = next(replies)
        return reply and frame(request, reply)

    async with raw_tcp(answer) as (port, heard):
        assert await ask(driver, target(port)) == (1, 2, 3, 4)
        assert await ask(driver, target(port)) == (1, 2, 3, 4)
    assert len(heard) == 3


async def test_a_silent_connection_is_given_up_and_a_new_one_found_good(driver):
    async with tcp_server(lambda number, data: b"" if number == 1 else frame(data, GOOD)) as server:
        for _ in range(2):
            assert (await ask(driver, impatient(server.port))).quality is Quality.NO_ANSWER
        assert await ask(driver, target(server.port)) == (1, 2, 3, 4)
        await driver.close()
    assert len(server.conversations) == 2


@pytest.mark.parametrize(
    ("code", "quality", "words"),
    [
        (1, Quality.DEVICE_ERROR, "does not know function 3"),
        (2, Quality.MISSING, "has no 4 values from address 0 on"),
        (3, Quality.DEVICE_ERROR, "4 values at once"),
        (4, Quality.DEVICE_ERROR, "failed to read its own values"),
        (5, Quality.DEVICE_ERROR, "poll it less often"),
        (6, Quality.DEVICE_ERROR, "busy"),
        (10, Quality.DEVICE_ERROR, "gateway without a path"),
        (11, Quality.NO_ANSWER, "gateway, and the unit behind it does not answer"),
        (99, Quality.DEVICE_ERROR, "99"),
    ],
)
async def test_an_exception_code_is_told_in_words(driver, code, quality, words):
    async with raw_tcp(lambda request: frame(request, bytes([0x83, code]))) as (port, _):
        answer = await ask(driver, target(port))
    assert answer.quality is quality
    assert words in answer.detail


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda r: frame(r, GOOD)[:-3], id="cut short"),
        pytest.param(lambda r: frame(r, GOOD)[:5], id="cut in its header"),
        pytest.param(lambda r: frame(r, GOOD, tid=int.from_bytes(r[:2], "big") + 1), id="another number"),
        pytest.param(lambda r: frame(r, GOOD, tid=0), id="number 0"),
        pytest.param(lambda r: frame(r, GOOD, unit=9), id="another unit"),
        pytest.param(lambda r: frame(r, GOOD, pid=1), id="another protocol"),
        pytest.param(lambda r: frame(r, registers(1)), id="one value for four"),
        pytest.param(lambda r: frame(r, registers(1, 2, 3, 4, 5)), id="five values for four"),
        pytest.param(lambda r: frame(r, b"\x03\x00"), id="no values"),
        pytest.param(lambda r: frame(r, registers(1, 2, 3, 4, function=4)), id="another function"),
        pytest.param(lambda r: frame(r, b"\x03\xff\x00"), id="a length that lies"),
        pytest.param(lambda r: frame(r, b"\x77\x01\x02"), id="an unknown function"),
        pytest.param(lambda r: frame(r, b"\x83"), id="an exception without a code"),
        pytest.param(lambda r: r, id="an echo"),
        pytest.param(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", id="a web server"),
        pytest.param(lambda _: b"\x00" * 300, id="zeros"),
        pytest.param(lambda _: b"\xff" * 300, id="ones"),
    ],
)
async def test_what_is_no_reply_is_never_taken_for_one(driver, spoil, caplog):
    async with raw_tcp(spoil) as (port, _):
        with caplog.at_level(logging.WARNING):
            answer = await ask(driver, impatient(port))
    assert answer.quality is Quality.MALFORMED
    assert answer.detail
    assert not caplog.records  # the engine tells when a device goes bad, once


async def test_too_many_bits_or_too_few_are_no_answer(driver):
    async with raw_tcp(lambda r: frame(r, b"\x01\x02\xff\xff")) as (port, _):
        assert (await ask(driver, target(port), ModbusRead(1, 0, 4))).quality is Quality.MALFORMED


async def test_a_late_reply_is_not_taken_for_the_next_one(driver):
    late = []

    def answer(request):
        late.append(frame(request, registers(9, 9, 9, 9)))
        return b"" if len(late) == 1 else late[0] + frame(request, GOOD)

    async with raw_tcp(answer) as (port, _):
        assert (await driver.poll(impatient(port), [HOLDING])).answers[HOLDING].quality is Quality.NO_ANSWER
        assert await ask(driver, target(port)) == (1, 2, 3, 4)


async def test_one_bad_block_does_not_hide_the_good_ones(driver):
    def answer(request):
        return frame(request, GOOD if request[7] == 3 else b"\x84\x02")

    async with raw_tcp(answer) as (port, _):
        raw = await driver.poll(target(port), [INPUTS, HOLDING])
    assert raw.answers[INPUTS].quality is Quality.MISSING
    assert raw.answers[HOLDING] == (1, 2, 3, 4)


async def test_a_hung_device_delays_nobody_else(driver):
    async with raw_tcp(lambda _: b"") as (hung, _), raw_tcp(lambda r: frame(r, GOOD)) as (good, _):
        slow = asyncio.create_task(ask(driver, target(hung, timeout_s=30.0)))
        await asyncio.sleep(0)
        assert await ask(driver, target(good)) == (1, 2, 3, 4)
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
