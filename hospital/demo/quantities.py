"""Quantities that change by themselves between events, as functions of time."""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ramp:
    """Linear from ``value`` at ``since``, ``rate`` a second, kept between ``low`` and ``high``."""

    value: float
    rate: float
    since: float
    low: float = 0.0
    high: float = 100.0

    def at(self, moment: float) -> float:
        return min(self.high, max(self.low, self.value + self.rate * (moment - self.since)))

    def turn(self, moment: float, rate: float) -> Ramp:
        """From ``moment`` on at another rate."""
        return Ramp(self.at(moment), rate, moment, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Approach:
    """Exponential from ``value`` at ``since`` towards ``target`` with time constant ``tau`` seconds."""

    value: float
    target: float
    tau: float
    since: float

    def at(self, moment: float) -> float:
        return self.target + (self.value - self.target) * math.exp(-(moment - self.since) / self.tau)

    def turn(self, moment: float, target: float, tau: float) -> Approach:
        """From ``moment`` on towards another target."""
        return Approach(self.at(moment), target, tau, moment)


def wave(moment: float, name: str, period_s: float) -> float:
    """A smooth wander between -1 and 1, its own for each ``name``."""
    phase, detune = unit(name, "phase"), 0.8 + 0.4 * unit(name, "period")
    turn = 2 * math.pi * (moment / (period_s * detune) + phase)
    return 0.6 * math.sin(turn) + 0.4 * math.sin(2.7 * turn + 6 * phase)


def unit(*names: object) -> float:
    """A number from 0 to 1 that depends on the names alone."""
    digest = hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def randomness(*names: object) -> random.Random:
    """A random source that depends on the names alone."""
    return random.Random("/".join(map(str, names)))
