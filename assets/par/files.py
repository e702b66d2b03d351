"""Par levels as a table for a spreadsheet, there and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from assets.models import Category
from assets.par.levels import set_par_level
from assets.par.models import ParLevel
from assets.par.units import name_of, unit_named
from assets.tables import safe_cell

COLUMNS = ("category", "unit", "target", "critical", "maximum", "unit name", "category name")
"""The last two are for whoever reads it; bringing a file in, they are not looked at."""
MOST_BYTES = 500_000
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of a file that cannot be taken, and why."""

    line: int
    words: str


def par_csv(levels: Iterable[ParLevel]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for level in levels:
        cells = [
            level.category.slug, name_of(level), level.target, level.critical, level.maximum,
            level.unit_name, level.category.name,
        ]  # fmt: skip
        writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def import_levels(*, content: bytes, by: Any, now: datetime) -> tuple[int, list[Problem]]:
    """Sets every level of the file, or none of them: how many, and what is wrong with which line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return 0, [Problem(1, gettext("The file is not a table in UTF-8."))]
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not set(COLUMNS[:5]) <= set(rows[0]):
        return 0, [
            Problem(1, gettext("The first line names the columns category, unit, target, critical, maximum."))
        ]
    if len(rows) > MOST_ROWS:
        return 0, [Problem(MOST_ROWS + 1, gettext("The file has too many lines."))]
    problems = []
    with transaction.atomic():
        for line, row in enumerate(rows, start=2):
            try:
                _take(row, by, now)
            except ValidationError as error:
                problems.append(Problem(line, "; ".join(error.messages)))
        if problems:
            transaction.set_rollback(True)
    return (0, problems) if problems else (len(rows), [])


def _take(row: dict[str, Any], by: Any, now: datetime) -> None:
    category = Category.objects.filter(slug=row["category"] or "").first()
    if category is None:
        raise ValidationError(gettext("category: there is no “%(name)s”.") % {"name": row["category"]})
    unit = unit_named(row["unit"] or "", by)
    if unit is None:
        raise ValidationError(gettext("unit: there is no “%(name)s” at your sites.") % {"name": row["unit"]})
    target, critical = _number(row, "target"), _number(row, "critical")
    maximum = _number(row, "maximum") if (row["maximum"] or "").strip() else None
    set_par_level(category=category, unit=unit, target=target, critical=critical, maximum=maximum, now=now)


def _number(row: dict[str, Any], name: str) -> int:
    text = (row[name] or "").strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 3:
        raise ValidationError(gettext("%(field)s: a whole number up to 999.") % {"field": name})
    return int(text)
