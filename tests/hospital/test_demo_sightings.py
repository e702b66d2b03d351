"""What the simulated location system reports of each tag."""

from __future__ import annotations

import math

import pytest

from hospital.demo.day import Day
from hospital.demo.habits import JITTER_ROOM, JITTERING
from hospital.demo.sightings import JITTER_M, Ears

FLOORS = ("main-0", "main-1", "main-2")


@pytest.fixture
def day() -> Day:
    return Day(seed=1)


@pytest.fixture
def ears(day) -> Ears:
    return Ears(day)


def test_every_tag_is_heard_by_exactly_one_gateway(day, ears):
    for moment in (0, 300, 600):
        day.advance(moment)
        rows = [number for floor in FLOORS for number, _ in ears.reports(floor)]
        assert sorted(rows) == list(range(1, 364))


def test_a_tag_keeps_its_row_wherever_it_goes(day, ears):
    rows: dict[str, set[int]] = {}
    for moment in range(0, 900, 60):
        day.advance(moment)
        for floor in FLOORS:
            for number, report in ears.reports(floor):
                rows.setdefault(report.tag, set()).add(number)
    assert all(len(numbers) == 1 for numbers in rows.values())


def test_reports_are_two_seconds_old_on_the_move_and_twenty_at_rest(day, ears):
    for moment in range(0, 100, 7):
        day.advance(moment)
        for tag, mobile in day.mobiles.items():
            report = ears.report(tag, day.now)
            age = moment - report.at
            assert 0 <= age <= (2 if mobile.walk else 20)
            assert report.is_moving == (mobile.walk is not None)


def test_positions_are_near_the_truth(day, ears):
    for moment in range(0, 100, 9):
        day.advance(moment)
        for tag, mobile in day.mobiles.items():
            report = ears.report(tag, day.now)
            if report.floor and tag != JITTERING:
                place = mobile.place(report.at)
                assert report.floor == place.floor
                assert math.dist((report.x, report.y), (place.x, place.y)) < 2.0


def test_a_report_stays_the_same_until_the_next(day, ears):
    resting = next(tag for tag, mobile in day.mobiles.items() if mobile.walk is None and tag != JITTERING)
    first = ears.report(resting, 0.0)
    day.advance(first.at + 19)
    assert ears.report(resting, day.now) == first


def test_the_jittering_tag_reports_up_to_a_metre_and_a_half_off(day, ears):
    room, place, seen = day.world.plan.rooms[JITTER_ROOM], day.mobiles[JITTERING].place(0), []
    for moment in range(0, 3600, 3):
        day.advance(moment)
        report = ears.report(JITTERING, day.now)
        seen.append((report.x, report.y))
        assert not report.is_moving
    off = [math.dist((place.x, place.y), spot) for spot in seen]
    inside = sum(room.holds(*spot) for spot in seen)
    assert max(off) <= JITTER_M + 1e-9
    assert max(off) > 1.3
    assert 0.9 * len(seen) < inside < len(seen)


def test_wheelchairs_are_known_by_the_receiver_that_hears_them_best(day, ears):
    receivers = {listener.identifier: listener for listener in day.world.plan.listeners}
    for number in range(1, 25):
        tag = f"WCH-{number:03d}"
        report, place = ears.report(tag, 0.0), day.mobiles[tag].place(0.0)
        receiver = receivers[report.receiver]
        assert report.floor == ""
        assert receiver.room.startswith(place.floor)
        assert math.dist((receiver.x, receiver.y), (place.x, place.y)) < 12
        assert -95 < report.rssi_dbm <= -40
