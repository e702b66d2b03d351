"""The database's own refusal: triggers against changing or deleting the trail, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "hospital_auditrecord"
_MESSAGE = "audit records are never changed or deleted"

_SQLITE = {
    f"{TABLE}_no_update": f"BEFORE UPDATE ON {TABLE}",
    f"{TABLE}_no_delete": f"BEFORE DELETE ON {TABLE}",
    # INSERT OR REPLACE would delete without firing the trigger above.
    f"{TABLE}_no_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"  # noqa: S608  constants
    ),
}
_POSTGRESQL = {
    f"{TABLE}_no_update": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    f"{TABLE}_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}


def install_statements(vendor: str) -> list[str]:
    """SQL that makes the triggers, whether or not they are there."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            for name, when in _SQLITE.items()
        ]
    function = (
        f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
    )
    triggers = [
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {TABLE}_refuse()"
        for name, when in _POSTGRESQL.items()
    ]
    return [function, *removal_statements(vendor), *triggers]


def removal_statements(vendor: str) -> list[str]:
    """SQL that takes them away: for undoing the migration, and for tests that empty the database."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    return [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in _POSTGRESQL]


def execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def reinstall(using: str, **_kwargs: Any) -> None:
    """After every migration: on SQLite a changed table is a new table, without its triggers."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        execute(connection, install_statements(connection.vendor))
