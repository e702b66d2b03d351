"""Rounds: what is carried, in which order, and ticking it off."""

from itertools import pairwise

import pytest

from assets.models import AssetNow, Placement
from assets.par.levels import set_par_level
from assets.par.models import Move, Round
from assets.par.rounds import RoundRefusedError, leave, make_round, skip, take, take_back, tick
from assets.par.touring import Visit, is_possible, length_of, tour
from locations.zones import ZoneKind


def on_a_line(here, there):
    return float(abs(here - there))


def test_the_nearest_is_taken_first_and_nothing_is_left_before_it_is_taken():
    walk = tour(0, [(9, 1), (2, 8), (5, 9)], on_a_line)
    assert is_possible(walk)
    assert [(visit.room, visit.is_leaving) for visit in walk] == [
        (2, False), (5, False), (8, True), (9, False), (9, True), (1, True),
    ]  # fmt: skip


def test_turning_a_part_round_shortens_what_nearest_first_began():
    places = {0: (0, 0), 1: (2, 0), 2: (-3, 0), 3: (7, 0), 4: (0, 1)}

    def metres(here, there):
        return sum(abs(a - b) for a, b in zip(places[here], places[there], strict=True))

    things = [(1, 4), (2, 4), (3, 4)]
    walk = tour(0, things, metres)
    assert is_possible(walk)
    assert length_of(0, walk, metres) <= min(
        length_of(0, [Visit(r, n, is_leaving=False) for r, n in ((1, 0), (2, 1), (3, 2))], metres) + 24, 24
    )


def test_what_is_left_before_it_is_taken_is_no_walk():
    taken, left = Visit(1, 0, is_leaving=False), Visit(2, 0, is_leaving=True)
    assert is_possible([taken, left])
    assert not is_possible([left, taken])


@pytest.fixture
def walked(level, ready_pump, station, bay, store, nurse, noon):
    """The ward has one pump of three, the store four: a round from the station."""
    ready_pump("P-0", bay)
    for number in (1, 2, 3, 4):
        ready_pump(f"P-{number}", store)
    return make_round(start=station, by=nurse, now=noon)


def test_a_unit_is_restocked_up_to_its_target_from_a_clean_store(walked, station, store):
    moves = list(walked.moves.order_by("asset__asset_tag"))
    assert [(move.asset.asset_tag, move.why) for move in moves] == [("P-1", "restock"), ("P-2", "restock")]
    assert {(move.origin, move.target) for move in moves} == {(store, station)}
    numbers = sorted([move.take_number for move in moves] + [move.leave_number for move in moves])
    assert numbers == [1, 2, 3, 4]
    assert all(move.take_number < move.leave_number for move in moves)


def test_a_unit_gives_only_what_it_has_above_its_own_target(
    level, pumps, site, make_zone, ready_pump, station, nurse, noon
):
    other = make_zone("Bay 9", ZoneKind.PATIENT_ROOM, 30, 0)
    set_par_level(category=pumps, unit=other, target=2, critical=1, maximum=None, now=noon)
    for number in range(3):
        ready_pump(f"P-{number}", other)
    made = make_round(start=station, by=nurse, now=noon)
    assert made.moves.count() == 1


def test_what_is_above_the_maximum_is_picked_up(level, ready_pump, station, bay, store, nurse, noon):
    for number in range(6):
        ready_pump(f"P-{number}", bay)
    made = make_round(start=station, by=nurse, now=noon)
    assert list(made.moves.values_list("why", "origin__name", "target__name")) == [
        ("pick_up", "Bay 1", "Store"),
        ("pick_up", "Bay 1", "Store"),
    ]


def test_what_a_round_carries_already_is_not_promised_twice(walked, station, nurse, noon):
    again = make_round(start=station, by=nurse, now=noon)
    first, second = (set(each.moves.values_list("asset", flat=True)) for each in (walked, again))
    assert not first & second


def test_without_anything_to_carry_no_round_is_made(level, station, nurse, noon):
    with pytest.raises(RoundRefusedError):
        make_round(start=station, by=nurse, now=noon)
    assert not Round.objects.exists()


def test_a_tag_is_taken_the_first_time_and_left_the_second(walked, station, nurse, noon):
    taken = tick(whole=walked, tag=" p-1 ", by=nurse, now=noon)
    assert (taken.taken_at, taken.left_at, taken.by) == (noon, None, nurse)
    left = tick(whole=walked, tag="P-1", by=nurse, now=noon)
    assert left.left_at == noon
    assert Placement.objects.get().zone == station
    assert AssetNow.objects.get(asset=left.asset).zone == station
    walked.refresh_from_db()
    assert walked.closed_at is None


def test_the_round_closes_with_its_last_piece_and_opens_again_by_undo(walked, biomed, nurse, noon):
    first, last = walked.moves.all()
    leave(move=first, by=nurse, now=noon)
    skip(move=last, by=biomed, now=noon)
    walked.refresh_from_db()
    assert walked.closed_at == noon
    take_back(move=last, by=biomed, now=noon)
    walked.refresh_from_db()
    assert walked.closed_at is None
    assert Move.objects.get(pk=last.pk).skipped_at is None


def test_what_is_done_is_not_done_again(walked, nurse, noon):
    move = walked.moves.first()
    leave(move=move, by=nurse, now=noon)
    for again in (take, leave):
        with pytest.raises(RoundRefusedError, match="done already"):
            again(move=move, by=nurse, now=noon)
    assert Placement.objects.count() == 1


def test_a_tag_of_another_round_is_refused(walked, nurse, noon):
    with pytest.raises(RoundRefusedError, match="“P-9” is not on this round"):
        tick(whole=walked, tag="P-9", by=nurse, now=noon)


def test_equipment_that_may_not_be_placed_there_stays_open(walked, nurse, noon):
    move = walked.moves.select_related("asset").first()
    move.asset.retired_at = noon
    move.asset.save()
    with pytest.raises(RoundRefusedError, match="no longer in service"):
        leave(move=move, by=nurse, now=noon)
    move.refresh_from_db()
    assert move.left_at is None


def test_a_walk_of_many_things_is_made_in_time():
    things = [((n * 37) % 91, (n * 53) % 89) for n in range(30)]
    walk = tour(0, things, on_a_line)
    assert len(walk) == 60
    assert is_possible(walk)
    assert all(a != b or a.thing == b.thing for a, b in pairwise(walk))
