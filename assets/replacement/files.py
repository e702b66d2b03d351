"""The plan as a table for a spreadsheet, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assets.replacement.models import Score
from assets.replacement.plan import Plan
from assets.replacement.shown import moved_words
from assets.utilisation.sheets import HOURS, MONEY, SHARE, Sheet

HEADINGS = (
    "Planned in", "Wanted in", "Because", "Asset tag", "Category", "Manufacturer", "Model", "Department", "Score",
    "Share of weights known", "Cost", "Moved because",
)  # fmt: skip
FORMATS = {"Score": HOURS, "Share of weights known": SHARE, "Cost": MONEY}


def plan_sheet(plan: Plan, scores: Iterable[Score]) -> Sheet:
    """What no year has room for has no year; what nobody entered is empty."""
    scored_at = plan.run.scored_at if plan.run else None
    return Sheet(
        name="Replacement plan",
        headings=HEADINGS,
        rows=[_row(score) for score in scores],
        asked={
            "Site": plan.site.name,
            "Years": f"{plan.years[0].year} to {plan.years[-1].year}",
            "Worked out at": scored_at.isoformat(timespec="seconds") if scored_at else "",
        },
        formats=FORMATS,
    )


def _row(score: Score) -> list[Any]:
    asset = score.asset
    return [
        score.planned_year,
        score.wanted_year,
        score.get_why_display(),
        asset.asset_tag,
        asset.model.category.name,
        asset.model.manufacturer,
        asset.model.name,
        str(asset.department or ""),
        score.value,
        score.known,
        None if score.price is None else float(score.price),
        moved_words(score),
    ]
