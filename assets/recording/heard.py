"""Which receivers report, placed or not: noted at most once a minute each, so that recording stays cheap."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from assets.activity import SECOND
from assets.recording.moments import from_us
from assets.sql import Dialect, Table
from locations.models import ReceiverHeard

HEARD = Table(ReceiverHeard, ("identifier", "heard_at"), ("identifier",))
EVERY_US = 60 * SECOND
MOST_REMEMBERED = 20_000
LONGEST_NAME = 64

_noted: dict[str, int] = {}
"""When this process last noted each."""


def note_receivers(sql: Dialect, named: Iterable[str], at_us: int) -> None:
    """Note that these were named in a report received at ``at_us``, in the caller's transaction."""
    due = sorted(name for name in named if at_us - _noted.get(name, 0) >= EVERY_US and _is_name(name))
    if due:
        sql.upsert(HEARD, [(name, from_us(at_us)) for name in due])
        transaction.on_commit(partial(_remember, due, at_us))


def _remember(names: Iterable[str], at_us: int) -> None:
    if len(_noted) > MOST_REMEMBERED:
        _noted.clear()
    _noted.update(dict.fromkeys(names, at_us))


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()
