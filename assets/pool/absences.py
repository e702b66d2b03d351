"""What is away from the pool besides what is reserved: whoever knows of equipment elsewhere registers how to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Absence:
    """An asset cannot be had from ``begin`` to ``end``; ``due_at`` is when ``who`` should bring it back.
    ``reservation_id``: what it was taken for."""

    asset_id: int
    begin: datetime
    end: datetime
    due_at: datetime
    who: str
    reservation_id: int | None = None


class AbsencesOf(Protocol):
    def __call__(
        self, *, category: int, site: int, begin: datetime, end: datetime, now: datetime
    ) -> list[Absence]: ...


_ASKED: list[AbsencesOf] = []


def register_absences(ask: AbsencesOf) -> None:
    """Called once by each who knows of some, when the applications are ready."""
    if ask not in _ASKED:
        _ASKED.append(ask)


def absences_of(*, category: int, site: int, begin: datetime, end: datetime, now: datetime) -> list[Absence]:
    """All that share some time with the period."""
    return [
        away for ask in _ASKED for away in ask(category=category, site=site, begin=begin, end=end, now=now)
    ]
