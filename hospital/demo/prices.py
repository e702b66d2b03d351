"""Prices of the demo hospital: what one piece of a category costs it."""

from __future__ import annotations

from decimal import Decimal

from assets.fleet.models import Prices
from assets.models import Category
from locations.models import Site

PRICES: dict[str, tuple[int, int, int, int | None]] = {
    "infusion-pump": (2400, 8, 180, 14),
    "syringe-pump": (1900, 8, 150, 12),
    "feeding-pump": (900, 6, 90, 8),
    "ventilator": (24000, 10, 1900, 120),
    "patient-monitor": (9500, 9, 600, 45),
    "hospital-bed": (6500, 12, 320, 25),
    "wheelchair": (600, 7, 40, None),
}
"""Category → price of one, years that it lasts, service a year, rent a day where it can be rented."""


def seed_prices(site: Site) -> int:
    """Those that a new demo begins with; once there are any, people decide."""
    if Prices.objects.exists():
        return 0
    categories = {category.slug: category for category in Category.objects.filter(slug__in=PRICES)}
    rows = [
        Prices(
            site=site,
            category=categories[slug],
            purchase=Decimal(purchase),
            life_years=Decimal(life),
            service=Decimal(service),
            rental=None if rental is None else Decimal(rental),
        )
        for slug, (purchase, life, service, rental) in PRICES.items()
        if slug in categories
    ]
    return len(Prices.objects.bulk_create(rows))
