"""Days on which work falls due: by a table, and against somebody who walks through the calendar day by day."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.planning.calendar import (
    Rule,
    day_at,
    end_of_day,
    monday_of,
    next_from,
    next_slot,
    window_by_meter,
    window_of,
)
from assets.planning.words import Nth, Unit

DAY = timedelta(days=1)
DATES = st.dates(date(1999, 1, 1), date(2035, 12, 31))
RULES = st.builds(
    Rule,
    st.sampled_from(Unit),
    st.integers(1, 40),
    st.sampled_from(Nth),
    st.integers(0, 6),
)


def first_monday(every: int = 1) -> Rule:
    return Rule(Unit.WEEKDAY, every, Nth.FIRST, 0)


@pytest.mark.parametrize(
    ("rule", "begins", "days"),
    [
        (Rule(Unit.DAY, 10), date(2026, 2, 20), ["2026-02-20", "2026-03-02", "2026-03-12"]),
        (Rule(Unit.WEEK, 2), date(2026, 3, 2), ["2026-03-02", "2026-03-16", "2026-03-30"]),
        (Rule(Unit.MONTH, 1), date(2026, 1, 31), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (Rule(Unit.MONTH, 6), date(2025, 8, 31), ["2025-08-31", "2026-02-28", "2026-08-31"]),
        (Rule(Unit.MONTH, 12), date(2024, 2, 29), ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28",
          "2028-02-29"]),
        (first_monday(), date(2026, 3, 2), ["2026-03-02", "2026-04-06", "2026-05-04"]),
        (first_monday(), date(2026, 3, 3), ["2026-04-06", "2026-05-04"]),
        (first_monday(3), date(2026, 12, 8), ["2027-01-04", "2027-04-05"]),
        (Rule(Unit.WEEKDAY, 1, Nth.LAST, 4), date(2026, 1, 1), ["2026-01-30", "2026-02-27", "2026-03-27"]),
    ],
)  # fmt: skip
def test_slots_follow_one_another(rule, begins, days):
    found, after = [], begins - DAY
    for _ in days:
        after = next_slot(rule, begins, after)
        found.append(str(after))
    assert found == days


def slow_slots(rule: Rule, begins: date, until: date) -> list[date]:
    """Day by day: is this one?"""
    found, day, months = [], begins, 0
    steps = 0
    while day <= until:
        if rule.unit in (Unit.DAY, Unit.WEEK):
            if steps % (rule.every * (7 if rule.unit == Unit.WEEK else 1)) == 0:
                found.append(day)
        elif rule.unit == Unit.MONTH:
            length = monthrange(day.year, day.month)[1]
            months = (day.year - begins.year) * 12 + day.month - begins.month
            is_day = day.day == begins.day or (day.day == length and begins.day > length)
            if is_day and months % rule.every == 0:
                found.append(day)
        elif is_nth(rule, day) and (
            not found or ((day.year - found[0].year) * 12 + day.month - found[0].month) % rule.every == 0
        ):
            found.append(day)
        day += DAY
        steps += 1
    return found


def is_nth(rule: Rule, day: date) -> bool:
    same = [
        n
        for n in range(1, monthrange(day.year, day.month)[1] + 1)
        if day.replace(day=n).weekday() == rule.weekday
    ]
    return bool(day.day in same and day.day == (same[-1] if rule.nth == Nth.LAST else same[rule.nth - 1]))


@settings(deadline=None)  # the walk takes its time
@given(RULES, DATES, st.integers(-30, 1500))
def test_the_next_slot_is_that_of_a_walk_through_the_calendar(rule, begins, later):
    after = begins + later * DAY
    longest = max(after, begins) + timedelta(days=rule.days + 70)
    assert next_slot(rule, begins, after) == next(
        day for day in slow_slots(rule, begins, longest) if day > after
    )


@given(RULES, DATES)
def test_what_floats_is_due_one_interval_after_it_was_done(rule, done):
    due = next_from(rule, done)
    if rule.unit == Unit.WEEKDAY:
        assert is_nth(rule, due)
        assert (due.year - done.year) * 12 + due.month - done.month == rule.every
    else:
        assert due == next_slot(rule, done, done)


@pytest.mark.parametrize(
    ("rule", "due", "opens", "closes"),
    [
        (Rule(Unit.MONTH, 12), date(2026, 3, 2), "2026-01-31", "2026-04-01"),
        (Rule(Unit.MONTH, 24), date(2026, 3, 2), "2026-01-31", "2026-04-01"),
        (Rule(Unit.WEEK, 52), date(2026, 3, 2), "2026-01-31", "2026-04-01"),
        (Rule(Unit.MONTH, 6), date(2026, 3, 2), "2026-02-10", "2026-03-22"),
        (Rule(Unit.MONTH, 3), date(2026, 3, 2), "2026-01-01", "2026-03-31"),
        (Rule(Unit.MONTH, 3), date(2026, 12, 31), "2026-10-01", "2026-12-31"),
        (Rule(Unit.WEEK, 13), date(2026, 5, 20), "2026-04-01", "2026-06-30"),
        (Rule(Unit.MONTH, 1), date(2026, 3, 2), "2026-02-27", "2026-03-05"),
        (Rule(Unit.WEEK, 1), date(2026, 3, 2), "2026-03-02", "2026-03-02"),
    ],
)
def test_windows_are_the_customary_ones(rule, due, opens, closes):
    window = window_of(rule, due)
    assert (str(window.opens), str(window.closes)) == (opens, closes)
    assert window.late_from == window.closes + DAY


def test_a_plan_may_have_windows_of_its_own():
    window = window_of(Rule(Unit.MONTH, 12), date(2026, 3, 2), before=5, after=10, late=40)
    assert [str(window.opens), str(window.closes), str(window.late_from)] == [
        "2026-02-25", "2026-03-12", "2026-04-11",
    ]  # fmt: skip


def test_what_a_meter_asks_for_has_thirty_days_from_then():
    window = window_by_meter(date(2026, 3, 2))
    assert [str(window.opens), str(window.closes), str(window.late_from)] == [
        "2026-03-02", "2026-04-01", "2026-04-02",
    ]  # fmt: skip


@given(RULES, DATES)
def test_the_due_day_is_always_inside_its_window(rule, due):
    window = window_of(rule, due)
    assert window.opens <= due <= window.closes < window.late_from


@pytest.mark.parametrize(
    ("day", "over"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # 23 hours long
        (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # 25 hours long
    ],
)
def test_days_are_over_by_the_clock_of_the_site_also_when_it_is_changed(day, over):
    assert end_of_day(day, "Europe/Berlin") == over


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "America/Santiago", "Asia/Beirut"]
)


@given(DATES, ZONES)
def test_a_day_is_over_where_the_next_begins(day, zone):
    over = end_of_day(day, zone)
    assert day_at(over, zone) >= day + DAY
    assert day_at(over - timedelta(minutes=61), zone) <= day + DAY
    assert over.astimezone(ZoneInfo(zone)).date() > day


@given(DATES)
def test_weeks_begin_on_monday(day):
    assert monday_of(day).weekday() == 0
    assert timedelta(0) <= day - monday_of(day) < timedelta(days=7)
