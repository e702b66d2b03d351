"""Which endpoint is in which chunk."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.distribution.dealing import MOST, Deal, Seat, deal

FEW = 6
"""Endpoints in a chunk of these histories, so that chunks overflow and merge."""


def seats(count: int, *, segment=1, chunk=None, first=1, host="10.0.0.{}") -> list[Seat]:
    return [Seat(n, segment, host.format(n), 161, chunk) for n in range(first, first + count)]


def test_nothing_is_dealt_where_there_is_nothing():
    assert deal([], {}) == Deal()


def test_endpoints_go_into_as_few_chunks_as_hold_them():
    sizes = [len(endpoints) for _, endpoints in deal(seats(600), {}).new]
    assert sorted(sizes) == [100, MOST, MOST]


def test_segments_never_share_a_chunk():
    new = deal([*seats(3, segment=1), *seats(3, segment=2, first=10)], {}).new
    assert new == [(1, [1, 2, 3]), (2, [10, 11, 12])]


def test_all_endpoints_of_a_device_are_in_one_chunk_however_many():
    gateway = [Seat(n, 1, "GATEWAY.example", 502, None) for n in range(1, 300)]
    one_more = Seat(1000, 1, "gateway.example", 502, None)
    new = deal([*gateway, *seats(20, first=500), one_more], {}).new
    together = next(endpoints for _, endpoints in new if 1 in endpoints)
    assert set(together) >= {1000, *range(1, 300)}


def test_a_newcomer_joins_the_fullest_chunk_that_has_room():
    full, fuller, emptier = (
        seats(MOST, chunk=1),
        seats(200, chunk=2, first=1000),
        seats(130, chunk=3, first=2000),
    )
    result = deal([*full, *fuller, *emptier, *seats(1, first=5000)], {1: 1, 2: 1, 3: 1})
    assert result == Deal(moves={5000: 2})


def test_who_is_well_where_it_is_stays():
    assert deal(seats(100, chunk=7), {7: 1}) == Deal()


def test_an_endpoint_that_moved_to_another_segment_leaves_its_chunk():
    moved = Seat(1, 2, "10.0.0.1", 161, 7)
    result = deal([moved, *seats(100, chunk=7, first=2)], {7: 1})
    assert result == Deal(new=[(2, [1])])


def test_an_endpoint_that_is_the_same_device_now_joins_the_other():
    same = [Seat(1, 1, "10.0.0.9", 161, 7), Seat(2, 1, "10.0.0.9", 161, 7), Seat(3, 1, "10.0.0.9", 161, 8)]
    result = deal([*same, *seats(200, chunk=7, first=100), *seats(200, chunk=8, first=1000)], {7: 1, 8: 1})
    assert result == Deal(moves={3: 7})


def test_a_chunk_that_nobody_is_in_is_empty():
    assert deal(seats(1, chunk=1), {1: 1, 2: 1, 3: 9}).empty == [2, 3]


def test_chunks_that_shrank_to_half_a_chunk_together_become_one():
    result = deal([*seats(60, chunk=1), *seats(40, chunk=2, first=1000)], {1: 1, 2: 1})
    assert result == Deal(moves=dict.fromkeys(range(1000, 1040), 1), empty=[2])


# --- whatever happens


@dataclass
class House:
    """What the database would hold."""

    endpoints: dict[int, Seat] = field(default_factory=dict)
    chunks: dict[int, int] = field(default_factory=dict)
    made: int = 0

    def change(self, step: tuple) -> None:
        what, number, segment, host = step
        if what == "gone":
            self.endpoints.pop(number, None)
        elif number in self.endpoints:
            self.endpoints[number] = self.endpoints[number]._replace(segment_id=segment, host=host)
        else:
            self.endpoints[number] = Seat(number, segment, host, 161, None)

    def deal(self) -> Deal:
        result = deal(self.endpoints.values(), self.chunks, most=FEW)
        for number, chunk in result.moves.items():
            self.endpoints[number] = self.endpoints[number]._replace(chunk_id=chunk)
        for segment, numbers in result.new:
            self.made += 1
            self.chunks[self.made] = segment
            for number in numbers:
                self.endpoints[number] = self.endpoints[number]._replace(chunk_id=self.made)
        for chunk in result.empty:
            del self.chunks[chunk]
        return result


steps = st.tuples(
    st.sampled_from(["there", "there", "gone"]),
    st.integers(1, 40),
    st.integers(1, 3),
    st.integers(1, 25).map("10.0.0.{}".format),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(steps, max_size=30), min_size=1, max_size=8))
def test_through_any_history_nobody_is_forgotten_doubled_or_torn_from_its_device(history):
    house = House()
    for changes in history:
        for step in changes:
            house.change(step)
        house.deal()
        members = defaultdict(list)
        for seat in house.endpoints.values():
            assert house.chunks[seat.chunk_id] == seat.segment_id  # in one that is there, and of its segment
            members[seat.chunk_id].append(seat)
        assert members.keys() == house.chunks.keys()  # none is empty
        for chunk in members.values():
            assert len(chunk) <= FEW or len({seat.device for seat in chunk}) == 1
        homes = {(seat.device, seat.chunk_id) for seat in house.endpoints.values()}
        assert max(Counter(device for device, _ in homes).values(), default=1) == 1
        assert house.deal() == Deal()  # all is where it belongs


def test_ten_thousand_endpoints_are_dealt_once_and_stay():
    count = 10_000
    dealt = deal((Seat(n, n % 10, f"10.{n >> 8}.{n & 255}", 161, None) for n in range(1, count + 1)), {})
    assert sum(len(endpoints) for _, endpoints in dealt.new) == count
    chunks = dict(enumerate((segment for segment, _ in dealt.new), start=1))
    seated = [
        Seat(n, segment, f"10.{n >> 8}.{n & 255}", 161, chunk)
        for chunk, (segment, endpoints) in enumerate(dealt.new, start=1)
        for n in endpoints
    ]
    assert deal(seated, chunks) == Deal()
