"""Modbus on every wire: TCP, TLS, UDP, RTU over TCP, and serial lines, which are pairs of pseudo terminals here."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import uvloop

from assets.words import Quality
from collectors.drivers.modbus import owed as owed_module
from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.requests import ModbusIdentify, ModbusIdentity, ModbusRead, Target
from tests.collectors.agents import closed_port
from tests.collectors.certificates import Authority, server_context
from tests.collectors.modbus_slaves import (
    FRAMES,
    REGISTERS,
    UNIT,
    ascii_frame,
    device_on,
    pdu_in,
    reply_to,
    rtu_frame,
    sound,
)

WIRES = ["modbus_tcp", "modbus_udp", "modbus_rtu_tcp", "modbus_rtu", "modbus_ascii"]
UNNUMBERED = ["modbus_rtu_tcp", "modbus_rtu", "modbus_ascii"]
"""Where a reply does not say which request it is for."""
HOLDING = ModbusRead(3, 0, 4)
INPUTS = ModbusRead(4, 2, 2)


@pytest.fixture
async def driver():
    driver = PymodbusDriver()
    await driver.open()
    yield driver
    await driver.close()


async def ask(driver, target, request=HOLDING):
    return (await driver.poll(target, [request])).answers[request]


# --- what a healthy device gives


@pytest.mark.parametrize("protocol", WIRES)
async def test_each_wire_brings_exactly_what_was_asked_for(driver, protocol):
    bits = ModbusRead(1, 3, 11)
    async with device_on(protocol) as device:
        raw = await driver.poll(device.target, [HOLDING, INPUTS, bits, ModbusRead(3, 7, 4)])
    *values, beyond = raw.answers.values()
    assert values == [tuple(REGISTERS[:4]), tuple(REGISTERS[2:4]), (1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)]
    assert (beyond.quality, "has no 4 values from address 7 on" in beyond.detail) == (Quality.MISSING, True)


@pytest.mark.parametrize("protocol", WIRES)
def test_each_wire_works_on_the_loop_that_collectors_run_on(protocol):
    async def poll():
        driver = PymodbusDriver()
        async with device_on(protocol) as device:
            answers = [await ask(driver, device.target) for _ in range(3)]
            await driver.close()
        return answers

    assert uvloop.run(poll()) == [tuple(REGISTERS[:4])] * 3


@pytest.mark.parametrize("protocol", WIRES)
async def test_what_a_device_says_that_it_is(driver, protocol):
    def talk(request):
        assert pdu_in(protocol, request) == b"\x2b\x0e\x01\x00"
        objects = b"\x00\x04Acme\x01\x05M 100\x02\x032.1"
        return FRAMES[protocol](request, b"\x2b\x0e\x01\x81\x00\x00\x03" + objects)

    async with device_on(protocol, talk) as device:
        assert await ask(driver, device.target, ModbusIdentify()) == ModbusIdentity(b"Acme", b"M 100", b"2.1")


@pytest.mark.parametrize("protocol", WIRES)
async def test_a_reply_in_pieces_is_one_reply(driver, protocol):
    if protocol == "modbus_udp":
        return  # a datagram is never in pieces
    async with device_on(protocol) as device:
        line = await opened(driver, device.target)
        hear = line._hear
        line._wire._hear = lambda data: [hear(data[i : i + 1]) for i in range(len(data))]
        assert await ask(driver, device.target) == tuple(REGISTERS[:4])


async def opened(driver, target):
    """The line to a device that was asked already."""
    await ask(driver, target, INPUTS)
    (line,) = driver._lines.values()
    return line


# --- what is no reply


def spoilt(frame):
    """What must never be taken for a reply to a request of four holding registers."""
    good = reply_to(b"\x03\0\0\0\4")
    return {
        "another unit": lambda r: frame(r, good, unit=9),
        "another function": lambda r: frame(r, b"\x04" + good[1:]),
        "one value for four": lambda r: frame(r, b"\x03\x02\x00\x01"),
        "five values for four": lambda r: frame(r, b"\x03\x0a" + bytes(10)),
        "no values": lambda r: frame(r, b"\x03\x00"),
        "an exception to another function": lambda r: frame(r, b"\x84\x02"),
        "an exception without a code": lambda r: frame(r, b"\x83"),
        "an unknown function": lambda r: frame(r, b"\x77\x01\x02"),
        "cut short": lambda r: frame(r, good)[:-1],
        "cut in half": lambda r: frame(r, good)[:6],
        "its echo": lambda r: r,
        "zeros": lambda _: bytes(64),
        "ones": lambda _: b"\xff" * 64,
        "a web server": lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n",
        "the frame of another wire": lambda r: {rtu_frame: ascii_frame}.get(frame, rtu_frame)(r, good),
    }


CASES = [(protocol, what) for protocol in WIRES for what in spoilt(None)]


@pytest.mark.parametrize(("protocol", "what"), CASES, ids=lambda part: part)
async def test_what_is_no_reply_is_never_taken_for_one(driver, protocol, what):
    talk = spoilt(FRAMES[protocol])[what]
    async with device_on(protocol, talk, timeout_s=0.25) as device:
        answer = await ask(driver, device.target)
    assert answer.quality is Quality.MALFORMED
    assert answer.detail


@pytest.mark.parametrize("protocol", UNNUMBERED)
@pytest.mark.parametrize("place", range(0, 13, 3))
async def test_one_flipped_bit_anywhere_is_noticed(driver, protocol, place):
    def talk(request):
        reply = bytearray(sound(protocol)(request))
        reply[place] ^= 1 << place % 7
        return bytes(reply)

    async with device_on(protocol, talk, timeout_s=0.25) as device:
        answer = await ask(driver, device.target)
    assert answer.quality is Quality.MALFORMED


@pytest.mark.parametrize("protocol", UNNUMBERED)
async def test_noise_and_echoes_around_a_reply_are_skipped(driver, protocol):
    noise = b"\x00\xff:" if protocol == "modbus_ascii" else b"\x00\xff\x11\x03\x08"
    async with device_on(protocol, lambda r: r + noise + sound(protocol)(r) + b"\x00") as device:
        assert await ask(driver, device.target) == tuple(REGISTERS[:4])


@pytest.mark.parametrize("protocol", UNNUMBERED)
async def test_two_replies_to_one_request_are_none(driver, protocol):
    def talk(request):
        stale = FRAMES[protocol](request, b"\x03\x08" + bytes(8))
        return stale + sound(protocol)(request)

    async with device_on(protocol, talk, timeout_s=0.25) as device:
        assert (await ask(driver, device.target)).quality is Quality.MALFORMED


@pytest.mark.parametrize("protocol", WIRES)
async def test_a_device_that_does_not_answer(driver, protocol):
    async with device_on(protocol, lambda _: b"", timeout_s=0.05) as device:
        answer = await ask(driver, device.target)
    assert answer.quality is Quality.NO_ANSWER
    assert f"nit {UNIT}" in answer.detail
    assert "does not answer within 0.05 s" in answer.detail


# --- late replies


@pytest.mark.parametrize("protocol", WIRES)
async def test_a_late_reply_is_not_taken_for_the_next_one(driver, protocol):
    """The device is silent at first, and says what it owed when it is asked again: first old, then new."""
    owed = []

    def talk(request):
        if not owed:
            owed.append(FRAMES[protocol](request, b"\x03\x08" + bytes(8)))
            return b""
        late, owed[0] = owed[0], b""
        both = [late, sound(protocol)(request)]
        return both if protocol == "modbus_udp" else b"".join(both)

    async with device_on(protocol, talk, timeout_s=0.05) as device:
        assert (await ask(driver, device.target)).quality is Quality.NO_ANSWER
        for _ in range(3):
            answer = await ask(driver, replace(device.target, timeout_s=5.0))
            assert answer == tuple(REGISTERS[:4])


@pytest.mark.parametrize("protocol", UNNUMBERED)
@pytest.mark.parametrize("lag", [1, 2, 3])
async def test_a_device_that_lags_behind_for_ever_is_never_believed(driver, protocol, lag):
    """No reply of it belongs to the request that it follows, so that each would be another's value."""
    owed = [b""] * lag

    def talk(request):
        owed.append(FRAMES[protocol](request, reply_to(pdu_in(protocol, request))))
        return owed.pop(0)

    other = ModbusRead(3, 4, 4)
    async with device_on(protocol, talk, timeout_s=0.02) as device:
        for request in (HOLDING, other) * 4:
            answer = await ask(driver, device.target, request)
            assert getattr(answer, "quality", answer) in (Quality.NO_ANSWER, Quality.MALFORMED)


