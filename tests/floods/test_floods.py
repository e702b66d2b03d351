"""What the floods call flat, and what a leak."""

from __future__ import annotations

import pytest

from tests.floods.__main__ import Row


def broken(before, first, last, taken=1):
    return list(Row("mqtt", 100, 10.0, taken, {}, before, first, last, last).broken())


@pytest.mark.parametrize(
    ("before", "first", "last"),
    [
        (200, 200, 200),
        (200, 240, 220),
        (200, 204, 212),  # within the noise
        (200, 240, 260),  # filling up
    ],
)
def test_memory_that_levels_off_is_flat(before, first, last):
    assert broken(before, first, last) == []


def test_memory_that_grows_in_the_last_half_as_in_the_first_is_a_leak():
    assert broken(200, 220, 240) == [
        "mqtt: 20 MB more in the last half, after 20 MB in the first: still growing"
    ]


def test_memory_that_begins_to_grow_late_is_a_leak():
    assert broken(200, 200, 209) == [
        "mqtt: 9 MB more in the last half, after 0 MB in the first: still growing"
    ]


def test_too_much_is_too_much_also_if_it_stops():
    assert broken(200, 265, 265) == ["mqtt: 65 MB more, 64 are allowed"]


def test_a_flood_of_which_nothing_was_taken_proves_nothing():
    assert broken(200, 200, 200, taken=0) == ["mqtt: nothing was taken"]
