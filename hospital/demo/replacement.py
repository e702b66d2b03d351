"""Replacement in the demo hospital: ends of support, budgets of some years, and the scores that come of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from assets.measures.models import Purchase
from assets.replacement.models import Budget, Score
from assets.replacement.scoring import ask_anew, score_site
from locations.models import Site

BUDGETS = (120_000, 90_000, 90_000, 60_000)
"""Of this year and those that follow; later ones have none."""
SUPPORTED_YEARS = (1, 4)


def seed_replacement(site: Site, now: datetime) -> int:
    """What a new demo begins with; once there is any score, the clock works."""
    if Score.objects.exists():
        return 0
    chance = random.Random(11)
    purchases = list(Purchase.objects.filter(support_ends_on=None).order_by("pk"))
    for purchase in purchases:
        if chance.random() < 0.4:
            days = round(365 * chance.uniform(*SUPPORTED_YEARS))
            purchase.support_ends_on = now.date() + timedelta(days=days)
    Purchase.objects.bulk_update(purchases, ["support_ends_on"], batch_size=500)
    Budget.objects.bulk_create(
        Budget(site=site, year=now.year + number, amount=Decimal(amount))
        for number, amount in enumerate(BUDGETS)
    )
    score_site(site, now=now)
    ask_anew(site, now=now + timedelta(seconds=1))  # history comes after the register
    return len(BUDGETS)
