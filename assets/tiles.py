"""What a unit asks for most, and how many of it are ready: counted once for all who look within seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.db.models import Count, Q

from assets.find.readiness import PATIENT_CARE
from assets.find.reserved import SHORTEST_USE
from assets.models import Asset, Category, Stay
from assets.pool.models import Reservation
from assets.words import Activity, Basis
from locations.models import Zone
from locations.queries import sites_of

ASKED_FOR_WITHIN = timedelta(days=7)
KEPT_FOR = timedelta(seconds=10)
"""So long one count serves everybody: it reads the current row of every piece there is."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One category, with how many of it were ready at ``counted_at``."""

    category: Category
    ready: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """(Site, category) → pieces in service, and those of them that Find calls ready, as of ``at``."""

    at: datetime
    by_site: Mapping[tuple[int, int], tuple[int, int]]

    def of(self, sites: Sequence[int] | None) -> dict[int, tuple[int, int]]:
        """Category → pieces and ready ones, over these sites; over all for ``None``."""
        found: dict[int, tuple[int, int]] = {}
        for (site, category), (pieces, ready) in self.by_site.items():
            if sites is None or site in sites:
                known = found.get(category, (0, 0))
                found[category] = (known[0] + pieces, known[1] + ready)
        return found


_kept: Counts | None = None
_counting = Lock()


def counts_at(now: datetime) -> Counts:
    """Not older than :data:`KEPT_FOR`, or a little more while somebody else is counting anew."""
    global _kept
    kept = _kept
    if kept is not None and timedelta(0) <= now - kept.at < KEPT_FOR:
        return kept
    if not _counting.acquire(blocking=kept is None):
        assert kept is not None  # noqa: S101 else it was waited for
        return kept
    try:
        kept = _kept = _count(now)
    finally:
        _counting.release()
    return kept


def forget_counts() -> None:
    """The next who looks counts anew."""
    global _kept
    _kept = None


def _count(now: datetime) -> Counts:
    """Two queries; one row for each site and category, however many pieces."""
    rows = (
        Asset.objects.in_service()
        .order_by()
        .values_list("site", "model__category")
        .annotate(pieces=Count("pk"), ready=Count("pk", filter=_ready(now)))
    )
    return Counts(now, {(site, category): (pieces, ready) for site, category, pieces, ready in rows})


def _ready(now: datetime) -> Q:
    """As :func:`assets.find.readiness_of`, for all at once: neither idle in a patient's room nor kept for others."""
    idle = Q(now__zone__kind__in=PATIENT_CARE, is_fixed=False) & ~Q(now__basis=Basis.PERSON)
    reserved = Reservation.objects.current().overlapping(now, now + SHORTEST_USE).filter(asset__isnull=False)
    kept = list(reserved.order_by().values_list("asset", flat=True))
    free = ~Q(pk__in=kept) if kept else Q()
    return Q(now__activity=Activity.AVAILABLE, now__stale_at__gt=now) & ~idle & free


def asked_for_most(*, near: Zone | None, user: Any, now: datetime, count: int = 6) -> list[Tile]:
    """The mobile categories that came most often to the unit of ``near`` in the last days.

    Where that says too little, the categories with most pieces follow.
    """
    counts = counts_at(now)
    known = counts.of(sites_of(user))
    mobile = Category.objects.filter(is_mobile=True, pk__in=known)
    categories = {category.pk: category for category in mobile}
    by_size = sorted(categories.values(), key=lambda c: (-known[c.pk][0], c.name))
    chosen = [categories[pk] for pk in _brought_to(near, user, now) if pk in categories][:count]
    chosen += [category for category in by_size if category not in chosen][: count - len(chosen)]
    return [Tile(category, known[category.pk][1], counts.at) for category in chosen]


def tiles_of(slugs: Sequence[str], *, user: Any, now: datetime) -> list[Tile]:
    """Tiles that a person chose, in that order; categories that are gone are left out."""
    categories = {category.slug: category for category in Category.objects.filter(slug__in=slugs)}
    counts = counts_at(now)
    known = counts.of(sites_of(user))
    chosen = [categories[slug] for slug in slugs if slug in categories]
    return [Tile(category, known.get(category.pk, (0, 0))[1], counts.at) for category in chosen]


def _brought_to(near: Zone | None, user: Any, now: datetime) -> list[int]:
    if near is None:
        return []
    here = Q(zone__department=near.department_id) if near.department_id else Q(zone__floor=near.floor_id)
    rows = (
        Stay.objects.visible_to(user)
        .filter(here, begin__gte=now - ASKED_FOR_WITHIN)
        .values("asset__model__category")
        .annotate(times=Count("pk"))
        .order_by("-times", "asset__model__category")
    )
    return [row["asset__model__category"] for row in rows]
