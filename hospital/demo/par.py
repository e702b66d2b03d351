"""Par levels of the demo hospital: what each of its units should have ready."""

from __future__ import annotations

from collections.abc import Mapping

from assets.models import Category
from assets.par.models import ParLevel
from locations.models import Department

LEVELS: dict[str, dict[str, tuple[int, int, int | None]]] = {
    "infusion-pump": {
        "1w": (6, 3, 12), "2w": (6, 3, 12), "2e": (6, 3, 10), "icu": (6, 4, 14), "ed": (4, 2, 8), "or": (3, 2, 6),
    },
    "syringe-pump": {"icu": (5, 3, 10), "or": (3, 2, 6)},
    "feeding-pump": {"icu": (2, 1, 4), "1w": (2, 1, None), "2w": (2, 1, None)},
    "defibrillator": {"1w": (1, 1, 2), "2w": (1, 1, 2), "icu": (2, 1, 3)},
    "ecg-cart": {"ed": (1, 1, 2), "2e": (1, 1, 3)},
}  # fmt: skip
"""Category → department → target, critical, maximum."""


def seed_par_levels(departments: Mapping[str, Department]) -> int:
    """Those that a new demo begins with; once there is any level, people decide."""
    if ParLevel.objects.exists():
        return 0
    categories = {category.slug: category for category in Category.objects.filter(slug__in=LEVELS)}
    levels = [
        ParLevel(
            site=departments[code].site,
            department=departments[code],
            category=categories[slug],
            target=target,
            critical=critical,
            maximum=maximum,
        )
        for slug, units in LEVELS.items()
        for code, (target, critical, maximum) in units.items()
    ]
    return len(ParLevel.objects.bulk_create(levels))
