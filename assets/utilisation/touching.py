"""Noting whose history changed, with the change itself, so that no roll-up misses it whatever happens in between."""

from __future__ import annotations

from assets.recording.ledger import Ledger
from assets.sql import Dialect, Table
from assets.utilisation.models import Touched

TOUCHED = Table(Touched, ("asset_id", "since_us"), ())


def note_touched(sql: Dialect, ledger: Ledger) -> None:
    if ledger.changed:
        sql.insert(TOUCHED, list(ledger.changed.items()))
