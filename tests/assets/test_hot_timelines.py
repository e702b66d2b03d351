"""Timelines that a process still has from the batch before leave the same history as those read from the database."""

from __future__ import annotations

import random

import pytest

from assets.models import AssetNow, Stay, TimelineHead, Waypoint
from assets.observation import Position
from assets.record import record_observations
from assets.recording import hot
from assets.recording.timeline import unpack_timeline
from locations.zones import ZoneKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


@pytest.fixture(autouse=True)
def nothing_kept():
    hot._kept.clear()
    yield
    hot._kept.clear()


@pytest.fixture
def rooms(make_zone):
    return make_zone("Bay", ZoneKind.PATIENT_ROOM), make_zone("Store", ZoneKind.CLEAN_STORE, x=10)


def carried(observe, pump, begin: int, end: int):
    """Reports every two seconds of a pump that lies, is carried to the next room, and lies there."""
    rng = random.Random(3)
    errors = [(rng.gauss(0, 0.4), rng.gauss(0, 0.4)) for _ in range(200)]
    return [
        observe(
            pump,
            2 * n,
            source="rtls",
            position=Position("main-1", min(max(n - 30, 3), 15) + errors[n][0], 5 + errors[n][1], 0.8),
        )
        for n in range(begin, end)
    ]


def history(pump):
    now = AssetNow.objects.values().get(asset=pump)
    del now["asset_id"]
    head = TimelineHead.objects.get(asset=pump)
    return (
        now,
        head.state,
        list(Stay.objects.filter(asset=pump).order_by("begin").values_list("begin", "end", "zone")),
        list(Waypoint.objects.filter(asset=pump).order_by("at_us").values_list("at_us", "x", "y")),
    )


def test_reports_one_by_one_leave_to_the_last_digit_what_they_leave_when_every_timeline_is_read_again(
    rooms, make_pump, observe
):
    kept, read = make_pump("P-1"), make_pump("P-2")

    for observation in carried(observe, kept, 0, 90):
        record_observations([observation])
        assert kept.pk in hot._kept
    for observation in carried(observe, read, 0, 90):
        hot._kept.clear()
        record_observations([observation])

    assert history(kept) == history(read)
    assert Stay.objects.filter(asset=kept).count() == 2


def test_what_another_process_recorded_meanwhile_counts(rooms, make_pump, observe):
    pump, plain = make_pump("P-1"), make_pump("P-2")
    record_observations(carried(observe, pump, 0, 20))
    ours = dict(hot._kept)
    record_observations(carried(observe, pump, 20, 60))
    hot._kept.clear()
    hot._kept.update(ours)  # as if that had been recorded elsewhere

    record_observations(carried(observe, pump, 60, 90))

    for begin, end in ((0, 20), (20, 60), (60, 90)):
        hot._kept.clear()
        record_observations(carried(observe, plain, begin, end))
    assert history(pump) == history(plain)


def test_a_batch_that_fails_leaves_nothing_behind(rooms, make_pump, observe, monkeypatch):
    pump, plain = make_pump("P-1"), make_pump("P-2")
    record_observations(carried(observe, pump, 0, 20))
    with monkeypatch.context() as failing:
        failing.setattr("assets.record.publish_changes", lambda _changes: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record_observations(carried(observe, pump, 20, 60))

    record_observations(carried(observe, pump, 20, 90))

    record_observations(carried(observe, plain, 0, 20))
    record_observations(carried(observe, plain, 20, 90))
    assert history(pump) == history(plain)


def test_a_timeline_that_the_clock_has_taken_on_is_not_kept(rooms, make_pump, observe, noon):
    pump = make_pump("P-1")
    told = carried(observe, pump, 0, 1)
    record_observations(told, now=noon.replace(hour=noon.hour + 6))
    assert pump.pk not in hot._kept


def test_what_is_taken_is_nobody_elses_and_what_is_kept_has_a_bound(monkeypatch):
    monkeypatch.setattr(hot, "MOST", 2)
    timeline = unpack_timeline("")
    hot.keep_timelines(dict.fromkeys((1, 2, 3), ("state", timeline)))

    assert hot.take_timeline(3, "state") is timeline
    assert hot.take_timeline(3, "") is not timeline
    assert hot.take_timeline(2, "") is not timeline, "of another state"
    assert not hot._kept, "the first had to go"
