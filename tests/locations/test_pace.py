"""Tags that report more often while they are carried tell that they move, and that they rest."""

from __future__ import annotations

from locations.pace import Pace


def said(pace: Pace, moments, sensed=None):
    return [pace.moves(at, said=sensed) for at in moments]


def test_a_tag_that_never_changes_its_pace_says_nothing():
    assert set(said(Pace(), range(0, 600, 20))) == {None}


def test_two_short_intervals_after_long_ones_are_a_movement_and_a_long_one_is_its_end():
    pace = Pace()
    said(pace, range(0, 100, 20))

    assert said(pace, (82, 84, 86, 88)) == [None, True, True, True]
    assert said(pace, (108, 128)) == [False, False]


def test_lost_reports_and_several_receivers_of_one_report_are_no_change_of_pace():
    assert set(said(Pace(), (0, 0.2, 20, 20.4, 60, 60.1, 80, 140, 140.3, 160))) == {None}


def test_reports_that_come_in_bundles_say_nothing():
    bundles = [60 * n + second for n in range(20) for second in range(0, 10, 2)]

    assert set(said(Pace(), bundles)) == {None}


def test_a_pace_that_stays_quick_is_its_new_pace():
    pace = Pace()
    said(pace, range(0, 200, 20))

    assert said(pace, range(182, 2000, 2))[-1] is None


def test_its_own_sensor_is_believed_instead():
    pace = Pace()

    assert said(pace, range(0, 100, 20), sensed=False)[-1] is False
    assert pace.moves(120, said=True) is True
