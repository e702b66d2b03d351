"""Notices of any authority in a table: which column is which, and each row as a notice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.recalls.contents import Content, RowRefusedError, read_class, read_date, read_status

MOST_COLUMNS = 200
FIELDS: dict[str, Any] = {
    "number": gettext_lazy("Number of the notice"),
    "description": gettext_lazy("Product"),
    "firm": gettext_lazy("Firm"),
    "reason": gettext_lazy("Reason"),
    "action": gettext_lazy("What is to be done"),
    "codes": gettext_lazy("Lots, serial numbers and identifiers, as told"),
    "serials": gettext_lazy("Serial numbers alone"),
    "lots": gettext_lazy("Lots alone"),
    "device": gettext_lazy("UDI-DI"),
    "model": gettext_lazy("Model"),
    "product_code": gettext_lazy("Product code"),
    "classification": gettext_lazy("Class"),
    "status": gettext_lazy("Status"),
    "initiated_on": gettext_lazy("Begun on"),
    "authority": gettext_lazy("Column of the authority"),
    "address": gettext_lazy("Address on the web"),
}
"""What a column can be."""
NEEDED = ("number", "description")
_GUESSES: dict[str, tuple[str, ...]] = {
    "number": ("number", "recall number", "notice", "reference", "id", "nummer", "referenz", "referencia", "número"),
    "description": ("product", "description", "device", "product description", "title", "produkt", "producto"),
    "firm": ("firm", "manufacturer", "company", "maker", "recalling firm", "hersteller", "fabricante"),
    "reason": ("reason", "reason for recall", "problem", "grund", "motivo"),
    "action": ("action", "advice", "maßnahme", "medida"),
    "codes": ("codes", "code info", "identifiers", "affected", "code information"),
    "serials": ("serial", "serials", "serial numbers", "serial number", "seriennummern", "números de serie"),
    "lots": ("lot", "lots", "batch", "batches", "lot numbers", "charge", "chargen", "lotes"),
    "device": ("udi", "udi-di", "di", "gtin", "udi di"),
    "model": ("model", "models", "model number", "catalog", "modell", "modelo"),
    "product_code": ("product code", "fda product code"),
    "classification": ("class", "classification", "risk class", "klasse", "clase"),
    "status": ("status", "state", "estado"),
    "initiated_on": ("date", "begun", "initiated", "recall date", "datum", "fecha", "published"),
    "authority": ("authority", "agency", "behörde", "autoridad"),
    "address": ("url", "link", "address", "web"),
}  # fmt: skip


class TableRefusedError(ValueError):
    """The file is no table that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Table:
    columns: list[str]
    text: str
    separator: str

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of each row with its line in the file, counted from 1."""
        reader = csv.reader(io.StringIO(self.text), delimiter=self.separator)
        next(reader)
        begin = reader.line_num
        for cells in reader:
            line, begin = begin + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield line, cells

    def named(self, cells: list[str]) -> dict[str, str]:
        """Column → cell; cells that are missing at the end are empty. Raises :class:`RowRefusedError`."""
        if len(cells) > len(self.columns):
            words = _("The row has %(cells)s cells, and the table %(columns)s columns.")
            raise RowRefusedError("", words % {"cells": len(cells), "columns": len(self.columns)})
        return dict(zip_longest(self.columns, cells, fillvalue=""))

    def guessed(self) -> dict[str, str]:
        """Field → column, by the names of the columns; a column is taken once."""
        names = {column.casefold().replace("_", " ").strip(): column for column in self.columns}
        found: dict[str, str] = {}
        for name, guesses in _GUESSES.items():
            column = next((names[guess] for guess in guesses if guess in names), None)
            if column is not None and column not in found.values():
                found[name] = column
        return found


def read_table(content: bytes) -> Table:
    """UTF-8 or Latin letters of Windows, with commas, semicolons or tabs. Raises :class:`TableRefusedError`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TableRefusedError(_("The file is neither JSON nor a table."))
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        columns = [cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=separator))]
        for _row in csv.reader(io.StringIO(text), delimiter=separator):
            pass
    except (csv.Error, StopIteration) as error:
        raise TableRefusedError(_("The file cannot be read as a table.")) from error
    if not 1 < len(columns) <= MOST_COLUMNS:
        raise TableRefusedError(_("The first line names the columns, two at the least."))
    if len(set(columns)) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise TableRefusedError(_("Two columns are named “%s”.") % twice)
    return Table(columns, text, separator)


def check_mapping(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping without what is not mapped. Raises :class:`RowRefusedError` for the first field that is wrong."""
    chosen = {name: column for name, column in mapping.items() if column and name in FIELDS}
    for name, column in chosen.items():
        if column not in table.columns:
            raise RowRefusedError(name, _("There is no column “%s”.") % column)
    for name in NEEDED:
        if name not in chosen:
            raise RowRefusedError(name, _("Say which column it is in."))
    return chosen


def read_row(row: Mapping[str, str], mapping: Mapping[str, str], authority: str) -> Content:
    """Raises :class:`RowRefusedError`, naming the column."""

    def cell(name: str) -> str:
        return row.get(mapping.get(name, ""), "").replace("\0", "").strip()

    for name in NEEDED:
        if not cell(name):
            raise RowRefusedError(mapping[name], _("It is missing."))
    who = cell("authority") or authority
    if not who:
        raise RowRefusedError(mapping.get("authority", "authority"), _("It is missing."))
    try:
        return _content(cell, who)
    except RowRefusedError as refused:
        raise RowRefusedError(mapping.get(refused.field, refused.field), str(refused)) from None


def _content(cell: Callable[[str], str], authority: str) -> Content:
    headed = {"UDI-DI": cell("device"), "Lots": cell("lots"), "Serial numbers": cell("serials")}
    codes = "\n".join([cell("codes"), *(f"{head}: {text}" for head, text in headed.items() if text)]).strip()
    model = cell("model")
    described = cell("description")
    return Content(
        authority=authority,
        number=cell("number"),
        description=f"{described}\n{model}" if model and model not in described else described,
        firm=cell("firm"),
        reason=cell("reason"),
        action=cell("action"),
        codes=codes,
        product_codes=[cell("product_code")] if cell("product_code") else [],
        classification=read_class(cell("classification"), "classification"),
        status=read_status(cell("status")),
        address=_address(cell("address")),
        initiated_on=read_date(cell("initiated_on"), "initiated_on"),
    )


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise RowRefusedError("address", _("An address begins with https://."))
    return text
