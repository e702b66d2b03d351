"""The way of an asset, point by point: what is kept, what is left out, silences, late evidence, and how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import Checkpoint, EvidenceLog, TimelineHead, Waypoint
from assets.observation import Evidence, Position
from assets.record import record_observations
from assets.recording.moments import to_us
from assets.retention import trim_waypoints

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def pump(make_pump, make_zone):
    """P-1, on a floor with a bay from 0 to 10 m and a store from 10 to 20 m."""
    make_zone("Bay")
    make_zone("Store", x=10)
    return make_pump()


@pytest.fixture
def told(observe, pump):
    """Records positions in one batch: ``told((seconds, x, error), …)``."""

    def record(*points, y=5.0):
        record_observations(
            [observe(pump, at, position=Position("main-1", x, y, error)) for at, x, error in points]
        )

    return record


def way(noon):
    """Seconds after noon, x, and since when nothing had been reported, in seconds after noon."""
    return [
        (
            (point.at_us - to_us(noon)) / 1e6,
            point.x,
            point.silent_since_us and (point.silent_since_us - to_us(noon)) / 1e6,
        )
        for point in Waypoint.objects.order_by("at_us")
    ]


def test_equipment_that_lies_still_leaves_one_point_however_often_it_reports(told, noon):
    told(*((at, 5 + 0.1 * (at % 3), 0.5) for at in range(0, 600, 2)))

    (point,) = Waypoint.objects.all()
    assert (point.at_us, point.x, point.y, point.error_m, point.floor.slug, point.zone.name) == (
        to_us(noon), 5.0, 5.0, 0.5, "main-1", "Bay",
    )  # fmt: skip
    assert (point.confidence, point.silent_since_us) == (1.0, None)


def test_a_walk_is_kept_every_few_seconds_as_it_was_estimated(told, noon):
    told(*((at, 1 + at, 0.3) for at in range(15)))

    points = way(noon)
    assert points[0] == (0, 1, None)
    assert 4 <= len(points) <= 7
    assert all(abs(x - (1 + at)) < 1.5 for at, x, _ in points)


def test_a_point_that_becomes_twice_as_exact_is_kept_anew(told):
    told(*((at, 5, 4.0) for at in range(0, 3600, 20)))

    errors = list(Waypoint.objects.order_by("at_us").values_list("error_m", flat=True))
    assert errors[0] == 4
    assert errors[-1] <= 2


def test_after_a_silence_the_point_says_since_when_nothing_was_reported(told, noon):
    told((0, 5, 0.5), (60, 5, 0.5))
    told((400, 5, 0.5), (410, 5, 0.5))

    assert way(noon) == [(0, 5, None), (400, 5, 60)]


def test_readings_alone_do_not_break_the_silence_of_a_place(told, observe, pump, noon):
    told((0, 5, 0.5))
    record_observations([observe(pump, at, activity=Evidence.IDLE) for at in (100, 200, 300)])
    told((400, 5, 0.5))

    assert way(noon) == [(0, 5, None), (400, 5, 0)]


def test_late_evidence_corrects_the_way_as_it_corrects_the_stays(told, noon):
    told((0, 5, 0.5))
    told((400, 15, 0.5), (410, 15, 0.5), (420, 15, 0.5), (460, 15, 0.5))
    assert way(noon)[1][2] == 0

    told(*((at, 5, 0.5) for at in (100, 200, 300)))

    late = way(noon)
    assert [point[2] for point in late] == [None] * len(late)
    Waypoint.objects.all().delete()
    for model in (TimelineHead, Checkpoint, EvidenceLog):
        model.objects.all().delete()
    told(*((at, 5, 0.5) for at in (0, 100, 200, 300)), *((at, 15, 0.5) for at in (400, 410, 420, 460)))
    assert way(noon) == late


def test_two_reports_at_the_same_instant_leave_one_point(observe, pump, noon):
    record_observations(
        [
            observe(pump, source="a", position=Position("main-1", 5, 5, 1)),
            observe(pump, source="b", position=Position("main-1", 15, 5, 1)),
        ]
    )
    assert len(way(noon)) == 1


def test_equipment_that_is_installed_leaves_no_way(make_pump, make_zone, observe):
    fixed = make_pump("CT-1", is_fixed=True, home_zone=make_zone("CT"))
    record_observations([observe(fixed, position=Position("main-1", 5, 5, 1))])
    assert not Waypoint.objects.exists()


def test_old_points_go_but_the_latest_before_what_is_kept_stays(told, noon, settings):
    settings.TRAIL_KEPT_DAYS = 30
    told(*((at, x, 0.3) for at, x in ((0, 1), (30, 9), (60, 9), (90, 15), (120, 15))))
    count = Waypoint.objects.count()
    assert count >= 2

    assert trim_waypoints(now=noon + timedelta(days=30)) == 0
    assert trim_waypoints(now=noon + timedelta(days=31)) == count - 1
    assert Waypoint.objects.count() == 1
