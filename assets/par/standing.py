"""How each level stands now: what is ready there, counted in one query over the current rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from assets.models import AssetNow
from assets.par.models import ParLevel, Shortfall
from assets.words import Activity, Basis

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """A level with how many ready pieces are there."""

    level: ParLevel
    count: int
    episodes: int = 0
    """How often it fell below critical in the last seven days."""
    short_since: datetime | None = None
    """Since when it is as it is now, where that is not well."""

    @property
    def kind(self) -> str:
        """What is not kept, as a value of :class:`Shortfall.Kind`; nothing while all is well."""
        return kind_of(self.level, self.count)

    @property
    def kind_words(self) -> str:
        return str(Shortfall.Kind(self.kind).label) if self.kind else ""

    @property
    def missing(self) -> int:
        """Up to the target."""
        return max(0, self.level.target - self.count)

    @property
    def scale(self) -> int:
        """What the whole width of its bar stands for."""
        return max(self.count, self.level.maximum or self.level.target, 1)

    def _percent(self, number: int) -> float:
        return round(100 * number / self.scale, 2)

    @property
    def count_percent(self) -> float:
        return self._percent(self.count)

    @property
    def critical_percent(self) -> float:
        return self._percent(self.level.critical)

    @property
    def target_percent(self) -> float:
        return self._percent(self.level.target)


def kind_of(level: ParLevel, count: int) -> str:
    """The worst that ``count`` means for the level."""
    if count < level.critical:
        return Shortfall.Kind.CRITICAL.value
    if count < level.target:
        return Shortfall.Kind.TARGET.value
    return Shortfall.Kind.MAXIMUM.value if level.maximum is not None and count > level.maximum else ""


def ready_now(now: datetime) -> Q:
    """Current rows of equipment that one can take: ready, in service, and heard of or stated by a person."""
    believed = Q(stale_at__gt=now) | Q(basis=Basis.PERSON)
    return believed & Q(activity=Activity.AVAILABLE, asset__retired_at__isnull=True, zone__isnull=False)


def counts_of(levels: Sequence[ParLevel], now: datetime) -> dict[int, int]:
    """Level → ready pieces in its unit: one query, however many levels."""
    categories = {level.category_id for level in levels}
    rows = (
        AssetNow.objects.filter(ready_now(now), asset__model__category__in=categories)
        .order_by()
        .values_list(
            "asset__model__category", "zone", "zone__department", "zone__kind", "zone__floor__building__site"
        )
        .annotate(Count("pk"))
    )
    by_category: dict[int, list[Any]] = {}
    for category, zone, department, kind, site, count in rows:
        by_category.setdefault(category, []).append((zone, department, kind, site, count))
    return {level.pk: _counted(level, by_category.get(level.category_id, ())) for level in levels}


def _counted(level: ParLevel, rooms: Iterable[Any]) -> int:
    return sum(
        count
        for zone, department, kind, site, count in rooms
        if level.covers(zone_id=zone, department_id=department, kind=kind, site_id=site)
    )


def standings(user: Any, now: datetime, **only: Any) -> list[Standing]:
    """Every level that ``user`` may see, as it stands: three queries."""
    levels = list(ParLevel.objects.visible_to(user).filter(**only).with_unit())
    counts = counts_of(levels, now)
    episodes: dict[int, int] = {}
    since: dict[tuple[int, str], datetime] = {}
    lately = Q(end__isnull=True) | Q(end__gt=now - LATELY)
    for level, kind, begin, end in Shortfall.objects.filter(lately, level__in=levels).values_list(
        "level", "kind", "begin", "end"
    ):
        if kind == Shortfall.Kind.CRITICAL:
            episodes[level] = episodes.get(level, 0) + 1
        if end is None:
            since[level, kind] = begin
    return [
        Standing(
            level,
            counts[level.pk],
            episodes.get(level.pk, 0),
            since.get((level.pk, kind_of(level, counts[level.pk]))),
        )
        for level in levels
    ]
