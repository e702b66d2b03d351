"""How full the batteries of devices at home are, as each last told it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from assets.models import ReadingNow

NAMES = ("battery_charge", "tag_battery")
"""The device's own before that of its tag."""


@dataclass(frozen=True, slots=True)
class Charge:
    """``percent`` of a full battery, as of ``at``."""

    percent: float
    at: datetime


def charges_of(assets: Collection[int]) -> dict[int, Charge]:
    """Of those that told any; one query. What failed to be read is no value."""
    rows = ReadingNow.objects.filter(asset__in=assets, name__in=NAMES, number__isnull=False)
    found: dict[int, Charge] = {}
    for row in sorted(rows, key=lambda row: NAMES.index(row.name)):
        if row.number is not None:
            found.setdefault(row.asset_id, Charge(row.number, row.at))
    return found
