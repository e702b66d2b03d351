"""Triggers that tell of each change to what is polled, on SQLite and PostgreSQL.

PostgreSQL tells once for each statement and chunk, so that a change of thousands of rows tells a hundred times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

NOTICES, ENDPOINTS = "collectors_notice", "collectors_endpoint"
SEGMENTS, CREDENTIALS, PAUSES = "collectors_segment", "collectors_credential", "collectors_pause"

_EVENTS = {"insert": ("fresh",), "update": ("former", "fresh"), "delete": ("former",)}
_NOBODY = "CAST(NULL AS bigint)"
_ROWS = {"former": "OLD", "fresh": "NEW"}


def reinstall(using: str, **_kwargs: Any) -> None:
    """After every migration: on SQLite a changed table is a new table, without its triggers."""
    connection = connections[using]
    if {NOTICES, ENDPOINTS, PAUSES} <= set(connection.introspection.table_names()):
        _execute(connection, _sqlite() if connection.vendor == "sqlite" else _postgresql())


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _concerned(table: str, row: str) -> str:
    """The chunk and segment that a row of the table concerns, as SQL; of all endpoints if both are null."""
    if table == ENDPOINTS:
        return f"COALESCE({row}.chunk_id, 0), {_NOBODY}"
    if table == SEGMENTS:
        return f"{_NOBODY}, {row}.id"
    if table == PAUSES:
        chunk = f"(SELECT COALESCE(chunk_id, 0) FROM {ENDPOINTS} WHERE id = {row}.endpoint_id)"  # noqa: S608
        return f"{chunk}, {row}.segment_id"
    return f"{_NOBODY}, {_NOBODY}"


_TABLES = {"former": "OLD TABLE AS former", "fresh": "NEW TABLE AS fresh"}
_WATCHED = {
    ENDPOINTS: ("insert", "update", "delete"),
    PAUSES: ("insert", "update", "delete"),
    SEGMENTS: ("update",),
    CREDENTIALS: ("update",),
}


def _sqlite() -> list[str]:
    statements = []
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    for table, event, name in _triggers():
        told = _told(table, [(_ROWS[row], "") for row in _EVENTS[event]])
        body = f"INSERT INTO {NOTICES} (chunk_id, segment_id, at) SELECT *, {now} FROM ({told});"  # noqa: S608
        statements.append(f"DROP TRIGGER IF EXISTS {name}")
        statements.append(f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} BEGIN {body} END")
    return statements


def _postgresql() -> list[str]:
    statements = []
    for table, event, name in _triggers():
        told = _told(table, [(row, f" FROM {row}") for row in _EVENTS[event]])
        body = f"INSERT INTO {NOTICES} (chunk_id, segment_id, at) SELECT *, now() FROM ({told}) AS told;"  # noqa: S608
        function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        rows = " ".join(_TABLES[row] for row in _EVENTS[event])
        when = f"AFTER {event.upper()} ON {table} REFERENCING {rows} FOR EACH STATEMENT"
        statements.append(f"{function} AS $$ BEGIN {body} RETURN NULL; END $$")
        statements.append(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        statements.append(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")
    return statements


def _triggers() -> Iterator[tuple[str, str, str]]:
    for table, events in _WATCHED.items():
        for event in events:
            yield table, event, f"{table}_{event}_noticed"


def _told(table: str, rows: list[tuple[str, str]]) -> str:
    """What the rows before and after concern, each once. Constants alone: nothing comes from outside."""
    return " UNION ".join(f"SELECT {_concerned(table, row)}{source}" for row, source in rows)
