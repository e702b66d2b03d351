"""What an asset did in a period, without gaps."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from assets.history import (
    Period,
    activity_spans,
    clock_marks,
    coverage,
    hours_to_show,
    shares,
    silences,
    stay_spans,
)
from assets.models import ActivityInterval, AssetNow, Stay
from assets.words import Activity, Basis

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def day(noon):
    return Period.last_hours(24, noon)


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def did(pump, noon):
    """``did("in_use", 5, 3)``: in use from five to three hours before noon; without an end, still."""

    def record(activity, begin, end=None, basis=Basis.CONFIRMED):
        return ActivityInterval.objects.create(
            asset=pump,
            activity=activity,
            basis=basis,
            begin=noon - timedelta(hours=begin),
            end=None if end is None else noon - timedelta(hours=end),
        )

    return record


def hours(spans, noon):
    return [(span.activity.value, (noon - span.begin) / timedelta(hours=1),
             (noon - span.end) / timedelta(hours=1)) for span in spans]  # fmt: skip


def test_spans_cover_the_whole_period_in_order(pump, did, day, noon):
    did(Activity.AVAILABLE, 30, 10)
    did(Activity.IN_USE, 10)
    assert hours(activity_spans(pump, day), noon) == [("available", 24, 10), ("in_use", 10, 0)]


def test_what_nobody_recorded_is_unknown_and_says_so(pump, did, day, noon):
    did(Activity.IN_USE, 12, 8)
    spans = activity_spans(pump, day)
    assert hours(spans, noon) == [("unknown", 24, 12), ("in_use", 12, 8), ("unknown", 8, 0)]
    assert [span.is_recorded for span in spans] == [False, True, False]


def test_without_history_the_whole_period_is_unknown(pump, day, noon):
    assert hours(activity_spans(pump, day), noon) == [("unknown", 24, 0)]


def test_an_open_interval_ends_where_silence_makes_the_asset_unknown(pump, did, day, noon):
    did(Activity.AVAILABLE, 30)
    AssetNow.objects.create(asset=pump, activity=Activity.AVAILABLE, stale_at=noon - timedelta(hours=2))
    assert hours(activity_spans(pump, day), noon) == [("available", 24, 2), ("unknown", 2, 0)]


def test_an_open_interval_that_is_heard_reaches_to_now(pump, did, day, noon):
    did(Activity.AVAILABLE, 30)
    AssetNow.objects.create(asset=pump, activity=Activity.AVAILABLE, stale_at=noon + timedelta(minutes=2))
    assert hours(activity_spans(pump, day), noon) == [("available", 24, 0)]


def test_intervals_of_another_asset_are_not_mixed_in(pump, make_pump, did, day, noon):
    ActivityInterval.objects.create(
        asset=make_pump("P-2"), activity=Activity.DOWN, basis=Basis.PERSON, begin=noon - timedelta(hours=3)
    )
    assert [span.activity for span in activity_spans(pump, day)] == [Activity.UNKNOWN]


def test_stays_are_cut_to_the_period_and_name_their_place(pump, make_zone, day, noon):
    bay, store = make_zone("Bay 1"), make_zone("Store")
    Stay.objects.create(
        asset=pump, zone=bay, begin=noon - timedelta(hours=30), end=noon - timedelta(hours=20)
    )
    Stay.objects.create(asset=pump, zone=store, begin=noon - timedelta(hours=4))
    first, second = stay_spans(pump, day)
    assert (first.zone, first.floor, first.begin, first.end) == (
        "Bay 1", "Level 1", day.begin, noon - timedelta(hours=20),
    )  # fmt: skip
    assert (second.zone, second.end) == ("Store", noon)


def test_unknown_time_is_in_no_denominator(pump, did, day):
    did(Activity.IN_USE, 12, 9)
    did(Activity.AVAILABLE, 9, 0.5)
    spans = activity_spans(pump, day)
    rows = {share.activity: (share.length, share.of_heard) for share in shares(spans)}
    assert rows[Activity.UNKNOWN] == (timedelta(hours=12.5), None)
    assert rows[Activity.IN_USE] == (timedelta(hours=3), pytest.approx(3 / 11.5))
    assert rows[Activity.AVAILABLE] == (timedelta(hours=8.5), pytest.approx(8.5 / 11.5))


def test_shares_of_an_unheard_period_have_no_part(pump, day):
    (only,) = shares(activity_spans(pump, day))
    assert (only.activity, only.of_heard) == (Activity.UNKNOWN, None)


def test_coverage_is_the_part_that_was_heard(pump, did, day):
    did(Activity.IN_USE, 12, 6)
    spans = activity_spans(pump, day)
    assert coverage(spans, day) == pytest.approx(0.25)
    assert [gap.activity for gap in silences(spans)] == [Activity.UNKNOWN, Activity.UNKNOWN]


def test_hours_are_those_of_the_sites_wall_clock(day):
    marks = clock_marks(day, BERLIN, every=360)
    assert [f"{mark:%a %H:%M}" for mark in marks] == ["Sun 18:00", "Mon 00:00", "Mon 06:00", "Mon 12:00"]


def test_an_hour_that_the_clock_repeats_is_marked_twice(noon):
    end = noon.replace(month=10, day=25, hour=2, minute=30)
    marks = clock_marks(Period.last_hours(4, end), BERLIN, every=60)
    assert [f"{mark:%H:%M}" for mark in marks] == ["01:00", "02:00", "02:00", "03:00"]


def test_zones_that_are_quarters_of_an_hour_off_have_full_hours_too(noon):
    marks = clock_marks(Period.last_hours(3, noon), ZoneInfo("Asia/Kathmandu"), every=60)
    assert [f"{mark:%H:%M}" for mark in marks] == ["15:00", "16:00", "17:00"]


def test_quarters_are_marked_in_a_short_period(noon):
    marks = clock_marks(Period.last_hours(1, noon + timedelta(minutes=5)), BERLIN, every=15)
    assert [f"{mark:%H:%M}" for mark in marks] == ["12:15", "12:30", "12:45", "13:00"]


@pytest.mark.parametrize(("hours", "shown"), [(0.2, 1), (1, 1), (3, 6), (6.1, 24), (24, 24), (900, 24)])
def test_the_page_looks_no_further_back_than_anything_is_known_up_to_a_day(pump, did, noon, hours, shown):
    did(Activity.AVAILABLE, hours)
    assert hours_to_show(pump, noon) == shown


def test_a_stay_is_known_history_too(pump, make_zone, noon):
    Stay.objects.create(asset=pump, zone=make_zone("Store"), begin=noon - timedelta(hours=3))
    assert hours_to_show(pump, noon) == 6


def test_without_history_the_page_shows_the_day(pump, noon):
    assert hours_to_show(pump, noon) == 24
