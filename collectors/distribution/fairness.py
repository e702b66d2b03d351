"""An even spread of chunks over workers: pure, and the same for everybody who looks at the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Workers = Mapping[str, frozenset[int] | None]
"""Who is at work, and the segments that each serves; None: all."""

WORTH_IT = 0.8
"""A chunk moves only where the difference between two workers becomes less than this part of it the other way round."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk as all see it; ``holder`` is empty while nobody has it."""

    chunk_id: int
    segment_id: int
    size: int
    holder: str


def may_claim(segment_id: int, *, me: str, pieces: Iterable[Piece], workers: Workers) -> bool:
    """Whether no other worker that serves the segment has less than I."""
    loads = _loads(pieces, workers)
    others = [load for name, load in loads.items() if name != me and _serves(workers[name], segment_id)]
    return all(loads.get(me, 0) <= load for load in others)


def may_help_itself(segment_id: int, *, me: str, pieces: Iterable[Piece], workers: Workers) -> bool:
    """Whether I have less than my share of it all, free chunks of the segment included.

    For chunks that nobody is asked to take: if only those with least took some, each would wait for all others.
    """
    everything = list(pieces)
    loads = _loads(everything, workers)
    serving = [load for name, load in loads.items() if name == me or _serves(workers[name], segment_id)]
    free = sum(max(each.size, 1) for each in everything if not each.holder and each.segment_id == segment_id)
    return loads.get(me, 0) * len(serving) < sum(serving) + free


def surplus(*, me: str, pieces: Iterable[Piece], workers: Workers) -> list[int]:
    """The chunks that I should hand on. None while some of my segments are on their way: who gets them is not known."""
    everything = list(pieces)
    if me not in workers or any(
        not piece.holder and _serves(workers[me], piece.segment_id) for piece in everything
    ):
        return []
    loads = _loads(everything, workers)
    hands = {name: [piece for piece in everything if piece.holder == name] for name in workers}
    given: list[int] = []
    for _ in everything:
        move = _best_move(loads, hands, workers)
        if move is None:
            break
        piece, giver, taker = move
        hands[giver].remove(piece)
        hands[taker].append(piece)
        loads[giver] -= piece.size
        loads[taker] += piece.size
        if piece.holder == me:
            given.append(piece.chunk_id)
    return given


def _best_move(
    loads: Mapping[str, int], hands: Mapping[str, list[Piece]], workers: Workers
) -> tuple[Piece, str, str] | None:
    """From the one who has most to the one who has least and may take it."""
    for giver in sorted(loads, key=lambda name: (-loads[name], name)):
        for taker in sorted(loads, key=lambda name: (loads[name], name)):
            difference = loads[giver] - loads[taker]
            fitting = [
                piece
                for piece in hands[giver]
                if _serves(workers[taker], piece.segment_id)
                and 0 < 2 * piece.size <= (1 + WORTH_IT) * difference
            ]
            if difference > 0 and fitting:
                best = min(fitting, key=lambda piece: (abs(difference - 2 * piece.size), piece.chunk_id))
                return best, giver, taker
    return None


def _loads(pieces: Iterable[Piece], workers: Workers) -> dict[str, int]:
    loads = dict.fromkeys(workers, 0)
    for piece in pieces:
        if piece.holder in loads:
            loads[piece.holder] += piece.size
    return loads


def _serves(segments: frozenset[int] | None, segment_id: int) -> bool:
    return segments is None or segment_id in segments
