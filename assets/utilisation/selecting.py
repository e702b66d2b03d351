"""Reports of part of a fleet: what is of one model, or owned, or rented.

Roll-ups are by category, unit and day; of what is chosen among them the sums are those of its assets, and how many were
in use at once is counted from the histories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from assets.utilisation.days import ONE, days_between
from assets.utilisation.models import SECONDS, STAFFED, RolledUntil
from assets.utilisation.packing import Numbers, unpack
from assets.utilisation.rolling import DayRoll

MOST_ASSET_DAYS = 60_000
"""Whose histories are looked at for one report: some two seconds."""
TOO_MANY = _(
    "so many pieces in so long a time are not counted at once by model or ownership: choose a shorter period"
)


def chosen_assets(choice: Any) -> Numbers:
    """Of a narrowed choice, by what the register says now."""
    rows = Asset.objects.order_by()
    if choice.category is not None:
        rows = rows.filter(model__category=choice.category)
    if choice.model is not None:
        rows = rows.filter(model=choice.model)
    if choice.ownership:
        rows = rows.filter(ownership=choice.ownership)
    return np.array(sorted(rows.values_list("pk", flat=True)), dtype=np.int64)


def unit_days(choice: Any) -> Iterator[tuple[int, int | None, date, Numbers]]:
    """Category, unit, day, and of each chosen asset that counted there its number and its sums."""
    ids = chosen_assets(choice)
    rows = choice.units().values_list("category", "department", "day", "by_asset")
    for category, department, day, packed in rows:
        table = unpack(packed, 1 + len(SECONDS) + len(STAFFED))
        table = table[np.isin(table[:, 0], ids)]
        if len(table):
            yield category, department, day, table


def rolls(choice: Any) -> dict[int, list[DayRoll]] | None:
    """Category → its days, computed of the chosen assets alone; ``None`` if it would take too long."""
    from assets.utilisation.roller import rolls_of  # the roller imports what reports import

    ids = chosen_assets(choice)
    until = RolledUntil.objects.filter(site=choice.site).values_list("until_s", flat=True).first() or 0
    last = min(choice.last, datetime.fromtimestamp(until, UTC).date() + ONE)
    days = days_between(choice.first, last)
    if len(ids) * len(days) > MOST_ASSET_DAYS:
        return None
    if not days:
        return {}
    categories = [choice.category.pk] if choice.category else _categories(ids)
    return rolls_of(choice.site.pk, categories, days, until, only=ids)


def levels_by(choice: Any, key: str) -> dict[Any, list[Numbers]] | None:
    """Group → how many were in use at once and how long, day by day; ``None`` if it would take too long."""
    computed = rolls(choice)
    if computed is None:
        return None
    found: dict[Any, list[Numbers]] = defaultdict(list)
    for category, days in computed.items():
        for roll in days:
            for unit, levels in _levels(choice, roll, is_by_unit=key == "department"):
                found[{"category": category, "day": roll.day, "department": unit}[key]].append(levels)
    return found


def _categories(ids: Numbers) -> list[int]:
    rows = Asset.objects.filter(pk__in=ids.tolist()).order_by()
    return sorted(set(rows.values_list("model__category", flat=True)))


def _levels(choice: Any, roll: DayRoll, *, is_by_unit: bool) -> Iterator[tuple[int | None, Numbers]]:
    if choice.department is None and not is_by_unit:
        yield None, getattr(roll, choice.levels)
        return
    for unit in roll.units:
        if choice.department is None or unit.unit == choice.department.pk:
            yield unit.unit, getattr(unit, choice.levels)
