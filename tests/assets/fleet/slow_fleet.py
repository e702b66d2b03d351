"""Fleet size worked out slowly and obviously: quarter by quarter, with lists and loops.

``used`` is quarter → for each piece whether it is in use; ``units`` says to which unit each piece belongs.
"""

from __future__ import annotations

import math
from fractions import Fraction

QUARTER_S = 900


def at_once(used, units=None, unit=...):
    """How many are in use in each quarter, of all or of one unit."""
    return [
        sum(1 for piece, is_used in enumerate(row) if is_used and (unit is ... or units[piece] == unit))
        for row in used
    ]


def p95(levels):
    """The least number that was enough in 95 % of the quarters."""
    for level in range(max(levels) + 1):
        if sum(1 for each in levels if each > level) * 20 <= len(levels):
            return level
    return max(levels)


def needed(levels, away, buffer_percent):
    """``away`` is the mean number being cleaned or out of service."""
    at = math.ceil(Fraction(p95(levels) * (100 + buffer_percent), 100))
    return math.ceil(at + Fraction(away))


def usable(pieces, away):
    return max(0, math.floor(pieces - Fraction(away)))


def stretches(levels, capacity):
    """(first quarter, quarter after the last, most, quarter in which that was first) of each shortage."""
    found, begun = [], None
    for quarter, level in enumerate([*levels, 0]):
        if level > capacity and quarter < len(levels):
            begun = quarter if begun is None else begun
        elif begun is not None:
            part = levels[begun:quarter]
            found.append((begun, quarter, max(part), begun + part.index(max(part))))
            begun = None
    return found


def lent(by_unit, capacities, buffer_percent):
    """(giver, taker) → (quarters in which it helps, pieces added up over them), and taker → quarters that are short."""
    helped, short = {}, {}
    for quarter in range(len(next(iter(by_unit.values())))):
        spare = {
            unit: capacities[unit] - math.ceil(Fraction(levels[quarter] * (100 + buffer_percent), 100))
            for unit, levels in by_unit.items()
        }
        for taker in spare:
            if spare[taker] >= 0:
                continue
            short[taker] = short.get(taker, 0) + 1
            for giver in spare:
                if spare[giver] > 0:
                    before = helped.get((giver, taker), (0, 0))
                    helped[giver, taker] = (before[0] + 1, before[1] + min(spare[giver], -spare[taker]))
    return helped, short


def bridged(row, least):
    """One piece's quarters, pauses of fewer than ``least`` quarters between two uses taken for use."""
    found = list(row)
    for first in range(len(row)):
        if row[first] or first == 0 or not row[first - 1]:
            continue
        last = first
        while last < len(row) and not row[last]:
            last += 1
        if last < len(row) and last - first < least:
            found[first:last] = [True] * (last - first)
    return found


def dropped(row, least):
    """Without uses of fewer than ``least`` quarters, but for those that touch the beginning or the end."""
    found = list(row)
    for first in range(len(row)):
        if not row[first] or (first and row[first - 1]):
            continue
        last = first
        while last < len(row) and row[last]:
            last += 1
        if first > 0 and last < len(row) and last - first < least:
            found[first:last] = [False] * (last - first)
    return found
