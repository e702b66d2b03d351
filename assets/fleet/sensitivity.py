"""How the fleet size depends on what counts as use: short pauses bridged, short uses dropped, another buffer.

Counted from the histories, as roll-ups know no single asset's edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from assets.utilisation.calendars import calendar_of
from assets.utilisation.figures import Figure, UseBasis
from assets.utilisation.measures import Levels
from assets.utilisation.membership import Member, members_of
from assets.utilisation.models import RolledUntil
from assets.utilisation.packing import Numbers
from assets.utilisation.patterns import TooManyError
from assets.utilisation.reports import Choice, Line
from assets.utilisation.rolling import CONFIRMED, OPEN, PRESUMED, Rows, levels_of
from assets.utilisation.selecting import MOST_ASSET_DAYS, chosen_assets
from assets.utilisation.sources import read_intervals

MINUTES = (0, 5, 15, 30, 60)
BUFFERS = (0.0, 0.05, 0.1, 0.2, 0.3)
How = Literal["bridged", "dropped"]
HOWS: tuple[How, ...] = ("bridged", "dropped")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """The fleet size if pauses of less than so many minutes are bridged, or uses of less are dropped."""

    how: How
    minutes: int
    buffer: float
    needed: Figure
    pieces: int | None


@dataclass(frozen=True, slots=True)
class Uses:
    """From when to when each asset is in use, in seconds since 1970; sorted by asset and begin, apart."""

    asset: Numbers
    begin: Numbers
    end: Numbers


def sensitivity(line: Line, hows: Sequence[How] = HOWS) -> list[Sensitive]:
    """Of these ways, every threshold and every buffer; nothing where there is no fleet size.

    Raises :class:`TooManyError` if that would take too long.
    """
    if line.size.pieces is None or line.choice.category is None:
        return []
    uses, members, bounds = _read(line.choice)
    found = []
    for how in hows:
        for minutes in MINUTES:
            seconds = 60 * minutes
            chosen = bridged(uses, seconds) if how == "bridged" else dropped(uses, seconds, *bounds)
            levels = _levels(chosen, members, bounds, line.found.length)
            for buffer in BUFFERS:
                size = replace(line, found=levels, choice=replace(line.choice, buffer=buffer)).size
                found.append(Sensitive(how, minutes, buffer, size.needed, size.pieces))
    return found


def _read(choice: Choice) -> tuple[Uses, Sequence[Member], tuple[int, int]]:
    calendar = calendar_of(choice.site.pk)
    days = calendar.bounds(choice.first, choice.last)
    until = RolledUntil.objects.filter(site=choice.site).values_list("until_s", flat=True).first() or 0
    begin, end = days[0], min(days[-1], until)
    only = set(chosen_assets(choice).tolist()) if choice.is_narrowed else None
    category = choice.category.pk if choice.category else 0
    members = [
        each
        for _, each in members_of(choice.site.pk, [category], calendar, begin)
        if each.begin < end
        and each.end > begin
        and (only is None or each.asset in only)
        and (choice.department is None or each.department == choice.department.pk)
    ]
    assets = sorted({each.asset for each in members})
    if len(assets) * (len(days) - 1) > MOST_ASSET_DAYS:
        raise TooManyError
    rows = read_intervals(assets, begin, end)
    return uses_of(rows, choice.basis, begin, end), members, (begin, end)


def uses_of(rows: Rows, basis: UseBasis, begin: int, end: int) -> Uses:
    """Of intervals that overlap each ends where the next begins; uses without a pause between them are one."""
    ends = np.where(rows.end == OPEN, end, rows.end)
    follows = np.append(rows.asset[1:] == rows.asset[:-1], [False] if len(rows.asset) else [])
    following = np.append(rows.begin[1:], [0] if len(rows.asset) else [])
    ends = np.where(follows, np.minimum(ends, following), ends)
    first, last = np.maximum(rows.begin, begin), np.minimum(ends, end)
    most = CONFIRMED if basis is UseBasis.CONFIRMED else PRESUMED
    keep = (rows.what <= most) & (last > first)
    return bridged(Uses(rows.asset[keep], first[keep], last[keep]), 0)


def bridged(uses: Uses, seconds: int) -> Uses:
    """Pauses of less than so many seconds taken for use."""
    if not len(uses.asset):
        return uses
    pause = uses.begin[1:] - uses.end[:-1]
    is_first = np.append(True, (uses.asset[1:] != uses.asset[:-1]) | (pause >= max(seconds, 1)))
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(uses.asset)) - 1
    return Uses(uses.asset[first], uses.begin[first], uses.end[last])


def dropped(uses: Uses, seconds: int, begin: int, end: int) -> Uses:
    """Without uses of less than so many seconds; those that the period cuts stay, as nobody sees how long they were."""
    keep = (uses.end - uses.begin >= seconds) | (uses.begin <= begin) | (uses.end >= end)
    return Uses(uses.asset[keep], uses.begin[keep], uses.end[keep])


def _levels(uses: Uses, members: Sequence[Member], bounds: tuple[int, int], length: int) -> Levels:
    """How many at once, each asset while it counts; of ``length`` seconds that are rolled up."""
    begin, end = bounds
    codes = [np.zeros(0, dtype=np.int64)]
    for windows in _layers(members):
        assets = np.array(sorted(windows), dtype=np.int64)
        place = np.minimum(np.searchsorted(assets, uses.asset), len(assets) - 1)
        lows, highs = np.array([windows[asset] for asset in assets.tolist()], dtype=np.int64).T
        first, last = np.maximum(uses.begin, lows[place]), np.minimum(uses.end, highs[place])
        keep = (assets[place] == uses.asset) & (last > first)
        codes += [2 * (first[keep] - begin) + 1, 2 * (last[keep] - begin)]
    table = levels_of(np.sort(np.concatenate(codes)).reshape(-1, 1), end - begin)
    held = {int(level): int(seconds) for level, seconds in table if level}
    idle = length - sum(held.values())
    return Levels({0: idle, **held} if idle else held)


def _layers(members: Sequence[Member]) -> Iterator[dict[int, tuple[int, int]]]:
    """Asset → from when to when it counts: the first times of all, then the second times of those that have one, …"""
    left = sorted(members, key=lambda each: (each.asset, each.begin))
    while left:
        layer: dict[int, tuple[int, int]] = {}
        later = []
        for each in left:
            if each.asset in layer:
                later.append(each)
            else:
                layer[each.asset] = each.begin, each.end
        yield layer
        left = later
