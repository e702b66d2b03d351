"""How a way in does, counted in the process that serves it, and told to the database every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from collectors.models import SourceHealth

REASONS_KEPT = 40
"""Reasons for refusing that are told apart; what is beyond is counted as "other"."""


@dataclass(slots=True)
class Counts:
    """What came since it was last told."""

    messages: int = 0
    observations: int = 0
    duplicates: int = 0
    stripped: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Tally:
    """For one source. All is called on one thread but :meth:`take`, which hands over what is to be told."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._counts = Counts()
        self.state = SourceHealth.State.CLOSED
        self.since = now()
        self.heard_at: datetime | None = None
        self.detail = ""
        self.detail_at: datetime | None = None
        self.senders = 0

    def open(self) -> None:
        """It can be reached, or is connected."""
        self._become(SourceHealth.State.OPEN)

    def trouble(self, words: str) -> None:
        """It cannot be reached; why, in words that say what to do."""
        self._become(SourceHealth.State.TROUBLED)
        self.remark(words)

    def close(self) -> None:
        self._become(SourceHealth.State.CLOSED)

    def remark(self, words: str) -> None:
        """Something went wrong with one message; the way in goes on."""
        self.detail, self.detail_at = words[:300], self._now()

    def took(self, observations: int) -> None:
        self._counts.messages += 1
        self._counts.observations += observations
        self.heard_at = self._now()

    def repeated(self) -> None:
        """A message that was there already."""
        self._counts.duplicates += 1
        self.heard_at = self._now()

    def refused(self, reason: str) -> None:
        """A message not taken; ``reason`` is a few words, the same for each cause, with nothing of its content."""
        self._counts.refused[reason] += 1

    def stripped(self, fields: int) -> None:
        """Fields about people that were dropped."""
        self._counts.stripped += fields

    def take(self) -> Counts:
        counts, self._counts = self._counts, Counts()
        return counts

    def give_back(self, counts: Counts) -> None:
        """It could not be told; next time."""
        mine = self._counts
        mine.messages += counts.messages
        mine.observations += counts.observations
        mine.duplicates += counts.duplicates
        mine.stripped += counts.stripped
        mine.refused += counts.refused

    def _become(self, state: SourceHealth.State) -> None:
        if state != self.state:
            self.state, self.since = state, self._now()

    def facts(self) -> dict[str, Any]:
        """What is so now, in columns of :class:`SourceHealth`; without counts."""
        known = {
            "heard_at": self.heard_at,
            "detail": self.detail or None,
            "detail_at": self.detail_at,
        }
        return {
            "state": self.state,
            "since": self.since,
            "senders": self.senders,
            **{name: value for name, value in known.items() if value is not None},
        }


@transaction.atomic
def save_tally(
    *, source_id: int, holder: str, now: datetime, facts: Mapping[str, Any], counts: Counts
) -> None:
    """Tell the database. Blocks on it; several processes may add to one source."""
    row, _ = SourceHealth.objects.select_for_update().get_or_create(source_id=source_id)
    for name, value in facts.items():
        setattr(row, name, value)
    row.told_at, row.holder = now, holder
    row.messages += counts.messages
    row.observations += counts.observations
    row.duplicates += counts.duplicates
    row.stripped += counts.stripped
    row.refused = add_refused(row.refused, counts.refused)
    row.save()


def add_refused(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """The sums, with no more reasons than are worth telling apart."""
    sums = Counter(before)
    for reason, count in more.items():
        sums[reason if reason in sums or len(sums) < REASONS_KEPT else "other"] += count
    return dict(sums)
