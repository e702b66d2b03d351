"""Slow groups of readings: asked for in their turn, with everything else, and never one missed for good."""

from __future__ import annotations

from collectors.engine.group_turns import EVERYTHING, GroupTurns
from collectors.profiles.model import Profile

PLAIN = Profile("plain", "Plain", "modbus", 10, "", "community", "")
GROUPED = Profile(
    "grouped", "Grouped", "modbus", 10, "", "community", "", groups={"slow": 300.0, "daily": 86_400.0}
)
NONE = frozenset[str]()


def turns(share: float = 1.0) -> GroupTurns:
    return GroupTurns(lambda: share)


def test_a_profile_without_groups_is_always_asked_for_everything():
    found = turns()
    found.note(1, PLAIN, EVERYTHING, 0.0)

    assert found.due(1, PLAIN, 1.0, interval_s=10) is EVERYTHING


def test_the_first_poll_asks_for_everything():
    assert turns().due(1, GROUPED, 0.0, interval_s=10) is EVERYTHING


def test_in_between_only_the_ordinary_readings_are_asked_for():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert [found.due(1, GROUPED, at, interval_s=10) for at in (10.0, 290.0)] == [NONE, NONE]


def test_each_group_is_due_at_its_own_interval():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert found.due(1, GROUPED, 300.0, interval_s=10) == {"slow"}
    assert found.due(1, GROUPED, 86_400.0, interval_s=10) == {"slow", "daily"}


def test_the_poll_nearest_to_the_moment_asks():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert found.due(1, GROUPED, 294.9, interval_s=10) == NONE
    assert found.due(1, GROUPED, 295.0, interval_s=10) == {"slow"}


def test_a_group_stays_due_until_a_poll_of_it_was_answered():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert found.due(1, GROUPED, 300.0, interval_s=10) == {"slow"}
    assert found.due(1, GROUPED, 310.0, interval_s=10) == {"slow"}
    found.note(1, GROUPED, frozenset({"slow"}), 310.0)
    assert found.due(1, GROUPED, 320.0, interval_s=10) == NONE
    assert found.due(1, GROUPED, 610.0, interval_s=10) == {"slow"}


def test_endpoints_that_began_together_do_not_stay_in_step():
    found = turns(share=0.25)
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert found.due(1, GROUPED, 75.0, interval_s=10) == {"slow"}
    found.note(1, GROUPED, frozenset({"slow"}), 75.0)
    assert found.due(1, GROUPED, 100.0, interval_s=10) == NONE
    assert found.due(1, GROUPED, 375.0, interval_s=10) == {"slow"}


def test_each_endpoint_has_its_own_turns():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)

    assert found.due(2, GROUPED, 10.0, interval_s=10) is EVERYTHING


def test_an_endpoint_that_was_dropped_begins_anew():
    found = turns()
    found.note(1, GROUPED, EVERYTHING, 0.0)
    found.drop(1)

    assert found.due(1, GROUPED, 10.0, interval_s=10) is EVERYTHING
