"""How a level was kept, exact to the second, from stays and what was done there."""

from datetime import timedelta

import pytest

from assets.models import ActivityInterval, Stay
from assets.par.history import Stretch, kept_between, stretches_of

HOUR = timedelta(hours=1)


def test_stretches_cover_the_period_without_a_gap(noon):
    spans = [(noon, noon + 2 * HOUR), (noon + HOUR, noon + 3 * HOUR), (noon + 3 * HOUR, noon + 5 * HOUR)]
    assert stretches_of(spans, noon, noon + 4 * HOUR) == [
        Stretch(noon, noon + HOUR, 1),
        Stretch(noon + HOUR, noon + 2 * HOUR, 2),
        Stretch(noon + 2 * HOUR, noon + 4 * HOUR, 1),
    ]
    assert stretches_of([], noon, noon + HOUR) == [Stretch(noon, noon + HOUR, 0)]


@pytest.fixture
def was_there(make_pump, noon):
    """Says that a pump was somewhere and ready, in hours from noon."""

    def make(tag, zone, stay, ready):
        pump = make_pump(tag)

        def at(hour):
            return None if hour is None else noon + hour * HOUR

        Stay.objects.create(asset=pump, zone=zone, begin=at(stay[0]), end=at(stay[1]))
        ActivityInterval.objects.create(
            asset=pump, activity="available", basis="zone", begin=at(ready[0]), end=at(ready[1])
        )

    return make


def test_ready_and_there_at_once_is_what_counts(level, was_there, bay, store, noon):
    was_there("P-1", bay, (-5, 6), (0, None))  # there and ready from 0 to 6
    was_there("P-2", bay, (2, None), (1, 4))  # from 2 to 4
    was_there("P-3", store, (-9, None), (-9, None))  # elsewhere
    kept = kept_between(level, noon, noon + 8 * HOUR)
    assert [(s.begin, s.end, s.count) for s in kept.stretches] == [
        (noon, noon + 2 * HOUR, 1),
        (noon + 2 * HOUR, noon + 4 * HOUR, 2),
        (noon + 4 * HOUR, noon + 6 * HOUR, 1),
        (noon + 6 * HOUR, noon + 8 * HOUR, 0),
    ]
    assert kept.shortfalls == [
        Stretch(noon + 4 * HOUR, noon + 8 * HOUR, 0),
        Stretch(noon, noon + 2 * HOUR, 1),
    ]
    assert (kept.percent_below_critical, kept.percent_below_target) == (75, 100)


def test_the_past_is_read_in_two_queries(level, was_there, bay, noon, django_assert_num_queries):
    for number in range(3):
        was_there(f"P-{number}", bay, (-1, None), (-1, None))
    with django_assert_num_queries(2):
        kept_between(level, noon, noon + HOUR)
