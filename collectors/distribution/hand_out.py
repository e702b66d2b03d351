"""The tick: deals endpoints into chunks, takes chunks from the silent, and offers those that nobody holds.

Anybody may call it, as often as they like: what was done a moment ago is not done again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from collectors.distribution.attendance import workers_at
from collectors.distribution.chunks import deal_endpoints
from collectors.distribution.leases import LEASE, Offer, database_now, take_from_silent
from collectors.models import Chunk, HandOut
from collectors.notices import latest_notices

GAP = timedelta(seconds=8)
"""After so long without a tick the database was away, or its clock was put forward: holders could not renew."""
AT_MOST_EVERY = timedelta(seconds=0.5)
OFFERED_AGAIN_AFTER = timedelta(seconds=10)
"""A message that nobody took by then is taken for lost; a new one voids it."""


def hand_out() -> list[Offer]:
    """What is to be put into the queues now. Blocks on the database; a fixed number of queries if all is well."""
    now = database_now()
    round_ = _begin(now)
    if round_ is None:
        return []
    told = _state_of_notices()
    if round_.dealt != told and deal_endpoints(now):
        HandOut.objects.filter(pk=round_.pk).update(dealt=told)
    if now - round_.counts_from >= LEASE:
        take_from_silent(now=now)
    return _offers(now)


def _begin(now: datetime) -> HandOut | None:
    """The row, when it is time and nobody else was quicker."""
    row, is_new = HandOut.objects.get_or_create(pk=1, defaults={"at": now, "counts_from": now})
    if is_new:
        return row
    passed = now - row.at
    if timedelta() <= passed < AT_MOST_EVERY:
        return None
    if not timedelta() <= passed <= GAP:
        row.counts_from = now
    if not HandOut.objects.filter(pk=1, at=row.at).update(at=now, counts_from=row.counts_from):
        return None
    return row


def _state_of_notices() -> str:
    highest, count = latest_notices().of_all()
    return f"{highest}/{count}"


@transaction.atomic
def _offers(now: datetime) -> list[Offer]:
    """Chunks that nobody holds, where somebody is at work who serves them."""
    ripe = Q(offered_at=None) | Q(offered_at__lt=now - OFFERED_AGAIN_AFTER) | Q(offered_at__gt=now)
    free = list(Chunk.objects.filter(ripe, holder="").values_list("pk", "segment_id", "generation"))
    if not free:
        return []
    workers = workers_at(now).values()
    if None not in workers:
        served = frozenset[int]().union(*(segments for segments in workers if segments))
        free = [each for each in free if each[1] in served]
    chosen = [pk for pk, _, _ in free]
    Chunk.objects.filter(pk__in=chosen, holder="").update(generation=F("generation") + 1, offered_at=now)
    fresh = Chunk.objects.filter(pk__in=chosen, holder="", offered_at=now)
    return [Offer(*row) for row in fresh.values_list("pk", "segment_id", "generation")]
