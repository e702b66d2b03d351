"""From where a fold begins, so that what it decides anew can be told from what stands."""

from __future__ import annotations

from dataclasses import dataclass

from assets.recording.timeline import Spell, Timeline, Visit


@dataclass(slots=True)
class Base:
    """From where a fold began: the time of the state, and what was open in it."""

    at: int
    spell: Spell | None
    visit: Visit | None
    placed: int | None

    @classmethod
    def of(cls, timeline: Timeline, at: int) -> Base:
        return cls(at, timeline.spell, timeline.visit, timeline.placed)
