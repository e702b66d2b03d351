"""Failures, how long restoring took, and availability: sums by the database, each over closed intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Least

from assets.contracts.covering import Coverage
from assets.maintenance.downtime import Span, elapsed, weighted
from assets.maintenance.models import Downtime, WorkOrder
from assets.maintenance.words import REPAIRS, Outcome, State
from assets.measures.figures import Figure, availability, failure_rate, mtbf, mttr
from assets.measures.scope import KEYS, Scope
from assets.measures.uncovered import uncovered_hours, uncovered_restoring
from assets.measures.use import use_of

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Reliability:
    """Of some equipment. ``undated``: failures without any downtime; they count, with none."""

    assets: int = 0
    covered: timedelta = field(default_factory=timedelta)
    in_use: timedelta = field(default_factory=timedelta)
    down: timedelta = field(default_factory=timedelta)
    failures: int = 0
    restoring: timedelta = field(default_factory=timedelta)
    others: int = 0
    undated: int = 0

    @property
    def operating_h(self) -> float:
        return self.in_use / HOUR

    @property
    def mtbf(self) -> Figure:
        return mtbf(self.operating_h, self.failures)

    @property
    def mttr(self) -> Figure:
        return mttr(self.restoring, self.failures)

    @property
    def availability(self) -> Figure:
        return availability(self.covered, self.down)

    @property
    def failure_rate(self) -> Figure:
        return failure_rate(self.operating_h, self.failures)

    def add(self, other: Reliability) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def reliability_of(scope: Scope, by: str) -> Mapping[int | None, Reliability]:
    """By category, group or model: its primary key → figures. Nothing is the key of what has none."""
    key = KEYS[by]
    found: dict[int | None, Reliability] = defaultdict(Reliability)
    coverage = Coverage(scope.begin_at, scope.end_at)
    _add_assets(found, scope, key)
    _add_use(found, scope, key)
    _add_failures(found, scope, key)
    _add_downtime(found, scope, key, coverage)
    if coverage.is_limited:
        for value, length in uncovered_hours(scope, key, coverage).items():
            found[value].covered -= length
    for value, length in uncovered_restoring(failures_of(scope), key, now=scope.now).items():
        found[value].restoring -= length
    return found


def total_of(rows: Iterable[Reliability]) -> Reliability:
    total = Reliability()
    for row in rows:
        total.add(row)
    return total


def failures_of(scope: Scope) -> Any:
    """Repairs and incidents that began in the period, closed as a failure of the equipment."""
    return closed_repairs(scope).filter(outcome=Outcome.FAILURE)


def closed_repairs(scope: Scope) -> Any:
    orders = WorkOrder.objects.visible_to(scope.user).filter(scope.of_assets("asset__"), kind__in=REPAIRS)
    return orders.filter(
        state=State.VERIFIED, opened_at__gte=scope.begin_at, opened_at__lt=scope.end_at, is_unverified=False
    )


def downtimes_of(scope: Scope) -> Any:
    rows = Downtime.objects.current().filter(scope.there("asset__"))
    return rows.overlapping(scope.begin_at, scope.end_at)


def _moment(value: Any) -> Any:
    return Value(value, output_field=DateTimeField())


def _length(begin: Any, end: Any) -> Any:
    return Sum(ExpressionWrapper(end - begin, output_field=DurationField()))


def _add_assets(found: dict[int | None, Reliability], scope: Scope, key: str) -> None:
    end = Least(Coalesce(F("retired_at"), _moment(scope.end_at)), _moment(scope.end_at))
    begin = Greatest(F("created_at"), _moment(scope.begin_at))
    rows = scope.assets().order_by().values_list(key).annotate(count=Count("pk"), covered=_length(begin, end))
    for value, count, covered in rows:
        found[value].assets, found[value].covered = count, covered or timedelta(0)


def _add_use(found: dict[int | None, Reliability], scope: Scope, key: str) -> None:
    for value, length in use_of(scope, key).items():
        found[value].in_use = length


def _add_failures(found: dict[int | None, Reliability], scope: Scope, key: str) -> None:
    is_dated = Exists(Downtime.objects.current().filter(order=OuterRef("pk")))
    closed = closed_repairs(scope).order_by().values_list(f"asset__{key}", "outcome")
    for value, outcome, count, dated in closed.annotate(
        count=Count("pk"), dated=Count("pk", filter=Q(is_dated, outcome=Outcome.FAILURE))
    ):
        if outcome == Outcome.FAILURE:
            found[value].failures += count
            found[value].undated += count - dated
        else:
            found[value].others += count
    failures = failures_of(scope).order_by().values("pk")
    restoring = Downtime.objects.current().filter(order__in=failures).order_by()
    end = Coalesce(F("end"), _moment(scope.now))
    for value, percent, length in restoring.values_list(f"asset__{key}", "percent").annotate(
        length=_length(F("begin"), end)
    ):
        found[value].restoring += (length or timedelta(0)) * percent / 100


def _add_downtime(found: dict[int | None, Reliability], scope: Scope, key: str, coverage: Coverage) -> None:
    """Where several orders held a piece at once, the highest percent counts, once; not beyond its own time here, and
    in covered hours only."""
    spans: dict[tuple[Any, ...], list[Span]] = defaultdict(list)
    whose = (
        "asset",
        "asset__site",
        "asset__model",
        "asset__created_at",
        "asset__retired_at",
        f"asset__{key}",
    )
    rows = downtimes_of(scope).order_by().values_list(*whose, "begin", "end", "percent")
    for *piece, begin, end, percent in rows:
        spans[tuple(piece)].append(Span(begin, end, percent))
    for (asset, site, model, created, retired, value), held in spans.items():
        hours = coverage.of(asset, site, model)
        found[value].down += weighted(
            held,
            begin=max(created, scope.begin_at),
            end=min(retired or scope.end_at, scope.end_at),
            length=elapsed if hours is None else hours.length,
        )
