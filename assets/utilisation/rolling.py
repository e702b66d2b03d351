"""From the histories of one fleet to its days: pure, over arrays, exact to the second.

Moments are whole seconds since 1970, rounded down, so that what follows without a gap still does. Of intervals that
overlap, each ends where the next begins: an asset does one thing at a time. What no interval tells is unknown.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from assets.utilisation.packing import Numbers

CONFIRMED, PRESUMED, DOWN, DIRTY, AVAILABLE, IN_TRANSIT, UNKNOWN = range(7)
KINDS = 7
OPEN = 0
"""Stands for the end of what goes on."""
HOUR_S = 3600


@dataclass(slots=True)
class Members:
    """Who counts: one row for each asset and unit that it belonged to, and from when to when it did so."""

    asset: Numbers
    unit: Numbers
    """Place in ``units`` of :class:`Fleet`."""
    begin: Numbers
    end: Numbers


@dataclass(slots=True)
class Rows:
    """Intervals or stays, sorted by asset and begin: ``what`` is one of the kinds above, or a zone."""

    asset: Numbers
    begin: Numbers
    end: Numbers
    what: Numbers


def of_each(rows: Rows, fleets: Sequence[Numbers]) -> list[Rows]:
    """Those of each fleet, given as its assets in order; who is in several fleets is told of in each."""
    found = []
    bounds = np.append(np.flatnonzero(np.diff(rows.asset, prepend=-1)), len(rows.asset))
    assets = rows.asset[bounds[:-1]]
    for fleet in fleets:
        own = np.flatnonzero(np.isin(assets, fleet, assume_unique=True))
        first = bounds[own]
        place, nth = _repeated(bounds[own + 1] - first)
        chosen = first[place] + nth
        found.append(Rows(rows.asset[chosen], rows.begin[chosen], rows.end[chosen], rows.what[chosen]))
    return found


@dataclass(slots=True)
class Fleet:
    """What is to be rolled up: days without gaps between ``bounds``, no further than ``until``."""

    days: Sequence[date]
    bounds: Numbers
    until: int
    units: Sequence[int | None]
    staffed: Sequence[Sequence[tuple[int, int]]]
    """Of each unit, the staffed stretches within the bounds, in order and apart."""
    members: Members
    intervals: Rows
    stays: Rows


@dataclass(slots=True)
class UnitRoll:
    """One unit on one day."""

    unit: int | None
    by_asset: Numbers
    """Asset, seven sums of the calendar, seven of staffed hours."""
    hours: Numbers
    edges_confirmed: Numbers
    edges_any: Numbers
    levels_confirmed: Numbers
    levels_any: Numbers

    @property
    def sums(self) -> Numbers:
        total: Numbers = self.by_asset[:, 1:].sum(axis=0)
        return total


@dataclass(slots=True)
class DayRoll:
    """A fleet on one day, unit by unit and whole."""

    day: date
    begin: int
    until: int
    units: list[UnitRoll] = field(default_factory=list)
    levels_confirmed: Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    levels_any: Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    presence: Numbers = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    dwells: Numbers = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    moves: Numbers = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    """From zone, to zone, how often."""

    @property
    def sums(self) -> Numbers:
        total: Numbers = np.sum([unit.sums for unit in self.units], axis=0)
        return total

    @property
    def hours(self) -> Numbers:
        total: Numbers = np.sum([unit.hours for unit in self.units], axis=0)
        return total

    @property
    def assets_count(self) -> int:
        return len(np.unique(np.concatenate([unit.by_asset[:, 0] for unit in self.units])))


@dataclass(slots=True)
class _Pieces:
    """Rows cut so that each lies within one slot: who, what, when, and in which slot."""

    member: Numbers
    what: Numbers
    begin: Numbers
    end: Numbers
    slot: Numbers

    @property
    def length(self) -> Numbers:
        return self.end - self.begin


def roll(fleet: Fleet) -> list[DayRoll]:
    """The days that have any member; those of the others have no row."""
    bounds = fleet.bounds
    count = len(fleet.members.asset)
    days = [
        DayRoll(day, int(bounds[n]), int(min(bounds[n + 1], fleet.until))) for n, day in enumerate(fleet.days)
    ]
    if not count:
        return []
    pieces = _cut(_known(fleet, fleet.intervals), bounds)
    counted = _counted(fleet)
    sums = _sums(fleet, pieces, counted)
    _enter_units(fleet, days, pieces, counted, sums)
    _enter_presence(fleet, days)
    return [day for day in days if day.units]


def _ended(rows: Rows, until: int) -> Numbers:
    """Where each row ends: at its own end, where the asset's next one begins, or with the present."""
    end = np.where(rows.end == OPEN, until, rows.end)
    follows = np.append(rows.asset[1:] == rows.asset[:-1], False)
    following = np.append(rows.begin[1:], 0)
    return np.where(follows, np.minimum(end, following), end)


