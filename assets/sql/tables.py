"""What both dialects are told: a table, the columns to write, and what tells its rows apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """Columns of a model's table in the order that rows come in.

    ``key`` is a unique constraint. Times are aware ``datetime``.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]

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
            f'"{column}" = excluded."{column}"' for column in self.columns if column not in self.key
        )
        return f"ON CONFLICT ({key}) DO UPDATE SET {changes}"


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

    def update(self, table: Table, rows: Sequence[Row]) -> int:
        """Change those rows that are there, and say how many; :attr:`Table.key` is the first column. No two rows have
        the same key."""
        ...

    def delete_after(self, table: Table, column: str, bounds: Iterable[tuple[int, Any]]) -> None:
        """For each (asset, bound): delete the asset's rows whose ``column`` is greater than the bound."""
        ...

    def lock(self, query: str, alias: str, *, is_skipping: bool = False) -> str:
        """The query with a lock on the rows it finds in the table named ``alias`` (``is_skipping``: on those that
        nobody else holds), where the database does not lock as a whole."""
        ...
