"""Hours in use from the marks of weeks and the intervals beside them are those of a walk through the intervals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.measures.models import UseMark, UseTouched, UseWeek
from assets.measures.use import use_of
from assets.measures.winding import monday_of, sum_use
from assets.models import ActivityInterval, AssetNow
from assets.observation import Evidence, Observation, Subject, SubjectKind
from assets.record import record_observations

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
H, MIN, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)
USES = st.lists(st.tuples(st.integers(-60_000, 43_000), st.integers(1, 30_000)), max_size=6)
"""Minutes from thirty days before noon on, and how long."""


def use(asset, begin, end=None):
    if not ActivityInterval.objects.filter(asset=asset, begin__lt=end, end__gt=begin).exists():
        ActivityInterval.objects.create(
            asset=asset, activity="in_use", basis="confirmed", begin=begin, end=end
        )


def walked(asset, begin, end):
    """One interval at a time."""
    total = timedelta(0)
    for row in ActivityInterval.objects.filter(asset=asset, activity="in_use"):
        total += max(timedelta(0), min(row.end or end, end) - max(row.begin, begin))
    return total


class Undone:
    """Whatever an example stored is gone after it."""

    def __enter__(self):
        self._inside = transaction.atomic()
        self._inside.__enter__()

    def __exit__(self, *failure):
        transaction.set_rollback(True)
        self._inside.__exit__(*failure)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(early=USES, late=USES, other=USES, from_day=st.integers(0, 29), weeks_ago=st.integers(0, 3))
def test_it_is_that_of_a_walk_whatever_was_summed_before(
    make_pump, scope, noon, early, late, other, from_day, weeks_ago
):
    with Undone():
        first, second = make_pump("P-1"), make_pump("P-2")
        start = noon - timedelta(days=30)
        for asset, rows in ((first, early), (second, other)):
            for begin, length in rows:
                use(asset, start + begin * MIN, min(noon, start + (begin + length) * MIN))
        sum_use(now=noon - weeks_ago * WEEK)
        for begin, length in late:
            use(first, start + begin * MIN, min(noon, start + (begin + length) * MIN))
            UseTouched.objects.create(asset_id=first.pk, since_us=0)
        asked = scope(begin=(start + timedelta(days=from_day)).date())

        def total():
            return sum(use_of(asked, "model").values(), timedelta(0))

        expected = walked(first, asked.begin_at, noon) + walked(second, asked.begin_at, noon)
        assert total() == expected
        sum_use(now=noon)
        assert not UseTouched.objects.exists()
        assert total() == expected


def test_what_goes_on_at_the_begin_of_a_week_counts_from_where_the_period_begins(make_pump, scope, noon):
    pump = make_pump()
    week = monday_of(noon) - WEEK
    use(pump, week - 100 * H, week + 3 * H)
    use(pump, week + 20 * H, noon)
    sum_use(now=noon)
    asked = scope(begin=(week - timedelta(days=2)).date())
    assert use_of(asked, "model") == {pump.model_id: 48 * H + 3 * H + (noon - week - 20 * H)}


def test_use_that_fell_silent_before_a_week_does_not_go_on_in_it(make_pump, scope, noon):
    pump = make_pump()
    week = monday_of(noon)
    AssetNow.objects.create(asset=pump, stale_at=week - 2 * H)
    ActivityInterval.objects.create(asset=pump, activity="in_use", basis="confirmed", begin=week - 5 * H)
    sum_use(now=noon)
    assert UseMark.objects.get(at=week).running_since is None
    assert use_of(scope(), "model") == {pump.model_id: 3 * H}


def test_a_week_is_summed_once_it_is_over_for_an_hour(make_pump, noon):
    use(make_pump(), monday_of(noon) - 3 * H, monday_of(noon) - 2 * H)
    assert sum_use(now=monday_of(noon) + 59 * MIN) == 1
    assert sum_use(now=monday_of(noon) + 61 * MIN) == 1
    assert list(UseWeek.objects.values_list("at", flat=True)) == [monday_of(noon) - WEEK, monday_of(noon)]


def test_late_reports_are_noted_with_the_change_itself(make_pump, noon):
    """Whatever the clock says: they are of years ago."""
    pump = make_pump()
    at = noon - timedelta(days=100)
    told = Observation(Subject(SubjectKind.ASSET, str(pump.pk)), "test", at, at, activity=Evidence.IN_USE)
    record_observations([told])
    assert set(UseTouched.objects.values_list("asset_id", flat=True)) == {pump.pk}
