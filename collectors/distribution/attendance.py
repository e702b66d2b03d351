"""What a worker tells and hears every few seconds: that it is alive, what it holds, and who else is at work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from collectors.distribution.fairness import Piece, may_claim, may_help_itself
from collectors.distribution.leases import LEASE, Offer, database_now, release, release_all_of, renew
from collectors.models import Chunk, CollectorState, HandOut, Segment

MISLAID_AFTER = timedelta(seconds=5)
"""An offer that nobody took by then is taken for lost on its way: where all is well that takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How things stand."""

    now: datetime
    held: dict[int, int]
    """Generations of the chunks that are the worker's."""
    pieces: list[Piece]
    workers: dict[str, frozenset[int] | None]
    segments: frozenset[int]
    """Those that the worker serves."""
    handed_out_at: datetime | None
    mislaid: list[Offer]
    """Offers of those segments whose messages nobody followed, though they were put into the queue some time ago."""

    def clock_is_silent(self, for_s: float) -> bool:
        """Whether nobody handed out chunks for so long."""
        if self.handed_out_at is None:
            return True
        return not 0 <= (self.now - self.handed_out_at).total_seconds() < for_s


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a message may be followed: void, if it is not the latest; held by somebody; fair to the others."""

    is_void: bool = False
    is_held: bool = False
    is_fair: bool = True


@transaction.atomic
def attend(
    *, holder: str, started_at: datetime, segments: Sequence[str], figures: Mapping[str, Any] | None = None
) -> Outlook:
    """Renew all that the holder has, tell how it does, and look around. Blocks on the database.

    ``segments``: names; none for all. ``figures``: columns of ``CollectorState``.
    """
    now, told = database_now(), dict(figures or {})
    CollectorState.objects.bulk_create(
        [CollectorState(holder=holder, started_at=started_at, at=now, segments=list(segments), **told)],
        update_conflicts=True,
        unique_fields=["holder"],
        update_fields=["at", "segments", "stopped_at", *told],
    )
    held = renew(holder=holder, now=now)
    names = dict(Segment.objects.values_list("name", "pk"))
    workers = workers_at(now, names)
    served = workers.get(holder)
    last = HandOut.objects.values_list("at", flat=True).first()
    segment_ids = frozenset(names.values()) if served is None else served
    return Outlook(now, held, look(), workers, segment_ids, last, _mislaid(segment_ids, now))


def _mislaid(segment_ids: frozenset[int], now: datetime) -> list[Offer]:
    waiting = Chunk.objects.filter(
        holder="", offered_at__lt=now - MISLAID_AFTER, segment_id__in=segment_ids
    ).values_list("pk", "segment_id", "generation")
    return [Offer(*row) for row in waiting]


def may_take(offer: Offer, *, me: str, is_asked: bool = True) -> Leave:
    """How it stands with the chunk of an offer. ``is_asked``: a message brought it."""
    chunk = Chunk.objects.filter(pk=offer.chunk_id).first()
    if chunk is None or chunk.generation != offer.generation:
        return Leave(is_void=True)
    if chunk.holder:
        return Leave(is_held=True)
    workers = workers_at(database_now())
    is_fair = may_claim if is_asked else may_help_itself
    return Leave(is_fair=is_fair(chunk.segment_id, me=me, pieces=look(), workers=workers))


def look() -> list[Piece]:
    """All chunks."""
    rows = Chunk.objects.values_list("pk", "segment_id", "size", "holder")
    return [Piece(*row) for row in rows]


def workers_at(now: datetime, names: dict[str, int] | None = None) -> dict[str, frozenset[int] | None]:
    """Who is at work, with the segments that each serves; None for all."""
    known = dict(Segment.objects.values_list("name", "pk")) if names is None else names
    rows = CollectorState.objects.filter(at__gt=now - LEASE, stopped_at=None).values_list(
        "holder", "segments"
    )
    return {
        holder: frozenset(known[name] for name in served if name in known) if served else None
        for holder, served in rows
    }


@transaction.atomic
def sign_off_dead(*, holder: str) -> int:
    """A worker that is known to be dead: nobody waits for it to take its share; how many chunks it had."""
    CollectorState.objects.filter(holder=holder, stopped_at=None).update(stopped_at=database_now())
    return release_all_of(holder=holder)


def sign_off(*, holder: str, chunk_ids: Collection[int]) -> list[Offer]:
    """The worker ends in order, and gives up these chunks; returned are those that others at work can take."""
    now = database_now()
    CollectorState.objects.filter(holder=holder).update(stopped_at=now)
    others = workers_at(now).values()
    return [
        offer
        for offer in release(chunk_ids=chunk_ids, holder=holder)
        if any(served is None or offer.segment_id in served for served in others)
    ]
