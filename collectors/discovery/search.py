"""One search at work: a few places at a time, no more than so many a second, until all were asked or it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from collectors.discovery.meeting import Met
from collectors.discovery.places import Place

AT_ONCE = 10
PER_S = 20.0
"""Places asked in a second: a /24 takes as long as it takes to read this page."""
TELL_EVERY_S = 1.0
MEETING_LIMIT_S = 30.0


class Meets(Protocol):
    """Who asks a place what is there."""

    async def meet(self, place: Place) -> Met | None: ...


@dataclass(slots=True)
class Progress:
    """How far a search is."""

    asked: int = 0
    met: list[Met] = field(default_factory=list)
    """Who answered since it was last told."""
    answered: int = 0
    failed: int = 0


Tell = Callable[[Progress], Awaitable[bool]]
"""Takes the progress and keeps who was met; says whether the search is to go on."""


async def search(scout: Meets, places: Sequence[Place], tell: Tell) -> Progress:
    """Ask all places; ``tell`` is called every second and at the end. A fault at one place ends nothing."""
    progress, waiting = Progress(), asyncio.Queue[Place]()
    for place in places:
        waiting.put_nowait(place)
    pace = _Pace(PER_S)
    askers = [asyncio.create_task(_ask(scout, waiting, pace, progress)) for _ in range(AT_ONCE)]
    try:
        while not all(asker.done() for asker in askers):
            await asyncio.wait(askers, timeout=TELL_EVERY_S)
            if not await tell(progress):
                break
    finally:
        for asker in askers:
            asker.cancel()
        await asyncio.gather(*askers, return_exceptions=True)
    await tell(progress)
    return progress


async def _ask(scout: Meets, waiting: asyncio.Queue[Place], pace: _Pace, progress: Progress) -> None:
    while not waiting.empty():
        place = waiting.get_nowait()
        await pace.wait()
        try:
            async with asyncio.timeout(MEETING_LIMIT_S):
                met = await scout.meet(place)
        except Exception:  # noqa: BLE001  whatever one device does to a driver or decoder, the others are asked
            progress.failed += 1
        else:
            if met is not None:
                progress.met.append(met)
                progress.answered += 1
        progress.asked += 1


class _Pace:
    """Lets one through every so often, whoever comes."""

    def __init__(self, per_s: float) -> None:
        self._gap, self._next_at = 1.0 / per_s, 0.0

    async def wait(self) -> None:
        now = asyncio.get_running_loop().time()
        self._next_at = max(self._next_at + self._gap, now)
        await asyncio.sleep(self._next_at - now)
