"""What a report is made of: figures with sentences, tables, a chart. One definition for page, file, PDF "
"and API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.charts import Spec
from assets.utilisation.figures import Figure
from assets.utilisation.reports import Choice

Word = str | Promise


NONE = _("There is none in this period.")


class Kind(StrEnum):
    """What the cells of a column are. All but text may be a :class:`Figure`, or ``None`` where there is "
    "nothing."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    SECONDS = "seconds"
    HOURS = "hours"
    MONEY = "money"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is what the API and ``sort`` in the address call it."""

    name: str
    title: Word
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        return self.kind not in {Kind.TEXT, Kind.MOMENT}


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is what the API and ``table`` in the address call it; ``note`` says what its rows mean."""

    name: str
    title: Word
    columns: tuple[Column, ...]
    note: Word = ""
    empty: Word = NONE


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns. ``key`` opens what is behind it (``of`` in the address), "
    "``link`` a page."""

    cells: tuple[Any, ...]
    key: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One figure at the head of a report."""

    title: Word
    value: Any
    kind: Kind


@dataclass(frozen=True)
class Answer:
    """``reason`` says why there is nothing at all, and then what to do about it."""

    figures: Sequence[Told] = ()
    sentences: Sequence[Word] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    chart: Spec | None = None
    reason: Word = ""


@dataclass(frozen=True)
class Asked:
    """A choice, as every report of utilisation has one, and what only some of these reports ask for."""

    choice: Choice
    now: datetime
    by: str = "kind"
    missing_days: int = 90
    of: str = ""
    """The key of the row of which the things behind it are asked for."""


class Report(ABC):
    """A question and how it is answered. ``asks`` names the filters that matter to it."""

    slug: ClassVar[str]
    title: ClassVar[Word]
    question: ClassVar[Word]
    tables: ClassVar[tuple[Table, ...]]
    asks: ClassVar[frozenset[str]] = frozenset()
    counts_by: ClassVar[frozenset[str]] = frozenset()
    """Those of how it is counted."""
    wants_category: ClassVar[bool] = False
    chart_columns: ClassVar[tuple[Word, ...]] = ()

    @abstractmethod
    def answer(self, asked: Asked) -> Answer: ...

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:  # noqa: ARG002  of those that have it
        """The things behind the row that is asked for; none where the row itself opens a page."""
        return None

    def table(self, name: str) -> Table:
        """The one of that name, else the first."""
        return next((table for table in self.tables if table.name == name), self.tables[0])


def value_of(cell: Any) -> Any:
    """What a cell says, without why."""
    return cell.value if isinstance(cell, Figure) else cell


def in_order(rows: Sequence[Row], columns: Sequence[Column], sort: str) -> list[Row]:
    """By the column that ``sort`` names, downwards after a minus; rows without a value there come last. By nothing else
    than the report's own order if there is no such column."""
    place = next((at for at, column in enumerate(columns) if column.name == sort.removeprefix("-")), None)
    if place is None:
        return list(rows)
    known = [row for row in rows if value_of(row.cells[place]) is not None]
    others = [row for row in rows if value_of(row.cells[place]) is None]
    is_text = columns[place].kind is Kind.TEXT

    def key(row: Row) -> Any:
        value = value_of(row.cells[place])
        return str(value).casefold() if is_text else value

    return [*sorted(known, key=key, reverse=sort.startswith("-")), *others]
