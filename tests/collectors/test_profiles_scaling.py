"""Numbers of which the device says beside them how they are written: digits, a power of ten, a unit, a state."""

from __future__ import annotations

import pytest

from assets.vocabulary import term
from assets.words import Quality
from collectors.decoding.columns import column_decoder
from collectors.decoding.program import program_of
from collectors.decoding.scaling import scaled_decoder
from collectors.planner import plan_requests
from collectors.profiles.load import load_profile
from collectors.profiles.model import Beside, Column, Encoding, Limits, Scalar, Scaling
from collectors.profiles.strict import ProfileError
from collectors.requests import Failure, GetAnswer, SnmpGet, SnmpTable, SnmpValue
from tests.collectors.test_planner import profile

ROOM = Encoding("integer", 0.1, low=-60, high=150, missing=frozenset({-9999}))
UNITS = {0: "celsius", 1: "fahrenheit", 2: "kelvin", 3: "other"}
BY_UNIT = Scaling(unit=Beside("1.3.9"), units=UNITS, into="°C")


def integer(value):
    return SnmpValue("integer", value)


def decoded(scaling, raw, *besides, encoding=ROOM):
    return scaled_decoder(encoding, scaling)(
        integer(raw), [b if isinstance(b, SnmpValue | None) else integer(b) for b in besides]
    )


def failed(*args, **kwargs):
    failure = decoded(*args, **kwargs)
    assert isinstance(failure, Failure)
    return failure.quality, failure.detail


# --- What a value becomes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "unit", "value"), [(225, 0, 22.5), (725, 1, 22.5), (-400, 1, -40), (2961, 2, 22.95), (320, 1, 0)]
)
def test_the_unit_of_the_row_is_turned_into_that_of_the_vocabulary(raw, unit, value):
    assert decoded(BY_UNIT, raw, unit) == value


def test_a_unit_that_is_not_listed_leaves_no_value():
    assert failed(BY_UNIT, 225, 5) == (Quality.MALFORMED, "5 is no unit that the profile knows")


@pytest.mark.parametrize("unit", [None, SnmpValue("no_such_instance", None), SnmpValue("null", None)])
def test_a_value_without_its_unit_is_none(unit):
    assert failed(BY_UNIT, 225, unit) == (Quality.MALFORMED, "the device does not say its unit")


def test_a_unit_may_be_a_text():
    scaling = Scaling(unit=Beside("1.3.9"), units={"C": "celsius", "F": "fahrenheit"}, into="°C")

    assert decoded(scaling, 725, SnmpValue("octets", b"F")) == 22.5
    assert failed(scaling, 725, 1)[0] is Quality.MALFORMED


def test_what_is_measured_in_another_kind_of_unit_is_not_there():
    assert failed(BY_UNIT, 225, 3)[0] is Quality.MISSING


def test_a_value_that_stands_for_none_stands_for_none_in_every_unit():
    assert failed(BY_UNIT, -9999, 1)[0] is Quality.NO_VALUE


def test_the_range_is_that_of_the_value_in_its_own_unit():
    assert decoded(BY_UNIT, 3000, 1) == pytest.approx(148.889, abs=0.001)
    assert failed(BY_UNIT, 3030, 1)[0] is Quality.OUT_OF_RANGE
    assert failed(BY_UNIT, 2000, 0)[0] is Quality.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("raw", "digits", "value"), [(7467, 3, 7.467), (208, 0, 208), (3, 1, 0.3), (-5, 2, -0.05)]
)
def test_digits_say_where_the_decimal_point_is(raw, digits, value):
    encoding = Encoding("integer", low=-1000, high=1000)

    assert decoded(Scaling(digits=Beside("1.3.9")), raw, digits, encoding=encoding) == value


@pytest.mark.parametrize("digits", [-1, 13, 2**31, b"two"])
def test_an_impossible_number_of_digits_leaves_no_value(digits):
    beside = SnmpValue("octets", digits) if isinstance(digits, bytes) else integer(digits)

    assert failed(Scaling(digits=Beside("1.3.9")), 7, beside)[0] is Quality.MALFORMED


def test_a_power_of_ten_and_digits_work_together():
    scaling = Scaling(Beside("1.3.8"), Beside("1.3.9"), {8: -3, 9: 0, 10: 3})
    encoding = Encoding("integer", low=0, high=1e6)

    assert decoded(scaling, 12011, 3, 9, encoding=encoding) == 12.011
    assert decoded(scaling, 43500, 0, 8, encoding=encoding) == 43.5
    assert decoded(scaling, 15, 1, 10, encoding=encoding) == 1500
    assert failed(scaling, 15, 1, 11, encoding=encoding)[1] == "11 is no power of ten that the profile knows"


