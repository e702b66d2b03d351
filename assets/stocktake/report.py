"""What a stocktake found: counts, values and lists, out of lines that keep the names and prices of its opening."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.stocktake.models import Line, Stocktake
from assets.stocktake.opening import HOME
from assets.stocktake.words import COUNTED, EXPECTED, SHOWN, State, label_of
from assets.tables import safe_cell
from assets.words import PlaceSource

LISTED = (State.MISSING, State.MOVED, State.UNEXPECTED, State.UNKNOWN)
MOST_LISTED = 200
"""Lines of one list on the page; the file has all."""
HEADINGS = (
    "State", "Asset tag", "Unknown tag", "Serial number", "Model", "Category", "Department", "Expected in",
    "Known by", "Known at", "Found in", "Said at", "Said by", "Acquisition cost", "Remark",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worth:
    """So many pieces; what those cost together whose price somebody told, and how many have none."""

    count: int = 0
    value: Decimal | None = None
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """A department's pieces; an empty name: of none."""

    name: str
    expected: int
    found: int
    missing: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One state's lines; ``more`` that are not among them."""

    state: State
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Report:
    stocktake: Stocktake
    expected: Worth
    found: Worth
    missing: Worth
    states: list[tuple[State, int]]
    units: list[Unit]
    lists: list[Listed]


def report_of(stocktake: Stocktake, *, most: int = MOST_LISTED) -> Report:
    """Six queries, however large it is."""
    of_state = _worth_by_state(stocktake)
    lists = [_listed(stocktake, state, of_state[state].count, most) for state in LISTED]
    return Report(
        stocktake=stocktake,
        expected=_together(of_state[state] for state in EXPECTED),
        found=_together(of_state[state] for state in COUNTED),
        missing=of_state[State.MISSING],
        states=[(state, of_state[state].count) for state in SHOWN],
        units=_units(stocktake),
        lists=lists,
    )


def _worth_by_state(stocktake: Stocktake) -> dict[str, Worth]:
    found = {str(state): Worth() for state in State}
    rows = stocktake.lines.order_by().values_list("state")
    for state, count, value, priced in rows.annotate(Count("pk"), Sum("cost"), Count("cost")):
        found[state] = Worth(count, value, count - priced)
    return found


def _together(parts: Iterable[Worth]) -> Worth:
    count, unpriced, value = 0, 0, None
    for part in parts:
        count, unpriced = count + part.count, unpriced + part.unpriced
        if part.value is not None:
            value = (value or Decimal(0)) + part.value
    return Worth(count, value, unpriced)


def _units(stocktake: Stocktake) -> list[Unit]:
    counted: dict[str, dict[str, int]] = {}
    rows = stocktake.lines.filter(state__in=EXPECTED).order_by().values_list("department", "state")
    for name, state, count in rows.annotate(Count("pk")):
        counted.setdefault(name, {})[state] = count
    return [
        Unit(
            name,
            expected=sum(of.values()),
            found=sum(of.get(state, 0) for state in COUNTED),
            missing=of.get(State.MISSING, 0),
        )
        for name, of in sorted(counted.items(), key=lambda one: (not one[0], one[0].casefold()))
    ]


def _listed(stocktake: Stocktake, state: State, count: int, most: int) -> Listed:
    lines = stocktake.lines.filter(state=state).with_rooms().in_order()
    found = list(lines.select_related("said_by")[:most]) if count else []
    return Listed(state, found, count - len(found))


def known_by(line: Line) -> str | Promise:
    """How it was known that it should be there, in words."""
    if line.place_by == HOME:
        return _("it belongs there")
    if line.place_by in PlaceSource.values:
        return PlaceSource(line.place_by).label
    return ""


def report_csv(stocktake: Stocktake) -> str:
    """Every line; times in UTC."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    lines = stocktake.lines.shown().select_related("room", "found_in", "said_by").in_order()
    for line in lines.iterator(chunk_size=1000):
        writer.writerow([safe_cell(cell) for cell in _row(line)])
    return out.getvalue()


def _row(line: Line) -> list[Any]:
    return [
        label_of(line.state), line.asset_tag, line.code, line.serial_number, line.model, line.category,
        line.department, line.place, str(known_by(line)), _utc(line.place_at),
        str(line.found_in) if line.found_in else "", _utc(line.said_at),
        (line.said_by.get_full_name() or line.said_by.get_username()) if line.said_by else "",
        line.cost, line.remark,
    ]  # fmt: skip


def _utc(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
