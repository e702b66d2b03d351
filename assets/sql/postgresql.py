"""PostgreSQL: rows travel as one array per column; plain additions by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from assets.sql.tables import Row, Table


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
        if not rows:
            return
        columns = ", ".join(f'"{column}"' for column in table.columns)
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def insert_missing(self, table: Table, rows: Sequence[Row]) -> None:
        self._merge(table, rows, table.conflict(is_ignored=True))

    def upsert(self, table: Table, rows: Sequence[Row]) -> None:
        self._merge(table, rows, table.conflict(is_ignored=False))

    def delete_after(self, table: Table, column: str, bounds: Iterable[tuple[int, Any]]) -> None:
        pairs = list(bounds)
        kind = next(f.db_type(self._connection) for f in table.model._meta.local_fields if f.column == column)
        sql = (
            f'DELETE FROM "{table.name}" AS t USING unnest(%s::bigint[], %s::{kind}[]) AS b (asset, bound) '  # noqa: S608
            f'WHERE t."asset_id" = b.asset AND t."{column}" > b.bound'
        )
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [[asset for asset, _ in pairs], [bound for _, bound in pairs]])

    def lock(self, query: str, *, is_skipping: bool = False) -> str:
        return f"{query} FOR UPDATE{' SKIP LOCKED' if is_skipping else ''}"

    def _merge(self, table: Table, rows: Sequence[Row], conflict: str) -> None:
        if not rows:
            return
        columns = ", ".join(f'"{column}"' for column in table.columns)
        arrays = ", ".join(f"%s::{f.db_type(self._connection)}[]" for f in table.fields)
        sql = f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays}) {conflict}'  # noqa: S608
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
