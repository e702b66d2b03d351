"""Work itself: what waits and how long, whether promises were kept, hours and cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, DecimalField, DurationField, ExpressionWrapper, F, Min, Q, Sum, Value
from django.db.models import DateTimeField as Moment
from django.utils.translation import gettext as _

from assets.contracts.costs import costs_between, pieces_of
from assets.maintenance.models import Labour, PartUsed, VendorVisit, WorkOrder
from assets.maintenance.words import CLOCKED, UNDONE, State
from assets.measures.figures import Figure, cost_of_service, share
from assets.measures.models import Purchase
from assets.measures.scope import Scope

AGES = (7, 30, 90)
"""Days; what waits is told by how much older it is."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is to be done now, whatever the period: how many, by age in days (to 7, 30, 90, and older)."""

    count: int
    by_age: tuple[int, int, int, int]
    overdue: int
    mean_age: timedelta | None
    oldest_at: datetime | None


def backlog_orders(scope: Scope) -> Any:
    orders = WorkOrder.objects.visible_to(scope.user).filter(scope.of_assets("asset__"))
    return orders.open().filter(state__in=UNDONE, is_unverified=False)


def backlog_of(scope: Scope) -> Backlog:
    now = scope.now
    edges = [now - timedelta(days=days) for days in AGES]
    age = ExpressionWrapper(Value(now, output_field=Moment()) - F("opened_at"), output_field=DurationField())
    told = backlog_orders(scope).aggregate(
        count=Count("pk"),
        young=Count("pk", filter=Q(opened_at__gt=edges[0])),
        middle=Count("pk", filter=Q(opened_at__gt=edges[1])),
        old=Count("pk", filter=Q(opened_at__gt=edges[2])),
        overdue=Count("pk", filter=Q(due_at__lt=now) | Q(left__lt=timedelta(0))),
        mean=Avg(age),
        oldest=Min("opened_at"),
    )
    young, middle, old = told["young"], told["middle"], told["old"]
    ages = (young, middle - young, old - middle, told["count"] - old)
    return Backlog(told["count"], ages, told["overdue"], told["mean"], told["oldest"])


@dataclass(frozen=True, slots=True)
class Promise:
    """Of what is decided, how much was kept; ``still_open`` is under way and in time."""

    kept: int
    broken: int
    still_open: int

    @property
    def figure(self) -> Figure:
        return share(self.kept, self.kept + self.broken, _("nothing was promised that is decided"))


def promised_orders(scope: Scope) -> Any:
    """Work that somebody waits for, opened in the period, and not found to be nothing."""
    orders = WorkOrder.objects.visible_to(scope.user).filter(scope.of_assets("asset__"), kind__in=CLOCKED)
    orders = orders.filter(opened_at__gte=scope.begin_at, opened_at__lt=scope.end_at, is_unverified=False)
    return orders.exclude(state__in=[State.WITHDRAWN, State.CANCELLED])


def response_kept(scope: Scope) -> tuple[Q, Q]:
    """Kept, and broken."""
    late = Q(responded_at__gt=F("respond_by")) | Q(responded_at__isnull=True, respond_by__lt=scope.now)
    return Q(responded_at__isnull=False, responded_at__lte=F("respond_by")), late


def resolution_kept(scope: Scope) -> tuple[Q, Q]:
    """As :func:`assets.maintenance.clocks.is_overdue` tells them."""
    late = Q(due_at__isnull=False, done_at__isnull=False, done_at__gt=F("due_at"))
    late |= Q(due_at__isnull=False, done_at__isnull=True, due_at__lt=scope.now) | Q(left__lt=timedelta(0))
    kept = Q(done_at__isnull=False, due_at__isnull=False, done_at__lte=F("due_at"))
    return kept, late


def promises_of(scope: Scope) -> tuple[Promise, Promise]:
    """Of the response, and of the resolution."""
    (soon, not_soon), (well, late) = response_kept(scope), resolution_kept(scope)
    told = promised_orders(scope).aggregate(
        all=Count("pk"), soon=Count("pk", filter=soon), not_soon=Count("pk", filter=not_soon),
        well=Count("pk", filter=well), late=Count("pk", filter=late),
    )  # fmt: skip
    return (
        Promise(told["soon"], told["not_soon"], told["all"] - told["soon"] - told["not_soon"]),
        Promise(told["well"], told["late"], told["all"] - told["well"] - told["late"]),
    )


