"""A device that is swapped behind an address: never recorded as the one that was there."""

from __future__ import annotations

import pytest

from assets.observation import Evidence, Observation, ReadingValue, Subject, SubjectKind
from assets.words import Quality
from collectors.engine.health import Verdict
from collectors.engine.swaps import Swap, Swaps
from collectors.serials import plain_serial
from tests.collectors.fakes import START, assignment

PUMP = Subject(SubjectKind.ASSET, "7")
GOOD = Verdict(Quality.GOOD)


def said(serial=None, *more, activity=Evidence.IN_USE):
    readings = [ReadingValue("battery_charge", 80.0)]
    if serial is not None:
        readings.append(ReadingValue("serial_number", serial))
    own = Observation(PUMP, "endpoint:1", START, START, readings=tuple(readings), activity=activity)
    return [own, *more]


def note(swaps, observations, serial="A1", verdict=GOOD):
    place = assignment(1, subject=PUMP, serial=plain_serial(serial))
    return swaps.note(place, observations, verdict)


@pytest.mark.parametrize(
    ("registered", "told"), [("A-1", "A-1"), ("a 1", "A-1"), ("000A1", "A-1"), ("", "B-2"), ("A1", None)]
)
def test_the_right_device_or_one_of_which_nothing_is_known_is_recorded(registered, told):
    observations = said(told)
    assert note(Swaps(), observations, registered) == (observations, GOOD)


def test_what_another_device_says_is_a_failure_of_the_one_that_should_answer():
    swaps = Swaps()
    (own,), verdict = note(swaps, said("B-2"))
    assert own.quality is verdict.quality is Quality.OTHER_DEVICE
    assert (own.activity, {reading.value for reading in own.readings}) == (None, {None})
    assert "serial number B-2" in verdict.detail
    assert swaps.take_news() == [Swap(1, "B-2")]
    assert swaps.take_news() == []


def test_it_holds_until_a_serial_number_is_told_again():
    swaps = Swaps()
    note(swaps, said("B-2"))
    (own,), verdict = note(swaps, said())
    assert own.quality is verdict.quality is Quality.OTHER_DEVICE
    observations = said("A-1")
    assert note(swaps, observations) == (observations, GOOD)
    assert swaps.take_news() == [Swap(1, "")]


def test_a_corrected_register_is_believed_at_once():
    swaps = Swaps()
    note(swaps, said("B-2"))
    observations = said()
    assert note(swaps, observations, "B2") == (observations, GOOD)


def test_the_devices_of_a_gateways_table_speak_for_themselves():
    row = Observation(Subject(SubjectKind.SERIAL, "X"), "endpoint:1/X", START, START, activity=Evidence.IDLE)
    (own, kept), _ = note(Swaps(), said("B-2", row))
    assert own.quality is Quality.OTHER_DEVICE
    assert kept is row


def test_a_poll_that_failed_anyway_says_why_it_failed():
    swaps = Swaps()
    note(swaps, said("B-2"))
    failed = Verdict(Quality.NO_ANSWER, "No answer.")
    assert note(swaps, [], verdict=failed) == ([], failed)


@pytest.mark.parametrize("nothing", ["", "0", "N/A", "unknown", "To Be Filled By O.E.M."])
def test_what_makers_leave_in_its_place_is_no_serial_number(nothing):
    observations = said(nothing or "0")
    assert note(Swaps(), observations) == (observations, GOOD)
    assert plain_serial(nothing) == ""


def test_what_could_not_be_told_is_told_later():
    swaps = Swaps()
    note(swaps, said("B-2"))
    (swap,) = swaps.take_news()
    swaps.give_back(swap)
    assert swaps.take_news() == [swap]
