"""A column of many rows made into one reading."""

from __future__ import annotations

import pytest

from assets.words import Quality
from collectors.decoding.columns import column_decoder, split_rows
from collectors.profiles.model import Column, Encoding, Where
from collectors.requests import Failure, SnmpValue

ENTRY = "1.3.6.1.2.1.2.2.1"
PERCENT = Encoding("integer", low=0, high=100)


def rows(**columns):
    """``rows(c8=[1, 2])``: column 8 with rows 1 and 2; ``None`` leaves a row out."""
    found = {}
    for name, values in columns.items():
        cells = {str(i): _value(value) for i, value in enumerate(values, 1) if value is not None}
        found[f"{ENTRY}.{name[1:]}"] = cells
    return found


def _value(value):
    if isinstance(value, SnmpValue):
        return value
    return SnmpValue("octets", value) if isinstance(value, bytes) else SnmpValue("integer", value)


def picked(pick, table, encoding=PERCENT, **extra):
    return column_decoder(Column(f"{ENTRY}.8", pick, **extra), encoding)(table)


@pytest.mark.parametrize(
    ("pick", "value"), [("first", 30), ("max", 50), ("min", 10), ("mean", 30), ("sum", 90), ("count", 3)]
)
def test_each_pick_makes_one_value(pick, value):
    assert picked(pick, rows(c8=[30, 50, 10])) == value


SEVERITY = Encoding(
    "integer",
    states={1: "none", 3: "critical", 4: "warning"},
    missing=frozenset({0}),
    ranks=("none", "information", "warning", "critical"),
)


@pytest.mark.parametrize(
    ("raws", "state"), [([1, 4, 1], "warning"), ([4, 3, 4], "critical"), ([0, 1], "none"), ([1], "none")]
)
def test_the_worst_state_is_the_last_of_the_vocabulary_whatever_its_number(raws, state):
    assert picked("worst", rows(c8=raws), SEVERITY) == state


def test_a_state_that_nobody_knows_is_not_hidden_behind_a_bad_one():
    assert picked("worst", rows(c8=[3, 9]), SEVERITY).quality is Quality.OUT_OF_RANGE


def test_without_a_state_in_any_row_there_is_no_worst():
    assert picked("worst", rows(c8=[0, 0]), SEVERITY).quality is Quality.NO_VALUE


@pytest.mark.parametrize("pick", ["first", "max", "min", "mean"])
def test_rows_that_have_no_value_are_left_out(pick):
    none = Encoding("integer", low=0, high=100, missing=frozenset({-1}))

    assert picked(pick, rows(c8=[-1, 40, SnmpValue("no_such_instance", None)]), none) == 40


def test_a_sum_with_a_part_unknown_is_unknown():
    none = Encoding("integer", low=0, high=100, missing=frozenset({-1}))

    assert picked("sum", rows(c8=[-1, 40]), none).quality is Quality.NO_VALUE


@pytest.mark.parametrize("pick", ["first", "max", "min", "mean", "sum"])
@pytest.mark.parametrize(("bad", "quality"), [(300, "out_of_range"), (b"many", "wrong_type")])
def test_a_row_that_cannot_be_spoils_the_whole(pick, bad, quality):
    assert picked(pick, rows(c8=[40, bad])).quality == quality


@pytest.mark.parametrize("pick", ["first", "max", "min", "mean", "sum", "count"])
def test_an_empty_table_has_nothing_to_pick(pick):
    assert picked(pick, rows(c8=[])).quality is Quality.MISSING


def test_when_every_row_says_none_so_does_the_whole():
    none = Encoding("integer", missing=frozenset({-1}))

    assert picked("min", rows(c8=[-1, -1]), none).quality is Quality.NO_VALUE


def test_only_rows_that_fulfil_every_condition_count():
    where = (Where(f"{ENTRY}.3", (6,)), Where(f"{ENTRY}.7", (1, 3)))
    table = rows(c8=[10, 20, 30, 40], c3=[6, 24, 6, 6], c7=[1, 1, 2, 3])

    assert picked("count", table, where=where) == 2
    assert picked("max", table, where=where) == 40


def test_a_condition_on_an_absent_cell_is_not_fulfilled():
    table = rows(c8=[10, 20], c3=[None, 6])

    assert picked("count", table, where=(Where(f"{ENTRY}.3", (6,)),)) == 1


def test_a_condition_that_cannot_be_compared_spoils_the_whole():
    table = rows(c8=[10, 20], c3=[b"up", 6])

    assert picked("count", table, where=(Where(f"{ENTRY}.3", (6,)),)).quality is Quality.WRONG_TYPE


def test_nothing_fulfilling_the_condition_is_counted_as_none_there():
    table = rows(c8=[10], c3=[24])

    assert picked("count", table, where=(Where(f"{ENTRY}.3", (6,)),)) == 0


def test_a_condition_may_be_an_object_identifier_or_a_text():
    kinds = [SnmpValue("oid", "1.3.6.1"), SnmpValue("oid", "1.3.6.2"), b"disk"]
    table = rows(c8=[10, 20, 30], c2=kinds)

    assert picked("sum", table, where=(Where(f"{ENTRY}.2", ("1.3.6.1", "disk")),)) == 40


def test_a_share_is_the_percentage_of_its_own_row():
    table = rows(c8=[10, 30, 0], c5=[100, 40, 0])

    assert picked("max", table, share_of=f"{ENTRY}.5") == 75


@pytest.mark.parametrize(
    ("part", "whole", "quality"),
    [
        (10, -100, "out_of_range"),
        (-10, 100, "out_of_range"),
        (10, b"100", "wrong_type"),
        (10, None, "missing"),
    ],
)
def test_a_share_of_something_impossible_is_none(part, whole, quality):
    assert picked("max", rows(c8=[part], c5=[whole]), share_of=f"{ENTRY}.5").quality == quality


# --- Splitting an answer ------------------------------------------------------------------------------------


def test_an_answer_is_split_by_column_and_row():
    one = SnmpValue("integer", 1)

    assert split_rows(
        {f"{ENTRY}.8.1": one, f"{ENTRY}.8.10.2": one, f"{ENTRY}.3.1": one}, [f"{ENTRY}.8", f"{ENTRY}.3"]
    ) == {
        f"{ENTRY}.8": {"1": one, "10.2": one},
        f"{ENTRY}.3": {"1": one},
    }


@pytest.mark.parametrize(
    "stray", [f"{ENTRY}.9.1", f"{ENTRY}.88.1", f"{ENTRY}.8", f"{ENTRY}.8.", "1.3.6.1.2.1.2.2.10.8.1", ""]
)
def test_what_was_not_asked_for_is_left_out(stray):
    assert split_rows({ENTRY + stray: SnmpValue("integer", 1)}, [f"{ENTRY}.8"]) == {f"{ENTRY}.8": {}}


def test_a_failure_says_which_way_a_row_went_wrong():
    assert picked("max", rows(c8=[101])) == Failure(Quality.OUT_OF_RANGE, "101 is not within 0 and 100")