def test_a_value_that_the_device_does_not_vouch_for_is_none():
    scaling = Scaling(unit=Beside("1.3.9"), units=UNITS, into="°C", state=Beside("1.3.8"), accepted=(1, 2))

    assert decoded(scaling, 0, 2, 0) == 0
    assert failed(scaling, 0, 0, 0)[0] is Quality.NO_VALUE
    assert failed(scaling, 0, None, 0) == (Quality.MALFORMED, "the device does not say its state")


# --- Columns ------------------------------------------------------------------------------------------------


def picked(pick, *cells, scaling=BY_UNIT):
    """Each cell a value and its unit."""
    table = {
        "1.3.6": {str(row): integer(value) for row, (value, _) in enumerate(cells)},
        "1.3.9": {str(row): integer(unit) for row, (_, unit) in enumerate(cells)},
    }
    return column_decoder(Column("1.3.6", pick, scaling=scaling), ROOM)(table)


def test_the_highest_is_found_among_values_in_their_own_units():
    assert picked("max", (225, 0), (725, 1), (2500, 2)) == 22.5
    assert picked("max", (225, 0), (800, 1)) == pytest.approx(26.667, abs=0.001)


@pytest.mark.parametrize("pick", ["max", "sum"])
def test_rows_of_another_kind_are_left_out_even_of_a_sum(pick):
    assert picked(pick, (225, 0), (990, 3)) == 22.5
    assert picked(pick, (990, 3)).quality is Quality.MISSING


def test_a_row_in_an_unknown_unit_might_be_the_highest_and_so_spoils_the_whole():
    assert picked("max", (225, 0), (0, 5)).quality is Quality.MALFORMED


@pytest.mark.parametrize(("shared", "row"), [(1, "4"), (2, "4.2"), (None, "4.2.7"), (0, "0")])
def test_what_several_rows_share_is_named_by_the_beginning_of_their_identifiers(shared, row):
    scaling = Scaling(unit=Beside("1.3.9", shared), units=UNITS, into="°C")
    table = {"1.3.6": {"4.2.7": integer(725)}, "1.3.9": {row: integer(1)}}

    assert column_decoder(Column("1.3.6", "max", scaling=scaling), ROOM)(table) == 22.5


# --- Requests -----------------------------------------------------------------------------------------------


def test_an_object_travels_with_what_says_how_it_is_written():
    told = Scaling(Beside("1.3.6.8.0"), unit=Beside("1.3.6.9.0"), units={1: "celsius"}, into="°C")
    sample = profile(
        "snmp", Scalar("1.3.6.1.0"), Scalar("1.3.6.2.0"), Scalar("1.3.6.3.0", told), limits=Limits(varbinds=4)
    )

    assert plan_requests(sample) == (
        SnmpGet(("1.3.6.1.0", "1.3.6.2.0")),
        SnmpGet(("1.3.6.3.0", "1.3.6.8.0", "1.3.6.9.0")),
    )


def test_what_was_asked_for_already_is_not_asked_for_again():
    told = Scaling(unit=Beside("1.3.6.9.0"), units={1: "celsius"}, into="°C")
    sample = profile("snmp", Scalar("1.3.6.1.0", told), Scalar("1.3.6.2.0", told), Scalar("1.3.6.9.0"))

    assert plan_requests(sample) == (SnmpGet(("1.3.6.1.0", "1.3.6.9.0", "1.3.6.2.0")),)


def test_columns_of_two_tables_travel_together_if_one_tells_of_the_other():
    told = Scaling(digits=Beside("1.3.6.7.1.3"))
    sample = profile(
        "snmp",
        Column("1.3.6.7.1.2", "count"),
        Column("1.3.6.5.1.9", "max"),
        Column("1.3.6.6.1.1", "max"),
        Column("1.3.6.5.1.2", "max", scaling=told),
    )

    assert plan_requests(sample) == (
        SnmpTable(("1.3.6.7.1.2", "1.3.6.5.1.9", "1.3.6.5.1.2", "1.3.6.7.1.3")),
        SnmpTable(("1.3.6.6.1.1",)),
    )


def test_profiles_without_such_objects_keep_the_short_way_through():
    plain = profile("snmp", Scalar("1.3.6.1.0"))
    told = profile("snmp", Scalar("1.3.6.1.0", Scaling(digits=Beside("1.3.6.2.0"))))

    assert program_of(plain).straight.decode([GetAnswer(("1.3.6.1.0",), ("integer",), (7,))]) == [7]
    assert (
        program_of(told).straight.decode([GetAnswer(("1.3.6.1.0", "1.3.6.2.0"), ("integer",) * 2, (7, 0))])
        is None
    )


