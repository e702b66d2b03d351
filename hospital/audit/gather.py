"""Many changes that are one to whoever made them: collected while they are made, then told as one event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

Gathered = dict[str, Any]
"""Object, as in “locations.zone 12” → what was done, what it is called, and field → [before, after]."""

_gathering: ContextVar[Gathered | None] = ContextVar("whereabouts_gathering", default=None)


@contextmanager
def gathered() -> Iterator[Gathered]:
    """Inside, changes of watched models are collected instead of recorded one by one.

    Whoever opens it records what it holds, in the same transaction.
    """
    changes: Gathered = {}
    token = _gathering.set(changes)
    try:
        yield changes
    finally:
        _gathering.reset(token)


def gather(obj: models.Model, action: str, changes: dict[str, Any]) -> bool:
    """Takes a change in, if somebody gathers; whether that is so. A second change of a thing joins its first."""
    found = _gathering.get()
    if found is None:
        return False
    entry = found.setdefault(f"{obj._meta.label_lower} {obj.pk}", {"did": action, "called": str(obj)})
    for name, (before, after) in changes.items():
        entry[name] = [entry[name][0] if name in entry else before, after]
    return True
