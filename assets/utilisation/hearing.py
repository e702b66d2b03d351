"""How much of a fleet is heard now: what comes before any figure, above all while a hospital begins with one ward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from assets.models import Asset
from assets.utilisation.reports import Choice
from assets.words import Activity
from locations.models import Department


@dataclass(frozen=True)
class Quality:
    """``blind`` are units of which nothing is heard now, with how many pieces they have."""

    total: int
    heard: int
    never: int
    """Of those nothing was ever heard."""
    latest: datetime | None
    blind: list[tuple[Department | None, int]]

    @property
    def share(self) -> float | None:
        return self.heard / self.total if self.total else None


def quality(choice: Choice, *, now: datetime) -> Quality:
    """Of what the choice is about, as the register has it now; one query and one for the names."""
    rows = Asset.objects.filter(site=choice.site, retired_at__isnull=True).order_by()
    if choice.category is not None:
        rows = rows.filter(model__category=choice.category)
    if choice.department is not None:
        rows = rows.filter(department=choice.department)
    if choice.model is not None:
        rows = rows.filter(model=choice.model)
    if choice.ownership:
        rows = rows.filter(ownership=choice.ownership)
    is_heard = Q(now__stale_at__gt=now) & ~Q(now__activity=Activity.UNKNOWN)
    units = list(
        rows.values_list("department").annotate(
            total=Count("pk"),
            heard=Count("pk", filter=is_heard),
            never=Count("pk", filter=Q(now__heard_at__isnull=True)),
            latest=Max("now__heard_at"),
        )
    )
    names = Department.objects.in_bulk(
        [unit for unit, _, heard, *_ in units if unit is not None and not heard]
    )
    moments = [latest for *_, latest in units if latest is not None]
    return Quality(
        total=sum(row[1] for row in units),
        heard=sum(row[2] for row in units),
        never=sum(row[3] for row in units),
        latest=max(moments, default=None),
        blind=sorted(
            ((names.get(unit), total) for unit, total, heard, *_ in units if not heard),
            key=lambda each: str(each[0] or ""),
        ),
    )
