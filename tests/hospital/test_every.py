"""A test that walks many things fails for each that fails, by its name."""

from __future__ import annotations

import pytest

from tests.every import for_every


@pytest.fixture
def least():
    return 2


@for_every([(1, 2), (3, 4)])
def test_what_it_takes_besides_the_thing_are_fixtures(one, other, least):
    assert other - one < least


def test_everything_is_checked_and_all_that_fail_are_named():
    seen = []

    @for_every({"even": 2, "odd": 3, "text": "x"})
    def check(number):
        seen.append(number)
        assert number % 2 == 0

    with pytest.raises(ExceptionGroup, match="2 of 3 failed: odd, text") as caught:
        check()
    assert seen == [2, 3, "x"]
    assert [failure.__notes__ for failure in caught.value.exceptions] == [["for odd"], ["for text"]]
    assert [type(failure) for failure in caught.value.exceptions] == [AssertionError, TypeError]


def test_a_walk_of_nothing_is_no_test():
    with pytest.raises(ValueError, match="nothing to walk"):
        for_every([])
