"""Roll-ups of random histories equal what the slow second implementation says, to the second."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.utilisation.days import Calendar, days_between
from assets.utilisation.rolling import OPEN, Fleet, Members, Rows, levels_of, roll
from tests.assets.utilisation.slow import slow_day

EVER = date(1970, 1, 2)
ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
SPRING, AUTUMN = date(2026, 3, 28), date(2026, 10, 24)


@st.composite
def histories(draw):
    """Three days around a change of the clock: members of two units, intervals that may overlap, staffed hours."""
    calendar = Calendar(((EVER, draw(st.sampled_from(ZONES))),))
    days = days_between(
        *(lambda first: (first, date.fromordinal(first.toordinal() + 2)))(
            draw(st.sampled_from([SPRING, AUTUMN]))
        )
    )
    bounds = calendar.bounds(days[0], days[-1])
    moment = st.integers(bounds[0] - 90_000, bounds[-1] + 5000)
    members, intervals = [], {}
    for asset in range(1, draw(st.integers(1, 4)) + 1):
        cuts = sorted(draw(st.lists(moment, min_size=2, max_size=3, unique=True)))
        members += [
            (asset, draw(st.sampled_from([None, 7])), begin, end) for begin, end in itertools.pairwise(cuts)
        ]
        begins = sorted(draw(st.lists(moment, max_size=8, unique=True)))
        intervals[asset] = [
            (
                begin,
                begin + draw(st.integers(1, 60_000)) if begin != begins[-1] or draw(st.booleans()) else None,
                draw(st.integers(0, 6)),
            )
            for begin in begins
        ]
    edges = sorted(draw(st.lists(st.integers(bounds[0], bounds[-1]), max_size=6, unique=True)))
    staffed = {7: list(zip(edges[::2], edges[1::2], strict=False)), None: []}
    until = draw(st.integers(bounds[0] + 1, bounds[-1]))
    return calendar, days, until, members, intervals, staffed


def table(rows):
    found = [
        (asset, begin, OPEN if end is None else end, what)
        for asset, own in sorted(rows.items())
        for begin, end, what in own
    ]
    return Rows(*np.array(found, dtype=np.int64).reshape(-1, 4).T)


def fleet_of(calendar, days, until, members, intervals, staffed, stays=None):
    units = [None, 7]
    rows = np.array([(a, units.index(u), b, e) for a, u, b, e in members], dtype=np.int64).reshape(-1, 4)
    return Fleet(
        days=days,
        bounds=np.array(calendar.bounds(days[0], days[-1]), dtype=np.int64),
        until=until,
        units=units,
        staffed=[staffed[unit] for unit in units],
        members=Members(*rows.T),
        intervals=table(intervals),
        stays=table(stays or {}),
    )


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_sum_and_every_level_is_what_the_slow_way_says(history):
    calendar, days, until, members, intervals, staffed = history
    rolled = {day.day: day for day in roll(fleet_of(*history))}
    bounds = calendar.bounds(days[0], days[-1])
    for number, day in enumerate(days):
        begin, end = bounds[number], min(bounds[number + 1], until)
        cells = list(range(bounds[number], bounds[number + 1], 3600))
        seconds, hours, levels = (
            slow_day(begin, end, members, intervals, staffed, cells) if end > begin else ({}, {}, {})
        )
        assert (day in rolled) == bool(seconds)
        if not seconds:
            continue
        assert sums_of(rolled[day]) == {key: value for key, value in seconds.items() if value}
        assert hours_of(rolled[day], cells) == {key: value for key, value in hours.items() if value}
        assert as_counter(rolled[day].levels_any) == levels["any"]["all"]
        assert as_counter(rolled[day].levels_confirmed) == levels["confirmed"]["all"]
        for unit in rolled[day].units:
            assert as_counter(unit.levels_any) == levels["any"][unit.unit]
            assert as_counter(unit.levels_confirmed) == levels["confirmed"][unit.unit]


def sums_of(day):
    found = Counter()
    for unit in day.units:
        for row in unit.by_asset:
            for place, kind in enumerate(("calendar", "staffed")):
                for what, value in enumerate(row[1 + 7 * place : 8 + 7 * place]):
                    found[unit.unit, int(row[0]), kind, what] += int(value)
    return {key: value for key, value in found.items() if value}


def hours_of(day, cells):
    found = {}
    for unit in day.units:
        assert len(unit.hours) == len(cells)
        for begin, row in zip(cells, unit.hours, strict=True):
            found |= {(unit.unit, begin, what): int(value) for what, value in enumerate(row) if value}
    return found


def as_counter(levels):
    return Counter({int(level): int(seconds) for level, seconds in levels})


def test_a_day_on_which_the_clock_goes_forward_has_23_hours_and_one_on_which_it_goes_back_25():
    calendar = Calendar(((EVER, "Europe/Berlin"),))
    lengths = [
        (end - begin) // 3600
        for day in (date(2026, 3, 29), date(2026, 10, 25))
        for begin, end in [calendar.bounds(day, day)]
    ]
    assert lengths == [23, 25]


def test_days_follow_each_other_without_gaps_where_the_time_zone_changes():
    calendar = Calendar(((EVER, "Europe/Berlin"), (date(2026, 5, 4), "America/New_York")))
    bounds = calendar.bounds(date(2026, 5, 2), date(2026, 5, 5))
    assert [(end - begin) // 3600 for begin, end in itertools.pairwise(bounds)] == [24, 30, 24, 24]
    for number, begin in enumerate(bounds[:-1]):
        assert calendar.day_of(begin) == date(2026, 5, 2 + number)
        assert calendar.day_of(bounds[number + 1] - 1) == date(2026, 5, 2 + number)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.integers(1_700_000_000, 1_800_000_000),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
)
@example("Asia/Kathmandu", "America/St_Johns", 1_767_225_600, date(2026, 1, 1))
def test_every_moment_lies_in_the_day_that_is_told(before, after, moment, changed):
    calendar = Calendar(((EVER, before), (changed, after)))
    day = calendar.day_of(moment)
    begin, end = calendar.bounds(day, day)
    assert begin <= moment < end


@pytest.mark.parametrize("length", [1, 86_400])
def test_nothing_in_use_is_level_zero_all_day(length):
    assert levels_of(np.zeros((0, 1), dtype=np.int64), length).tolist() == [[0, length]]


def test_stays_say_how_long_each_zone_had_what_who_came_and_how_long_those_were_there_who_left():
    calendar, day = Calendar(((EVER, "UTC"),)), date(2026, 3, 2)
    begin, end = calendar.bounds(day, day)
    stays = {
        1: [(begin - 3600, begin + 1800, 11), (begin + 1800, begin + 2400, 12)],
        2: [(begin + 600, None, 11)],
        3: [(begin + 100, begin + 100, 12)],
    }
    members = [(asset, 7, begin - 90_000, end) for asset in stays]
    (rolled,) = roll(fleet_of(calendar, [day], end, members, {}, {7: [], None: []}, stays))
    assert rolled.presence.tolist() == [[11, 1800 + 85_800, 1], [12, 600, 1]]
    assert rolled.dwells.tolist() == [[11, 5400], [12, 600]]
