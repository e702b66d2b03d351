"""Following one tag: steady at rest, quick when it moves, careful with floors and receivers."""

from __future__ import annotations

import math
import random

import pytest

from locations.hearing import Hearing, locate
from locations.positioning import Fix, Track, follow

GROUND, UPSTAIRS = 1, 2


def noisy(seed: int, x: float, y: float, error: float):
    source = random.Random(seed)
    while True:
        yield Fix(GROUND, x + source.gauss(0, error), y + source.gauss(0, error), error)


def test_the_first_report_is_taken_as_it_is():
    track = Track()

    assert follow(track, Fix(GROUND, 3, 4, 1.5), 0) is False
    assert (track.floor, track.x, track.y, track.error) == (GROUND, 3, 4, 1.5)


def test_an_error_of_zero_is_not_believed():
    track = Track()
    follow(track, Fix(GROUND, 3, 4, 0), 0)

    assert track.error == 0.3


@pytest.mark.parametrize("error", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("interval", [1, 10])
def test_at_rest_jitter_dies_out_and_is_never_taken_for_movement(error, interval):
    track = Track()
    reports = noisy(7, 10, 10, error)

    moved = [follow(track, next(reports), n * interval) for n in range(5000)]

    assert not any(moved)
    assert math.dist((track.x, track.y), (10, 10)) < 0.6 * error
    assert track.error < 0.35 * error


def test_a_tag_that_is_carried_is_followed_within_seconds():
    track = Track()
    reports = noisy(3, 0, 0, 1)
    for second in range(60):
        follow(track, next(reports), second)

    moved = []
    for second in range(30):
        report = next(noisy(second, 1.2 * second, 0, 1))
        moved.append(follow(track, report, 60 + second))

    assert moved.index(True) <= 6
    assert moved[-1] is True
    assert abs(track.x - 1.2 * 29) < 2.5


def test_it_comes_to_rest_again():
    track = Track()
    for second in range(30):
        follow(track, Fix(GROUND, 1.2 * second, 0, 1), second)
    assert track.is_moving

    moved = [follow(track, report, 30 + n) for n, report in zip(range(40), noisy(1, 36, 0, 1), strict=False)]

    assert moved[-1] is False
    assert abs(track.x - 36) < 1


def test_one_wild_report_moves_nothing():
    track = Track()
    reports = noisy(5, 10, 10, 1)
    for second in range(100):
        follow(track, next(reports), second)

    assert follow(track, Fix(GROUND, 500, -500, 1), 100) is False
    assert math.dist((track.x, track.y), (10, 10)) < 1


def test_the_tags_own_motion_sensor_is_believed_at_once():
    track = Track()
    follow(track, Fix(GROUND, 0, 0, 1), 0)

    assert follow(track, Fix(GROUND, 0.5, 0, 1), 5, in_motion=True) is True
    assert follow(track, Fix(GROUND, 0.6, 0, 1), 10, in_motion=False) is False


def test_a_single_report_from_another_floor_is_a_reflection():
    track = Track()
    follow(track, Fix(GROUND, 5, 5, 1), 0)

    follow(track, Fix(UPSTAIRS, 6, 6, 1), 5)
    follow(track, Fix(GROUND, 5, 5, 1), 10)
    follow(track, Fix(UPSTAIRS, 6, 6, 1), 15)

    assert (track.floor, track.x) == (GROUND, 5)


def test_a_tag_that_was_out_of_hearing_and_is_found_far_away_does_not_crawl_there():
    track = Track()
    for second in range(0, 600, 20):
        follow(track, Fix(GROUND, 5, 5, 0.5), second, in_motion=False)

    for second in range(900, 980, 20):  # carried 40 m while nobody heard it, then lying still again
        follow(track, Fix(GROUND, 45, 5, 0.5), second, in_motion=False)

    assert track.x == pytest.approx(45, abs=0.5)


def test_one_wild_report_moves_a_still_tag_by_centimetres():
    track = Track()
    for second in range(0, 600, 20):
        follow(track, Fix(GROUND, 5, 5, 0.5), second, in_motion=False)
    follow(track, Fix(GROUND, 45, 5, 0.5), 600, in_motion=False)

    assert track.x == pytest.approx(5, abs=0.5)


def test_another_floor_wins_when_it_holds():
    track = Track()
    follow(track, Fix(GROUND, 5, 5, 1), 0)

    assert follow(track, Fix(UPSTAIRS, 6, 6, 1), 5) is False
    assert follow(track, Fix(UPSTAIRS, 7, 7, 1), 13) is True
    assert (track.floor, track.x, track.y) == (UPSTAIRS, 7, 7)


def test_the_strongest_receiver_places_a_tag():
    hearing = Hearing()

    assert locate(hearing, "bay", -60, 0) is True
    assert locate(hearing, "corridor", -75, 1) is False
    assert hearing.chosen == "bay"


def test_another_receiver_takes_over_only_when_clearly_stronger():
    hearing = Hearing()
    locate(hearing, "bay", -60, 0)

    assert locate(hearing, "corridor", -57, 1) is False
    assert locate(hearing, "corridor", -50, 2) is False
    assert locate(hearing, "corridor", -50, 3) is True


def test_a_moment_s_shadow_turns_no_receiver_round():
    hearing = Hearing()
    for second in range(0, 60, 2):
        locate(hearing, "bay", -75 if second % 10 == 0 else -60, second)
        locate(hearing, "corridor", -66, second + 0.1)

    assert hearing.chosen == "bay"


def test_a_receiver_that_alone_hears_a_tag_has_it_soon():
    hearing = Hearing()
    for second in range(0, 60, 2):
        locate(hearing, "bay", -60, second)

    assert [locate(hearing, "store", -62, second) for second in (62, 64, 66, 68)] == [
        False,
        False,
        False,
        True,
    ]


def test_a_receiver_that_hears_no_more_gives_way():
    hearing = Hearing()
    locate(hearing, "bay", -40, 0)

    assert locate(hearing, "corridor", -80, 15) is False
    assert locate(hearing, "corridor", -80, 17) is True
    assert set(hearing.receivers) == {"corridor"}


def test_a_choke_point_without_strength_wins_when_passed():
    hearing = Hearing()
    locate(hearing, "bay", -40, 0)

    assert locate(hearing, "door", None, 1) is True
