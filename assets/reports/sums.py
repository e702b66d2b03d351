"""Seconds by asset, or by asset and day, out of the roll-ups: the basis of reports about single pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from assets.utilisation.calendars import calendar_of
from assets.utilisation.models import SECONDS, STAFFED
from assets.utilisation.packing import Numbers, unpack
from assets.utilisation.reports import Choice
from assets.utilisation.selecting import chosen_assets

COLUMNS = (*SECONDS, *STAFFED)
AVAILABLE, UNKNOWN = SECONDS.index("available"), SECONDS.index("unknown")


def by_day(choice: Choice) -> Iterator[tuple[int, date, Numbers]]:
    """Category, day, and of each asset that counts on it its number and its seconds: calendar, then "
    "staffed."""
    ids = chosen_assets(choice) if choice.is_narrowed else None
    for category, day, packed in choice.units().values_list("category", "day", "by_asset"):
        table = unpack(packed, 1 + len(COLUMNS))
        if ids is not None:
            table = table[np.isin(table[:, 0], ids)]
        if len(table):
            yield category, day, table


def by_asset(choice: Choice) -> dict[int, Numbers]:
    """Asset → its seconds in the period: calendar, then staffed."""
    sums: dict[int, Numbers] = defaultdict(lambda: np.zeros(len(COLUMNS), dtype=np.int64))
    for _, _, table in by_day(choice):
        for row in table:
            sums[int(row[0])] += row[1:]
    return dict(sums)


def bounds_of(choice: Choice, now: datetime) -> tuple[datetime, datetime]:
    """When the period begins and ends by the site's calendar; of one that goes on, up to now."""
    bounds = calendar_of(choice.site.pk).bounds(choice.first, choice.last)
    begin, end = (datetime.fromtimestamp(each, UTC) for each in (bounds[0], bounds[-1]))
    return begin, min(end, max(now, begin))
