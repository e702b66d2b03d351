"""Parts of the report of fleet size as tables for a spreadsheet, which say what was asked and assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assets.fleet.forms import Question
from assets.fleet.models import Forecast, Outcome
from assets.fleet.reporting import SizeReport, moment_of, size_report
from assets.fleet.saving import Amount
from assets.fleet.sensitivity import sensitivity
from assets.fleet.shortages import sizes
from assets.utilisation.figures import Figure
from assets.utilisation.sheets import HOURS, MONEY, SHARE, Sheet

FORMATS = {
    "Share of time short": SHARE, "Hours short": HOURS, "Hours": HOURS, "Share of its shortage": SHARE,
    "Share of time": SHARE, "Pieces on average": HOURS, "Amount": MONEY, "Buffer": SHARE, "Value": HOURS, "Low": HOURS,
    "High": HOURS, "Coverage": SHARE,
}  # fmt: skip
MAKERS: dict[str, Callable[[Question], Sheet]] = {}


def _named(name: str) -> Callable[[Callable[[Question], Sheet]], Callable[[Question], Sheet]]:
    def enter(make: Callable[[Question], Sheet]) -> Callable[[Question], Sheet]:
        MAKERS[name] = make
        return make

    return enter


@_named("short")
def short_sheet(question: Question) -> Sheet:
    """Every stretch in which the fleet is too small."""
    report = size_report(question)
    rows = (
        (
            moment_of(each.begin).isoformat(), moment_of(each.end).isoformat(), each.seconds / 3600, each.most,
            each.lacking, moment_of(each.worst).isoformat(),
        )
        for each in (report.shortages.found if report.shortages else ())
    )  # fmt: skip
    return _sheet("Short", ("Begin", "End", "Hours", "In use at most", "Lacking", "Worst at"), rows, report)


@_named("sizes")
def sizes_sheet(question: Question) -> Sheet:
    """Every size, and how often it is too small."""
    report = size_report(question)
    rows = (
        (each.pieces, each.capacity, _number(each.short), each.seconds / 3600) for each in sizes(report.line)
    )
    return _sheet("Sizes", ("Pieces", "Usable at once", "Share of time short", "Hours short"), rows, report)


@_named("pools")
def pools_sheet(question: Question) -> Sheet:
    """Units that share a pool, each by itself, and the pool last."""
    report = size_report(question)
    pool = report.pool
    headings = ("Unit", "Assets", "Coverage", "Needed", "Surplus", "No figure because")
    rows: list[Sequence[Any]] = [
        (
            line.department, line.owned, _number(line.coverage), line.size.pieces, line.size.surplus,
            line.size.needed.reason,
        )
        for line in (pool.units if pool else ())
    ]  # fmt: skip
    if pool is not None:
        size = pool.together.size
        rows.append(
            (
                "Together", pool.together.owned, _number(pool.together.coverage), size.pieces, size.surplus,
                pool.reason,
            )
        )  # fmt: skip
    return _sheet("Pools", headings, rows, report)


@_named("moves")
def moves_sheet(question: Question) -> Sheet:
    """Which unit could lend to which."""
    report = size_report(question)
    headings = ("From", "To", "Hours", "Share of its shortage", "Share of time", "Pieces on average")
    rows = (
        (
            report.name(each.giver), report.name(each.taker), each.seconds / 3600, each.of_short, each.of_time,
            each.pieces,
        )
        for each in (report.moves.moves if report.moves else ())
    )  # fmt: skip
    return _sheet("Moves", headings, rows, report)


@_named("sensitivity")
def sensitivity_sheet(question: Question) -> Sheet:
    """The fleet size by threshold and buffer. Raises :class:`TooManyError`."""
    report = size_report(question)
    headings = ("Counted otherwise", "Minutes", "Buffer", "Needed", "No figure because")
    rows = (
        (each.how, each.minutes, each.buffer, each.pieces, each.needed.reason)
        for each in sensitivity(report.line)
    )
    return _sheet("Sensitivity", headings, rows, report)


@_named("saving")
def saving_sheet(question: Question) -> Sheet:
    """What fewer save a year, line by line, with the prices."""
    report = size_report(question)
    saving = report.saving
    rows: list[Sequence[Any]] = []
    if saving is not None:
        amounts: dict[str, Amount] = {
            "Not owned, a year": saving.owning,
            "Rented, a year": saving.renting,
            "Saved, a year": saving.whole,
        }
        rows = [(name, _money(each.value), each.reason) for name, each in amounts.items()]
    return _sheet("Saving", ("What", "Amount", "No figure because"), rows, report)


def forecast_sheet(forecast: Forecast | None, about: dict[str, Any]) -> Sheet:
    """The days to come; none where there is no forecast, and the second sheet says why."""
    points = forecast.points if forecast is not None and forecast.outcome == Outcome.GIVEN else []
    rows = [(point["day"], point["value"], point["low"], point["high"]) for point in points]
    return Sheet("Forecast", ("Day", "Value", "Low", "High"), rows, about, FORMATS)


def _sheet(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], report: SizeReport) -> Sheet:
    return Sheet(name, headings, list(rows), asked(report), FORMATS)


def asked(report: SizeReport) -> dict[str, Any]:
    """What the report is about and what it assumes."""
    choice, saving = report.choice, report.saving
    prices = saving.assumed if saving else None
    return {
        "From": choice.first,
        "To": choice.last,
        "Unit": choice.department or choice.site,
        "Model": choice.model,
        "Ownership": choice.owned_as,
        "Basis": choice.basis.label,
        "Demand by": choice.demand,
        "Buffer in %": round(100 * choice.buffer),
        "Coverage": _number(report.line.coverage),
        "Heard at least": choice.least,
        "Assets": report.line.owned,
        "Needed": report.line.size.pieces,
        "Pieces tried": report.size.pieces if report.size else None,
        "Purchase price": _money(prices.purchase) if prices else None,
        "Life in years": _money(prices.life_years) if prices else None,
        "Service a year": _money(prices.service) if prices else None,
        "Rental day": _money(prices.rental) if prices else None,
        "No fleet size because": report.reason,
        "Computed at": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
    }


def _number(figure: Figure) -> float | None:
    return None if figure.value is None else round(figure.value, 6)


def _money(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
