"""The latest readings in words."""

from datetime import timedelta

import pytest

from assets.models import Reading
from assets.readings import reading_lines
from assets.words import Quality
from tests.latest import put_reading


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def reads(pump, noon):
    def record(name, **values):
        return put_reading(
            **{"asset": pump, "name": name, "at": noon, "good_at": noon, "source": "x", **values}
        )

    return record


@pytest.mark.parametrize(
    ("name", "stored", "value", "unit"),
    [
        ("battery_charge", {"number": 82.4}, "82", "%"),
        ("temperature", {"number": 4.56}, "4.6", "°C"),
        ("link_speed", {"number": 10000.0}, "10,000", "Mbit/s"),
        ("runtime_remaining", {"number": 5400.0}, "1 h 30 min", ""),
        ("device_state", {"text": "standby"}, "Standby", ""),
        ("load_state", {"text": "near_overload"}, "Near overload", ""),
        ("serial_number", {"text": "FR28-1"}, "FR28-1", ""),
    ],
)
def test_a_value_is_told_with_its_unit_and_decimals(pump, reads, name, stored, value, unit):
    reads(name, **stored)
    (line,) = reading_lines(pump)
    assert (line.value, line.unit, line.quality, line.last_good) == (value, unit, "good", "")


def test_a_failed_reading_has_no_value_and_says_when_it_last_had_one(pump, reads, noon):
    well = noon - timedelta(minutes=12)
    Reading.objects.create(asset=pump, name="temperature", at=well - timedelta(minutes=1), value=4.1)
    Reading.objects.create(asset=pump, name="temperature", at=well, value=4.8)
    reads("temperature", quality=Quality.OUT_OF_RANGE, good_at=well)
    (line,) = reading_lines(pump)
    assert (line.value, line.quality) == ("", "out_of_range")
    assert (line.last_good, line.good_at) == ("4.8 °C", well)


def test_a_reading_that_never_was_well_names_no_last_value(pump, reads):
    reads("temperature", quality=Quality.NO_ANSWER, good_at=None)
    (line,) = reading_lines(pump)
    assert (line.last_good, line.good_at) == ("", None)


def test_readings_come_in_the_order_of_the_vocabulary(pump, reads):
    for name in ("temperature", "battery_charge", "device_state"):
        reads(name, text="x") if name == "device_state" else reads(name, number=1.0)
    assert [line.name for line in reading_lines(pump)] == ["device_state", "battery_charge", "temperature"]


def test_a_name_that_the_vocabulary_lost_is_left_out(pump, reads):
    reads("mood", number=1.0)
    assert reading_lines(pump) == []


def test_only_numbers_have_a_trend(pump, reads):
    reads("temperature", number=4.0)
    reads("door", text="closed")
    assert {line.name: line.has_trend for line in reading_lines(pump)} == {"temperature": True, "door": False}


def test_one_query_reads_them_all(pump, reads, django_assert_num_queries):
    for name in ("temperature", "battery_charge", "humidity"):
        reads(name, quality=Quality.NO_ANSWER)
    with django_assert_num_queries(1):
        reading_lines(pump)
