"""What rentals and loaners cost: the daily rate for each day that it was here, the first and the last counted.

Days are those of the calendar at the site, as lenders bill them. A loan of which nobody told the rate has no cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from assets.loans.models import Loan


def loan_days(loan: Loan, *, now: datetime, first: date | None = None, last: date | None = None) -> int:
    """Days of the calendar until it went back, or until ``now``; of those, the ones from ``first`` to ``last``."""
    zone = ZoneInfo(loan.site.timezone)
    begin = loan.begin.astimezone(zone).date()
    end = (loan.ended_at or now).astimezone(zone).date()
    begin, end = max(begin, first or begin), min(end, last or end)
    return max(0, (end - begin).days + 1)


def loan_cost(
    loan: Loan, *, now: datetime, first: date | None = None, last: date | None = None
) -> Decimal | None:
    """In the hospital's currency, of those days; ``None`` where nobody told the rate."""
    if loan.daily_rate is None:
        return None
    return loan.daily_rate * loan_days(loan, now=now, first=first, last=last)


@dataclass(slots=True)
class Bill:
    """Of one lender in a period. ``cost`` is of the loans whose rate is known, ``None`` if there are none of them;
    ``unpriced`` days have no rate."""

    partner: str
    loans: int = 0
    days: int = 0
    cost: Decimal | None = None
    unpriced: int = 0


def bills(loans: Iterable[Loan], *, first: date, last: date, now: datetime) -> list[Bill]:
    """By lender, what ``loans`` came to on the days from ``first`` to ``last``; those who had none then are left
    out."""
    found: dict[str, Bill] = {}
    for loan in loans:
        days = loan_days(loan, now=now, first=first, last=last)
        if not days:
            continue
        bill = found.setdefault(loan.partner, Bill(loan.partner))
        bill.loans += 1
        bill.days += days
        if loan.daily_rate is None:
            bill.unpriced += days
        else:
            bill.cost = (bill.cost or Decimal(0)) + loan.daily_rate * days
    return sorted(found.values(), key=lambda bill: bill.partner.casefold())
