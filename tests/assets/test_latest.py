"""The latest of each reading as one document: what it keeps, whatever the order in which it was told."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.models import ReadingNow
from assets.observation import Evidence, ReadingValue
from assets.record import record_observations
from assets.recording.latest import NOTHING, Said, bring_up_to_date
from assets.words import Quality


def rows(latest):
    """Name → value or quality, source, time, when it was last good."""
    found = {}
    for source, at, good, failed in orjson.loads(latest):
        for name, value in good.items():
            assert name not in found
            found[name] = (value, source, at, at)
        for name, (quality, good_at) in failed.items():
            assert name not in found
            found[name] = (quality, source, at, good_at)
    return found


def said(at, source="a", good=(), failed=(), fails=None):
    return Said(at, source, dict(good), dict(failed), fails)


def test_a_later_poll_takes_over_what_it_tells_and_leaves_the_rest():
    latest = bring_up_to_date(NOTHING, [said(1, good={"x": 1.0, "y": 2.0}), said(2, good={"x": 3.0})])
    assert rows(latest) == {"x": (3.0, "a", 2, 2), "y": (2.0, "a", 1, 1)}


def test_a_failed_reading_knows_when_it_was_last_good():
    latest = bring_up_to_date(NOTHING, [said(1, good={"x": 1.0}), said(2, failed={"x": "missing"})])
    assert rows(latest) == {"x": ("missing", "a", 2, 1)}
    latest = bring_up_to_date(latest, [said(3, failed={"x": "no_answer"})])
    assert rows(latest) == {"x": ("no_answer", "a", 3, 1)}


def test_a_poll_that_fails_as_a_whole_fails_what_its_source_told_and_nothing_else():
    latest = bring_up_to_date(
        NOTHING, [said(1, good={"x": 1.0}), said(2, "b", good={"y": 2.0}), said(3, fails="no_answer")]
    )
    assert rows(latest) == {"x": ("no_answer", "a", 3, 1), "y": (2.0, "b", 2, 2)}


def test_a_late_value_says_only_when_one_that_fails_was_good():
    latest = bring_up_to_date(NOTHING, [said(5, failed={"x": "missing"}), said(3, good={"x": 1.0})])
    assert rows(latest) == {"x": ("missing", "a", 5, 3)}


def test_an_unremarkable_poll_leaves_one_group():
    latest = bring_up_to_date(NOTHING, [said(n, good={"x": float(n), "y": "word"}) for n in range(5)])
    assert orjson.loads(latest) == [["a", 4, {"x": 4.0, "y": "word"}, {}]]


tellings = st.lists(
    st.builds(
        lambda at, source, words: said(
            at,
            source,
            {name: float(at) for name, is_good in words.items() if is_good},
            {name: "missing" for name, is_good in words.items() if not is_good},
        ),
        st.integers(1, 20),
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from("xyz"), st.booleans()),
    ),
    max_size=8,
    unique_by=lambda each: (each.at, each.source),
)


@given(told=tellings, data=st.data())
def test_for_each_name_the_newest_stands_in_whatever_order_and_however_often_it_is_told(told, data):
    expected = {}
    for each in sorted(told, key=lambda each: (each.at, each.source)):
        for name in each.good:
            expected[name] = (float(each.at), each.source, each.at, each.at)
        for name in each.failed:
            good_at = expected[name][3] if name in expected else None
            expected[name] = ("missing", each.source, each.at, good_at)
    order = data.draw(st.permutations([*told, *told[:2]]))
    cut = data.draw(st.integers(0, len(order)))
    copies = [said(each.at, each.source, each.good, each.failed) for each in order]
    latest = bring_up_to_date(bring_up_to_date(NOTHING, copies[:cut]), copies[cut:])
    assert rows(latest) == expected


@pytest.mark.django_db
@pytest.mark.databases
def test_pages_see_rows_of_it(make_pump, observe, noon):
    pump, other = make_pump("P-1"), make_pump("P-2")
    words = (
        ReadingValue("battery_charge", 81.3),
        ReadingValue("exams_today", 7),
        ReadingValue("mains", True),
        ReadingValue("model_name", 'odd "name" \\ \0 µ 心'),
        ReadingValue("temperature", None, Quality.MISSING),
    )
    record_observations([observe(pump, 0.25, readings=words, activity=Evidence.IDLE), observe(other)])

    at = observe(pump, 0.25).at
    found = {row.name: row for row in ReadingNow.objects.filter(asset=pump)}
    assert {name: (row.number, row.text, row.quality) for name, row in found.items()} == {
        "battery_charge": (81.3, None, "good"),
        "exams_today": (7.0, None, "good"),
        "mains": (None, "true", "good"),
        "model_name": (None, 'odd "name" \\ \ufffd µ 心', "good"),
        "temperature": (None, None, "missing"),
    }
    assert {(row.at, row.good_at) for row in found.values() if row.quality == "good"} == {(at, at)}
    assert (found["temperature"].at, found["temperature"].good_at) == (at, None)
    assert {row.source for row in found.values()} == {"endpoint:1"}
    assert list(ReadingNow.objects.filter(asset=other)) == []


@pytest.mark.django_db
@pytest.mark.databases
def test_equipment_that_is_deleted_takes_its_readings_with_it(make_pump, observe):
    pump = make_pump()
    record_observations([observe(pump, readings=(ReadingValue("battery_charge", 80.0),))])
    pump.delete()
    assert not ReadingNow.objects.exists()