def _known(fleet: Fleet, rows: Rows) -> _Pieces:
    """Each row once for each membership of its asset, cut to it and to what is to be rolled up."""
    members = fleet.members
    end = _ended(rows, fleet.until)
    order = np.argsort(members.asset, kind="stable")
    assets = members.asset[order]
    first, last = np.searchsorted(assets, rows.asset, "left"), np.searchsorted(assets, rows.asset, "right")
    row, nth = _repeated(last - first)
    member = order[first[row] + nth]
    lows = np.maximum(members.begin[member], fleet.bounds[0])
    highs = np.minimum(members.end[member], min(fleet.until, int(fleet.bounds[-1])))
    begin, end = np.maximum(rows.begin[row], lows), np.minimum(end[row], highs)
    keep = end > begin
    return _Pieces(member[keep], rows.what[row][keep], begin[keep], end[keep], row[keep])


def _repeated(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Each place as often as it counts, and the how manieth time it is."""
    counts = np.maximum(counts, 0)
    place = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    nth = np.arange(len(place)) - np.repeat(ends - counts, counts)
    return place, nth


def _cut(pieces: _Pieces, bounds: Numbers) -> _Pieces:
    """Cut at the bounds; the slot of each piece is the place of the bound before it."""
    first = np.searchsorted(bounds, pieces.begin, "right") - 1
    last = np.searchsorted(bounds, pieces.end, "left") - 1
    place, nth = _repeated(last - first + 1)
    slot = first[place] + nth
    begin = np.maximum(pieces.begin[place], bounds[slot])
    end = np.minimum(pieces.end[place], bounds[slot + 1])
    keep = end > begin
    return _Pieces(pieces.member[place][keep], pieces.what[place][keep], begin[keep], end[keep], slot[keep])


def _counted(fleet: Fleet) -> _Pieces:
    """When each member counts, cut into days."""
    members, count = fleet.members, len(fleet.members.asset)
    begin = np.maximum(members.begin, fleet.bounds[0])
    end = np.minimum(members.end, min(fleet.until, int(fleet.bounds[-1])))
    keep = end > begin
    numbers = np.arange(count)
    return _cut(_Pieces(numbers[keep], numbers[keep], begin[keep], end[keep], numbers[keep]), fleet.bounds)


def _sums(fleet: Fleet, pieces: _Pieces, counted: _Pieces) -> Numbers:
    """Day × member × (seven of the calendar, seven of staffed hours); what is not known is unknown."""
    days, count = len(fleet.days), len(fleet.members.asset)
    table = np.zeros((days, count, 2, KINDS), dtype=np.int64)
    for place, length in ((0, pieces.length), (1, _staffed(fleet, pieces))):
        cells = (pieces.slot * count + pieces.member) * KINDS + pieces.what
        table[:, :, place, :] = _added(cells, length, days * count * KINDS).reshape(days, count, KINDS)
    for place, length in ((0, counted.length), (1, _staffed(fleet, counted))):
        whole = _added(counted.slot * count + counted.member, length, days * count).reshape(days, count)
        known = table[:, :, place, :UNKNOWN].sum(axis=2)
        table[:, :, place, UNKNOWN] = whole - known
    return table.reshape(days, count, 2 * KINDS)


def _added(places: Numbers, weights: Numbers, size: int) -> Numbers:
    return np.bincount(places, weights=weights, minlength=size).astype(np.int64)


def _staffed(fleet: Fleet, pieces: _Pieces) -> Numbers:
    """How many seconds of each piece are staffed in its unit."""
    length = np.zeros(len(pieces.begin), dtype=np.int64)
    unit = fleet.members.unit[pieces.member]
    for number, stretches in enumerate(fleet.staffed):
        if not stretches:
            continue
        own = unit == number
        begin, end = np.array(stretches, dtype=np.float64).T
        moments = np.stack([begin, end], axis=1).ravel()
        passed = np.repeat(np.cumsum(end - begin), 2)
        passed[::2] -= end - begin
        between = np.interp(pieces.end[own], moments, passed) - np.interp(pieces.begin[own], moments, passed)
        length[own] = np.rint(between).astype(np.int64)
    return length


def hour_bounds(bounds: Numbers) -> tuple[Numbers, Numbers]:
    """Bounds of the hours since each day began, and the place of each day's first hour among them."""
    starts = [np.arange(begin, end, HOUR_S) for begin, end in itertools.pairwise(bounds)]
    firsts = np.cumsum([0, *(len(each) for each in starts)])
    return np.append(np.concatenate(starts), bounds[-1]).astype(np.int64), firsts


def _hours(fleet: Fleet, pieces: _Pieces, counted: _Pieces) -> tuple[Numbers, Numbers]:
    """Hour × unit × seven sums, and the place of each day's first hour."""
    bounds, firsts = hour_bounds(fleet.bounds)
    units, slots = len(fleet.units), len(bounds) - 1
    within = _cut(pieces, bounds)
    unit = fleet.members.unit[within.member]
    table = _added((within.slot * units + unit) * KINDS + within.what, within.length, slots * units * KINDS)
    table = table.reshape(slots, units, KINDS)
    whole = _cut(counted, bounds)
    unit = fleet.members.unit[whole.member]
    time = _added(whole.slot * units + unit, whole.length, slots * units).reshape(slots, units)
    table[:, :, UNKNOWN] = time - table[:, :, :UNKNOWN].sum(axis=2)
    return table, firsts


def _enter_units(fleet: Fleet, days: list[DayRoll], pieces: _Pieces, counted: _Pieces, sums: Numbers) -> None:
    hours, firsts = _hours(fleet, pieces, counted)
    unit_of = fleet.members.unit
    use = [
        _by_slot(_only(pieces, np.flatnonzero(pieces.what <= kind)), len(days))
        for kind in (CONFIRMED, PRESUMED)
    ]
    present = sums[:, :, :KINDS].sum(axis=2) > 0
    for number, day in enumerate(days):
        length = day.until - day.begin
        if length <= 0:
            continue
        edges = [_Edges(each[number], unit_of, day.begin) for each in use]
        here = np.flatnonzero(present[number])
        for unit in np.unique(unit_of[here]):
            own = here[unit_of[here] == unit]
            confirmed, together = (each.of(int(unit)) for each in edges)
            day.units.append(
                UnitRoll(
                    fleet.units[int(unit)],
                    np.column_stack([fleet.members.asset[own], sums[number, own]]),
                    hours[firsts[number] : firsts[number + 1], int(unit)],
                    confirmed,
                    together,
                    levels_of(confirmed, length),
                    levels_of(together, length),
                )
            )
        if day.units:
            day.levels_confirmed, day.levels_any = (levels_of(each.of(None), length) for each in edges)


def _only(pieces: _Pieces, keep: Numbers) -> _Pieces:
    return _Pieces(
        pieces.member[keep], pieces.what[keep], pieces.begin[keep], pieces.end[keep], pieces.slot[keep]
    )


def _by_slot(pieces: _Pieces, count: int) -> list[_Pieces]:
    order = np.argsort(pieces.slot, kind="stable")
    ordered = _only(pieces, order)
    places = np.searchsorted(ordered.slot, np.arange(count + 1))
    return [_only(ordered, np.arange(first, last)) for first, last in itertools.pairwise(places)]


class _Edges:
    """The edges of use of one day, of any unit."""

    def __init__(self, pieces: _Pieces, unit_of: Numbers, begin: int) -> None:
        self._unit = unit_of[pieces.member]
        self._begin = pieces.begin - begin
        self._end = pieces.end - begin

    def of(self, unit: int | None) -> Numbers:
        """One column: twice the second of the day, one more where use begins. In order; ends before beginnings."""
        own = slice(None) if unit is None else self._unit == unit
        edges = np.concatenate([2 * self._begin[own] + 1, 2 * self._end[own]])
        return np.sort(edges).reshape(-1, 1)


def levels_of(edges: Numbers, length: int) -> Numbers:
    """How many are in use at once, and for how many of ``length`` seconds: two columns, in order of the first."""
    codes = edges.ravel()
    moments = np.concatenate([[0], codes >> 1, [length]])
    level = np.concatenate([[0], np.cumsum(2 * (codes & 1) - 1)])
    spans = np.diff(moments)
    held = spans > 0
    seconds = np.bincount(level[held], weights=spans[held]).astype(np.int64)
    found = np.flatnonzero(seconds)
    return np.column_stack([found, seconds[found]])


def _enter_presence(fleet: Fleet, days: list[DayRoll]) -> None:
    """Where they were: time in each zone, who came, and how long those had been there who left."""
    rows = fleet.stays
    if not len(rows.asset):
        return
    ended = _ended(rows, fleet.until)
    known = _known(fleet, rows)
    row, day_count = known.slot, len(days)
    came = known.begin == rows.begin[row]
    goes_on = (rows.end[row] == OPEN) & (ended[row] >= fleet.until)
    left = (known.end == ended[row]) & ~goes_on
    length = (ended - rows.begin)[row]
    arrivals = _by_day(fleet, known.begin[came], day_count)
    origin = _origins(rows)[row][came]
    departures = _by_day(fleet, known.end[left] - 1, day_count)
    there = _by_slot(_cut(known, fleet.bounds), day_count)
    for number, day in enumerate(days):
        if not day.units:
            continue
        pieces, arrived = there[number], known.what[came][arrivals[number]]
        zones = np.unique(np.concatenate([pieces.what, arrived]))
        seconds = _added(np.searchsorted(zones, pieces.what), pieces.length, len(zones))
        counts = np.bincount(np.searchsorted(zones, arrived), minlength=len(zones))
        day.presence = np.column_stack([zones, seconds, counts])
        dwells = np.column_stack([known.what[left][departures[number]], length[left][departures[number]]])
        day.dwells = dwells[np.lexsort((dwells[:, 1], dwells[:, 0]))]
        day.moves = _moves(origin[arrivals[number]], arrived)


NOWHERE = -1


def _origins(rows: Rows) -> Numbers:
    """Of each stay, the zone of the one before it of the same asset, or nowhere."""
    origin = np.append(NOWHERE, rows.what[:-1])
    origin[np.append(-1, rows.asset[:-1]) != rows.asset] = NOWHERE
    return origin


def _moves(origin: Numbers, arrived: Numbers) -> Numbers:
    """From where to where, and how often; what comes back to the room that it left has not moved."""
    pairs = np.column_stack([origin, arrived])[(origin != NOWHERE) & (origin != arrived)]
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    return np.column_stack([found, counts])


def _by_day(fleet: Fleet, moments: Numbers, count: int) -> list[Numbers]:
    """Of each day, the places of the moments that lie in it."""
    day = np.searchsorted(fleet.bounds, moments, "right") - 1
    order = np.argsort(day, kind="stable")
    places = np.searchsorted(day[order], np.arange(count + 1))
    return [order[first:last] for first, last in itertools.pairwise(places)]
