"""A week or a month of reservations and loans, asset by asset, in the clock of the site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assets.loans.models import Loan
from assets.models import Asset
from assets.pool.models import Reservation

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """``days`` whole days; ``before`` and ``after`` are days in the neighbouring ones."""

    days: list[date]
    before: date
    after: date
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A reservation or a loan, with whom it is for."""

    kind: str
    pk: int
    who: str
    begin: datetime
    end: datetime
    asset_id: int | None
    tag: str
    category: str

    @property
    def is_loan(self) -> bool:
        return self.kind == "loan"


@dataclass(frozen=True, slots=True)
class Row:
    """``asset`` is none for what is kept of a category, whichever piece. ``cells`` are as many as the span has days."""

    asset: Asset | None
    cells: list[tuple[date, list[Entry]]]


def week_of(day: date, zone: ZoneInfo) -> Span:
    """From Monday."""
    return _span(day - timedelta(days=day.weekday()), 7, zone)


def month_of(day: date, zone: ZoneInfo) -> Span:
    first = day.replace(day=1)
    return _span(first, ((first + 31 * DAY).replace(day=1) - first).days, zone)


def _span(first: date, length: int, zone: ZoneInfo) -> Span:
    after = first + timedelta(days=length)
    days = [first + timedelta(days=offset) for offset in range(length)]
    return Span(days, first - DAY, after, _midnight(first, zone), _midnight(after, zone))


def entries_of(reservations: Iterable[Reservation], loans: Iterable[Loan], now: datetime) -> list[Entry]:
    """By begin. A loan that is not back lasts until it is due, one that is overdue until now; a reservation that
    equipment was taken for is the loan."""
    lent = list(loans)
    taken = {loan.reservation_id for loan in lent}
    found = [
        Entry("reservation", kept.pk, _who(kept), kept.begin, kept.end, kept.asset_id,
              kept.asset.asset_tag if kept.asset else "", kept.category.name)
        for kept in reservations
        if kept.pk not in taken
    ]  # fmt: skip
    found += [
        Entry("loan", loan.pk, loan.whom, loan.begin, loan.ended_at or max(loan.due_at, now), loan.asset_id,
              loan.asset.asset_tag, loan.asset.model.category.name)
        for loan in lent
    ]  # fmt: skip
    return sorted(found, key=lambda entry: (entry.begin, entry.kind, entry.pk))


def _who(kept: Reservation) -> str:
    if kept.unit is not None:
        return str(kept.unit.department.name if kept.unit.department else kept.unit.name)
    return str(kept.by.get_full_name() or kept.by) if kept.by else ""


def rows_of(assets: Sequence[Asset], entries: Iterable[Entry], span: Span, zone: ZoneInfo) -> list[Row]:
    """What is kept of categories first, then a row for each of ``assets``."""
    by_asset: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_asset[entry.asset_id].append(entry)
    rows = [Row(asset, _cells(by_asset[asset.pk], span, zone)) for asset in assets]
    return [Row(None, _cells(by_asset[None], span, zone)), *rows] if by_asset[None] else rows


def _cells(entries: Iterable[Entry], span: Span, zone: ZoneInfo) -> list[tuple[date, list[Entry]]]:
    known = list(entries)
    cells = []
    for day in span.days:
        begin, end = _midnight(day, zone), _midnight(day + DAY, zone)
        cells.append((day, [one for one in known if one.begin < end and one.end > begin]))
    return cells


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def the_span(text: str, view: str, zone: ZoneInfo, today: date) -> Span:
    """``text`` is a day as in 2026-03-02, or nothing for today. ``ValueError`` for what is none."""
    day = date.fromisoformat(text) if text else today
    if not 2000 <= day.year <= 2100:
        raise ValueError("no such day")
    return month_of(day, zone) if view == "month" else week_of(day, zone)


def lines_of(entries: Iterable[Entry], most: int) -> tuple[list[Any], bool]:
    """The first so many, for a phone, and whether there are more."""
    known = list(entries)
    return known[:most], len(known) > most
