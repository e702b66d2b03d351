"""Which of its names the register knows a device by; remembered for a while, and while the database is away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from assets.observation import Observation, Subject
from assets.recording.facts import known_subjects
from collectors.receivers.hl7.database import Database
from collectors.receivers.hl7.meaning import Told

REMEMBERED = 20_000
AGAIN_S = 60.0
"""How soon it shows that a device was entered in the register, or under another name."""


class Naming:
    """``clock`` is a steady clock in seconds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._chosen: OrderedDict[tuple[Subject, ...], tuple[Subject, float]] = OrderedDict()

    async def name(self, told: Sequence[Told]) -> list[Observation]:
        """The observations, each about the first of its names that is known; about the best if none is."""
        now = self._clock()
        asked = {each.names for each in told if len(each.names) > 1 and self._is_old(each.names, now)}
        if asked:
            known = await self._database.ask(known_subjects, {name for names in asked for name in names})
            if known is not None:
                for names in asked:
                    self._choose(names, next((name for name in names if name in known), names[0]), now)
        return [self._about(each) for each in told]

    def _is_old(self, names: tuple[Subject, ...], now: float) -> bool:
        chosen = self._chosen.get(names)
        return chosen is None or now >= chosen[1]

    def _choose(self, names: tuple[Subject, ...], name: Subject, now: float) -> None:
        self._chosen[names] = name, now + AGAIN_S
        self._chosen.move_to_end(names)
        while len(self._chosen) > REMEMBERED:
            self._chosen.popitem(last=False)

    def _about(self, told: Told) -> Observation:
        chosen = self._chosen.get(told.names)
        return told.observation if chosen is None else replace(told.observation, subject=chosen[0])
