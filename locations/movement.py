"""Whether a tag has left the place where it lay: streaks of reports that lie together and away from it.

Reports err together: somebody stands in between for seconds, a shadow stays for minutes. So it is not the number of
reports alone that tells movement from noise but how far they lie, in their own errors, and for how long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

AWAY = 2.5  # spreads from which on a report lies away
TOGETHER = 4.0  # errors within which the reports of a streak lie, beside what a walk explains
WALK_M_S = 2.0
WALK_S = 4.0  # reports farther apart in time have to lie together whether or not the tag walks
LATEST = 0.5  # least weight of the newest report in a streak's mean

LEAVES = (  # spreads, seconds and reports from which on a streak is a movement
    (5.0, 3.5, 3),
    (5.0, 10.0, 2),
    (3.8, 30.0, 6),
    (3.3, 300.0, 12),
)
"""What lies farther away is believed sooner. Somebody in between shifts reports by three errors, seldom for half a
minute; a shadow that wanders, by two for as long as it likes."""
SENSED_STILL = ((5.0, 30.0, 3), (3.8, 120.0, 6))
"""The same for a tag whose own sensor says that it does not move: it was carried while nobody heard it."""
RESTS = (8.0, 4)
"""Seconds and reports in one place after which a tag has come to rest."""


@dataclass(slots=True)
class Streak:
    """Reports that lie together: their mean, the first and the last of their times, how many."""

    x: float = 0.0
    y: float = 0.0
    since: float = 0.0
    at: float = 0.0
    count: int = 0

    def add(self, x: float, y: float, at: float, error: float, *, walking: bool) -> None:
        """Take in a report; one that does not belong to the others begins a streak of its own."""
        elapsed = at - self.at
        reach = TOGETHER * error + (WALK_M_S * elapsed if walking and elapsed <= WALK_S else 0.0)
        if not self.count or math.hypot(x - self.x, y - self.y) > reach:
            self.x, self.y, self.since, self.at, self.count = x, y, at, at, 1
            return
        self.count += 1
        weight = max(1 / self.count, LATEST if walking else 0.0)
        self.x += weight * (x - self.x)
        self.y += weight * (y - self.y)
        self.at = at

    def end(self) -> None:
        self.count = 0

    def has_left(self, x: float, y: float, spread: float, *, sensed_still: bool) -> bool:
        """Whether it is long and far enough from a place to be a movement."""
        spreads = math.hypot(self.x - x, self.y - y) / spread
        lasted = self.at - self.since
        rules = SENSED_STILL if sensed_still else LEAVES
        return any(spreads >= far and lasted >= s and self.count >= count for far, s, count in rules)

    @property
    def is_rest(self) -> bool:
        seconds, count = RESTS
        return self.count >= count and self.at - self.since >= seconds
