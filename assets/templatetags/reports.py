"""Cells of reports as a page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template

from assets.reports.cells import reason_of, told_cell
from assets.reports.report import Column, Kind, Row, Table

register = template.Library()


@register.filter
def cell_told(cell: Any, kind: Kind) -> str:
    return told_cell(cell, kind)


@register.filter
def cell_reason(cell: Any) -> str:
    return reason_of(cell)


@register.filter
def with_columns(row: Row, table: Table) -> Iterator[tuple[Column, Any]]:
    return zip(table.columns, row.cells, strict=True)
