"""All measures of a scope together, as page and API tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assets.measures.completion import GROUPS, completion_of
from assets.measures.figures import Completion
from assets.measures.reliability import Reliability, reliability_of, total_of
from assets.measures.scope import Scope
from assets.measures.work import (
    Backlog,
    CostOfService,
    Costs,
    Promise,
    backlog_of,
    cost_of_service_of,
    costs_of,
    promises_of,
)
from assets.models import Category, EquipmentModel
from locations.models import Department


@dataclass(frozen=True, slots=True)
class Row:
    """``value``: what a filter by it says; nothing for what has none."""

    name: str
    value: str
    figures: Reliability


@dataclass(frozen=True, slots=True)
class Report:
    scope: Scope
    by: str
    completion: Mapping[str, Completion]
    rows: Sequence[Row]
    total: Reliability
    backlog: Backlog
    response: Promise
    resolution: Promise
    costs: Costs
    cost_of_service: CostOfService

    @property
    def completed(self) -> Sequence[tuple[str, Completion]]:
        """By risk, then all."""
        parts = [(group, self.completion[group]) for group in GROUPS]
        return [*parts, ("", sum((part for _group, part in parts), Completion()))]


WORK_MEM = "32MB"
"""A report joins every asset with its orders and marks: what PostgreSQL has by default makes it write to disk."""


def report_of(scope: Scope, by: str = "category") -> Report:
    """On PostgreSQL with memory enough for its sums, and without compiling statements that last for milliseconds."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)", [WORK_MEM]
                )
        return _report_of(scope, by)


def _report_of(scope: Scope, by: str) -> Report:
    found = reliability_of(scope, by)
    response, resolution = promises_of(scope)
    return Report(
        scope=scope,
        by=by,
        completion=completion_of(scope),
        rows=_rows(found, by),
        total=total_of(found.values()),
        backlog=backlog_of(scope),
        response=response,
        resolution=resolution,
        costs=costs_of(scope),
        cost_of_service=cost_of_service_of(scope),
    )


def _rows(found: Mapping[int | None, Reliability], by: str) -> list[Row]:
    """What failed most comes first."""
    models: dict[str, Any] = {"category": Category, "group": Department, "model": EquipmentModel}
    known = models[by].objects.in_bulk([key for key in found if key is not None])
    rows = []
    for key, figures in found.items():
        one = known.get(key)
        value = "" if one is None else str(one.slug if by == "category" else one.pk)
        rows.append(Row(_("none") if one is None else str(one), value, figures))
    return sorted(rows, key=lambda row: (-row.figures.failures, -row.figures.operating_h, row.name))
