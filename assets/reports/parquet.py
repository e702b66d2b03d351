"""Roll-ups and intervals as Parquet, for the analyst; written by DuckDB, which is installed only where it "
"is wanted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import ActivityInterval, Asset, Category
from assets.reports.sums import COLUMNS, bounds_of
from assets.utilisation.packing import unpack
from assets.utilisation.reports import Choice
from assets.utilisation.selecting import chosen_assets
from locations.models import Department

MISSING = _(
    "Parquet files are written by DuckDB, which is not installed here: an administrator can add it with "
    "“pip install duckdb”."
)
ROLL_UPS: Mapping[str, str] = {
    "asset": "VARCHAR", "category": "VARCHAR", "unit": "VARCHAR", "day": "DATE",
    **dict.fromkeys((f"{name}_s" for name in COLUMNS), "INTEGER"),
}  # fmt: skip
"""A row for each asset and day of the site's calendar: seconds, calendar and staffed."""
INTERVALS: Mapping[str, str] = {
    "asset": "VARCHAR", "category": "VARCHAR", "unit": "VARCHAR", "activity": "VARCHAR", "basis": "VARCHAR",
    "source": "VARCHAR", "begin": "TIMESTAMP", "end": "TIMESTAMP",
}  # fmt: skip
"""A row for each interval that reaches into the period; times in UTC, ``end`` is empty for what goes on."""
KINDS = ("roll-ups", "intervals")


class NoWriterError(Exception):
    """DuckDB is not installed."""


def is_installed() -> bool:
    return find_spec("duckdb") is not None


def parquet_of(what: str, choice: Choice, now: datetime) -> bytes:
    """``what``, one of :data:`KINDS`, as a file; its rows are never in memory together.

    Raises :class:`NoWriterError`.
    """
    columns = ROLL_UPS if what == "roll-ups" else INTERVALS
    rows = roll_up_rows(choice) if what == "roll-ups" else interval_rows(choice, now)
    if not is_installed():
        raise NoWriterError
    with TemporaryDirectory(prefix="parquet-") as folder:
        plain, packed = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
        _write_plain(plain, columns, rows)
        _convert(plain, packed, columns)
        return packed.read_bytes()


def _write_plain(path: Path, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(list(columns))
        writer.writerows(rows)


def _convert(plain: Path, packed: Path, columns: Mapping[str, str]) -> None:
    """The names of the files are our own; extensions are neither fetched nor loaded."""
    import duckdb  # an extra: see MISSING

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    with duckdb.connect(":memory:", config=settings) as database:
        told = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        database.execute(
            f"COPY (SELECT * FROM read_csv('{plain}', header = true, columns = {{{told}}}, nullstr = '')) "  # noqa: S608
            f"TO '{packed}' (FORMAT parquet, COMPRESSION zstd)"
        )


def roll_up_rows(choice: Choice) -> Iterator[Sequence[Any]]:
    ids = set(chosen_assets(choice).tolist()) if choice.is_narrowed else None
    tags = dict(Asset.objects.filter(site=choice.site).values_list("pk", "asset_tag"))
    categories = dict(Category.objects.values_list("pk", "slug"))
    units = dict(Department.objects.values_list("pk", "code"))
    rows = choice.units().order_by("day", "category").values_list("category", "department", "day", "by_asset")
    for category, unit, day, packed in rows.iterator():
        for asset, *seconds in unpack(packed, 1 + len(COLUMNS)).tolist():
            if asset in tags and (ids is None or asset in ids):
                yield tags[asset], categories[category], units.get(unit, ""), day.isoformat(), *seconds


def interval_rows(choice: Choice, now: datetime) -> Iterator[Sequence[Any]]:
    begin, end = bounds_of(choice, now)
    rows = ActivityInterval.objects.filter(asset__site=choice.site, begin__lt=end)
    rows = rows.filter(Q(end__gt=begin) | Q(end__isnull=True))
    if choice.category is not None:
        rows = rows.filter(asset__model__category=choice.category)
    if choice.department is not None:
        rows = rows.filter(asset__department=choice.department)
    if choice.model is not None:
        rows = rows.filter(asset__model=choice.model)
    if choice.ownership:
        rows = rows.filter(asset__ownership=choice.ownership)
    told = rows.order_by("asset", "begin").values_list(
        "asset__asset_tag", "asset__model__category__slug", "asset__department__code", "activity",
        "basis", "source", "begin", "end",
    )  # fmt: skip
    for *words, first, last in told.iterator():
        yield *(word or "" for word in words), _utc(first), "" if last is None else _utc(last)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
