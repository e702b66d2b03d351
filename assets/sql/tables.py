"""What both dialects are told: a table, the columns to write, and how a row that is there already is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import models

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """Columns of a model's table in the order that rows come in.

    ``key`` is a unique constraint. ``changes`` says for a column how an existing row takes a new value, where that is
    more than replacing it: an expression over ``new.column`` and ``old.column``. Times are aware ``datetime``.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        by_column = {f.column: f for f in self.model._meta.local_concrete_fields}
        return [by_column[column] for column in self.columns]

    @property
    def times(self) -> tuple[int, ...]:
        """Positions of the columns that hold a moment."""
        return tuple(n for n, f in enumerate(self.fields) if isinstance(f, models.DateTimeField))

    def conflict(self, *, is_ignored: bool) -> str:
        """The ON CONFLICT clause that both dialects share."""
        key = ", ".join(f'"{column}"' for column in self.key)
        if is_ignored:
            return f"ON CONFLICT ({key}) DO NOTHING"
        changes = ", ".join(
            f'"{column}" = {self._change(column)}' for column in self.columns if column not in self.key
        )
        return f"ON CONFLICT ({key}) DO UPDATE SET {changes}"

    def _change(self, column: str) -> str:
        change = self.changes.get(column, f"new.{column}")
        return change.replace("new.", "excluded.").replace("old.", f'"{self.name}".')


class Dialect(Protocol):
    """Everything the recorder asks of a database, besides the ORM. All run in the caller's transaction.

    What the database cannot do raises Django's errors, as the ORM does: those that know when to try again know these.
    """

    def select(self, query: str, ids: Sequence[int], *, bound: int | None = None) -> list[Row]:
        """Rows of ``query``, which says ``{ids}`` where a set of numbers is to stand, and ``{bound}`` for a number."""
        ...

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows that are not there yet."""
        ...

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        """Add those that are not there yet, leave the others as they are."""
        ...

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows, or change those there are. No two rows have the same key."""
        ...

    def delete_after(self, table: Table, column: str, bounds: Iterable[tuple[int, Any]]) -> None:
        """For each (asset, bound): delete the asset's rows whose ``column`` is greater than the bound."""
        ...

    def lock(self, query: str, *, is_skipping: bool = False) -> str:
        """The query with a lock on the rows it finds (``is_skipping``: on those that nobody else holds), where the
        database does not lock as a whole."""
        ...