async def test_a_line_comes_back_when_late_replies_can_no_longer_come(driver, monkeypatch):
    """A device that refuses to say less than it is usually asked for cannot show that it is in step."""
    monkeypatch.setattr(owed_module, "FORGOTTEN_AFTER_S", 0.2)
    silent = [True]

    def talk(request):
        if silent[0]:
            return b""
        pdu = request[1:-2]
        return rtu_frame(request, reply_to(pdu) if pdu[3:] == b"\0\4" else b"\x83\x03")

    async with device_on("modbus_rtu", talk, timeout_s=0.05) as device:
        assert (await ask(driver, device.target)).quality is Quality.NO_ANSWER
        silent[0] = False
        assert (await ask(driver, device.target)).quality is Quality.MALFORMED
        async with asyncio.timeout(5):
            while await ask(driver, device.target) != tuple(REGISTERS[:4]):
                pass


async def test_a_late_reply_of_another_unit_is_skipped(driver):
    def talk(request):
        return rtu_frame(request, b"\x03\x08" + bytes(8), unit=9) + rtu_frame(
            request, reply_to(request[1:-2])
        )

    async with device_on("modbus_rtu", talk) as device:
        assert await ask(driver, device.target) == tuple(REGISTERS[:4])


# --- UDP


async def test_a_lost_datagram_is_no_answer_and_the_next_one_is(driver):
    async with device_on("modbus_udp", lambda r: b"" if len(heard) < 2 else sound("modbus_udp")(r),
                         timeout_s=0.05) as device:  # fmt: skip
        heard = device.heard
        assert (await ask(driver, device.target)).quality is Quality.NO_ANSWER
        assert await ask(driver, replace(device.target, timeout_s=5.0)) == tuple(REGISTERS[:4])


