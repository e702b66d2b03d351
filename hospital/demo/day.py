"""The simulated day: what happens to every piece of equipment, a pure function of a seed and the time.

Each piece of equipment lives by a routine, a generator that changes its unit and yields the seconds until its
next change. Nothing here reads a clock: :meth:`Day.advance` is told the time. The day is compressed, so that
somebody who watches sees life: an infusion takes minutes instead of hours; walking keeps its natural pace.
"""

from __future__ import annotations

import heapq
from functools import cache

from hospital.demo import habits, installed
from hospital.demo.fleet import Item, the_fleet
from hospital.demo.floors import the_plan
from hospital.demo.units import Fridge, Mobile, Pump, Scanner, Ups
from hospital.demo.walks import Routes
from hospital.demo.world import Routine, World

WARM_UP_S = 1800.0
"""What happened before the day begins, so that it begins in full swing."""
SILENCE_PERIOD_S = 600.0
SILENCE_LASTS_S = 240.0


@cache
def _the_routes() -> Routes:
    """Ways that one day has looked up serve the next."""
    return Routes(the_plan())


class Day:
    """The hospital at one moment, and the way to the next."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.world = World(the_plan(), _the_routes(), now=-WARM_UP_S)
        self.mobiles: dict[str, Mobile] = {}
        self.scanners: dict[str, Scanner] = {}
        self.fridges: dict[str, Fridge] = {}
        self.freezers: dict[str, Fridge] = {}
        self.upses: dict[str, Ups] = {}
        self._queue: list[tuple[float, int, Routine]] = []
        self._turns = 0
        for item in the_fleet():
            routine = self._begin(item)
            if routine is not None:
                self._resume(routine)
        self.advance(0.0)
        self.pumps = {tag: unit for tag, unit in self.mobiles.items() if isinstance(unit, Pump)}

    @property
    def now(self) -> float:
        """Seconds since the day began."""
        return self.world.now

    def advance(self, moment: float) -> None:
        """Let everything happen up to ``moment``. Time does not go back."""
        while self._queue and self._queue[0][0] <= moment:
            self.world.now, _, routine = heapq.heappop(self._queue)
            self._resume(routine)
        self.world.now = max(self.world.now, moment)

    def is_silent(self, moment: float) -> bool:
        """Whether the device that goes silent is silent at ``moment``: the last four of every ten minutes."""
        return moment % SILENCE_PERIOD_S >= SILENCE_PERIOD_S - SILENCE_LASTS_S

    def _begin(self, item: Item) -> Routine | None:
        tag, kind = item.asset_tag, item.kind.slug
        if item.kind.is_mobile:
            self.mobiles[tag], routine = habits.start(self.world, item, self.seed)
            return routine
        if item.kind.shape == "imaging":
            self.scanners[tag] = Scanner(item)
            return installed.scan(self.world, self.scanners[tag], self.seed)
        if kind == "ult-freezer":
            self.freezers[tag] = installed.make_fridge(item, self.seed, self.now)
            return installed.cool(self.world, self.freezers[tag], self.seed)
        if kind in ("medicine-fridge", "blood-fridge"):
            self.fridges[tag] = installed.make_fridge(item, self.seed, self.now)
            return installed.cool(self.world, self.fridges[tag], self.seed)
        if kind == "ups":
            self.upses[tag] = Ups(item)
            return installed.supply(self.world, self.upses[tag], self.seed)
        return None

    def _resume(self, routine: Routine) -> None:
        pause = next(routine, None)
        if pause is not None:
            self._turns += 1
            heapq.heappush(self._queue, (self.world.now + max(0.1, pause), self._turns, routine))
