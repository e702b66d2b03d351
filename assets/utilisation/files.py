"""Reports as tables for a spreadsheet, which say by which basis, policy and hours they were computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS

from assets.models import ActivityInterval, Asset
from assets.utilisation.figures import Figure
from assets.utilisation.idling import IdleCost
from assets.utilisation.patterns import Cell, Step
from assets.utilisation.reports import AssetLine, CategoryLine, Choice, Line
from assets.utilisation.sheets import HOURS, MONEY, SHARE, Sheet

FLEET = (
    "Category", "Assets", "Coverage", "In use, confirmed", "In use, confirmed or presumed", "In use, chosen basis",
    "Peak at once", "95th percentile at once", "Needed", "Surplus", "Share of time short", "No figure because",
)  # fmt: skip
ASSETS = (
    "Asset tag", "Category", "Department", "Coverage", "In use", "Hours confirmed", "Hours presumed", "Hours down",
    "Hours dirty", "Hours available", "Hours in transit", "Hours not heard", "No figure because",
)  # fmt: skip


FORMATS = {
    "Coverage": SHARE, "In use": SHARE, "In use, confirmed": SHARE, "In use, confirmed or presumed": SHARE,
    "In use, chosen basis": SHARE, "Share of time short": SHARE, "On average": HOURS, "Idle days": HOURS,
    "Cost of a day": MONEY, "Cost since": MONEY,
} | {heading: HOURS for heading in ASSETS if heading.startswith("Hours")}  # fmt: skip


def fleet_sheet(lines: Iterable[CategoryLine], choice: Choice) -> Sheet:
    return _sheet("Fleets", FLEET, (_fleet_row(line) for line in lines), choice)


def assets_sheet(lines: Iterable[AssetLine], choice: Choice) -> Sheet:
    return _sheet("Equipment", ASSETS, (_asset_row(line) for line in lines), choice)


def week_sheet(cells: Iterable[Cell], choice: Choice) -> Sheet:
    rows = (
        (
            WEEKDAYS[cell.weekday],
            cell.hour,
            _number(cell.average),
            _number(cell.coverage),
            cell.average.reason,
        )
        for cell in cells
    )
    return _sheet("Week", ("Weekday", "Hour", "In use", "Coverage", "No figure because"), rows, choice)


def at_once_sheet(steps: Iterable[Step], choice: Choice, line: Line) -> Sheet:
    rows = (
        (
            step.begin.isoformat(), step.hours, _number(step.most), _number(step.mean), line.owned, line.size.pieces,
            _number(line.coverage), step.most.reason,
        )
        for step in steps
    )  # fmt: skip
    headings = (
        "Begin", "Hours", "Most at once", "On average", "Assets", "Needed", "Coverage", "No figure because",
    )  # fmt: skip
    return _sheet("At once", headings, rows, choice)


def idle_sheet(idle: IdleCost, choice: Choice) -> Sheet:
    rows = (
        (
            line.asset.asset_tag, line.asset.model, line.asset.department, line.now.zone and line.now.zone.name,
            line.last_use and line.last_use.isoformat(), round(line.days, 2), _money(idle.per_day), _money(cost),
        )
        for line, cost in idle.rows
    )  # fmt: skip
    headings = (
        "Asset tag", "Model", "Department", "Room", "Last use", "Idle days", "Cost of a day", "Cost since",
    )  # fmt: skip
    return _sheet("Idle", headings, rows, choice)


def asset_sheet(
    asset: Asset, intervals: Iterable[ActivityInterval], line: AssetLine | None, choice: Choice
) -> Sheet:
    """Every interval that reaches into the period, whole."""
    covered = None if line is None else _number(line.coverage)
    rows = (
        (
            asset.asset_tag, each.begin.isoformat(), each.end and each.end.isoformat(), each.activity, each.basis,
            each.source, covered,
        )
        for each in intervals
    )  # fmt: skip
    headings = ("Asset tag", "Begin", "End", "Activity", "Decided by", "Source", "Coverage")
    return _sheet("Intervals", headings, rows, choice)


def _sheet(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], choice: Choice) -> Sheet:
    return Sheet(name, headings, list(rows), asked_rows(choice), FORMATS)


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


def asked_rows(choice: Choice) -> Mapping[str, Any]:
    return {
        "From": choice.first,
        "To": choice.last,
        "Unit": choice.department or choice.site,
        "Model": choice.model,
        "Ownership": choice.owned_as,
        "Basis": choice.basis.label,
        "Downtime policy": choice.policy.label,
        "Hours": choice.clock.label,
        "Heard at least": choice.least,
        "Computed at": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
    }


def _number(figure: Figure) -> float | None:
    return None if figure.value is None else round(figure.value, 6)