# --- Files --------------------------------------------------------------------------------------------------

SAMPLE = """
name: sample
title: A sample
protocol: snmp
interval_s: 10
document: a document
grade: community
evidence: none
readings:
  - name: temperature
    oid: 1.3.6.1.0
    digits_from: {at: 1.3.6.2.0}
    power_from: {at: 1.3.6.3.0, means: {9: 0}}
    unit_from: {at: 1.3.6.4.0, means: {8: celsius, 9: other}}
    only_if: {at: 1.3.6.5.0, is: [1, 2]}
  - name: humidity
    column: 1.3.6.9.1.1
    pick: max
    unit_from: {at: 1.3.6.8.1.1, shared: 1, means: {percent: percent}}
tables:
  - name: probes
    title: Probes
    entry: 1.3.6.7.1
    subject: {kind: serial, column: 1.3.6.6.1.1}
    readings:
      - {name: temperature, column: 5, unit_from: {at: 7, means: {1: celsius}}, digits_from: {at: 1.3.6.6.1.3}}
"""


@pytest.fixture
def load(tmp_path):
    def write(text):
        path = tmp_path / "sample.yaml"
        path.write_text(text, encoding="utf-8")
        return load_profile(path)

    return write


def test_what_stands_beside_a_value_is_read_from_the_file(load):
    sample = load(SAMPLE)
    temperature, humidity = sample.readings
    (table,) = sample.tables

    assert temperature.source == Scalar(
        "1.3.6.1.0",
        Scaling(
            Beside("1.3.6.2.0"), Beside("1.3.6.3.0"), {9: 0},
            Beside("1.3.6.4.0"), {8: "celsius", 9: "other"}, term("temperature").unit,
            Beside("1.3.6.5.0"), (1, 2),
        ),
    )  # fmt: skip
    assert humidity.source.scaling.unit == Beside("1.3.6.8.1.1", 1)
    assert table.subject.oid == "1.3.6.6.1.1"
    assert table.readings[0].source.scaling.unit == Beside("1.3.6.7.1.7")
    assert table.readings[0].source.scaling.digits == Beside("1.3.6.6.1.3")


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("8: celsius", "8: percent", "readings[0].unit_from.means.8", "one of celsius, fahrenheit, kelvin, other"),
        ("8: celsius, 9: other", "9: other", "readings[0].unit_from.means", "names no unit of temperature"),
        ("means: {8: celsius, 9: other}", "means: {}", "readings[0].unit_from.means", "is missing"),
        (", means: {9: 0}", "", "readings[0].power_from.means", "is missing"),
        ("{9: 0}", "{9: milli}", "readings[0].power_from.means.9", "whole number from -24 to 24"),
        ("{9: 0}", "{9.5: 0}", "readings[0].power_from.means.9.5", "a whole number or a text"),
        ("{at: 1.3.6.2.0}", "{at: 1.3.6.2.0, shared: 1}", "readings[0].digits_from.shared", "no such key"),
        ("{at: 1.3.6.2.0}", "{}", "readings[0].digits_from.at", "is missing"),
        ("{at: 1.3.6.2.0}", "1.3.6.2.0", "readings[0].digits_from", "must be a mapping"),
        ("is: [1, 2]", "is: []", "readings[0].only_if.is", "a whole number or a text"),
        ("shared: 1", "shared: -1", "readings[1].unit_from.shared", "from 0 to 128"),
        ("pick: max", "pick: count", "readings[1].pick", "written in no unit"),
        ("pick: max", "pick: max\n    share_of: 1.3.6.9.1.2", "readings[1].pick", "written in no unit"),
        ("at: 7", "at: 0", "tables[0].readings[0].unit_from.at", "the number of a column"),
        ("at: 7", "at: seven", "tables[0].readings[0].unit_from.at", "not of the form"),
        ("readings:\n  - name: temp", "quirks: [single-gets]\nreadings:\n  - name: temp", "readings[0]",
         "single-gets excludes"),
        ("readings:\n  - name: temp", "limits: {varbinds: 4}\nreadings:\n  - name: temp", "limits.varbinds",
         "5 objects are one value"),
        ("name: temperature\n    oid: 1.3.6.1.0", "name: model_name\n    type: text\n    oid: 1.3.6.1.0",
         "readings[0].digits_from", "model_name is no number"),
    ],
)  # fmt: skip
def test_what_could_mislead_about_the_writing_of_a_number_is_refused(load, old, new, key, problem):
    assert old in SAMPLE
    with pytest.raises(ProfileError) as caught:
        load(SAMPLE.replace(old, new, 1))
    assert caught.value.key == key
    assert problem in caught.value.problem
