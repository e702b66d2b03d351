"""Writing many rows at once, in the two dialects: see :mod:`assets.sql.tables` for what can be said."""

from __future__ import annotations

from django.db import connection

from assets.sql.postgresql import PostgreSQL
from assets.sql.sqlite import SQLite
from assets.sql.tables import Dialect, Table

__all__ = ["Dialect", "Table", "dialect"]


def dialect() -> Dialect:
    """The dialect of the database in use."""
    return PostgreSQL(connection) if connection.vendor == "postgresql" else SQLite(connection)
