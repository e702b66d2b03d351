"""Planned maintenance of the demo hospital: risks, plans, what was done of them lately, failures and prices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from assets.maintenance.models import Downtime, PartUsed, RiskClass, WorkOrder
from assets.maintenance.words import Kind, Risk, State, Team
from assets.measures.models import Purchase
from assets.models import Asset, Category
from assets.planning.calendar import DAY
from assets.planning.daily import plan_maintenance
from assets.planning.models import Attempt, Occurrence, Plan
from assets.planning.words import Standing, Why
from assets.stock.forms import STORES
from assets.stock.models import Part, Stock
from assets.stock.moving import count_parts
from locations.models import Zone

RISKS = {
    "ventilator": Risk.LIFE_SUPPORT, "defibrillator": Risk.LIFE_SUPPORT, "infusion-pump": Risk.HIGH,
    "syringe-pump": Risk.HIGH, "patient-monitor": Risk.HIGH, "wheelchair": Risk.LOW, "bed": Risk.LOW,
}  # fmt: skip
PLANS: dict[str, tuple[str, Kind, int, int]] = {
    "infusion-pump": ("Safety inspection", Kind.INSPECTION, 6, 24),
    "syringe-pump": ("Safety inspection", Kind.INSPECTION, 6, 31),
    "ventilator": ("Service by the maker's list", Kind.PLANNED, 12, 20),
    "defibrillator": ("Discharge test", Kind.INSPECTION, 1, 2),
    "patient-monitor": ("Yearly check", Kind.PLANNED, 12, 40),
    "vital-signs-monitor": ("Calibration of the blood pressure", Kind.CALIBRATION, 12, 9),
}
"""Category → what is done, kind, months, and how many days from now it is due first."""
PRICES = {"infusion-pump": 2400, "syringe-pump": 1900, "ventilator": 28_000, "defibrillator": 9500}
PAST = 120
"""Days that the demo looks back."""
FAILURES = 9
PARTS = (
    ("BAT-12V7", "Battery 12 V 7 Ah", "Halvard", "38.50", 6, 4, 10),
    ("DOOR-INF", "Pump door with latch", "Meridian", "112.00", 1, 2, 4),
    ("CORD-C13", "Power cord, 2.5 m", "Meridian", "9.80", 24, 10, 30),
    ("FLOW-S2", "Flow sensor", "Halvard", "240.00", 3, 2, 5),
    ("CUFF-AD", "Blood pressure cuff, adult", "Corvina", "21.00", 11, 8, 20),
)
"""Number, name, maker, cost of one, how many there are in the workshop, minimum, up to how many are ordered."""


def seed_maintenance(now: datetime) -> int:
    """What a new demo begins with; once there is any plan, people decide."""
    if Plan.objects.exists():
        return 0
    chance = random.Random(7)
    Asset.objects.update(created_at=now - timedelta(days=PAST + 1))
    categories = {category.slug: category for category in Category.objects.filter(slug__in=[*RISKS, *PLANS])}
    for slug, risk in RISKS.items():
        if slug in categories:
            RiskClass.objects.get_or_create(category=categories[slug], defaults={"risk": risk})
    plans = [
        Plan(
            name=name, kind=kind, model=model, unit="month", every=months, made_at=now - timedelta(days=PAST),
            begins_on=(now + timedelta(days=days)).date() - timedelta(days=365),
        )
        for slug, (name, kind, months, days) in PLANS.items()
        if slug in categories
        for model in categories[slug].models.all()
    ]  # fmt: skip
    Plan.objects.bulk_create(plans)
    plan_maintenance(now=now - timedelta(days=PAST))
    _do_the_past(now.date(), now, chance)
    plan_maintenance(now=now)
    _seed_failures(now, chance)
    _seed_prices(now.date(), chance)
    _seed_parts(now)
    return len(plans)


def _do_the_past(today: date, now: datetime, chance: random.Random) -> None:
    """Most was done about its day, some was tried in vain, a little was missed."""
    due = list(Occurrence.objects.planned().filter(due_on__lt=today - 3 * DAY).order_by("pk"))
    for one in due:
        fate = chance.random()
        if fate < 0.88:
            one.standing, one.done_on = Standing.DONE, _about(one, today, chance)
            one.save(update_fields=["standing", "done_on"])
        elif fate < 0.95 and one.closes_on is not None and one.closes_on < today:
            for back in (2, 0):
                Attempt.objects.create(
                    occurrence=one, at=now, day=one.closes_on - back * DAY, why=chance.choice(list(Why))
                )
    orders = WorkOrder.objects.filter(occurrences__standing=Standing.DONE)
    orders.update(state=State.VERIFIED, done_at=now - 4 * DAY, closed_at=now - 4 * DAY)


def _about(one: Occurrence, today: date, chance: random.Random) -> date:
    assert one.due_on is not None  # noqa: S101  asked for by its day
    return min(one.due_on + chance.randint(-3, 3) * DAY, today)


def _seed_failures(now: datetime, chance: random.Random) -> None:
    assets: Sequence[Asset] = list(Asset.objects.filter(model__category__slug__in=PLANS).order_by("pk"))
    for number in range(min(FAILURES, len(assets))):
        opened = now - timedelta(days=5 + 11 * number, hours=number)
        back = opened + timedelta(hours=chance.randint(2, 40))
        asset = chance.choice(assets)
        order = WorkOrder.objects.create(
            asset=asset, kind=Kind.CORRECTIVE, team=Team.BIOMED, state=State.VERIFIED, opened_at=opened,
            outcome="failure" if number % 4 else "use_error", note="Alarm after start",
            respond_by=opened + timedelta(hours=2), responded_at=opened + timedelta(hours=chance.randint(1, 3)),
            due_at=opened + timedelta(hours=24), done_at=back, closed_at=back,
        )  # fmt: skip
        Downtime.objects.create(
            order=order,
            asset=asset,
            at=opened,
            begin=opened,
            end=back,
            percent=100 if number % 3 else 50,
            reason="fault",
        )
        PartUsed.objects.create(
            order=order, at=back, name="Battery", quantity=1, unit_cost=Decimal(60 + number)
        )


def _seed_prices(today: date, chance: random.Random) -> None:
    priced = Asset.objects.filter(model__category__slug__in=PRICES).select_related("model__category")
    Purchase.objects.bulk_create(
        Purchase(
            asset=asset, cost=Decimal(PRICES[asset.model.category.slug]),
            bought_on=today - timedelta(days=chance.randint(400, 3600)), life_years=8,
        )
        for asset in priced
    )  # fmt: skip


def _seed_parts(now: datetime) -> None:
    """In the workshop, or else in whichever store there is."""
    store = Zone.objects.current().filter(kind__in=STORES).order_by("-kind", "pk").first()
    if store is None:
        return
    for number, (code, name, maker, cost, there, minimum, up_to) in enumerate(PARTS, start=1):
        part = Part.objects.create(number=code, name=name, maker=maker, unit_cost=Decimal(cost))
        Stock.objects.create(part=part, store=store, bin=f"A{number}", minimum=minimum, reorder_to=up_to)
        count_parts(part=part, store=store, counted=there, by=None, now=now)
