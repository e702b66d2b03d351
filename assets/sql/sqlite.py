"""SQLite: one prepared statement, run for many rows. A transaction that writes locks the whole database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper

from assets.sql.tables import Row, Table


class SQLite:
    """Past Django's cursor, which takes twice as long, and with times and errors as Django has them."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def select(self, query: str, ids: Sequence[int], *, bound: int | None = None) -> list[Row]:
        sql = query.replace("{ids}", "(SELECT value FROM json_each(?))").replace("{bound}", "?")
        parameters: list[Any] = [orjson.dumps(list(ids)).decode()]
        if bound is not None:
            parameters.append(bound)
        raw = self._raw()
        with self._connection.wrap_database_errors:
            return raw.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._write(table, rows, "")

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        self._write(table, rows, table.conflict(is_ignored=True))

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        self._write(table, rows, table.conflict(is_ignored=False))

    def update(self, table: Table, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        (key,) = table.key
        changes = ", ".join(f'"{column}" = ?' for column in table.columns[1:])
        sql = f'UPDATE "{table.name}" SET {changes} WHERE "{key}" = ?'  # noqa: S608 names of our own
        stored = _as_stored(rows, table.times)
        return self._execute_many(sql, [(*row[1:], row[0]) for row in stored])

    def delete_after(self, table: Table, column: str, bounds: Iterable[tuple[int, Any]]) -> None:
        sql = f'DELETE FROM "{table.name}" WHERE "asset_id" = ? AND "{column}" > ?'  # noqa: S608 names of our own
        self._execute_many(sql, [(asset, as_stored(bound)) for asset, bound in bounds])

    def lock(self, query: str, alias: str, *, is_skipping: bool = False) -> str:  # noqa: ARG002 the file is locked
        return query

    def _write(self, table: Table, rows: Sequence[Row], conflict: str) -> None:
        if not rows:
            return
        columns = ", ".join(f'"{column}"' for column in table.columns)
        marks = ", ".join("?" * len(table.columns))
        sql = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}) {conflict}'  # noqa: S608 names of our own
        self._execute_many(sql, _as_stored(rows, table.times))

    def _execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        raw = self._raw()
        with self._connection.wrap_database_errors:
            count: int = raw.executemany(sql, rows).rowcount
            return count

    def _raw(self) -> Any:
        self._connection.ensure_connection()
        return self._connection.connection


def as_stored(value: Any) -> Any:
    """A moment as Django stores it in SQLite; anything else as it is."""
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(" ")[:-6]


def _as_stored(rows: Sequence[Row], times: tuple[int, ...]) -> Iterable[Sequence[Any]]:
    if not times:
        return rows
    stored = []
    told, text = None, None
    for row in rows:
        values = list(row)
        for n in times:
            moment = values[n]
            if moment is None:
                continue
            if (
                moment is not told
            ):  # often the same stands beside itself: when it was placed is when it was heard
                told, text = moment, as_stored(moment)
            values[n] = text
        stored.append(values)
    return stored
