"""From stretches to episodes: tables of what was so, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alerts.episodes import Stretch, after, find_episodes

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARKS = {"T": True, "F": False, "?": None}


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def stretches(picture: str) -> list[Stretch]:
    """A letter is a minute: T holds, F does not, ? is unknown; what the last letter says goes on."""
    found: list[Stretch] = []
    for minute, mark in enumerate(picture):
        if found and found[-1].holds is MARKS[mark]:
            continue
        if found:
            found[-1] = Stretch(found[-1].begin, at(minute), found[-1].holds)
        found.append(Stretch(at(minute), None, MARKS[mark]))
    return found


def told(picture: str, *, until: float, wait: float = 0, clear: float = 0):
    outcome = find_episodes(
        stretches(picture), until=at(until), clear_s=clear * 60, raised_at=after(wait * 60)
    )
    minutes = [
        tuple(None if m is None else (m - NOON) / timedelta(minutes=1) for m in (e.begin, e.raised_at, e.end))
        for e in outcome.episodes
    ]
    due = outcome.due_at and (outcome.due_at - NOON) / timedelta(minutes=1)
    return minutes, due


@pytest.mark.parametrize(
    ("picture", "until", "wait", "clear", "episodes", "due"),
    [
        ("FFFF", 9, 0, 0, [], None),
        ("FFTT", 9, 0, 0, [(2, 2, None)], None),
        ("FTTF", 9, 0, 0, [(1, 1, 3)], None),
        ("FTTF", 2, 0, 0, [(1, 1, None)], None),  # what is still to come is not known yet
        ("FTTF", 9, 3, 0, [], None),  # too short
        ("FTTT", 9, 3, 0, [(1, 4, None)], None),
        ("FTTT", 3, 3, 0, [], 4),  # the clock will raise it
        ("FTFT", 9, 0, 2, [(1, 1, None)], None),  # too short a rest to be over
        ("FTFF", 3, 0, 2, [(1, 1, None)], 4),  # the clock will resolve it
        ("FTFF", 4, 0, 2, [(1, 1, 2)], None),
        ("FTFFT", 9, 0, 2, [(1, 1, 2), (4, 4, None)], None),
        ("FTFT", 9, 3, 0, [(3, 6, None)], None),  # each attempt is timed anew
        ("FT??", 9, 3, 0, [], None),  # what is not known is not confirmed
        ("FT??", 9, 0, 0, [(1, 1, None)], None),  # nor is what was raised resolved by silence
        ("FT?F", 9, 0, 0, [(1, 1, 3)], None),
        ("FTF?F", 4, 0, 2, [(1, 1, None)], 6),  # being well has to be seen without a break
    ],
)
def test_a_picture_becomes_episodes(picture, until, wait, clear, episodes, due):
    assert told(picture, until=until, wait=wait, clear=clear) == (episodes, due)


def test_between_two_stretches_nothing_holds():
    rows = [Stretch(at(0), at(2), holds=True), Stretch(at(5), None, holds=True)]
    outcome = find_episodes(rows, until=at(9), raised_at=after(0))

    assert [(e.begin, e.end) for e in outcome.episodes] == [(at(0), at(2)), (at(5), None)]


pictures = st.text(alphabet="TF?", min_size=1, max_size=24)


@given(pictures, st.integers(0, 4), st.integers(0, 4))
def test_looking_more_often_finds_the_same(picture, wait, clear):
    """Whatever was found raised at some minute is among what is found in the end, and nothing besides."""
    end = len(picture) + 10
    in_the_end, _ = told(picture, until=end, wait=wait, clear=clear)
    on_the_way = {
        (begin, raised)
        for minute in range(end + 1)
        for begin, raised, _ in told(picture, until=minute, wait=wait, clear=clear)[0]
    }

    assert on_the_way == {(begin, raised) for begin, raised, _ in in_the_end}


@given(pictures, st.integers(0, 4), st.integers(0, 4))
def test_the_clock_is_told_of_every_change_that_it_makes(picture, wait, clear):
    """Between two moments at which the history changes, only what was said to be due happens."""
    for minute in range(len(picture) + 10):
        before, due = told(picture, until=minute, wait=wait, clear=clear)
        after_half, _ = told(picture, until=minute + 0.5, wait=wait, clear=clear)
        assert after_half == before or (due is not None and due <= minute + 0.5)
