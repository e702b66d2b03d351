"""Parts and stock as a table for a spreadsheet, there and back: each line is taken whole, or told why not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.stock.models import MOST, Movement, Part, Stock, Why
from assets.tables import safe_cell
from locations.models import Zone

COLUMNS = ("number", "name", "maker", "unit", "cost", "store", "bin", "minimum", "order up to", "on hand")
MOST_BYTES, MOST_ROWS = 5_000_000, 50_000
LENGTHS = {"number": 80, "name": 120, "maker": 80, "unit": 20, "bin": 40}


class FileRefusedError(ValueError):
    """It cannot be read at all; the text says why."""


class RowRefusedError(ValueError):
    """One line; the text begins with the name of the column."""


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    words: str


@dataclass(slots=True)
class BroughtIn:
    """``taken`` lines, and what is wrong in the others."""

    taken: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    part: Mapping[str, Any]
    store: int | None
    stock: Mapping[str, Any]
    on_hand: int | None


def stock_csv(parts: Iterable[Part], stocks: Mapping[int, list[Stock]]) -> str:
    """A line for each store of a part; one that is in none has a line without a store."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for part in parts:
        head = [part.number, part.name, part.maker, part.unit, part.unit_cost]
        for stock in stocks.get(part.pk, ()):
            told = [store_name(stock.store), stock.bin, stock.minimum, stock.reorder_to, stock.on_hand]  # type: ignore[attr-defined]
            writer.writerow([safe_cell(cell) for cell in [*head, *told]])
        if part.pk not in stocks:
            writer.writerow([safe_cell(cell) for cell in [*head, *[None] * 5]])
    return out.getvalue()


def store_name(zone: Zone) -> str:
    """As the file says it: floor and room."""
    return f"{zone.floor.name}: {zone.name}"


def bring_in(content: bytes, *, by: Any, now: datetime) -> BroughtIn:
    """Parts by number, stock by part and store; “on hand” counts. Raises :class:`FileRefusedError`. One transaction."""
    rows = _lines(content)
    stores = {store_name(zone).casefold(): zone.pk for zone in _stores(by)}
    found, good = BroughtIn(), []
    seen: dict[tuple[str, int | None], int] = {}
    for line, cells in rows:
        try:
            good.append(_read(cells, stores, seen, line))
        except RowRefusedError as refused:
            found.problems.append(Problem(line, str(refused)))
    _store(good, by, now)
    found.taken = len(good)
    return found


def _stores(by: Any) -> Iterable[Zone]:
    return Zone.objects.visible_to(by).current().select_related("floor").defer("polygon")


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    if len(content) > MOST_BYTES:
        raise FileRefusedError(_("file: it is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefusedError(_("file: it is not written in UTF-8.")) from error
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    missing = [name for name in ("number", "name") if name not in (reader.fieldnames or [])]
    if missing:
        raise FileRefusedError(_("file: there is no column “%s”.") % missing[0])
    rows = []
    try:
        for cells in reader:
            rows.append((reader.line_num, {name: _plain(cells.get(name)) for name in COLUMNS}))
            if len(rows) > MOST_ROWS:
                raise FileRefusedError(_("file: at most %s lines at once.") % MOST_ROWS)
    except csv.Error as error:
        raise FileRefusedError(_("file: it cannot be read as a table.")) from error
    return rows


def _plain(cell: Any) -> str:
    """Without the apostrophe that a spreadsheet is shown."""
    text = " ".join(cell.replace("\0", "").split()) if isinstance(cell, str) else ""
    return text[1:] if text[:2] in {"'=", "'+", "'-", "'@"} else text


def _read(
    cells: Mapping[str, str], stores: Mapping[str, int], seen: dict[tuple[str, int | None], int], line: int
) -> _Row:
    """Notes in ``seen`` which line told which part and store."""
    for name, most in LENGTHS.items():
        if len(cells[name]) > most:
            raise RowRefusedError(
                _("%(field)s: at most %(most)s characters.") % {"field": name, "most": most}
            )
    for name in ("number", "name"):
        if not cells[name]:
            raise RowRefusedError(_("%s: it is missing.") % name)
    store = stores.get(cells["store"].casefold()) if cells["store"] else None
    if cells["store"] and store is None:
        words = _("store: there is no “%s” at your sites; it is written as floor: room.")
        raise RowRefusedError(words % cells["store"][:80])
    minimum, reorder_to = _number(cells, "minimum"), _number(cells, "order up to")
    on_hand = _number(cells, "on hand")
    if store is None and (
        cells["bin"] or minimum is not None or reorder_to is not None or on_hand is not None
    ):
        raise RowRefusedError(_("store: it is missing, for what is told of the stock."))
    if reorder_to is not None and (minimum is None or reorder_to < minimum):
        raise RowRefusedError(_("order up to: it is not less than the minimum, which has to be told."))
    cost, key = _cost(cells["cost"]), (cells["number"], store)
    if key in seen:
        raise RowRefusedError(_("number: line %s is of the same part and store.") % seen[key])
    seen[key] = line
    return _Row(
        part={
            "number": cells["number"], "name": cells["name"], "maker": cells["maker"],
            "unit": cells["unit"] or "piece", "unit_cost": cost,
        },
        store=store,
        stock={"bin": cells["bin"], "minimum": minimum, "reorder_to": reorder_to},
        on_hand=on_hand,
    )  # fmt: skip


def _number(cells: Mapping[str, str], name: str) -> int | None:
    text = cells[name]
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 7 or int(text) > MOST:
        raise RowRefusedError(
            _("%(field)s: a whole number up to %(most)s.") % {"field": name, "most": f"{MOST:,}"}
        )
    return int(text)


def _cost(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        cost = Decimal(text.replace(",", "."))
    except InvalidOperation:
        cost = Decimal(-1)
    if not cost.is_finite() or not 0 <= cost < 10**10 or cost != round(cost, 2):
        raise RowRefusedError(_("cost: an amount with at most two decimals, not negative."))
    return cost


@transaction.atomic
def _store(rows: list[_Row], by: Any, now: datetime) -> None:
    parts = {str(row.part["number"]): Part(**row.part) for row in rows}
    Part.objects.bulk_create(
        parts.values(), batch_size=1000, update_conflicts=True, unique_fields=["number"],
        update_fields=["name", "maker", "unit", "unit_cost"],
    )  # fmt: skip
    keys = dict(Part.objects.values_list("number", "pk"))
    kept = [(keys[str(row.part["number"])], row.store, row) for row in rows if row.store is not None]
    Stock.objects.bulk_create(
        [Stock(part_id=part, store_id=store, **row.stock) for part, store, row in kept],
        batch_size=1000, update_conflicts=True, unique_fields=["part", "store"],
        update_fields=["bin", "minimum", "reorder_to"],
    )  # fmt: skip
    counted = {(part, store): row.on_hand for part, store, row in kept if row.on_hand is not None}
    stores = {store for _part, store in counted}
    locked = (
        Stock.objects.filter(store__in=stores).order_by("pk").select_for_update().values_list("pk", flat=True)
    )
    list(locked)
    Movement.objects.bulk_create(
        [
            Movement(stock=stock, why=Why.COUNTED, change=count - stock.on_hand, counted=count, by=by, at=now)
            for stock in Stock.objects.filter(store__in=stores).with_on_hand()
            if (count := counted.get((stock.part_id, stock.store_id))) is not None and count != stock.on_hand
        ],
        batch_size=1000,
    )
