"""When each endpoint is polled next."""

from __future__ import annotations

import itertools

import pytest

from collectors.engine.schedule import BACK_OFF_CAP_S, FIRST_WITHIN_S, GOLDEN, Schedule


def run(schedule: Schedule, until: float, took_s: float = 0.0, failures=lambda _key, _at: 0) -> dict:
    """Poll whatever is due until then; when each key was."""
    times: dict = {}
    while (at := schedule.next_at()) is not None and at <= until:
        for key in schedule.take_due(at):
            times.setdefault(key, []).append(at)
            schedule.give_back(key, at + took_s, failures=failures(key, at))
    return times


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def place(key: int, interval_s: float) -> float:
    """Where a key's moments lie within its interval, on a clock that began at 0."""
    return key * GOLDEN % 1.0 * interval_s


@pytest.mark.parametrize("took_s", [0.0, 0.3, 3.0, 8.9])
def test_a_key_comes_exactly_at_its_interval_however_long_a_poll_takes(took_s):
    schedule = Schedule()
    schedule.put(7, 10.0, now=0.0)
    times = run(schedule, 600.0, took_s=took_s)[7]
    assert gaps(times[1:]) == pytest.approx([10.0] * (len(times) - 2))
    assert len(times) >= 60


def test_being_late_now_and_then_does_not_move_the_moments_that_follow():
    schedule = Schedule()
    schedule.put(1, 10.0, now=0.0)
    run(schedule, 100.0)
    due = schedule.next_at()
    schedule.take_due(due + 4.0)
    assert schedule.give_back(1, due + 4.5) == pytest.approx(due + 10)


@pytest.mark.parametrize(("late_s", "next_after_s"), [(0.05, 0.95), (0.2, 1.8), (0.45, 1.55)])
def test_a_poll_that_is_late_is_not_followed_at_once_by_the_next(late_s, next_after_s):
    schedule = Schedule()
    schedule.put(7, 1.0, now=0.0)
    begun = schedule.next_at() + late_s
    schedule.take_due(begun)
    assert schedule.give_back(7, begun + 0.01) - begun == pytest.approx(next_after_s)


def test_who_waited_for_its_turn_is_not_asked_again_at_once():
    schedule = Schedule()
    schedule.put(7, 1.0, now=0.0)
    due = schedule.next_at()
    schedule.take_due(due)
    schedule.note_asked(7, due + 0.7)
    assert schedule.give_back(7, due + 0.72) == pytest.approx(due + 2)


def test_ten_thousand_keys_are_spread_evenly_over_their_interval():
    schedule = Schedule(epoch_s=1_700_000_000.25)
    for key in range(1, 10_001):
        schedule.put(key, 30.0, now=100.0, last_at=99.0)
    counts = [len(schedule.take_due(100.0 + second)) for second in range(1, 31)]
    assert sum(counts) == 10_000 - len(schedule.take_due(1000.0))
    assert all(abs(count - 10_000 / 30) < 10 for count in counts[1:])


def test_another_worker_goes_on_in_step():
    """Two hosts whose monotonic clocks have nothing in common, and the same wall clock."""
    here, there = Schedule(epoch_s=1_000_000.0), Schedule(epoch_s=999_000.0)
    here.put(5, 30.0, now=0.0)
    last = run(here, 300.0)[5][-1]
    there.put(5, 30.0, now=last + 1002.5, last_at=last + 1000.0)
    assert there.next_at() - 1000.0 == pytest.approx(last + 30.0)


def test_who_was_not_polled_for_long_does_not_wait_for_its_moment():
    schedule = Schedule()
    for key in range(100):
        schedule.put(key, 3600.0, now=10_000.0, last_at=1_000.0)
    assert len(schedule.take_due(10_000.0 + FIRST_WITHIN_S)) == 100


def test_who_missed_its_moment_while_it_was_handed_on_comes_soon():
    schedule = Schedule()
    for key in range(100):
        schedule.put(key, 30.0, now=30.5, last_at=0.0)
    assert len(schedule.take_due(31.0)) == 100


def test_newcomers_are_spread_over_a_few_seconds_and_longer_where_they_are_many():
    schedule = Schedule()
    for key in range(1, 10_001):
        schedule.put(key, 3600.0, now=0.0)
    within = [len(schedule.take_due(float(second))) for second in range(1, 12)]
    assert max(within) < 2_500
    assert sum(within) == 10_000


