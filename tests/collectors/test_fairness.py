"""An even spread of chunks over workers."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from collectors.distribution.fairness import Piece, may_claim, may_help_itself, surplus

EVERYWHERE = None


def pieces(*holders: str, segment=1, size=100) -> list[Piece]:
    return [Piece(number, segment, size, holder) for number, holder in enumerate(holders, start=1)]


def test_whoever_is_alone_takes_everything():
    assert may_claim(1, me="a", pieces=pieces("a", "a", ""), workers={"a": EVERYWHERE})
    assert surplus(me="a", pieces=pieces("a", "a", "a"), workers={"a": EVERYWHERE}) == []


def test_who_has_more_than_another_leaves_a_free_chunk_to_that_one():
    workers = {"a": EVERYWHERE, "b": EVERYWHERE}
    free = pieces("a", "a", "b", "")
    assert not may_claim(1, me="a", pieces=free, workers=workers)
    assert may_claim(1, me="b", pieces=free, workers=workers)


def test_of_two_who_have_the_same_both_may_take_it():
    workers = {"a": EVERYWHERE, "b": EVERYWHERE}
    assert may_claim(1, me="a", pieces=pieces("a", "b", ""), workers=workers)
    assert may_claim(1, me="b", pieces=pieces("a", "b", ""), workers=workers)


def test_who_does_not_serve_the_segment_counts_for_nothing():
    workers = {"a": EVERYWHERE, "b": frozenset({2})}
    assert may_claim(1, me="a", pieces=pieces("a", "a", ""), workers=workers)
    assert surplus(me="a", pieces=pieces("a", "a"), workers=workers) == []


@pytest.mark.parametrize(("held", "may"), [("", True), ("aaa", True), ("aaaa", False), ("aabb", True)])
def test_of_what_nobody_was_asked_to_take_each_takes_its_share_and_no_more(held, may):
    eight = pieces(*held, *[""] * (8 - len(held)))
    assert may_help_itself(1, me="a", pieces=eight, workers=dict.fromkeys("ab", EVERYWHERE)) is may


def test_who_alone_serves_a_segment_helps_itself_however_much_it_has():
    held = [*pieces(*"aaaa"), Piece(9, 2, 0, "")]
    assert may_help_itself(2, me="a", pieces=held, workers={"a": EVERYWHERE, "b": frozenset({1})})


def test_a_newcomer_gets_half():
    assert len(surplus(me="a", pieces=pieces(*"aaaaaaaa"), workers={"a": EVERYWHERE, "b": EVERYWHERE})) == 4


def test_a_third_gets_its_part_from_both():
    workers = dict.fromkeys("abc", EVERYWHERE)
    held = pieces(*"aaabbb")
    assert [len(surplus(me=me, pieces=held, workers=workers)) for me in "abc"] == [1, 1, 0]


@pytest.mark.parametrize(("workers", "given"), [("ab", 60), ("abcd", 90)])
def test_one_who_holds_many_small_chunks_hands_on_all_that_is_too_much(workers, given):
    held = [Piece(number, 1, 250, "a") for number in range(120)]
    assert len(surplus(me="a", pieces=held, workers=dict.fromkeys(workers))) == given


def test_one_chunk_is_not_carried_to_and_fro():
    workers = dict.fromkeys("ab", EVERYWHERE)
    assert surplus(me="a", pieces=pieces("a"), workers=workers) == []
    assert surplus(me="a", pieces=pieces("a", "a", "b"), workers=workers) == []


def test_while_a_chunk_is_on_its_way_nobody_hands_on_another():
    assert surplus(me="a", pieces=pieces(*"aaaa", ""), workers=dict.fromkeys("ab", EVERYWHERE)) == []


def test_what_is_on_its_way_elsewhere_does_not_matter():
    held = [*pieces(*"aaaa"), Piece(9, 2, 100, "")]
    assert len(surplus(me="a", pieces=held, workers={"a": frozenset({1}), "b": frozenset({1})})) == 2


def test_many_small_segments_are_spread_too():
    held = [Piece(n, n, 10, "a") for n in range(1, 21)]
    assert len(surplus(me="a", pieces=held, workers=dict.fromkeys("ab", EVERYWHERE))) == 10


@pytest.mark.parametrize("seed", range(30))
def test_from_any_beginning_a_few_rounds_lead_to_an_even_spread_that_lasts(seed):
    chance = random.Random(seed)
    workers = dict.fromkeys("abcd"[: chance.randint(2, 4)], EVERYWHERE)
    held = [
        Piece(
            n,
            chance.randint(1, 3),
            chance.choice([250, 250, 250, chance.randint(1, 250)]),
            chance.choice([*workers]),
        )
        for n in range(chance.randint(1, 60))
    ]
    for _ in range(3):
        free = {pk for me in workers for pk in surplus(me=me, pieces=held, workers=workers)}
        for pk in free:
            held = [replace(piece, holder="") if piece.chunk_id == pk else piece for piece in held]
        for pk in free:
            piece = next(each for each in held if each.chunk_id == pk)
            taker = next(
                me for me in workers if may_claim(piece.segment_id, me=me, pieces=held, workers=workers)
            )
            held = [replace(each, holder=taker) if each.chunk_id == pk else each for each in held]
    loads = Counter(dict.fromkeys(workers, 0))
    for piece in held:
        loads[piece.holder] += piece.size
    assert max(loads.values()) - min(loads.values()) <= 2 * 250
    assert not any(surplus(me=me, pieces=held, workers=workers) for me in workers)
