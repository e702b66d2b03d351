"""A table as a file for a spreadsheet: plain text, or a workbook with formats. What a cell says is never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from assets.tables import safe_cell

WIDEST = 40
"""Characters; what is longer is read in the cell."""
SHARE, HOURS, MONEY = "0.0%", "0.00", "#,##0.00"


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows`` under ``headings``, with the numbers' formats by heading, and ``asked``: what the whole is about."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    asked: Mapping[str, Any]
    formats: Mapping[str, str] = field(default_factory=dict)


def as_csv(sheet: Sheet) -> str:
    """Each row says what was asked, so that one that is copied elsewhere still does."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*sheet.headings, *sheet.asked])
    for row in sheet.rows:
        writer.writerow([_plain(cell) for cell in (*row, *sheet.asked.values())])
    return out.getvalue()


def as_workbook(sheet: Sheet) -> bytes:
    """The table, to sort and filter; what was asked on a second sheet."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        formats = {text: book.add_format({"num_format": text}) for text in set(sheet.formats.values())}
        page = book.add_worksheet(sheet.name[:31])
        page.write_row(0, 0, sheet.headings, bold)
        for at, heading in enumerate(sheet.headings):
            cells = [row[at] for row in sheet.rows]
            _fill(page, at, cells, formats.get(sheet.formats.get(heading, "")))
            widest = max((len(str(cell)) for cell in [heading, *(_shown(cell) for cell in cells)]), default=0)
            page.set_column(at, at, min(widest + 2, WIDEST))
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headings) - 1)
        page.set_landscape()
        page.repeat_rows(0)
        page.fit_to_pages(1, 0)
        about = book.add_worksheet("About")
        about.set_column(0, 1, WIDEST)
        for at, (name, value) in enumerate(sheet.asked.items()):
            about.write_string(at, 0, name, bold)
            _fill(about, 1, [value], None, first=at)
    return out.getvalue()


def _fill(page: Worksheet, column: int, cells: Sequence[Any], numbers: Format | None, first: int = 1) -> None:
    for at, cell in enumerate(cells, first):
        if isinstance(cell, int | float):
            page.write_number(at, column, cell, numbers)
        elif cell not in (None, ""):
            page.write_string(at, column, str(cell))


def _shown(cell: Any) -> str:
    """About as wide as it will be."""
    return "" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _plain(cell: Any) -> Any:
    return cell if isinstance(cell, int | float) else safe_cell(cell)
