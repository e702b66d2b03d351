"""Figures as arithmetic: by hand, and what is undefined says why."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.measures.figures import (
    Completion,
    Due,
    availability,
    completion,
    cost_of_service,
    failure_rate,
    mtbf,
    mttr,
)

TODAY = date(2026, 3, 2)
OPENS, CLOSES = date(2026, 1, 10), date(2026, 2, 8)
H = timedelta(hours=1)


def due(done: date | None = None, tried: int = 0, closes: date = CLOSES) -> Due:
    return Due(OPENS, closes, done, tried)


def test_the_example_of_the_manual():
    """Ten were due: six in time, one late, one too early, one tried twice, one tried once; an eleventh is open."""
    rows = [due(date(2026, 1, 10))] * 3 + [due(CLOSES)] * 3
    rows += [due(date(2026, 2, 9)), due(date(2026, 1, 9)), due(tried=2), due(tried=1), due(closes=TODAY)]
    found = completion(rows, TODAY)
    assert found == Completion(due=10, in_time=6, tried=1, still_open=1)
    assert (found.strict.value, found.credited.value, found.missed) == (0.6, 0.7, 3)
    assert found.excluded.value == pytest.approx(6 / 9)


def test_done_late_but_tried_in_time_is_credited():
    assert completion([due(date(2026, 2, 20), tried=2)], TODAY).credited.value == 1


@pytest.mark.parametrize(
    ("found", "figure", "why"),
    [
        (Completion(), "strict", "nothing was due"),
        (Completion(still_open=2), "credited", "nothing is decided yet: the windows are open"),
        (Completion(due=2, tried=2), "excluded", "all that was due could not be reached"),
    ],
)
def test_without_a_denominator_there_is_a_reason(found, figure, why):
    assert (getattr(found, figure).value, getattr(found, figure).why) == (None, why)


DAYS = st.integers(0, 60).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 40), st.none() | DAYS, st.integers(0, 3)), max_size=12),
    st.integers(0, 90).map(lambda days: date(2026, 1, 1) + timedelta(days=days)),
)
def test_completion_is_that_of_counting_by_hand(told, today):
    rows = [Due(opens, opens + timedelta(days=length), done, tried) for opens, length, done, tried in told]
    decided = [row for row in rows if row.done is not None or row.closes < today]
    met = [row for row in decided if row.done and row.done in days_between(row.opens, row.closes)]
    reached = [row for row in decided if row not in met and row.tried > 1]
    found = completion(rows, today)

    assert found.still_open == len(rows) - len(decided)
    assert found.strict.value == (len(met) / len(decided) if decided else None)
    assert found.credited.value == ((len(met) + len(reached)) / len(decided) if decided else None)
    others = len(decided) - len(reached)
    assert found.excluded.value == (len(met) / others if others else None)
    assert bool(found.strict.why) == (not decided)


def days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=count) for count in range((last - first).days + 1)}


def test_without_a_failure_there_is_no_mtbf_and_it_says_in_how_many_hours():
    assert mtbf(1234.5, 0).value is None
    assert mtbf(1234.5, 0).why == "no failures in 1,234 operating hours"
    assert mttr(timedelta(0), 0).why == "no failures"


def test_failures_without_hours_are_no_mtbf_of_nought():
    assert mtbf(0, 2).why == "2 failures, but no operating hours known"
    assert failure_rate(0, 2).why == "no operating hours known"
    assert failure_rate(500, 0).value == 0, "known hours without a failure are known"


def test_mtbf_mttr_rate_and_availability():
    assert mtbf(1000, 4).value == 250
    assert mttr(6 * H, 4).value == 1.5
    assert failure_rate(2000, 3).value == 1.5
    assert availability(100 * H, 8 * H).value == 0.92
    assert availability(timedelta(0), timedelta(0)).why == "no covered hours"


def test_cost_of_service_is_that_of_a_year():
    assert cost_of_service(Decimal(500), Decimal(10_000), 365.25).value == 0.05
    assert cost_of_service(Decimal(250), Decimal(10_000), 365.25 / 2).value == 0.05
    assert cost_of_service(Decimal(250), Decimal(0), 365).why == "no acquisition cost is entered"


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20)), min_size=1, max_size=8))
def test_figures_of_a_whole_are_of_its_sums_not_means_of_its_parts(parts):
    hours, failures = sum(h for h, _ in parts), sum(f for _, f in parts)
    found = mtbf(hours, failures)
    if failures and hours:
        assert found.value * failures == pytest.approx(hours)
        assert failure_rate(hours, failures).value * found.value == pytest.approx(1000)
    else:
        assert found.value is None
        assert found.why
