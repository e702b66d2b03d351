"""Reports as tables for a spreadsheet: each row says by which basis, policy and hours it was computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS

from assets.models import ActivityInterval, Asset
from assets.tables import safe_cell
from assets.utilisation.figures import Figure
from assets.utilisation.idling import IdleCost
from assets.utilisation.patterns import Cell, Step
from assets.utilisation.reports import AssetLine, CategoryLine, Choice, Line

ASKED = (
    "From",
    "To",
    "Unit",
    "Model",
    "Ownership",
    "Basis",
    "Downtime policy",
    "Hours",
    "Heard at least",
    "Computed at",
)
FLEET = (
    "Category", "Assets", "Coverage", "In use, confirmed", "In use, confirmed or presumed", "In use, chosen basis",
    "Peak at once", "95th percentile at once", "Needed", "Surplus", "Share of time short", "No figure because",
)  # fmt: skip
ASSETS = (
    "Asset tag", "Category", "Department", "Coverage", "In use", "Hours confirmed", "Hours presumed", "Hours down",
    "Hours dirty", "Hours available", "Hours in transit", "Hours not heard", "No figure because",
)  # fmt: skip


def fleet_csv(lines: Iterable[CategoryLine], choice: Choice) -> str:
    return _csv((*FLEET, *ASKED), ((*_fleet_row(line), *_asked(choice)) for line in lines))


def assets_csv(lines: Iterable[AssetLine], choice: Choice) -> str:
    return _csv((*ASSETS, *ASKED), ((*_asset_row(line), *_asked(choice)) for line in lines))


def week_csv(cells: Iterable[Cell], choice: Choice) -> str:
    rows = (
        (
            WEEKDAYS[cell.weekday], cell.hour, _number(cell.average), _number(cell.coverage), cell.average.reason,
            *_asked(choice),
        )
        for cell in cells
    )  # fmt: skip
    return _csv(("Weekday", "Hour", "In use", "Coverage", "No figure because", *ASKED), rows)


def at_once_csv(steps: Iterable[Step], choice: Choice, line: Line) -> str:
    rows = (
        (
            step.begin.isoformat(), step.hours, _number(step.most), _number(step.mean), line.owned, line.size.pieces,
            _number(line.coverage), step.most.reason, *_asked(choice),
        )
        for step in steps
    )  # fmt: skip
    headings = (
        "Begin",
        "Hours",
        "Most at once",
        "On average",
        "Assets",
        "Needed",
        "Coverage",
        "No figure because",
    )
    return _csv((*headings, *ASKED), rows)


def idle_csv(idle: IdleCost, choice: Choice) -> str:
    rows = (
        (
            line.asset.asset_tag, line.asset.model, line.asset.department, line.now.zone and line.now.zone.name,
            line.last_use and line.last_use.isoformat(), round(line.days, 2), _money(idle.per_day), _money(cost),
            *_asked(choice),
        )
        for line, cost in idle.rows
    )  # fmt: skip
    headings = (
        "Asset tag",
        "Model",
        "Department",
        "Room",
        "Last use",
        "Idle days",
        "Cost of a day",
        "Cost since",
    )
    return _csv((*headings, *ASKED), rows)


def asset_csv(
    asset: Asset, intervals: Iterable[ActivityInterval], line: AssetLine | None, choice: Choice
) -> str:
    """Every interval that reaches into the period, whole."""
    covered = None if line is None else _number(line.coverage)
    rows = (
        (
            asset.asset_tag, each.begin.isoformat(), each.end and each.end.isoformat(), each.activity, each.basis,
            each.source, covered, *_asked(choice),
        )
        for each in intervals
    )  # fmt: skip
    return _csv(("Asset tag", "Begin", "End", "Activity", "Decided by", "Source", "Coverage", *ASKED), rows)


def _money(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _fleet_row(line: CategoryLine) -> Sequence[Any]:
    size = line.size
    return (
        line.category and line.category.plural, line.owned, _number(line.coverage), _number(line.confirmed),
        _number(line.presumed), _number(line.average), _number(line.peak), _number(line.p95), size.pieces,
        size.surplus, _number(size.short), line.average.reason,
    )  # fmt: skip


def _asset_row(line: AssetLine) -> Sequence[Any]:
    sums = line.totals
    seconds = (
        sums.confirmed, sums.presumed, sums.down, sums.dirty, sums.available, sums.in_transit, sums.unknown
    )  # fmt: skip
    return (
        line.asset.asset_tag, line.asset.model.category.name, line.asset.department, _number(line.coverage),
        _number(line.average), *(round(each / 3600, 4) for each in seconds), line.average.reason,
    )  # fmt: skip


def _asked(choice: Choice) -> Sequence[Any]:
    return (
        choice.first, choice.last, choice.department or choice.site, choice.model, choice.owned_as,
        choice.basis.label, choice.policy.label, choice.clock.label, choice.least,
        f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
    )  # fmt: skip


def _number(figure: Figure) -> float | None:
    return None if figure.value is None else round(figure.value, 6)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([cell if isinstance(cell, int | float) else safe_cell(cell) for cell in row])
    return out.getvalue()
