"""Reading histories by the hundred thousand: whole seconds and small numbers, as arrays, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from django.db import connection, models

from assets.models import ActivityInterval, Stay
from assets.utilisation.rolling import (
    AVAILABLE,
    CONFIRMED,
    DIRTY,
    DOWN,
    IN_TRANSIT,
    OPEN,
    PRESUMED,
    UNKNOWN,
    Rows,
)
from assets.words import Activity, Basis

_COLUMNS = ("asset", "begin", "end", "what")
KIND_OF = {
    Activity.DOWN: DOWN,
    Activity.DIRTY: DIRTY,
    Activity.AVAILABLE: AVAILABLE,
    Activity.IN_TRANSIT: IN_TRANSIT,
    Activity.UNKNOWN: UNKNOWN,
}
_KIND = (
    f"CASE WHEN i.activity = '{Activity.IN_USE.value}' THEN "
    f"CASE WHEN i.basis = '{Basis.CONFIRMED.value}' THEN {CONFIRMED} ELSE {PRESUMED} END "
    + " ".join(f"WHEN i.activity = '{activity.value}' THEN {kind}" for activity, kind in KIND_OF.items())
    + f" ELSE {UNKNOWN} END"
)


def read_intervals(asset_ids: Sequence[int], begin_s: int, end_s: int) -> Rows:
    """What these assets did from ``begin_s`` up to ``end_s``: each row that begins then, and the one before."""
    return _read(ActivityInterval, _KIND, asset_ids, begin_s, end_s)


def read_stays(asset_ids: Sequence[int], begin_s: int, end_s: int) -> Rows:
    return _read(Stay, "i.zone_id", asset_ids, begin_s, end_s)


def first_begins(asset_ids: Sequence[int]) -> dict[int, int]:
    """When the history of each begins, of those that have one."""
    ids, parameters = _ids(asset_ids)
    sql = (
        f"SELECT a.id, {_seconds('first')} FROM (SELECT a.id, (SELECT min(i.begin) FROM "  # noqa: S608 names of our own
        f'"{ActivityInterval._meta.db_table}" i WHERE i.asset_id = a.id) AS first FROM assets_asset a '
        f"WHERE a.id {ids}) a WHERE first IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def _read(model: type[models.Model], what: str, asset_ids: Sequence[int], begin_s: int, end_s: int) -> Rows:
    if not asset_ids:
        return Rows(*(np.zeros(0, np.int64) for _ in _COLUMNS))
    table = f'"{model._meta.db_table}"'
    begin, end = _seconds("i.begin"), _seconds('i."end"')
    chosen = f"i.asset_id, {begin}, coalesce({end}, {OPEN}), {what}"
    ids, parameters = _ids(asset_ids)
    if _is_postgresql():
        found = _gathered(_asset_by_asset(table, chosen, begin_s, end_s), parameters)
    else:
        found = _fetched(_together(table, chosen, ids, begin_s, end_s), [*parameters, *parameters])
    order = np.lexsort((found.begin, found.asset))
    return Rows(found.asset[order], found.begin[order], found.end[order], found.what[order])


def _asset_by_asset(table: str, chosen: str, begin_s: int, end_s: int) -> str:
    """OFFSET 0 keeps PostgreSQL to the index of asset and begin: left to itself it reads every interval there ever was
    of these assets, or of all."""
    before = f"SELECT max(p.begin) FROM {table} p WHERE p.asset_id = a.id AND p.begin < {_moment(begin_s)}"  # noqa: S608 names of our own
    return (
        "SELECT t.* FROM unnest(%s::bigint[]) AS a (id) CROSS JOIN LATERAL ("  # noqa: S608
        f"SELECT {chosen} FROM {table} i WHERE i.asset_id = a.id AND i.begin < {_moment(end_s)} "
        f"AND i.begin >= coalesce(({before}), {_moment(begin_s)}) OFFSET 0) AS t"
    )


def _together(table: str, chosen: str, ids: str, begin_s: int, end_s: int) -> str:
    return (
        f"SELECT {chosen} FROM {table} i WHERE i.asset_id {ids} "  # noqa: S608 names of our own
        f"AND i.begin >= {_moment(begin_s)} AND i.begin < {_moment(end_s)} "
        f"UNION ALL SELECT {chosen} FROM assets_asset a JOIN {table} i ON i.asset_id = a.id AND i.begin = "
        f"(SELECT max(p.begin) FROM {table} p WHERE p.asset_id = a.id AND p.begin < {_moment(begin_s)}) "
        f"WHERE a.id {ids}"
    )


def _gathered(sql: str, parameters: list[Any]) -> Rows:
    """As one value: ten times as fast as rows one by one, each of which costs a turn of the driver."""
    each = "||".join(f"int8send(c{n}::bigint)" for n in range(len(_COLUMNS)))
    whole = f"SELECT string_agg({each}, ''::bytea) FROM ({sql}) AS t (c0, c1, c2, c3)"  # noqa: S608 names of our own
    with connection.cursor() as cursor:
        cursor.execute(whole, parameters)
        content = cursor.fetchone()[0] or b""
    table = np.frombuffer(content, dtype=">i8").astype(np.int64).reshape(-1, len(_COLUMNS))
    return Rows(*table.T)


def _fetched(sql: str, parameters: list[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    table = np.array(rows, dtype=np.int64).reshape(-1, len(_COLUMNS))
    return Rows(*table.T)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _ids(asset_ids: Sequence[int]) -> tuple[str, list[Any]]:
    if _is_postgresql():
        return "= ANY(%s)", [list(asset_ids)]
    return "IN (SELECT value FROM json_each(%s))", [orjson.dumps(list(asset_ids)).decode()]


def _seconds(column: str) -> str:
    """Seconds since 1970, rounded down: SQLite's own rounding would take the last half millisecond up."""
    if _is_postgresql():
        return f"floor(date_part('epoch', {column}))::bigint"
    return f"unixepoch(substr({column}, 1, 19))"


def _moment(seconds: int) -> str:
    if _is_postgresql():
        return f"to_timestamp({int(seconds)})"
    return f"datetime({int(seconds)}, 'unixepoch')"
