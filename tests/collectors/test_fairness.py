"""Many small chunks are spread as evenly as few large ones."""

from __future__ import annotations

import pytest

from collectors.distribution.fairness import Piece, surplus


@pytest.mark.parametrize(("workers", "given"), [("ab", 60), ("abcd", 90)])
def test_one_who_holds_many_small_chunks_hands_on_all_that_is_too_much(workers, given):
    pieces = [Piece(number, 1, 250, "a") for number in range(120)]

    assert len(surplus(me="a", pieces=pieces, workers=dict.fromkeys(workers))) == given


def test_a_chunk_that_would_only_change_sides_stays():
    assert surplus(me="a", pieces=[Piece(1, 1, 250, "a")], workers=dict.fromkeys("ab")) == []
