"""What a location system and receivers really report of a tag: not white noise around the truth.

Each tag has its own shadows (a bias that wanders over minutes), its moments (somebody stands between it and a receiver
for seconds), reports that are simply wrong, and reports that never come.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """How a location system reports. Lengths are in stated errors, so that what it says of itself is honest."""

    error_m: float
    every_s: float
    white: float = 0.6  # from report to report
    shadow: float = 0.7  # a bias that wanders
    shadow_s: float = 600.0  # over this long it is forgotten
    bursts_per_hour: float = 1.0  # somebody stands in between
    burst_s: float = 8.0
    burst: float = 2.0  # by how much that shifts it
    wild: float = 0.002  # share of reports that are anywhere within wild_m
    wild_m: float = 20.0
    missing: float = 0.1
    outages_per_hour: float = 0.1
    outage_s: float = 200.0


class Noise:
    """The reports of one tag: where it would be seen if it were at x, y at that moment; None where nobody hears it."""

    def __init__(self, manner: Manner, rng: random.Random) -> None:
        self.manner, self.rng = manner, rng
        self._bias = self._draw(manner.shadow * manner.error_m)
        self._shift = (0.0, 0.0)
        self._shifted_until = self._out_until = self._at = 0.0

    def seen(self, x: float, y: float, at: float) -> tuple[float, float] | None:
        manner, rng = self.manner, self.rng
        elapsed, self._at = at - self._at, at
        self._wander(elapsed)
        if rng.random() < elapsed * manner.bursts_per_hour / 3600:
            self._shifted_until = at + rng.expovariate(1 / manner.burst_s)
            angle, metres = rng.uniform(0, math.tau), rng.uniform(0.5, 1.5) * manner.burst * manner.error_m
            self._shift = metres * math.cos(angle), metres * math.sin(angle)
        if rng.random() < elapsed * manner.outages_per_hour / 3600:
            self._out_until = at + rng.expovariate(1 / manner.outage_s)
        if at < self._out_until or rng.random() < manner.missing:
            return None
        if rng.random() < manner.wild:
            wild = manner.wild_m
            return x + rng.uniform(-wild, wild), y + rng.uniform(-wild, wild)
        dx, dy = self._draw(manner.white * manner.error_m)
        if at < self._shifted_until:
            dx, dy = dx + self._shift[0], dy + self._shift[1]
        return x + self._bias[0] + dx, y + self._bias[1] + dy

    def _wander(self, elapsed: float) -> None:
        manner = self.manner
        keep = math.exp(-elapsed / manner.shadow_s)
        dx, dy = self._draw(math.sqrt(1 - keep * keep) * manner.shadow * manner.error_m)
        self._bias = keep * self._bias[0] + dx, keep * self._bias[1] + dy

    def _draw(self, sigma: float) -> tuple[float, float]:
        return self.rng.gauss(0, sigma), self.rng.gauss(0, sigma)


def moments(every_s: float, until_s: float, rng: random.Random) -> Iterator[float]:
    """When a tag reports: its clock is nearly regular."""
    at = rng.uniform(0, every_s)
    while at < until_s:
        yield at
        at += every_s * rng.uniform(0.95, 1.05)