async def test_a_port_where_nobody_hears_datagrams_is_told_at_once(driver):
    async with asyncio.timeout(5):
        answer = await ask(driver, Target(1, "modbus_udp", "127.0.0.1", closed_port(), 30.0))
    assert answer.quality is Quality.REFUSED
    assert "refuses datagrams" in answer.detail


# --- serial lines


@pytest.mark.parametrize("path", ["/dev/null-and-void", "/etc/hostname", "ttyUSB0", "socket://127.0.0.1:502"])
async def test_what_is_no_line_is_not_opened(driver, path):
    answer = await ask(driver, Target(1, "modbus_rtu", path, 1, 1.0, line_settings="9600 8N1"))
    assert answer.quality is Quality.REFUSED
    assert f"The serial line {path} cannot be opened" in answer.detail


async def test_settings_that_are_none_are_told(driver):
    async with device_on("modbus_rtu") as device:
        answer = await ask(driver, replace(device.target, line_settings="fast"))
    assert answer.quality is Quality.MALFORMED
    assert "write it like 9600 8N1" in answer.detail


async def test_units_on_one_line_take_turns(driver):
    def talk(request):
        return rtu_frame(request, reply_to(request[1:-2]), unit=request[0])

    async with device_on("modbus_rtu", talk) as device:
        polls = [driver.poll(replace(device.target, unit_id=unit), [HOLDING]) for unit in (1, 2, 3, 1)]
        answers = [raw.answers[HOLDING] for raw in await asyncio.gather(*polls)]
    assert answers == [tuple(REGISTERS[:4])] * 4
    assert [request[0] for request in device.heard] == [1, 2, 3, 1]


