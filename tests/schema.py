"""The test database, migrated once for all runs: later ones begin with a copy of it.

Migrating takes longer than most files of tests. What is copied is what the migrations of that very text made; the run
still asks for what is left to apply, and tells everybody that listens for the end of a migration.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.db.backends.sqlite3.creation import DatabaseCreation

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "schemas"
MOST_KEPT = 4
"""Of so many branches that are worked on by turns."""


def schema_file() -> Path:
    """Where the database of these migrations is kept."""
    digest = hashlib.sha256(django.__version__.encode())
    for text in sorted(_sources()):
        digest.update(text.read_bytes())
    return KEPT / f"{digest.hexdigest()[:24]}.sqlite3"


def _sources() -> Iterator[Path]:
    """Every migration of every application, and whatever of ours a migration makes use of."""
    for application in apps.get_app_configs():
        yield from (Path(application.path) / "migrations").glob("*.py")
    yield ROOT / "hospital" / "audit" / "triggers.py"
    yield ROOT / "hospital" / "settings.py"


@contextmanager
def kept_schema() -> Iterator[None]:
    """While the test database is made: SQLite in memory begins with what is kept, and is kept where nothing was."""
    create, known = DatabaseCreation._create_test_db, schema_file()
    held: list[sqlite3.Connection] = []

    def create_and_copy(self: DatabaseCreation, *arguments: object, **options: object) -> str:
        name = str(create(self, *arguments, **options))
        if self.is_in_memory_db(name):
            # The database lives while a connection to it is open.
            memory = sqlite3.connect(name, uri=True)
            held.append(memory)
            if known.exists():
                with closing(sqlite3.connect(f"file:{known}?mode=ro", uri=True)) as kept:
                    kept.backup(memory)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_create_test_db", create_and_copy)
        yield
    for memory in held:
        with closing(memory):
            if not known.exists():
                _keep(memory, known)


def _keep(memory: sqlite3.Connection, known: Path) -> None:
    """Runs side by side may do the same: whole files take each other's place."""
    known.parent.mkdir(parents=True, exist_ok=True)
    unfinished = known.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(unfinished)) as file:
        memory.backup(file)
    unfinished.replace(known)
    by_age = sorted(KEPT.glob("*.sqlite3"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in by_age[MOST_KEPT:]:
        old.unlink(missing_ok=True)
