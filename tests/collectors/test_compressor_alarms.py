"""Each alarm of a helium compressor is told by the word that it belongs to, and by no other."""

from __future__ import annotations

import struct

import pytest

from assets.observation import Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import RawPoll
from tests.collectors.recordings import AT

WORDS = {
    "temperature_alarm": {0, 1, 2, 3, 4, 5, 6, 7},  # coolant in and out, oil, helium: each too high, too low
    "pressure_alarm": {8, 9, 10, 11, 12, 13, 17, 18},  # low side, high side, difference, standing
    "motor_alarm": {14, 19, 27},  # current too low, stalled, current too high
    "power_failure_alarm": {15, 16},  # three phases, power supply
    "sensor_alarm": {20, 21, 22, 23, 24, 25, 26},
    "hardware_alarm": {28, 29, 30},  # the inverter and the links to it
}


def alarms_told(name: str, address: int, registers: tuple[int, ...]) -> tuple[set[str], object, object]:
    """Words in alarm of a compressor that answers zeros, but these registers; whether there is any; and how many."""
    profile = get_profile(name)
    (request,) = plan_requests(profile)
    words = [0] * request.count
    words[address - request.address : address - request.address + 2] = registers
    (found,) = decode_poll(
        profile,
        RawPoll(AT, 3.0, {request: tuple(words)}),
        source="endpoint:3",
        subject=Subject(SubjectKind.ASSET, "7"),
        received_at=AT,
    )
    values = {reading.name: reading.value for reading in found.readings}
    return (
        {word for word in WORDS if values.get(word) == "alarm"},
        values["general_alarm"],
        values["alarm_count"],
    )


@pytest.mark.parametrize("bit", range(31))
def test_each_alarm_of_a_cpa_3xxx_has_one_word(bit):
    low_word_first = ((1 << bit) & 0xFFFF, (1 << bit) >> 16)

    told, general, count = alarms_told("helium-compressor-cpa-3xxx", 54, low_word_first)

    assert told == {word for word, bits in WORDS.items() if bit in bits}
    assert (len(told), general, count) == (1, "alarm", 1)


@pytest.mark.parametrize("bit", range(31))
def test_each_alarm_of_a_cpa_2xxx_has_one_word_as_long_as_its_number_tells_them_apart(bit):
    low_word_first = struct.unpack(">2H", struct.pack(">f", -float(1 << bit)))[::-1]

    told, general, count = alarms_told("helium-compressor-cpa-2xxx", 5, low_word_first)

    assert general == "alarm"
    if bit < 24:
        assert (told, count) == ({word for word, bits in WORDS.items() if bit in bits}, 1)
    else:
        assert (told, count) == (set(), None)
