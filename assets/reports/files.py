"""A report as a file: one of its tables for a spreadsheet, or all of it on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from assets.reports.cells import FORMATS, plain_cell, reason_of, told_cell
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table
from assets.utilisation.files import asked_rows
from assets.utilisation.printing import PrintedTable, print_tables
from assets.utilisation.sheets import Sheet

MOST_PRINTED = 500
IN_HOURS = {Kind.SECONDS, Kind.HOURS}


def sheet_of(report: Report, table: Table, rows: Sequence[Row], asked: Asked) -> Sheet:
    """Shares as 0 to 1, lengths of time in hours; why there is no figure stands in its place."""
    headings = [heading(column) for column in table.columns]
    return Sheet(
        str(table.title),
        headings,
        [
            [plain_cell(cell, column.kind) for cell, column in zip(row.cells, table.columns, strict=True)]
            for row in rows
        ],
        _asked(report, asked, headings),
        {heading(column): FORMATS[column.kind] for column in table.columns if column.kind in FORMATS},
    )


def heading(column: Column) -> str:
    """With its unit where the cell is a number of something else than its title says."""
    title = str(column.title)
    return f"{title} (h)" if column.kind in IN_HOURS and not title.endswith("h") else title


def _asked(report: Report, asked: Asked, headings: Sequence[str]) -> dict[str, Any]:
    """What is called as a column is told apart from it."""
    told = {"Report": str(report.title), **asked_rows(asked.choice), **_further(report, asked)}
    return {f"{name} asked for" if name in headings else name: value for name, value in told.items()}


def _further(report: Report, asked: Asked) -> dict[str, Any]:
    told: dict[str, Any] = {"Category": asked.choice.category}
    if "by" in report.asks:
        told["Grouped by"] = asked.by
    if "missing" in report.asks:
        told["Not heard for days"] = asked.missing_days
    return told


def printed(report: Report, answer: Answer, asked: Asked, *, now: datetime) -> bytes:
    title = str(report.title)
    if report.wants_category and asked.choice.category is not None:
        title = f"{title}: {asked.choice.category.plural}"
    told = [
        *([gettext("No figures, because %(reason)s.") % {"reason": answer.reason}] if answer.reason else []),
        " · ".join(f"{each.title}: {_or_reason(each.value, each.kind)}" for each in answer.figures),
        *map(str, answer.sentences),
    ]
    tables = [
        _printed_table(table, answer.rows[table.name])
        for table in report.tables
        if answer.rows.get(table.name)
    ]
    return print_tables(title, asked.choice, [each for each in told if each], tables, now=now)


def _printed_table(table: Table, rows: Sequence[Row]) -> PrintedTable:
    note = ""  # what a click opens is no use on paper
    if len(rows) > MOST_PRINTED:
        note = gettext("%(count)d more are in the file.") % {"count": len(rows) - MOST_PRINTED}
    return PrintedTable(
        str(table.title),
        note,
        [str(column.title) for column in table.columns],
        [column.is_number for column in table.columns],
        [_width(column) for column in table.columns],
        [
            [_or_reason(cell, column.kind) for cell, column in zip(row.cells, table.columns, strict=True)]
            for row in rows[:MOST_PRINTED]
        ],
    )


def _width(column: Column) -> float:
    """Beside the others; so that no word of a heading is broken."""
    longest = max(len(word) for word in str(column.title).split())
    return max(1.0 if column.is_number else 1.4, longest / 8)


def _or_reason(cell: Any, kind: Kind) -> str:
    return reason_of(cell) or told_cell(cell, kind)
