"""The fuzzer finds nothing in the product, and finds what is planted."""

from __future__ import annotations

import logging

import pytest

from assets.observation import ReadingValue
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.decoding import modbus, scaling
from collectors.decoding.program import program_of
from collectors.drivers.modbus import framing, pdus
from collectors.requests import SnmpValue
from collectors.snmp import ber, exchange, messages
from collectors.snmp.usm import Keys
from tests.fuzz import __main__ as command
from tests.fuzz import polls
from tests.fuzz.faults import CRASH, HANG, MADE_UP, UNUSABLE
from tests.fuzz.run import TARGETS, Block, Outcome, blocks, run_block

SEED = 20260302
FULL = 2_000


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)  # the event loop may complain of slowness
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("target", TARGETS)
def test_two_thousand_spoiled_replies_do_no_harm(target):
    block = Block(target, SEED, 0, FULL)

    outcome = run_block(block)

    assert outcome == Outcome(block, FULL, outcome.taken)
    assert outcome.taken > FULL // 50  # what is only ever refused proves little


@pytest.mark.parametrize("target", ["snmp-v1-v2c", "modbus-tcp", "profiles"])
def test_a_block_can_be_repeated(target):
    block = Block(target, SEED, 3, 200)

    assert run_block(block) == run_block(block)


def test_a_crash_is_found(monkeypatch):
    def careless(data, at, stop):
        return data[at + 1000], data[at], stop

    monkeypatch.setattr(messages, "read_integer", careless)

    outcome = run_block(Block("snmp-v1-v2c", SEED, 0, FULL))

    assert outcome.fault == CRASH
    assert outcome.detail == "IndexError: index out of range"
    assert outcome.octets


def test_a_hang_is_found(monkeypatch):
    def patient(data):
        while True:
            data += b""

    monkeypatch.setattr(exchange, "read_community_message", patient)

    outcome = run_block(Block("snmp-v1-v2c", SEED, 0, FULL), longest_s=0.05)

    assert (outcome.fault, outcome.detail) == (HANG, "more than 0.05 s of processor time")


def test_a_value_made_up_from_what_cannot_be_read_is_found(monkeypatch):
    def obliging(element):
        try:
            return ber.read_value(element)
        except ber.DecodeError:
            return SnmpValue("integer", 0)

    monkeypatch.setattr(messages, "read_value", obliging)

    assert run_block(Block("snmp-v1-v2c", SEED, 0, FULL)).fault == MADE_UP


def test_an_answer_that_nobody_signed_is_found(monkeypatch):
    monkeypatch.setattr(Keys, "is_signed", lambda *_: True)

    assert run_block(Block("snmp-v3", SEED, 0, FULL)).fault == MADE_UP


def test_a_session_that_breaks_is_found(monkeypatch):
    def grudge(self, datagram):
        self.is_done = True
        raise exchange.RefusedError("not understood")

    monkeypatch.setattr(exchange.CommunityExchange, "_receive_unusual", grudge)

    assert run_block(Block("snmp-v1-v2c", SEED, 0, FULL)).fault == UNUSABLE


def test_registers_that_never_came_are_found(monkeypatch):
    def obliging(request, pdu):
        return (tuple(pdu) + (0,) * request.count)[: request.count]

    monkeypatch.setattr(pdus, "_no_values", obliging)

    assert run_block(Block("modbus-tcp", SEED, 0, FULL)).fault == MADE_UP


def test_a_frame_whose_checksum_is_wrong_is_found(monkeypatch):
    monkeypatch.setattr(framing, "_crc", lambda _octets: b"\0\0")

    outcome = run_block(Block("modbus-rtu", SEED, 0, FULL))

    assert outcome.fault == MADE_UP


def test_a_zero_in_place_of_a_failed_reading_is_found(monkeypatch):
    def obliging(*arguments, **named):
        observations = decode_poll(*arguments, **named)
        for observation in observations:
            filled = [ReadingValue(r.name, r.value or 0.0, Quality.GOOD) for r in observation.readings]
            object.__setattr__(observation, "readings", tuple(filled))
        return observations

    monkeypatch.setattr(polls, "decode_poll", obliging)

    assert run_block(Block("profiles", SEED, 0, FULL)).fault == MADE_UP


@pytest.fixture
def _fresh_programs():
    """What is built in the test is built anew, and is not kept."""
    program_of.cache_clear()
    yield
    program_of.cache_clear()


@pytest.mark.usefixtures("_fresh_programs")
def test_a_value_whose_condition_is_ignored_is_found(monkeypatch):
    monkeypatch.setattr(modbus.Block, "_conditional", lambda _block, read, _condition: read)

    assert run_block(Block("profiles", SEED, 0, FULL)).fault == MADE_UP


@pytest.mark.usefixtures("_fresh_programs")
def test_a_number_in_another_unit_than_the_device_says_is_found(monkeypatch):
    monkeypatch.setattr(scaling, "conversion", lambda _unit, _word: float)

    assert run_block(Block("profiles", SEED, 0, FULL)).fault == MADE_UP


def test_blocks_hold_as_many_replies_as_were_asked_for():
    assert [block.size for block in blocks("snmp-v3", SEED, 12_000)] == [5_000, 5_000, 2_000]


def test_a_fault_is_printed_with_its_octets_and_ends_in_status_1(monkeypatch, capsys):
    block = Block("snmp-v3", 7, 2, 5_000)
    monkeypatch.setattr(
        command, "fuzz", lambda *_: [Outcome(block, 12, 3, CRASH, "KeyError: 1", b"\x30\x03", 11)]
    )

    assert command.main(["100", "--seed", "7"]) == 1

    said = capsys.readouterr().out
    assert "snmp-v3: crash (KeyError: 1)\n  seed 7, block 2, case 11\n  3003\n" in said


def test_no_fault_is_status_0_with_a_count_for_each_target(monkeypatch, capsys):
    monkeypatch.setattr(
        command,
        "fuzz",
        lambda count, seed, _only, _processes: [
            Outcome(Block(name, seed, 0, count), count, 1) for name in TARGETS
        ],
    )

    assert command.main(["100", "--seed", "7"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("seed 7\n")
    assert said.count(" 100 spoiled replies,") == len(TARGETS)
