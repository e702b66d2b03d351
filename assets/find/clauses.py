"""Conditions on equipment as the database reads them, and the rows that a search ranks: narrow, and many.

Written by hand: a search asks a few times at each letter, and the ORM takes longer to write such a question than the
database to answer it. In them, ``a`` is the asset, ``n`` its current row and ``z`` the zone that it is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from assets.models import Asset, AssetNow
from assets.words import Activity
from locations.models import Zone
from locations.queries import sites_of


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition, and what stands for its ``%s``."""

    sql: str
    parameters: tuple[Any, ...] = ()

    def __and__(self, other: Clause) -> Clause:
        return Clause(f"({self.sql} AND {other.sql})", (*self.parameters, *other.parameters))


NOTHING = Clause("1 = 0")
IN_SERVICE = Clause("a.retired_at IS NULL")


def any_of(clauses: Iterable[Clause]) -> Clause:
    """One of them holds; none of no clauses does."""
    given = list(clauses)
    if not given:
        return NOTHING
    return Clause(
        f"({' OR '.join(clause.sql for clause in given)})",
        tuple(each for clause in given for each in clause.parameters),
    )


def one_of(column: str, numbers: Iterable[int]) -> Clause:
    """``column`` is one of these. They are written out, so that the planner knows how many there are."""
    listed = ",".join(str(int(number)) for number in numbers)
    return Clause(f"{column} IN ({listed})") if listed else NOTHING


def is_just(column: str, text: str) -> Clause:
    """Whatever the capitals, in the form that an index holds."""
    if connection.vendor == "postgresql":
        return Clause(f"UPPER({column}::text) = UPPER(%s)", (text,))
    return Clause(f"{column} = %s COLLATE NOCASE", (text,))


def begins(column: str, text: str) -> Clause:
    return _like(column, f"{_literal(text)}%")


def has(column: str, text: str) -> Clause:
    return _like(column, f"%{_literal(text)}%")


def ends(column: str, text: str) -> Clause:
    """On PostgreSQL, the begin of what is read backwards: so an index finds it."""
    if connection.vendor == "postgresql":
        return Clause(f"REVERSE(UPPER({column}::text)) LIKE UPPER(%s)", (f"{_literal(text[::-1])}%",))
    return _like(column, f"%{_literal(text)}")


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _like(column: str, pattern: str) -> Clause:
    if connection.vendor == "postgresql":
        return Clause(f"UPPER({column}::text) LIKE UPPER(%s)", (pattern,))
    return Clause(rf"{column} LIKE %s ESCAPE '\'", (pattern,))


def seen_by(user: Any) -> Clause:
    """Equipment in service at the sites that ``user`` may see. At most one query."""
    sites = sites_of(user)
    return IN_SERVICE if sites is None else IN_SERVICE & one_of("a.site_id", sites)


Row = tuple[int, str, int | None, int | None, str | None, str | None, str | None, bool, bool | None]
"""Primary key, asset tag, zone, home of what is installed and was never heard of, activity, basis, kind of the zone,
whether it is installed, whether it was heard of recently enough to believe it."""

_COLUMNS = """
SELECT a.id, a.asset_tag, n.zone_id, CASE WHEN a.is_fixed AND n.zone_id IS NULL THEN a.home_zone_id END,
       n.activity, n.basis, z.kind, a.is_fixed, n.stale_at > %s
"""


def rows(wanted: Clause, now: datetime) -> list[Row]:
    """All that are wanted, in no order. One query: the equipment first, then the current row of each."""
    asset, current, zone = _tables()
    sql = (
        f"{_COLUMNS} FROM {asset} a LEFT JOIN {_each(current, 'n', 'n.asset_id = a.id')} "
        f"LEFT JOIN {_each(zone, 'z', 'z.id = n.zone_id')} WHERE {wanted.sql}"
    )
    return fetched(Clause(sql, (moment(now), *wanted.parameters)))


def free_rows_in(zones: Sequence[int], wanted: Clause, now: datetime) -> list[Row]:
    """Those in one of these zones that may be ready: available, and heard of recently enough to believe it. One
    query: what is free there first, then what it is."""
    asset, current, zone = _tables()
    there = one_of("zone_id", zones)
    sql = (
        f"WITH n AS MATERIALIZED "  # noqa: S608
        f"(SELECT * FROM {current} WHERE {there.sql} AND activity = %s AND stale_at > %s) "
        f"{_COLUMNS} FROM n JOIN {_each(asset, 'a', f'a.id = n.asset_id AND {wanted.sql}')} "
        f"JOIN {_each(zone, 'z', 'z.id = n.zone_id')}"
    )
    return fetched(Clause(sql, (Activity.AVAILABLE, moment(now), moment(now), *wanted.parameters)))


def _each(table: str, name: str, condition: str) -> str:
    """The rows of one table for each of another, by index. PostgreSQL reads whole tables instead unless it is made
    not to: it takes each look at a page for a look at the disk, and these pages are in memory."""
    if connection.vendor == "postgresql":
        return f"LATERAL (SELECT * FROM {table} {name} WHERE {condition} OFFSET 0) {name} ON TRUE"  # noqa: S608
    return f"{table} {name} ON {condition}"


def numbers(wanted: Clause, most: int) -> list[int]:
    """Primary keys of at most ``most`` that are wanted."""
    return [pk for (pk,) in fetched(_looked_up("id", wanted, most))]


def tags(wanted: Clause, most: int) -> list[tuple[int, str]]:
    """Primary key and asset tag of the first ``most`` by tag. What is wanted is looked up first, then sorted."""
    asset, *_ = _tables()
    sql = (
        f"WITH found AS MATERIALIZED (SELECT a.id, a.asset_tag FROM {asset} a WHERE {wanted.sql}) "  # noqa: S608
        f"SELECT id, asset_tag FROM found ORDER BY asset_tag LIMIT {int(most)}"
    )
    return fetched(Clause(sql, wanted.parameters))


def are_more_than(most: int, wanted: Clause) -> bool:
    asset, *_ = _tables()
    asked = _limited(f"SELECT 1 FROM {asset} a", wanted, 1)  # noqa: S608
    return bool(fetched(Clause(f"{asked.sql} OFFSET {int(most)}", asked.parameters)))


def are_any(wanted: Clause) -> bool:
    return bool(fetched(_looked_up("1", wanted, 1)))


def _looked_up(select: str, wanted: Clause, most: int) -> Clause:
    """All that is wanted is looked up, as an index does: for the first rows alone, PostgreSQL would rather read the
    table until it has met them, which is to its end when there are not so many."""
    asset, *_ = _tables()
    sql = (
        f"WITH found AS MATERIALIZED (SELECT a.id FROM {asset} a WHERE {wanted.sql}) "  # noqa: S608
        f"SELECT {select} FROM found LIMIT {int(most)}"
    )
    return Clause(sql, wanted.parameters)


def fetched(clause: Clause) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(clause.sql, clause.parameters)
        return list(cursor.fetchall())


def _limited(select: str, wanted: Clause, most: int) -> Clause:
    return Clause(f"{select} WHERE {wanted.sql} LIMIT {int(most)}", wanted.parameters)


def _tables() -> tuple[str, str, str]:
    return tuple(connection.ops.quote_name(model._meta.db_table) for model in (Asset, AssetNow, Zone))  # type: ignore[return-value]


def moment(now: datetime) -> Any:
    """As the database compares times."""
    return connection.ops.adapt_datetimefield_value(now)
