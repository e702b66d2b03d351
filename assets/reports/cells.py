"""Cells as people and files read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format

from assets.reports.report import Kind, value_of
from assets.utilisation.explaining import share
from assets.utilisation.figures import Figure
from assets.utilisation.sheets import HOURS, MONEY, SHARE
from assets.utilisation.templatetags.utilisation import duration

FORMATS = {Kind.SHARE: SHARE, Kind.HOURS: HOURS, Kind.SECONDS: HOURS, Kind.MONEY: MONEY, Kind.NUMBER: HOURS}
"""Of numbers in a workbook."""
DAY_S = 86_400


def told_cell(cell: Any, kind: Kind) -> str:
    """In words, in the site's time; a dash where there is nothing."""
    value = value_of(cell)
    if value is None or value == "":
        return "–"
    match kind:
        case Kind.SHARE:
            return share(value)
        case Kind.SECONDS:
            return duration(value)
        case Kind.HOURS:
            return f"{value / 3600:,.1f}"
        case Kind.NUMBER:
            return f"{value:,.1f}"
        case Kind.MONEY:
            return str(number_format(value, 0, force_grouping=True))
        case Kind.MOMENT:
            return date_format(timezone.localtime(value), "j F Y, H:i")
    return str(value)


def reason_of(cell: Any) -> str:
    """Why there is no value; nothing where there is one, or where there never could be."""
    return str(cell.reason) if isinstance(cell, Figure) and cell.value is None else ""


def plain_cell(cell: Any, kind: Kind) -> Any:
    """For a spreadsheet: shares as 0 to 1, lengths of time in hours."""
    value = value_of(cell)
    if value is None:
        return reason_of(cell) or None
    if kind in {Kind.SECONDS, Kind.HOURS}:
        return round(value / 3600, 4)
    if kind is Kind.MOMENT:
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, Decimal):
        return float(value)
    return round(value, 6) if isinstance(value, float) else value
