"""Examinations and energy out of readings are what counting one by one, and second by second, gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assets.reports.metering import energy_kwh, exams_counted
from tests.assets.reports import slow

counts = st.integers(0, 6)


@given(st.none() | counts, st.lists(counts, min_size=1))
def test_examinations_are_what_the_counter_rose_by(before, values):
    assert exams_counted(before, values) == slow.exams(before, values)


def test_a_counter_that_begins_anew_counts_from_nothing():
    assert exams_counted(7, [8, 9, 1, 2]) == 4


def test_counting_begins_with_the_first_value_that_was_ever_read():
    assert exams_counted(None, [40, 41]) == 1


def test_who_never_told_is_not_counted_and_who_told_nothing_new_did_nothing():
    assert exams_counted(None, []) is None
    assert exams_counted(5, []) == 0


@st.composite
def stretches(draw):
    marks = sorted(draw(st.sets(st.integers(0, 60), min_size=0, max_size=8)))
    return list(zip(marks[::2], marks[1::2], strict=False))


points = st.dictionaries(st.integers(0, 60), st.integers(0, 5000), max_size=6).map(
    lambda each: sorted(each.items())
)


@given(points, stretches(), st.integers(1, 40))
def test_energy_is_the_watts_of_each_second_that_is_known(readings, spans, patience):
    kwh, known = energy_kwh(readings, spans, patience)
    assert round(kwh, 9) == round(slow.energy_kwh(readings, spans, patience), 9)
    assert 0 <= known <= sum(end - begin for begin, end in spans)


def test_a_value_holds_no_longer_than_patience_allows():
    assert energy_kwh([(0, 3_600_000)], [(0, 100)], 10) == (10.0, 10.0)
