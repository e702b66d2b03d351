"""Loans as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from assets.loans.costs import loan_cost, loan_days
from assets.loans.models import Loan
from assets.tables import safe_cell

MOST_LINES = 50_000
COLUMNS = (
    "loan", "asset tag", "category", "kind", "whom", "reference", "state", "from", "due back", "back", "condition",
    "order", "days", "cost of a day", "cost", "note",
)  # fmt: skip


def loans_csv(loans: Iterable[Loan], *, now: datetime) -> str:
    """Times in the zone of the asset's site, with their offset. Without a rate there is no cost."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for loan in loans:
        writer.writerow([safe_cell(cell) for cell in _cells(loan, now)])
    return out.getvalue()


def _cells(loan: Loan, now: datetime) -> list[Any]:
    zone = ZoneInfo(loan.site.timezone)
    times = [
        moment and moment.astimezone(zone).isoformat(timespec="minutes")
        for moment in (loan.begin, loan.due_at, loan.ended_at)
    ]
    return [
        loan.pk, loan.asset.asset_tag, loan.asset.model.category.name, loan.get_kind_display(), loan.whom,
        loan.reference, loan.get_state_display(), *times, loan.get_condition_display(), loan.order_id,
        loan_days(loan, now=now), loan.daily_rate, loan_cost(loan, now=now), loan.note,
    ]  # fmt: skip
