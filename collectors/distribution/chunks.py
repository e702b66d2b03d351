"""Endpoints put into chunks in the database, as :mod:`collectors.distribution.dealing` says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction

from collectors.distribution.dealing import Deal, Seat, deal
from collectors.models import Chunk, Endpoint

SETTLES_IN = timedelta(seconds=10)
"""An endpoint taken out of a chunk is left alone this long, so that who held it has surely stopped."""
AT_A_TIME = 500
_DEALING = 0x6465616C
"""The number of the lock that PostgreSQL keeps for who deals."""


@transaction.atomic
def deal_endpoints(now: datetime) -> bool:
    """Put every enabled endpoint into a chunk of its segment; whether all are where they belong now.

    One that moves from a chunk to another is taken out first, and put into the other at a later call. While somebody
    else deals, which takes seconds with tens of thousands, nothing is done: both would make the same chunks.
    """
    if not _deals_alone():
        return False
    seats = [
        Seat(*row)
        for row in Endpoint.objects.filter(is_enabled=True)
        .order_by("pk")
        .values_list("pk", "segment_id", "host", "port", "chunk_id")
    ]
    chunks = dict(Chunk.objects.values_list("pk", "segment_id"))
    result = deal(seats, chunks)
    Endpoint.objects.filter(is_enabled=False, chunk__isnull=False).update(chunk=None)
    movers = _take_out(seats, result)
    waiting = _still_settling(seats, now) | movers
    for segment_id, endpoint_ids in result.new:
        ready = [pk for pk in endpoint_ids if pk not in waiting]
        if ready:
            _put(ready, Chunk.objects.create(segment_id=segment_id).pk)
    by_chunk: dict[int, list[int]] = defaultdict(list)
    for endpoint_id, chunk_id in result.moves.items():
        if endpoint_id not in waiting:
            by_chunk[chunk_id].append(endpoint_id)
    for chunk_id, endpoint_ids in by_chunk.items():
        _put(endpoint_ids, chunk_id)
    _remove(result.empty)
    _note_sizes()
    return not waiting


def _deals_alone() -> bool:
    """Until the end of the transaction. On SQLite there is but one that writes."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_DEALING])
        return bool(cursor.fetchone()[0])


def _take_out(seats: list[Seat], result: Deal) -> set[int]:
    """Those that are in a chunk and are to be in another are in none from now on."""
    to_move = set(result.moves).union(*(endpoints for _, endpoints in result.new))
    movers = {seat.endpoint_id for seat in seats if seat.chunk_id is not None and seat.endpoint_id in to_move}
    for some in _batches(sorted(movers)):
        Endpoint.objects.filter(pk__in=some).update(chunk=None)
    return movers


def _still_settling(seats: list[Seat], now: datetime) -> set[int]:
    """Those in no chunk that were polled only just now, so that somebody may not have noticed yet."""
    homeless = [seat.endpoint_id for seat in seats if seat.chunk_id is None]
    found: set[int] = set()
    for some in _batches(homeless):
        found.update(
            Endpoint.objects.filter(
                pk__in=some, health__attempted_at__gt=now - SETTLES_IN, health__attempted_at__lte=now
            ).values_list("pk", flat=True)
        )
    return found


def _put(endpoint_ids: list[int], chunk_id: int) -> None:
    for some in _batches(endpoint_ids):
        Endpoint.objects.filter(pk__in=some).update(chunk_id=chunk_id)


def _remove(chunk_ids: list[int]) -> None:
    """Chunks without endpoints; whoever holds one finds it gone."""
    Chunk.objects.filter(pk__in=chunk_ids, endpoints__isnull=True).delete()


def _note_sizes() -> None:
    sizes = Counter(Endpoint.objects.filter(chunk__isnull=False).values_list("chunk_id", flat=True))
    changed: dict[int, list[int]] = defaultdict(list)
    for pk, size in Chunk.objects.values_list("pk", "size"):
        if sizes[pk] != size:
            changed[sizes[pk]].append(pk)
    for size, chunk_ids in changed.items():
        Chunk.objects.filter(pk__in=chunk_ids).update(size=size)


def _batches(endpoint_ids: list[int]) -> Iterator[Collection[int]]:
    """Few enough for one statement of SQLite."""
    for start in range(0, len(endpoint_ids), AT_A_TIME):
        yield endpoint_ids[start : start + AT_A_TIME]
