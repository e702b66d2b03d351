"""Whom to have polled, and when: each endpoint at once, but not more often than once a second."""

from __future__ import annotations

import math
from collections.abc import Iterable

AT_MOST_EVERY_S = 1.0


class Hastening:
    """Moments are seconds on a steady clock.

    What comes within a second of the last time is not lost: it is hastened when the second is over, as that poll may
    have been too early to see what the later trap tells of.
    """

    def __init__(self) -> None:
        self._wanted: set[int] = set()
        self._last: dict[int, float] = {}

    def add(self, endpoint_ids: Iterable[int]) -> None:
        self._wanted.update(endpoint_ids)

    def next_at(self) -> float:
        """When somebody is due; infinity if nobody waits."""
        return min((self._due_at(pk) for pk in self._wanted), default=math.inf)

    def take_due(self, now: float) -> list[int]:
        due = sorted(pk for pk in self._wanted if self._due_at(pk) <= now)
        self._last = {pk: at for pk, at in self._last.items() if now - at < AT_MOST_EVERY_S}
        self._last.update(dict.fromkeys(due, now))
        self._wanted.difference_update(due)
        return due

    def _due_at(self, pk: int) -> float:
        last = self._last.get(pk)
        return -math.inf if last is None else last + AT_MOST_EVERY_S