# --- TLS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder):
    return Authority(folder)


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.sign("meter", "127.0.0.1", "meter.example")


async def test_a_device_that_shows_a_good_certificate_is_asked(driver, settings, authority, certificate):
    settings.MODBUS_TLS_CA = str(authority.path)
    async with device_on("modbus_tls", context=server_context(certificate)) as device:
        assert await ask(driver, device.target) == tuple(REGISTERS[:4])
        named = replace(device.target, server_name="meter.example")
        assert await ask(driver, named) == tuple(REGISTERS[:4])


@pytest.mark.parametrize(
    ("signed_by_another", "hosts", "days", "words"),
    [
        (True, ["127.0.0.1"], 1, "unable to get local issuer certificate"),
        (False, ["127.0.0.2"], 1, "IP address mismatch"),
        (False, ["meter.example"], 1, "IP address mismatch"),
        (False, ["127.0.0.1"], -1, "certificate has expired"),
    ],
)
async def test_a_certificate_that_proves_nothing_ends_it(
    driver, settings, authority, tmp_path, signed_by_another, hosts, days, words
):
    settings.MODBUS_TLS_CA = str(authority.path)
    signer = Authority(tmp_path, "Another authority") if signed_by_another else authority
    bad = signer.sign("impostor", *hosts, days=days)
    async with device_on("modbus_tls", context=server_context(bad)) as device:
        answer = await ask(driver, device.target)
    assert answer.quality is Quality.AUTHENTICATION
    assert words in answer.detail
    assert "MODBUS_TLS_CA" in answer.detail
    assert device.heard == []


async def test_without_an_authority_of_ours_only_the_systems_are_believed(driver, certificate):
    async with device_on("modbus_tls", context=server_context(certificate)) as device:
        assert (await ask(driver, device.target)).quality is Quality.AUTHENTICATION


async def test_a_device_without_tls_is_not_asked_in_the_clear(driver, settings, authority):
    settings.MODBUS_TLS_CA = str(authority.path)
    async with device_on("modbus_tls", lambda _: b"", timeout_s=0.3) as device:
        answer = await ask(driver, device.target)
    assert answer.quality in (Quality.AUTHENTICATION, Quality.NO_ANSWER)
    assert not any(request[2:4] == b"\0\0" for request in device.heard)


async def test_a_device_that_asks_for_our_certificate_gets_it(driver, settings, authority, certificate):
    settings.MODBUS_TLS_CA = str(authority.path)
    settings.MODBUS_TLS_CERTIFICATE = str(authority.sign("collector"))
    context = server_context(certificate, clients_of=authority.path)
    async with device_on("modbus_tls", context=context) as device:
        assert await ask(driver, device.target) == tuple(REGISTERS[:4])


async def test_a_device_that_asks_for_our_certificate_and_gets_none_says_so(
    driver, settings, authority, certificate
):
    settings.MODBUS_TLS_CA = str(authority.path)
    context = server_context(certificate, clients_of=authority.path)
    async with device_on("modbus_tls", context=context, timeout_s=1.0) as device:
        answer = await ask(driver, device.target)
    assert not isinstance(answer, tuple)
    assert answer.quality in (Quality.AUTHENTICATION, Quality.NO_ANSWER)


@pytest.mark.parametrize("setting", ["MODBUS_TLS_CA", "MODBUS_TLS_CERTIFICATE", "MODBUS_TLS_KEY"])
@pytest.mark.parametrize("holds", [None, "no certificate"])
async def test_a_file_of_the_settings_that_is_of_no_use_is_named(driver, settings, tmp_path, setting, holds):
    path = tmp_path / "file.pem"
    if holds:
        path.write_text(holds)
    setattr(settings, setting, str(path))
    answer = await ask(driver, Target(1, "modbus_tls", "127.0.0.1", closed_port(), 1.0))
    assert answer.quality is Quality.AUTHENTICATION
    assert setting in answer.detail
