"""Whether a tag moves, where its own sensor is not told: many tags report more often while they are carried.

A battery lasts years only if a tag that lies still is quiet, so that most of them have an accelerometer that sets their
pace, whether or not they tell what it says. A tag whose pace never changes says nothing, and so does a gateway that
passes on what it heard in bundles: it takes several long intervals and then several short ones.
"""

from __future__ import annotations

from dataclasses import dataclass

ONE_BLINK_S = 1.0  # what several receivers say within so long is one report
QUICK = 0.35  # of the usual interval at rest: quicker than that is another pace
LONG_BEFORE = 3  # long intervals in a row after which a short one may mean something
QUICK_SINCE = 2  # short intervals in a row that do
MOST_HURRY_S = 900.0  # nobody carries a thing for so long: its pace has been changed
SMOOTH = 0.2
FARTHEST = 3.0  # an interval that is so many times as long was a report that got lost


@dataclass(slots=True)
class Pace:
    """How often a tag reports. ``every``: seconds at rest; ``is_adaptive``: it has been seen to hurry and to rest."""

    at: float | None = None
    every: float = 0.0
    longs: int = 0
    quicks: int = 0
    hurried_since: float | None = None
    is_adaptive: bool = False

    def moves(self, at: float, *, said: bool | None) -> bool | None:
        """Take in that it was heard; whether it moves, as its sensor says or as its pace does. None: not known."""
        if said is not None:
            self.at = at
            return said
        if self.at is None or at - self.at >= ONE_BLINK_S:
            self._count(at)
        if self.hurried_since is not None:
            return True
        return False if self.is_adaptive else None

    def _count(self, at: float) -> None:
        before, self.at = self.at, at
        if before is None:
            return
        elapsed = at - before
        if elapsed < QUICK * self.every and (self.quicks or self.longs >= LONG_BEFORE):
            self._hurry(at, elapsed)
            return
        if self.hurried_since is not None:
            self.hurried_since, self.longs, self.is_adaptive = None, 0, True
        self.longs, self.quicks = self.longs + 1, 0
        if not self.every:
            self.every = elapsed
        self.every += SMOOTH * (min(elapsed, FARTHEST * self.every) - self.every)

    def _hurry(self, at: float, elapsed: float) -> None:
        self.quicks += 1
        if self.quicks >= QUICK_SINCE and self.hurried_since is None:
            self.hurried_since = at
        if self.hurried_since is not None and at - self.hurried_since > MOST_HURRY_S:
            self.every, self.longs, self.quicks, self.hurried_since = elapsed, 0, 0, None
            self.is_adaptive = False
