"""Equipment as a table: its order, its counts, and its file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from assets.words import LOOKS, Activity, Basis

SORTS: dict[str, tuple[str, ...]] = {
    "tag": ("asset_tag",),
    "model": ("model__manufacturer", "model__name"),
    "category": ("model__category__name",),
    "activity": ("now__activity",),
    "place": ("now__floor__level", "now__zone__name"),
    "heard": ("now__heard_at",),
}
"""Name in the address → columns. “-” in front turns the order round; what has no value comes last."""

TITLES = {
    "tag": _("Tag"),
    "model": _("Model"),
    "category": _("Category"),
    "activity": _("Activity"),
    "place": _("Place"),
    "heard": _("Heard"),
}

HEADINGS = (
    "Asset tag", "Category", "Manufacturer", "Model", "Serial number", "Department", "Activity", "Decided by",
    "Since", "Floor", "Zone", "Position at", "Battery %", "Last heard",
)  # fmt: skip


def sorted_equipment(assets: QuerySet[Asset], sort: str) -> QuerySet[Asset]:
    """``KeyError`` for an order that does not exist."""
    columns = [F(column) for column in SORTS[sort.removeprefix("-")]]
    if sort.startswith("-"):
        return assets.order_by(*(column.desc(nulls_last=True) for column in columns), "asset_tag")
    return assets.order_by(*(column.asc(nulls_last=True) for column in columns), "asset_tag")


@dataclass(frozen=True, slots=True)
class SortColumn:
    """A heading: which way it sorts now (as ``aria-sort`` says it) and what choosing it asks for."""

    name: str
    title: str
    direction: str
    next: str


def sort_columns(sort: str) -> list[SortColumn]:
    """The headings while ``sort`` is the order; choosing the sorted one turns it round."""
    chosen = sort.removeprefix("-")
    direction = "descending" if sort.startswith("-") else "ascending"
    return [
        SortColumn(
            name, str(title), direction if name == chosen else "", f"-{name}" if name == sort else name
        )
        for name, title in TITLES.items()
    ]


def counts_by_activity(assets: QuerySet[Asset]) -> dict[str, int]:
    """For every activity, in the order of the words; those without a current row count as not heard."""
    activity = Coalesce("now__activity", Value(Activity.UNKNOWN.value))
    rows = dict(assets.order_by().values_list(activity).annotate(Count("pk")))
    return {value: rows.get(value, 0) for value in Activity.values}


def safe_cell(value: object) -> str:
    """Text that a spreadsheet shows as text: what it would take for a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def equipment_csv(assets: Iterable[Asset]) -> str:
    """Times in the zone of the asset's site, with their offset."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for asset in assets:
        writer.writerow([safe_cell(cell) for cell in _cells(asset)])
    return out.getvalue()


def _cells(asset: Asset) -> list[Any]:
    now = asset.now_as_of(timezone.now())
    zone = ZoneInfo(asset.site.timezone)
    what = [
        asset.asset_tag,
        asset.model.category.name,
        asset.model.manufacturer,
        asset.model.name,
        asset.serial_number,
        asset.department,
    ]
    if now is None:
        return [*what, LOOKS[Activity.UNKNOWN].word, Basis.SILENCE.label, *[None] * 6]
    return [
        *what,
        LOOKS[now.activity].word,
        Basis(now.basis).label,
        _moment(now.since, zone),
        now.floor,
        now.zone,
        _moment(now.position_at, zone),
        now.battery_percent,
        _moment(now.heard_at, zone),
    ]


def _moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None
