"""Covered hours equal those of a walk through each quarter of an hour, across every change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.contracts.hours import Agreement, CoveredHours
from assets.utilisation.staffing import as_windows

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = as_windows([["08:00-17:00"]] * 5 + [[], []])
H = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def berlin(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BERLIN).astimezone(UTC)


def test_without_an_agreement_every_hour_is_covered():
    hours = CoveredHours([], berlin(2026, 3, 2), berlin(2026, 3, 9))
    assert hours.length(berlin(2026, 3, 2), berlin(2026, 3, 9)) == 168 * H


def test_weekdays_from_eight_to_five_are_45_hours_a_week():
    hours = CoveredHours(
        [Agreement(date(2026, 1, 1), None, WEEKDAYS, BERLIN)], berlin(2026, 3, 2), berlin(2026, 3, 9)
    )
    assert hours.length(berlin(2026, 3, 2), berlin(2026, 3, 9)) == 45 * H
    assert hours.length(berlin(2026, 3, 3, 16), berlin(2026, 3, 4, 10)) == 3 * H
    assert hours.length(berlin(2026, 3, 7), berlin(2026, 3, 8)) == timedelta(0)


def test_before_it_begins_and_after_it_ends_every_hour_is_covered():
    one_day = Agreement(date(2026, 3, 3), date(2026, 3, 3), WEEKDAYS, BERLIN)
    hours = CoveredHours([one_day], berlin(2026, 3, 2), berlin(2026, 3, 5))
    assert hours.length(berlin(2026, 3, 2), berlin(2026, 3, 5)) == (24 + 9 + 24) * H


def test_where_two_run_what_either_covers_is_covered():
    night = as_windows([["00:00-06:00", "16:00-24:00"]] * 7)
    both = [Agreement(date(2026, 1, 1), None, week, BERLIN) for week in (WEEKDAYS, night)]
    hours = CoveredHours(both, berlin(2026, 3, 2), berlin(2026, 3, 3))
    assert hours.length(berlin(2026, 3, 2), berlin(2026, 3, 3)) == (6 + 16) * H


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 3, 29), 2), (date(2026, 10, 25), 4)])
def test_a_night_of_three_hours_is_two_in_spring_and_four_in_autumn(day, expected):
    week = as_windows([["01:00-04:00"]] * 7)
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    hours = CoveredHours([Agreement(date(2026, 1, 1), None, week, BERLIN)], begin, begin + 26 * H)
    assert hours.length(begin, begin + 20 * H) == expected * H


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]
)
DAYS = st.one_of(
    st.integers(0, 60).map(lambda day: date(2026, 2, 20) + timedelta(days=day)),
    st.integers(0, 60).map(lambda day: date(2026, 9, 15) + timedelta(days=day)),
)
QUARTERS = st.lists(st.integers(0, 96), min_size=0, max_size=4, unique=True).map(sorted)


def windows_of(edges):
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [(15 * first, 15 * last) for first, last in pairs]


AGREEMENTS = st.builds(
    lambda begins, length, week, zone: Agreement(
        begins, None if length is None else begins + timedelta(days=length), week, ZoneInfo(zone)
    ),
    DAYS,
    st.none() | st.integers(0, 20),
    st.none() | st.lists(QUARTERS.map(windows_of), min_size=7, max_size=7),
    ZONES,
)


@lru_cache(maxsize=4096)
def shown_first(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Slow and obvious: goes on by quarters until the clock on the wall shows that, or something later."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    while (wall := moment.astimezone(zone)).date() < day or (
        wall.date() == day and 60 * wall.hour + wall.minute < minutes
    ):
        moment += QUARTER
    return moment


def is_covered(moment: datetime, agreements) -> bool:
    """Looks at each agreement that runs, at each of its hours of that day and the one before."""
    running = [
        each
        for each in agreements
        if shown_first(each.begins_on, 0, each.zone) <= moment
        and (each.ends_on is None or moment < shown_first(each.ends_on, 1440, each.zone))
    ]
    for each in running:
        day = moment.astimezone(each.zone).date()
        windows = [(0, 1440)] if each.week is None else each.week[day.weekday()]
        if any(
            shown_first(day, begin, each.zone) <= moment < shown_first(day, end, each.zone)
            for begin, end in windows
        ):
            return True
    return not running


@settings(max_examples=60, deadline=None)
@given(agreements=st.lists(AGREEMENTS, max_size=3), first=DAYS, days=st.integers(1, 6))
def test_any_agreements_cover_what_a_walk_through_the_quarters_finds(agreements, first, days):
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = begin + timedelta(days=days)
    expected, moment = timedelta(0), begin
    while moment < end:
        expected += QUARTER * is_covered(moment, agreements)
        moment += QUARTER
    assert CoveredHours(agreements, begin, end).length(begin, end) == expected
