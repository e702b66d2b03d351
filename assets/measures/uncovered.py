"""What service agreements leave out: to be taken away from what was summed around the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Least

from assets.contracts.covering import Coverage
from assets.contracts.models import Contract
from assets.maintenance.models import Downtime
from assets.measures.scope import Scope

Lengths = Mapping[int | None, timedelta]


def uncovered_hours(scope: Scope, key: str, coverage: Coverage) -> Lengths:
    """Of the pieces' own time in the period, by what ``key`` (a path from the asset) says.

    Pieces that no contract names by themselves are alike where site, model and times are: a row for all of them.
    """
    begin = Greatest(F("created_at"), _moment(scope.begin_at))
    end = Least(Coalesce(F("retired_at"), _moment(scope.end_at)), _moment(scope.end_at))
    pieces = scope.assets().order_by().annotate(since=begin, until=end)
    columns = ("site", "model", key, "since", "until")
    named = pieces.filter(pk__in=coverage.named).values_list("pk", *columns)
    alike = pieces.filter(model__in=coverage.models).exclude(pk__in=coverage.named).values_list(*columns)
    rows = [(*row, 1) for row in named]
    rows += [(0, *row) for row in alike.annotate(count=Count("pk"))]
    found: dict[int | None, timedelta] = defaultdict(timedelta)
    for asset, site, model, value, since, until, count in rows:
        hours = coverage.of(asset, site, model)
        if hours is not None:
            found[value] += count * (until - since - hours.length(since, until))
    return found


def uncovered_restoring(failures: Any, key: str, *, now: datetime) -> Lengths:
    """Of the weighted downtime of failures, which counts whole, also before and after the period."""
    limited = Contract.objects.filter(week__isnull=False)
    pieces = Contract.for_assets.through.objects.filter(contract__in=limited)
    models = Contract.for_models.through.objects.filter(contract__in=limited)
    covered = Q(asset__in=pieces.values("asset")) | Q(asset__model__in=models.values("equipmentmodel"))
    downs = Downtime.objects.current().filter(covered, order__in=failures.order_by().values("pk")).order_by()
    columns = ("asset", "asset__site", "asset__model", f"asset__{key}", "begin", "end", "percent")
    rows = list(downs.values_list(*columns))
    found: dict[int | None, timedelta] = defaultdict(timedelta)
    if not rows:
        return found
    coverage = Coverage(min(row[4] for row in rows), now)
    for asset, site, model, value, since, end, percent in rows:
        hours = coverage.of(asset, site, model)
        if hours is not None:
            until = end or now
            found[value] += (until - since - hours.length(since, until)) * percent / 100
    return found


def _moment(value: datetime) -> Any:
    return Value(value, output_field=DateTimeField())
