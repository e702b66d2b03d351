"""Which endpoint is in which chunk: a pure function that moves as few as it can."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MOST = 250
"""Endpoints in a chunk, unless a single device has more: small enough to share evenly, and to hand on quickly."""


class Seat(NamedTuple):
    """An endpoint that is to be in a chunk of its segment, and the one that it is in now."""

    endpoint_id: int
    segment_id: int
    host: str
    port: int
    chunk_id: int | None

    @property
    def device(self) -> tuple[int, str, int]:
        return self.segment_id, self.host.lower(), self.port


@dataclass(frozen=True, slots=True)
class Deal:
    """What is to be changed. ``new`` are chunks to be made: their segment and endpoints."""

    moves: dict[int, int] = field(default_factory=dict)
    new: list[tuple[int, list[int]]] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)


def deal(seats: Iterable[Seat], chunks: Mapping[int, int], *, most: int = MOST) -> Deal:
    """Deal endpoints into ``chunks`` (their segments by key): one device in one chunk, none above ``most``."""
    devices: dict[int, dict[tuple[int, str, int], list[Seat]]] = defaultdict(lambda: defaultdict(list))
    for seat in seats:
        devices[seat.segment_id][seat.device].append(seat)
    result = Deal()
    filled: set[int] = set()
    for segment_id in sorted(devices):
        own = [chunk for chunk, segment in chunks.items() if segment == segment_id]
        table = _Table(sorted(own), most)
        table.seat(list(devices[segment_id].values()))
        result.moves.update(table.moves())
        result.new.extend((segment_id, endpoints) for endpoints in table.new())
        filled.update(table.filled())
    result.empty.extend(sorted(chunks.keys() - filled))
    return result


Group = list[Seat]
"""The endpoints of one device, which stay together."""


class _Table:
    """The chunks of one segment while they are filled."""

    def __init__(self, chunks: Iterable[int], most: int) -> None:
        self._most = most
        self._groups: dict[int, list[Group]] = {chunk: [] for chunk in chunks}  # new ones below zero
        self._sizes: Counter[int] = Counter()

    def seat(self, groups: list[Group]) -> None:
        homeless = []
        for group in sorted(groups, key=_order):
            home = self._home_of(group)
            if home is None:
                homeless.append(group)
            else:
                self._put(group, home)
        homeless += [group for chunk in sorted(self._groups) for group in self._overflow(chunk)]
        for group in homeless:
            self._put(group, self._room_for(len(group)))
        self._merge()

    def _home_of(self, group: Group) -> int | None:
        """Where most of it is already."""
        known = Counter(seat.chunk_id for seat in group if seat.chunk_id in self._groups)
        if not known:
            return None
        return min(known, key=lambda chunk: (-known[chunk], chunk or 0))

    def _overflow(self, chunk: int) -> list[Group]:
        """Take out what is too much, the latest first; a device that fills a chunk alone may stay."""
        out = []
        groups = self._groups[chunk]
        while self._sizes[chunk] > self._most and len(groups) > 1:
            group = groups.pop()
            self._sizes[chunk] -= len(group)
            out.append(group)
        return out

    def _room_for(self, size: int) -> int:
        """The fullest chunk that still has room, or a new one."""
        fitting = [chunk for chunk in self._groups if self._sizes[chunk] + size <= self._most]
        if fitting:
            return max(fitting, key=lambda chunk: (self._sizes[chunk], -chunk))
        chunk = min([0, *self._groups]) - 1
        self._groups[chunk] = []
        return chunk

    def _put(self, group: Group, chunk: int) -> None:
        self._groups[chunk].append(group)
        self._sizes[chunk] += len(group)

    def _merge(self) -> None:
        """Two chunks that shrank to half a chunk together become one."""
        while True:
            smallest = sorted(self.filled(), key=lambda chunk: (self._sizes[chunk], -chunk))[:2]
            if len(smallest) < 2 or sum(self._sizes[chunk] for chunk in smallest) > self._most // 2:
                return
            source, target = smallest
            for group in self._groups[source]:
                self._put(group, target)
            self._groups[source] = []
            self._sizes[source] = 0

    def filled(self) -> list[int]:
        return [chunk for chunk, groups in self._groups.items() if groups]

    def moves(self) -> dict[int, int]:
        return {
            seat.endpoint_id: chunk
            for chunk in self.filled()
            if chunk > 0
            for group in self._groups[chunk]
            for seat in group
            if seat.chunk_id != chunk
        }

    def new(self) -> list[list[int]]:
        return [
            [seat.endpoint_id for group in self._groups[chunk] for seat in group]
            for chunk in sorted(self.filled(), reverse=True)
            if chunk < 0
        ]


def _order(group: Group) -> int:
    return min(seat.endpoint_id for seat in group)
