"""What reports are to say, worked out slowly and obviously, from rows of (asset, begin, end, what)."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from math import ceil


def of_asset(rows):
    found = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return {asset: sorted(each, key=lambda row: row[1]) for asset, each in found.items()}


def moves(stays, begin, end):
    """(from zone, to zone) → how often somebody came so in the period."""
    counted = Counter()
    for rows in of_asset(stays).values():
        for before, after in pairwise(rows):
            if before[3] != after[3] and begin <= after[1] < end:
                counted[before[3], after[3]] += 1
    return counted


def lengths(stays, zones, begin, end):
    """Of the stays there that ended in the period, in order."""
    return sorted(
        last - first for _, first, last, zone in stays if zone in zones and last and begin < last <= end
    )


def by_rank(ordered, percent):
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else None


def ready_seconds(stays, ready, zones, limit, begin, end):
    """Seconds in which fewer than ``limit`` were ready in these rooms: look at each second."""

    def lasts(second, first, last):
        return first <= second < (end if last is None else last)

    short = 0
    for second in range(begin, end):
        there = {asset for asset, first, last, zone in stays if zone in zones and lasts(second, first, last)}
        free = {asset for asset, first, last, _ in ready if lasts(second, first, last)}
        short += len(there & free) < limit
    return short


def exams(before, values):
    shown, count = before, 0
    for value in values:
        if shown is None:
            shown = value
        while shown != value:  # one more at a time; who shows less began anew
            shown = 0 if value < shown else shown + 1
            count += shown != 0
    return count


def energy_kwh(points, spans, patience):
    """Watts of each second in which it is known and looked at."""
    joules = 0
    for begin, end in spans:
        for second in range(begin, end):
            shown = [(at, watts) for at, watts in points if at <= second]
            if shown and second < shown[-1][0] + patience:
                joules += shown[-1][1]
    return joules / 3_600_000
