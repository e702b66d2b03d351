"""PostgreSQL: many rows travel by COPY, a few as one array per column, which saves round trips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from assets.sql.tables import Row, Table

FEW = 20


class PostgreSQL:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def select(self, query: str, ids: Sequence[int], *, bound: int | None = None) -> list[Row]:
        sql = query.replace("IN {ids}", "= ANY(%s)").replace("{bound}", "%s")
        parameters: list[Any] = [list(ids)]
        if bound is not None:
            parameters.append(bound)
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            with self._connection.cursor() as cursor:
                self._copy(cursor, table.name, table, rows)

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        self._merge(table, rows, table.conflict(is_ignored=True))

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        self._merge(table, rows, table.conflict(is_ignored=False))

    def update(self, table: Table, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        (key,) = table.key
        arrays = ", ".join(f"%s::{f.db_type(self._connection)}[]" for f in table.fields)
        changes = ", ".join(f'"{column}" = new."{column}"' for column in table.columns[1:])
        sql = (
            f'UPDATE "{table.name}" AS t SET {changes} '  # noqa: S608 names of our own
            f'FROM unnest({arrays}) AS new ({_columns(table)}) WHERE t."{key}" = new."{key}"'
        )
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [as_array(column) for column in zip(*rows, strict=True)])
            count: int = cursor.rowcount
            return count

    def delete_after(self, table: Table, column: str, bounds: Iterable[tuple[int, Any]]) -> None:
        pairs = list(bounds)
        kind = next(f.db_type(self._connection) for f in table.model._meta.local_fields if f.column == column)
        sql = (
            f'DELETE FROM "{table.name}" AS t USING unnest(%s::bigint[], %s::{kind}[]) AS b (asset, bound) '  # noqa: S608
            f'WHERE t."asset_id" = b.asset AND t."{column}" > b.bound'
        )
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [[asset for asset, _ in pairs], [bound for _, bound in pairs]])

    def lock(self, query: str, alias: str, *, is_skipping: bool = False) -> str:
        return f"{query} FOR UPDATE OF {alias}{' SKIP LOCKED' if is_skipping else ''}"

    def _merge(self, table: Table, rows: Sequence[Row], conflict: str) -> None:
        if not rows:
            return
        with self._connection.cursor() as cursor:
            if len(rows) <= FEW:
                arrays = ", ".join(f"%s::{f.db_type(self._connection)}[]" for f in table.fields)
                into = f'INSERT INTO "{table.name}" ({_columns(table)})'
                columns = [list(column) for column in zip(*rows, strict=True)]
                cursor.execute(f"{into} SELECT * FROM unnest({arrays}) {conflict}", columns)  # noqa: S608
            else:
                self._merge_many(cursor, table, rows, conflict)

    def _merge_many(self, cursor: Any, table: Table, rows: Sequence[Row], conflict: str) -> None:
        """Through a temporary table, which is empty again when the transaction ends."""
        columns, incoming = _columns(table), f"incoming_{table.name}"
        cursor.execute(
            f'CREATE TEMPORARY TABLE IF NOT EXISTS "{incoming}" ON COMMIT DELETE ROWS '  # noqa: S608 names of our own
            f'AS SELECT {columns} FROM "{table.name}" WITH NO DATA'
        )
        cursor.execute(f'TRUNCATE "{incoming}"')
        self._copy(cursor, incoming, table, rows)
        cursor.execute(
            f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM "{incoming}" {conflict}'  # noqa: S608
        )

    def _copy(self, cursor: Any, name: str, table: Table, rows: Sequence[Row]) -> None:
        """Django's cursor does not know COPY, and so does not turn its errors into those that callers expect."""
        statement = f'COPY "{name}" ({_columns(table)}) FROM STDIN'
        with self._connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def as_array(values: Sequence[Any]) -> str:
    """PostgreSQL's text for an array: a fifth of what psycopg takes to make one of a list."""
    return f"{{{','.join([_element(value) for value in values])}}}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column}"' for column in table.columns)
