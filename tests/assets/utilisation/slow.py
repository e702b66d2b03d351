"""What roll-ups are to say, worked out slowly and obviously: look at every stretch between any two moments at which
anything changes, and ask of each asset what it does then."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

UNKNOWN = 6


def does(rows, moment):
    """What an asset does: its interval that began last, if it has not ended. Rows are (begin, end or None, what)."""
    begun = [row for row in rows if row[0] <= moment]
    if not begun:
        return None
    _, end, what = max(begun, key=lambda row: row[0])
    return what if end is None or moment < end else None


def stretches(moments, begin, end):
    inside = sorted({begin, end, *(m for m in moments if begin < m < end)})
    return list(pairwise(inside))


def member_of(members, asset, moment):
    """The unit to which an asset belongs, or ``...`` if it does not count then."""
    for who, unit, begin, end in members:
        if who == asset and begin <= moment < end:
            return unit
    return ...


def slow_day(day_begin, day_end, members, intervals, staffed, cells):
    """Seconds by (unit, asset), calendar and staffed; by (unit, hour); and of each number in use at once, by unit.

    ``members`` are (asset, unit, begin, end); ``intervals`` asset → rows; ``staffed`` unit → [(begin, end)]; ``cells``
    the beginnings of hours.
    """
    assets = sorted({who for who, *_ in members})
    moments = {m for _, _, begin, end in members for m in (begin, end)}
    moments |= {m for rows in intervals.values() for b, e, _ in rows for m in (b, e) if m is not None}
    moments |= {m for windows in staffed.values() for window in windows for m in window}
    moments |= set(cells)
    seconds, hours = Counter(), Counter()
    levels = {"confirmed": {}, "any": {}}
    for begin, end in stretches(moments, day_begin, day_end):
        length = end - begin
        count = {"confirmed": Counter(), "any": Counter()}
        for asset in assets:
            unit = member_of(members, asset, begin)
            if unit is ...:
                continue
            what = does(intervals.get(asset, []), begin)
            what = UNKNOWN if what is None else what
            seconds[unit, asset, "calendar", what] += length
            if any(b <= begin < e for b, e in staffed.get(unit, [])):
                seconds[unit, asset, "staffed", what] += length
            hours[unit, max(c for c in cells if c <= begin), what] += length
            if what <= 1:
                count["any"][unit] += 1
                count["any"]["all"] += 1
            if what == 0:
                count["confirmed"][unit] += 1
                count["confirmed"]["all"] += 1
        for basis, by_unit in count.items():
            for unit in {"all", *(unit for _, unit, *_ in members)}:
                held = levels[basis].setdefault(unit, Counter())
                held[by_unit[unit]] += length
    return seconds, hours, levels
