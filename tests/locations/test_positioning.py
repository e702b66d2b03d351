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


def heard(hearing: Hearing, seconds, strengths, **said) -> str | None:
    """Reports of a tag at these seconds: each receiver's strength, the strongest first."""
    for second in seconds:
        for receiver, level in sorted(strengths.items(), key=lambda row: -row[1]):
            locate(hearing, receiver, level, second, **said)
    return hearing.chosen


def test_soon_after_a_movement_the_receiver_with_the_best_mean_wins():
    hearing = Hearing()

    assert heard(hearing, [0], {"bay": -60}) == "bay"
    assert heard(hearing, [20], {"corridor": -50, "bay": -62}) == "corridor"


def test_later_another_receiver_takes_over_only_when_what_is_heard_has_changed_for_several_reports():
    hearing = Hearing()
    heard(hearing, range(0, 600, 20), {"bay": -60, "corridor": -75, "store": -80})

    chosen = [
        heard(hearing, [second], {"corridor": -55, "bay": -75, "store": -65})
        for second in range(600, 720, 20)
    ]

    assert chosen == ["bay", "bay", "bay", "corridor", "corridor", "corridor"]


def test_somebody_who_stands_before_the_nearest_receiver_for_minutes_moves_nothing():
    hearing = Hearing()
    heard(hearing, range(0, 600, 20), {"bay": -60, "corridor": -66, "store": -80, "hall": -82})

    assert (
        heard(hearing, range(600, 900, 20), {"corridor": -66, "bay": -72, "store": -80, "hall": -82}) == "bay"
    )


def test_a_tag_that_says_it_moves_is_placed_at_once_and_one_that_says_it_rests_is_not_moved_by_noise():
    hearing = Hearing()
    heard(hearing, range(0, 600, 20), {"bay": -60, "corridor": -75}, in_motion=False)
    assert heard(hearing, range(600, 660, 20), {"corridor": -58, "bay": -70}, in_motion=False) == "bay"

    assert heard(hearing, [662], {"corridor": -55, "bay": -70}, in_motion=True) == "corridor"


def test_where_it_comes_to_rest_counts_and_not_what_was_heard_on_the_way():
    hearing = Hearing()
    heard(hearing, [0, 2, 4], {"corridor": -50}, in_motion=True)

    assert heard(hearing, [6], {"bay": -54}, in_motion=False) == "bay"


def test_a_moment_s_shadow_turns_no_receiver_round():
    hearing = Hearing()
    for second in range(0, 60, 2):
        locate(hearing, "bay", -75 if second % 10 == 0 else -60, second)
        locate(hearing, "corridor", -66, second + 0.1)

    assert hearing.chosen == "bay"


def test_receivers_that_are_new_to_a_stay_and_hear_the_tag_alone_have_it_after_some_reports():
    hearing = Hearing()
    heard(hearing, range(0, 60, 2), {"bay": -60})

    chosen = [heard(hearing, [second], {"store": -62}) for second in range(60, 84, 2)]

    assert chosen == ["bay"] * 9 + ["store"] * 3


def test_the_receiver_that_a_tag_is_placed_at_is_no_stranger_to_its_stay():
    hearing = Hearing()
    heard(hearing, [0], {"corridor": -55})
    assert heard(hearing, [4, 6, 8], {"bay": -50}) == "bay"
    heard(hearing, [10], {"cleaner": -68})
    heard(hearing, range(26, 186, 20), {"bay": -66})

    assert heard(hearing, [186], {"cleaner": -62}) == "bay"


def test_a_stay_of_which_one_report_is_known_has_no_strangers():
    hearing = Hearing()
    heard(hearing, [0], {"bay": -63})

    for n, second in enumerate(range(60, 360, 20)):
        receiver = ("store", "hall", "corridor")[n % 3]
        assert heard(hearing, [second], {receiver: -67}) == "bay"


def test_a_receiver_that_falls_silent_does_not_make_the_tag_move_to_one_that_has_heard_it_all_along():
    hearing = Hearing()
    heard(hearing, range(0, 1200, 20), {"bay": -50, "corridor": -70})

    assert heard(hearing, range(1200, 1500, 20), {"corridor": -70}) == "bay"
    assert heard(hearing, range(1500, 3600, 20), {"corridor": -70}) == "corridor"  # it is out of order


def test_no_more_receivers_are_remembered_than_count():
    hearing = Hearing()
    for second in range(200):
        locate(hearing, f"r-{second}", -70, 10 * second)

    assert len(hearing.receivers) <= 17


def test_a_choke_point_without_strength_wins_when_passed():
    hearing = Hearing()
    locate(hearing, "bay", -40, 0)

    assert locate(hearing, "door", None, 1) is True
