"""Service contracts of the demo hospital: one that runs, one that ends soon, one that nobody renewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from assets.contracts.models import Contract
from assets.contracts.words import Cover
from assets.models import EquipmentModel
from locations.models import Site

WEEKDAYS = [["08:00-17:00"]] * 5 + [[], []]
LONG_DAYS = [["07:00-20:00"]] * 6 + [[]]
CONTRACTS = (
    ("HS-2041", "Halvard Service", Cover.FULL, None, "4.0", 420, 310, "38400", ("ventilator", "defibrillator")),
    ("MC-77", "Meridian Care", Cover.PLANNED, WEEKDAYS, "24.0", 300, 41, "9600", ("infusion-pump", "syringe-pump")),
    ("OR-9-118", "Orlin Imaging", Cover.FULL, LONG_DAYS, "8.0", 700, 25, "64000", ("ultrasound", "c-arm")),
    ("CV-3", "Corvina Monitoring", Cover.PARTS, None, None, 800, -12, None, ("patient-monitor",)),
)  # fmt: skip
"""Number, vendor, cover, hours, response in hours, days since it began, days until it ends, cost a year, categories."""


def seed_contracts(site: Site, now: datetime) -> int:
    """What a new demo begins with; once there is any contract, people decide."""
    if Contract.objects.exists():
        return 0
    for number, vendor, cover, week, response, since, left, cost, slugs in CONTRACTS:
        contract = Contract.objects.create(
            site=site, number=number, vendor=vendor, cover=cover, week=week, phone="+49 30 5550 100",
            response_h=response and Decimal(response), yearly_cost=cost and Decimal(cost),
            begins_on=now.date() - timedelta(days=since), ends_on=now.date() + timedelta(days=left),
        )  # fmt: skip
        contract.for_models.set(EquipmentModel.objects.filter(category__slug__in=slugs))
    return len(CONTRACTS)
