"""What a message says of people ends at the door."""

from __future__ import annotations

import pytest

from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.door import MOST_FIELDS, MOST_SEGMENTS, admit
from collectors.receivers.hl7.header import RejectedError, read_header
from tests.collectors.receivers.hl7.messages import (
    CANARIES,
    INFUSING,
    PERSON,
    PLACE,
    message,
    pump,
    pump_message,
    sample,
)


def admitted(octets: bytes):
    return admit(octets, read_header(octets), read_codes({}))


def test_of_a_message_full_of_people_nothing_about_them_comes_in():
    found = admitted(pump_message())
    said = repr(found).encode()
    assert [canary for canary in CANARIES if canary in said] == []
    assert [row.value for row in found.reports[0].rows if row.meaning] == ["^pump-status-infusing", "12.5"]
    assert found.unknown == 3


@pytest.mark.parametrize(
    ("segment", "dropped"),
    [
        (PERSON[0], 7),
        (PERSON[1], 1),
        (PERSON[2], 3),
        (PERSON[3], 4),
        ("NTE|1||words", 1),
        ("ZZZ|1|any|thing|", 2),
        ("PID|1||||||||||||||||||||||||||||||Y", 0),
        ("PV1|1|N", 0),
        ('PID|1||""', 0),
        ("OBX|9|ST|1^X^Y|1.0.0.9|x||||||R||||12|4711^Ute", 2),
        ("PRT|1|UC||AP|4711^Ute||||Room 9", 4),
        ("PRT|1|UC||EQUIP|||||ICU^9|P-1^^^", 3),
    ],
)
def test_fields_that_stay_outside_are_counted(segment, dropped):
    before = admitted(message(*pump())).dropped
    assert admitted(message(*pump(), segment)).dropped - before == dropped


def test_the_samples_of_others_lose_their_patients():
    for start in ("01", "08", "09", "12"):
        said = repr(admitted(sample(start)))
        for word in (
            "HO2009",
            "Hon",
            "Albert",
            "Amy",
            "Charles",
            "Coburn",
            "Brooks",
            "19610",
            "HO Surgery",
            "West",
        ):
            assert word not in said


def test_a_message_of_nobody_loses_nothing_but_its_order_numbers():
    assert admitted(PLACE).dropped == 2


def test_an_observation_before_any_report_is_about_nothing():
    assert admitted(message(f"OBX|1|{INFUSING}")).reports == []


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_may_end_as_some_senders_end_them(end):
    octets = message(*pump(INFUSING)).replace(b"\r", end.encode())
    assert len(admitted(octets).reports[0].rows) == 2


def test_segments_and_fields_are_bounded():
    with pytest.raises(RejectedError):
        admitted(message(*["NTE|1"] * MOST_SEGMENTS))
    with pytest.raises(RejectedError):
        admitted(message("ZZZ" + "|" * (MOST_FIELDS + 1)))
