"""What holders of chunks hear of through the database: that rows changed, and whom to poll soon.

Triggers write a :class:`collectors.models.Notice` with every change of endpoints, segments, credentials and pauses,
whoever makes it and however. A holder compares :func:`latest_notices` with what it last saw, which costs the same
for ten endpoints and for thirty thousand.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from collectors.models import Endpoint, Notice

KEPT_FOR = timedelta(hours=1)
OVERLAP = 100
"""Rows that are looked at again, because one with a lower number may have been committed after a higher one."""

Mark = tuple[int, int]
"""The highest number and how many: it grows with each change, whatever the order in which they commit."""


@dataclass(frozen=True, slots=True)
class Notices:
    """What was told up to now, by whom it concerns."""

    marks: dict[tuple[int | None, int | None], Mark]

    def of(self, chunk_id: int, segment_id: int) -> tuple[Mark, ...]:
        """Changes with each notice that concerns the chunk."""
        none = (0, 0)
        return tuple(
            self.marks.get(key, none) for key in ((chunk_id, None), (None, segment_id), (None, None))
        )

    def of_all(self) -> Mark:
        """Changes with each notice of any kind."""
        return (
            max((highest for highest, _ in self.marks.values()), default=0),
            sum(count for _, count in self.marks.values()),
        )


def latest_notices() -> Notices:
    """In one query."""
    rows = (
        Notice.objects.filter(endpoint_id=None)
        .values_list("chunk_id", "segment_id")
        .annotate(highest=Max("pk"), count=Count("pk"))
    )
    return Notices({(chunk, segment): (highest, count) for chunk, segment, highest, count in rows})


def hasten_endpoint(endpoint_id: int) -> None:
    """Have the endpoint polled as soon as may be, by whoever holds it: it was heard in another way."""
    chunk_id = Endpoint.objects.filter(pk=endpoint_id).values_list("chunk_id", flat=True).first()
    if chunk_id is not None:
        Notice.objects.create(chunk_id=chunk_id, endpoint_id=endpoint_id)


def hasten_endpoints(endpoint_ids: Collection[int]) -> None:
    """The same for several, in two queries."""
    held = Endpoint.objects.filter(pk__in=endpoint_ids, chunk_id__isnull=False).order_by("pk")
    Notice.objects.bulk_create(
        Notice(chunk_id=chunk_id, endpoint_id=pk) for pk, chunk_id in held.values_list("pk", "chunk_id")
    )


class HastenedEndpoints:
    """Reads who was hastened, each notice once; what was before the first reading is past."""

    def __init__(self) -> None:
        self._highest: int | None = None
        self._seen: set[int] = set()

    def take(self, chunk_ids: Collection[int]) -> list[int]:
        """Endpoints in these chunks that were hastened since the last time."""
        rows = Notice.objects.filter(endpoint_id__isnull=False)
        if self._highest is None:
            self._highest = rows.aggregate(highest=Max("pk"))["highest"] or 0
            return []
        lowest = self._highest - OVERLAP
        fresh = [
            row
            for row in rows.filter(pk__gt=lowest).values_list("pk", "chunk_id", "endpoint_id")
            if row[0] > self._highest or row[0] not in self._seen
        ]
        self._seen = {pk for pk in self._seen if pk > lowest} | {pk for pk, _, _ in fresh}
        self._highest = max([self._highest, *(pk for pk, _, _ in fresh)])
        return list(dict.fromkeys(pk for _, chunk, pk in fresh if pk is not None and chunk in chunk_ids))


def forget_old_notices(now: datetime) -> None:
    """Delete those that everybody has seen."""
    Notice.objects.filter(at__lt=now - KEPT_FOR).delete()
