"""The comparison finds what is planted: a loss, a double, a value from nowhere, a stall, two at once, haste."""

from __future__ import annotations

import itertools

import pytest

from tests.faults.answers import Answer, read_answers
from tests.faults.fleet import BEHIND_ONE_GATEWAY, MODBUS, make_fleet
from tests.faults.verdict import Cut, judge, recovered_after_s

BEGIN = 1_772_000_000.0
OURS, THEIRS = 40_001, 40_002
FLEET = make_fleet(2)


def answer(device=0, serial=1, at=0.0, *, port=OURS) -> Answer:
    return Answer(device, serial, BEGIN + at, BEGIN + at + 0.02, port)


def a_minute(device: int = 0) -> list[Answer]:
    """Asked every second and a little more."""
    return [answer(device, count, 1.1 * count) for count in range(1, 56)]


def counts(*answers: Answer) -> dict[int, list[int]]:
    recorded: dict[int, list[int]] = {}
    for each in answers:
        recorded.setdefault(each.device, []).append(each.serial)
    return recorded


def is_well(verdict) -> bool:
    found = (
        verdict.lost,
        verdict.doubled,
        verdict.invented,
        verdict.stalled,
        verdict.at_once,
        verdict.too_soon,
    )
    return not any(found)


def test_all_is_well_when_every_answer_is_recorded_once():
    answers = a_minute(0) + a_minute(1)

    verdict = judge(FLEET, answers, counts(*answers))

    assert is_well(verdict)
    assert (verdict.answers, verdict.recorded, verdict.in_flight) == (110, 110, [])


def test_an_answer_in_no_table_is_lost():
    answers = a_minute()

    verdict = judge(FLEET, answers, counts(*answers[:30], *answers[31:]))

    assert verdict.lost == [answers[30]]
    assert verdict.recorded == 54


def test_a_count_that_stands_twice_is_doubled():
    answers = a_minute()

    assert judge(FLEET, answers, counts(*answers, answers[7])).doubled == 1


def test_a_count_that_nobody_answered_is_invented():
    answers = a_minute()

    assert judge(FLEET, answers[:-1], counts(*answers)).invented == 1


@pytest.mark.parametrize(
    ("before_kill_s", "port", "lost", "in_flight"),
    [(0.5, OURS, 0, 1), (-0.2, OURS, 0, 1), (2.0, OURS, 1, 0), (-1.0, OURS, 1, 0), (0.5, THEIRS, 1, 0)],
    ids=["just before", "under way", "durable long since", "after it", "through another process"],
)
def test_only_what_the_killed_process_had_in_hand_may_be_missing(before_kill_s, port, lost, in_flight):
    missing = answer(serial=1, port=port)
    cut = Cut(missing.answered_at + before_kill_s, frozenset({OURS}))

    verdict = judge(FLEET, [missing], {}, cuts=[cut])

    assert (len(verdict.lost), len(verdict.in_flight)) == (lost, in_flight)
    assert verdict.oldest_in_flight_s == pytest.approx(max(before_kill_s, 0) if in_flight else 0)


def test_a_device_that_waits_for_its_interval_and_more_has_stalled_unless_the_fault_touched_it():
    early, late = answer(serial=1), answer(serial=2, at=3.2)
    recorded = counts(early, late)

    assert judge(FLEET, [early, late], recorded).stalled == {0: pytest.approx(3.2)}
    assert judge(FLEET, [early, late], recorded, touched={0}).stalled == {}


def test_two_requests_under_way_at_one_device_are_found():
    ours, theirs = answer(serial=1), answer(serial=2, at=0.01, port=THEIRS)

    assert judge(FLEET, [ours, theirs], counts(ours, theirs)).at_once == [(ours, theirs)]


def test_two_requests_under_way_at_one_gateway_are_found():
    fleet = make_fleet(48)
    first, second = (device for device in fleet if device.address == "127.40.255.1")
    one, other = answer(first.number), answer(second.number, at=0.01)

    assert judge(fleet, [one, other], counts(one, other)).at_once == [(one, other)]


def test_a_device_that_is_asked_again_within_a_second_is_found():
    early, late = answer(serial=1), answer(serial=2, at=0.4)

    assert judge(FLEET, [early, late], counts(early, late)).too_soon == [(early, late)]


def test_recovery_lasts_until_the_last_device_was_asked_and_answered():
    answers = [answer(0, 1, 0.5), answer(1, 1, 0.9), answer(0, 2, 2.0), answer(1, 2, 7.5)]

    assert recovered_after_s(FLEET, answers, BEGIN + 1) == pytest.approx(6.52)
    assert recovered_after_s(FLEET, answers, BEGIN + 3) is None


def test_the_log_of_the_devices_is_read_as_far_as_it_is_whole(tmp_path):
    log = tmp_path / "answers.log"
    answers = a_minute()
    octets = b"".join(each.pack() for each in answers)
    log.write_bytes(octets[:-1])

    assert read_answers(log) == answers[:-1]
    assert read_answers(log, len(octets) // 55 * 50) == answers[50:-1]


def test_the_fleet_has_gateways_of_one_segment_and_no_address_twice():
    fleet = make_fleet(240)
    addresses = [(device.address, device.unit) for device in fleet]
    assert len(set(addresses)) == 240
    by_address = itertools.groupby(sorted(fleet, key=lambda d: d.address), key=lambda d: d.address)
    shared = [[*devices] for _, devices in by_address]
    gateways = [devices for devices in shared if len(devices) > 1]
    assert [len(devices) for devices in gateways] == [BEHIND_ONE_GATEWAY] * 2
    assert {device.protocol for devices in gateways for device in devices} == {MODBUS}
    assert {device.segment for devices in gateways for device in devices} == {0}