@dataclass(frozen=True, slots=True)
class Costs:
    """In the hospital's currency. ``unpriced``: parts, visits and contracts of which nobody told a cost; not in the
    sums. ``contracts``: the share of their cost that falls to these pieces in these days."""

    minutes: int
    parts: Decimal
    visits: Decimal
    labour: Decimal | None
    unpriced: int
    contracts: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.parts + self.visits + self.contracts + (self.labour or Decimal(0))


def entries_of(scope: Scope, assets: Any = None) -> tuple[Any, Any, Any]:
    """Work time, parts and visits of the period that were not struck out."""
    told: dict[str, Any] = {"struck_at": None}
    if assets is not None:
        told["order__asset__in"] = assets
    visible = scope.there("order__asset__")
    days = {"day__gte": scope.begin, "day__lte": scope.end}
    return (
        Labour.objects.filter(visible, **told, **days),
        PartUsed.objects.filter(visible, **told, at__gte=scope.begin_at, at__lt=scope.end_at),
        VendorVisit.objects.filter(visible, **told, **days),
    )


def costs_of(scope: Scope, assets: Any = None) -> Costs:
    """Of the scope, or of some of its assets. Labour is priced where the hospital told what an hour costs."""
    labour, parts, visits = entries_of(scope, assets)
    whole = ExpressionWrapper(F("unit_cost") * F("quantity"), output_field=DecimalField())
    minutes = labour.aggregate(sum=Sum("minutes"))["sum"] or 0
    rate = settings.LABOUR_HOUR_COST
    agreed, untold = contract_costs_of(scope, assets)
    built_in = parts.aggregate(sum=Sum(whole), unpriced=Count("pk", filter=Q(unit_cost=None)))
    visited = visits.aggregate(sum=Sum("cost"), unpriced=Count("pk", filter=Q(cost=None)))
    return Costs(
        minutes=minutes,
        parts=built_in["sum"] or Decimal(0),
        visits=visited["sum"] or Decimal(0),
        labour=None if rate is None else Decimal(minutes) * rate / 60,
        unpriced=built_in["unpriced"] + visited["unpriced"] + untold,
        contracts=agreed,
    )


def contract_costs_of(scope: Scope, assets: Any = None) -> tuple[Decimal, int]:
    """What falls to the scope, or to some of its assets, and how many contracts of them nobody told a cost of.

    A contract's cost is spread evenly over the pieces that it covers and that were there in the period.
    """
    last = min(scope.end, scope.today)
    spreads = costs_between(scope.begin, last) if scope.begin <= last else []

    def counted(path: str) -> Q:
        mine = Q() if assets is None else Q(**{f"{path}id__in": assets})
        return scope.there(path) & mine

    pieces = pieces_of([each.contract for each in spreads], scope.present, counted)
    cost, untold = Decimal(0), 0
    for each in spreads:
        everything, some = pieces.get(each.contract, (0, 0))
        if some and each.cost is None:
            untold += 1
        elif some and each.cost is not None:
            cost += each.cost * some / everything
    return cost, untold


@dataclass(frozen=True, slots=True)
class CostOfService:
    """``known``: pieces whose acquisition cost is entered; the figure is of these alone."""

    figure: Figure
    cost: Decimal
    acquisition: Decimal
    known: int


def cost_of_service_of(scope: Scope) -> CostOfService:
    bought = Purchase.objects.filter(scope.there("asset__"), cost__isnull=False)
    told = bought.aggregate(sum=Sum("cost"), count=Count("pk"))
    acquisition = told["sum"] or Decimal(0)
    cost = costs_of(scope, bought.values("asset")).total
    days = scope.length / timedelta(days=1)
    return CostOfService(cost_of_service(cost, acquisition, days), cost, acquisition, told["count"])
