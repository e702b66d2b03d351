"""When each endpoint is polled next."""

from __future__ import annotations

import itertools

import pytest

from collectors.engine.schedule import BACK_OFF_CAP_S, FIRST_WITHIN_S, Schedule


def steady() -> Schedule:
    """Without jitter: the middle of its range."""
    return Schedule(random=lambda: 0.5)


def run(schedule: Schedule, until: float, took_s: float = 0.0, failures=lambda _key, _at: 0) -> dict:
    """Poll whatever is due until then; when each key was."""
    times: dict = {}
    while (at := schedule.next_at()) is not None and at <= until:
        for key in schedule.take_due(at):
            times.setdefault(key, []).append(round(at, 3))
            schedule.give_back(key, at + took_s, failures=failures(key, at))
    return times


def test_a_key_comes_at_its_interval_however_long_a_poll_takes():
    schedule = steady()
    schedule.put("a", 10.0, now=0.0)
    assert run(schedule, 45.0, took_s=3.0) == {"a": [2.5, 12.5, 22.5, 32.5, 42.5]}


def test_a_poll_that_takes_longer_than_the_interval_is_followed_by_a_pause():
    schedule = steady()
    schedule.put("a", 2.0, now=0.0)
    assert run(schedule, 15.0, took_s=5.0) == {"a": [1.0, 7.0, 13.0]}


def test_no_interval_is_shorter_than_a_second():
    schedule = steady()
    schedule.put("a", 0.01, now=0.0)
    assert run(schedule, 4.0) == {"a": [0.5, 1.5, 2.5, 3.5]}


def test_newcomers_are_spread_over_a_few_seconds():
    spread = itertools.cycle([0.0, 0.25, 0.5, 0.99])
    schedule = Schedule(random=lambda: next(spread))
    for key in range(4):
        schedule.put(key, 3600.0, now=100.0)
    assert schedule.take_due(100.0 + FIRST_WITHIN_S * 0.5) == [0, 1, 2]


def test_jitter_keeps_two_of_the_same_interval_apart_but_near_it():
    draws = iter([0.0, 1.0])
    schedule = steady()
    schedule.put("a", 10.0, now=0.0)
    schedule.take_due(2.5)
    schedule.random = lambda: next(draws)
    assert schedule.give_back("a", 2.5) == pytest.approx(2.5 + 9.5)
    schedule.take_due(12.0)
    assert schedule.give_back("a", 12.0) == pytest.approx(12.0 + 10.5)


def test_a_failing_key_is_tried_less_and_less_often_but_at_least_every_half_minute():
    schedule = steady()
    schedule.put("a", 2.0, now=0.0)
    counter = itertools.count(1)
    times = run(schedule, 110.0, failures=lambda _key, _at: next(counter))["a"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps == [4.0, 8.0, 16.0, BACK_OFF_CAP_S, BACK_OFF_CAP_S]


def test_a_slow_key_that_fails_keeps_its_interval():
    schedule = steady()
    schedule.put("a", 300.0, now=0.0)
    schedule.take_due(10.0)
    assert schedule.give_back("a", 10.0, failures=9) == 310.0


def test_once_it_answers_a_key_is_back_to_its_interval():
    schedule = steady()
    schedule.put("a", 2.0, now=0.0)
    failing = iter([1, 2, 3, 0, 0])
    assert run(schedule, 35.0, failures=lambda _key, _at: next(failing, 0))["a"][:6] == [
        1.0, 5.0, 13.0, 29.0, 31.0, 33.0
    ]  # fmt: skip


def test_a_failing_key_heard_in_another_way_is_hastened():
    schedule = steady()
    schedule.put("a", 2.0, now=0.0)
    schedule.take_due(1.0)
    schedule.give_back("a", 1.0, failures=9)
    schedule.hasten("a", 3.0)
    assert schedule.next_at() == 5.0


def test_a_key_that_is_out_is_not_due_again_until_given_back():
    schedule = steady()
    schedule.put("a", 1.0, now=0.0)
    assert schedule.take_due(1.0) == ["a"]
    assert schedule.take_due(1000.0) == []
    assert schedule.next_at() is None


def test_a_dropped_key_is_never_due_also_if_it_was_out():
    schedule = steady()
    schedule.put("a", 1.0, now=0.0)
    schedule.put("b", 1.0, now=0.0)
    schedule.take_due(0.5)
    schedule.drop("a")
    schedule.drop("b")
    assert schedule.give_back("a", 1.0) is None
    assert schedule.next_at() is None
    assert len(schedule) == 0


def test_a_changed_interval_counts_at_once():
    schedule = steady()
    schedule.put("a", 3600.0, now=0.0)
    schedule.take_due(10.0)
    schedule.give_back("a", 10.0)
    schedule.put("a", 2.0, now=20.0)
    assert schedule.next_at() == 21.0


def test_an_unchanged_interval_changes_nothing():
    schedule = steady()
    schedule.put("a", 10.0, now=0.0)
    before = schedule.next_at()
    schedule.put("a", 10.0, now=1.0)
    assert schedule.next_at() == before
