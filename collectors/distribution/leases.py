"""Who holds which chunk: leases in the database, by its clock, each change conditional on what was there.

A holder keeps a chunk by renewing. Nobody else can have it until it is released, or taken from a holder that did
not renew for a whole lease. Each hand-out, and each taking away, is a new generation, which voids older messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from collectors.models import Chunk

LEASE = timedelta(seconds=12)
RENEW_EVERY_S = 2.5


@dataclass(frozen=True, slots=True)
class Offer:
    """A chunk for whoever serves its segment: what a message to its queue says."""

    chunk_id: int
    segment_id: int
    generation: int


def database_now() -> datetime:
    """The database's clock, which all hosts share; on SQLite that is this machine's."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now.astimezone(UTC)


def claim(offer: Offer, *, holder: str) -> bool:
    """Whether the chunk is the holder's now: it was nobody's, and the offer is the latest."""
    now = database_now()
    free = Chunk.objects.filter(pk=offer.chunk_id, generation=offer.generation, holder="")
    return bool(free.update(holder=holder, held_since=now, held_until=now + LEASE))


def renew(*, holder: str, now: datetime) -> dict[int, int]:
    """Keep all that the holder has: generations by chunk. What is not in it was taken away."""
    Chunk.objects.filter(holder=holder).update(held_until=now + LEASE)
    return dict(Chunk.objects.filter(holder=holder).values_list("pk", "generation"))


def advance(offer: Offer, *, holder: str) -> bool:
    """Whether the holder's chunk is in its next generation now, for the message that follows the present one."""
    held = Chunk.objects.filter(pk=offer.chunk_id, generation=offer.generation, holder=holder)
    return bool(held.update(generation=offer.generation + 1))


@transaction.atomic
def release(*, chunk_ids: Iterable[int], holder: str) -> list[Offer]:
    """Give these up; they are nobody's now, and may be offered as returned."""
    mine = Chunk.objects.filter(pk__in=list(chunk_ids), holder=holder)
    offers = [Offer(*row) for row in mine.select_for_update().values_list("pk", "segment_id", "generation")]
    mine.update(generation=F("generation") + 1, offered_at=database_now(), **_NOBODY)
    return [replace(offer, generation=offer.generation + 1) for offer in offers]


def take_from_silent(*, now: datetime) -> int:
    """Free the chunks of holders that did not renew for a whole lease; how many.

    A lease that ends far ahead was given before the clock was put back, and is over too.
    """
    held = Chunk.objects.exclude(holder="")
    silent = held.filter(held_until__lt=now) | held.filter(held_until__gt=now + 2 * LEASE)
    return silent.update(generation=F("generation") + 1, offered_at=None, **_NOBODY)


def release_all_of(*, holder: str) -> int:
    """Free everything that a holder has; how many chunks."""
    return Chunk.objects.filter(holder=holder).update(
        generation=F("generation") + 1, offered_at=None, **_NOBODY
    )


_NOBODY = {"holder": "", "held_since": None, "held_until": None}
