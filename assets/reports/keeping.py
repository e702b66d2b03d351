"""How many pieces were ready in the rooms of each of many par levels, out of the histories of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.models import Asset
from assets.par.history import Kept, Stretch
from assets.par.models import ParLevel
from assets.utilisation.measures import concurrent_over_time
from assets.utilisation.packing import Numbers
from assets.utilisation.rolling import AVAILABLE, OPEN, Rows
from assets.utilisation.sources import read_intervals, read_stays

MOST_ASSET_DAYS = 150_000
"""Whose histories are looked at for one report: some two seconds."""


class TooManyError(Exception):
    """So many pieces in so long a time are not looked at at once."""


def kept_together(levels: Sequence[ParLevel], begin: datetime, end: datetime) -> dict[int, Kept]:
    """Level → how it was kept, in whole seconds, moments rounded down. Raises :class:`TooManyError`."""
    categories = {level.category_id for level in levels}
    rows = (
        Asset.objects.filter(model__category__in=categories).order_by().values_list("pk", "model__category")
    )
    kinds = dict(rows)
    begin_s, end_s = int(begin.timestamp()), int(end.timestamp())
    if len(kinds) * (end_s - begin_s) > MOST_ASSET_DAYS * 86_400:
        raise TooManyError
    assets = sorted(kinds)
    stays = _within(read_stays(assets, begin_s, end_s), begin_s, end_s)
    intervals = read_intervals(assets, begin_s, end_s)
    ready = _within(_only(intervals, intervals.what == AVAILABLE), begin_s, end_s)
    there = both(stays, ready)
    kind = np.array([kinds[asset] for asset in there.asset.tolist()], dtype=np.int64)
    found = {}
    for level in levels:
        zones = np.array(sorted(level.zones().order_by().values_list("pk", flat=True)), dtype=np.int64)
        chosen = (kind == level.category_id) & np.isin(there.what, zones)
        found[level.pk] = Kept(tuple(_stretches(_only(there, chosen), begin_s, end_s)), level)
    return found


def both(first: Rows, second: Rows) -> Rows:
    """Where rows of an asset lie at the same time in both; ``what`` is the first's. Each is in order and apart."""
    low = np.searchsorted(_keyed(second.asset, second.end), _keyed(first.asset, first.begin), "right")
    high = np.searchsorted(_keyed(second.asset, second.begin), _keyed(first.asset, first.end), "left")
    counts = np.maximum(high - low, 0)
    place = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    other = low[place] + nth
    return Rows(
        first.asset[place],
        np.maximum(first.begin[place], second.begin[other]),
        np.minimum(first.end[place], second.end[other]),
        first.what[place],
    )


def _keyed(asset: Numbers, moment: Numbers) -> Numbers:
    """In the order of asset and moment: moments stay below 2**36 for two thousand years."""
    keyed: Numbers = (asset << 36) + moment
    return keyed


def _only(rows: Rows, keep: NDArray[Any]) -> Rows:
    return Rows(rows.asset[keep], rows.begin[keep], rows.end[keep], rows.what[keep])


def _within(rows: Rows, begin_s: int, end_s: int) -> Rows:
    end = np.minimum(np.where(rows.end == OPEN, end_s, rows.end), end_s)
    begin = np.maximum(rows.begin, begin_s)
    return _only(Rows(rows.asset, begin, end, rows.what), begin < end)


def _stretches(rows: Rows, begin_s: int, end_s: int) -> list[Stretch]:
    edges = np.concatenate([2 * rows.begin + 1, 2 * rows.end])
    steps = concurrent_over_time(edges)
    moments = np.concatenate([[begin_s], steps[:, 0], [end_s]])
    levels = np.concatenate([[0], steps[:, 1]])
    keep = np.diff(moments) > 0
    changes = np.flatnonzero(keep)
    found: list[Stretch] = []
    for at in changes.tolist():
        count = int(levels[at])
        if found and found[-1].count == count:
            found[-1] = Stretch(found[-1].begin, _moment(moments[at + 1]), count)
        else:
            found.append(Stretch(_moment(moments[at]), _moment(moments[at + 1]), count))
    return found


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
