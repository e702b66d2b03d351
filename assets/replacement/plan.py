"""The plan of a site as it was worked out last: year by year, and by category or department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset
from assets.planning.calendar import day_at
from assets.replacement.allotting import YEARS
from assets.replacement.models import Budget, Score, ScoringRun
from locations.models import Site

BY: dict[str, Any] = {"category": gettext_lazy("Category"), "department": gettext_lazy("Department")}
_PATHS = {"category": "asset__model__category__plural", "department": "asset__department__name"}
MOVED = Q(planned_year__gt=F("wanted_year"))
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Year:
    """``wanted`` and ``planned`` are pieces, their costs those that are known; ``unpriced``: planned without a price.

    ``moved``: planned here, though wanted in a year before. ``budget`` is nothing where none is set.
    """

    year: int
    budget: Decimal | None
    wanted: int = 0
    wanted_cost: Decimal = NOTHING
    planned: int = 0
    planned_cost: Decimal = NOTHING
    unpriced: int = 0
    moved: int = 0

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.planned_cost


@dataclass(frozen=True, slots=True)
class Plan:
    """``no_room``: wanted within these years, and in none of them; ``no_year``: of ours, and nothing says when."""

    site: Site
    run: ScoringRun | None
    years: Sequence[Year]
    no_room: int
    no_year: int

    @property
    def planned(self) -> int:
        return sum(year.planned for year in self.years)

    @property
    def planned_cost(self) -> Decimal:
        return sum((year.planned_cost for year in self.years), NOTHING)

    @property
    def moved(self) -> int:
        return sum(year.moved for year in self.years)


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    pieces: int
    cost: Decimal
    unpriced: int


def plan_of(site: Site, now: datetime) -> Plan:
    """In five statements, however many pieces there are."""
    first = day_at(now, site.timezone).year
    years = range(first, first + YEARS)
    scores = Score.objects.at_site(site).order_by()
    planned = _summed(
        scores, "planned_year", unpriced=Count("pk", filter=Q(price=None)), moved=Count("pk", filter=MOVED)
    )
    wanted = _summed(scores, "wanted_year")
    budgets = dict(Budget.objects.filter(site=site).values_list("year", "amount"))
    unplanned = scores.filter(planned_year=None).aggregate(
        no_room=Count("pk", filter=Q(wanted_year__lte=years[-1])),
        no_year=Count("pk", filter=Q(wanted_year=None, asset__ownership=Asset.Ownership.OWNED)),
    )
    return Plan(
        site=site,
        run=ScoringRun.objects.filter(site=site).first(),
        years=[_year(year, budgets.get(year), wanted.get(year), planned.get(year)) for year in years],
        **unplanned,
    )


def _summed(scores: Any, by: str, **more: Any) -> dict[int, Mapping[str, Any]]:
    rows = scores.filter(**{f"{by}__isnull": False}).values(by)
    return {row[by]: row for row in rows.annotate(count=Count("pk"), cost=Sum("price"), **more)}


def _year(
    year: int, budget: Decimal | None, wanted: Mapping[str, Any] | None, planned: Mapping[str, Any] | None
) -> Year:
    wanted, planned = wanted or {}, planned or {}
    return Year(
        year=year,
        budget=budget,
        wanted=wanted.get("count", 0),
        wanted_cost=wanted.get("cost") or NOTHING,
        planned=planned.get("count", 0),
        planned_cost=planned.get("cost") or NOTHING,
        unpriced=planned.get("unpriced", 0),
        moved=planned.get("moved", 0),
    )


def groups_of(site: Site, year: int, by: str) -> list[Group]:
    """What is planned in a year, by category or department; the dearest first."""
    path = _PATHS[by]
    rows = Score.objects.at_site(site).filter(planned_year=year).order_by().values(path)
    summed = rows.annotate(count=Count("pk"), cost=Sum("price"), unpriced=Count("pk", filter=Q(price=None)))
    groups = [
        Group(row[path] or _("none"), row["count"], row["cost"] or NOTHING, row["unpriced"]) for row in summed
    ]
    return sorted(groups, key=lambda group: (-group.cost, -group.pieces, group.name))


def planned_in(site: Site, year: int) -> Any:
    """The pieces of a year, the highest score first."""
    return Score.objects.at_site(site).filter(planned_year=year).by_rank().with_asset()


def within_plan(site: Site, years: Sequence[Year]) -> Any:
    """All that is wanted within the plan, year by year; what no year has room for last."""
    rows = Score.objects.at_site(site).filter(wanted_year__lte=years[-1].year).with_asset()
    return rows.order_by(F("planned_year").asc(nulls_last=True), F("rank").desc(nulls_last=True), "asset")