def test_a_poll_that_takes_longer_than_the_interval_is_followed_by_a_pause():
    schedule = Schedule()
    schedule.put(3, 2.0, now=0.0)
    times = run(schedule, 100.0, took_s=5.0)[3]
    assert min(gaps(times)) >= 6.0
    assert max(gaps(times)) <= 8.0


def test_no_interval_is_shorter_than_a_second():
    schedule = Schedule()
    schedule.put(3, 0.01, now=0.0)
    assert min(gaps(run(schedule, 20.0)[3])) >= 0.999


def test_a_failing_key_is_tried_less_and_less_often_but_at_least_every_half_minute():
    schedule = Schedule()
    schedule.put(4, 2.0, now=0.0)
    counter = itertools.count(1)
    between = gaps(run(schedule, 150.0, failures=lambda _key, _at: next(counter))[4])
    assert between[1:5] == pytest.approx([8.0, 16.0, BACK_OFF_CAP_S, BACK_OFF_CAP_S])


def test_a_slow_key_that_fails_keeps_its_interval():
    schedule = Schedule()
    schedule.put(4, 300.0, now=0.0)
    between = gaps(run(schedule, 2000.0, failures=lambda _key, _at: 9)[4])
    assert between[1:] == pytest.approx([300.0] * len(between[1:]))


def test_once_it_answers_a_key_is_back_to_its_interval():
    schedule = Schedule()
    schedule.put(4, 2.0, now=0.0)
    failing = iter([0, 1, 2, 3, 0, 0])
    between = gaps(run(schedule, 60.0, failures=lambda _key, _at: next(failing, 0))[4])
    assert between[1:6] == pytest.approx([4.0, 8.0, 16.0, 2.0, 2.0])


def failing_key() -> Schedule:
    schedule = Schedule()
    schedule.put(4, 2.0, now=0.0)
    due = schedule.next_at()
    schedule.take_due(due)
    schedule.give_back(4, due, failures=9)
    return schedule


def test_a_failing_key_that_has_something_to_tell_is_due_at_once():
    schedule = failing_key()
    schedule.hasten(4, 8.0)
    assert schedule.next_at() == 8.0


def test_even_so_it_is_asked_at_most_once_a_second():
    schedule = Schedule()
    schedule.put(4, 3600.0, now=0.0)
    at = schedule.next_at()
    schedule.take_due(at)
    schedule.give_back(4, at + 0.1)
    schedule.hasten(4, at + 0.2)
    assert schedule.next_at() == at + 1.0


def test_a_failing_key_heard_in_another_way_is_back_to_its_interval():
    schedule = failing_key()
    schedule.end_back_off(4, 8.0)
    assert 8.0 < schedule.next_at() <= 11.0


def test_a_key_that_is_out_is_not_due_again_until_given_back():
    schedule = Schedule()
    schedule.put(1, 1.0, now=0.0)
    assert schedule.take_due(1.0) == [1]
    assert schedule.take_due(1000.0) == []
    schedule.hasten(1, 1000.0)
    assert schedule.next_at() is None


def test_when_it_will_be_due_is_known_before_it_is_given_back():
    schedule = Schedule()
    schedule.put(1, 10.0, now=0.0)
    schedule.take_due(10.0)
    expected = schedule.next_of(1, 10.5, failures=2)
    assert schedule.next_at() is None
    assert schedule.give_back(1, 10.5, failures=2) == expected == schedule.next_at()


def test_a_dropped_key_is_never_due_also_if_it_was_out():
    schedule = Schedule()
    schedule.put(1, 1.0, now=0.0)
    schedule.put(2, 1.0, now=0.0)
    schedule.take_due(1.0)
    schedule.drop(1)
    schedule.drop(2)
    assert schedule.give_back(1, 1.0) is None
    assert schedule.next_at() is None
    assert len(schedule) == 0


def test_a_changed_interval_counts_at_once():
    schedule = Schedule()
    schedule.put(9, 3600.0, now=0.0)
    schedule.take_due(schedule.next_at())
    schedule.give_back(9, 10.0)
    schedule.put(9, 2.0, now=20.0)
    assert 20.0 <= schedule.next_at() <= 22.0
    assert schedule.next_at() % 2.0 == pytest.approx(place(9, 2.0))


def test_an_unchanged_interval_changes_nothing():
    schedule = Schedule()
    schedule.put(9, 10.0, now=0.0)
    before = schedule.next_at()
    schedule.put(9, 10.0, now=1.0)
    assert schedule.next_at() == before
