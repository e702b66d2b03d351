"""What reports of the demo's past tell besides histories: searches, claims, losses, staffed hours, meters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from assets.measures.models import Purchase
from assets.models import (
    ActivityInterval,
    Asset,
    Category,
    Claim,
    LocateAttempt,
    NotHere,
    Reading,
    Search,
)
from assets.utilisation.models import StaffedHours
from assets.words import Activity, Basis
from hospital.demo.history import SOURCE
from locations.models import Department, Site, Zone
from locations.zones import ZoneKind

PAST_DAYS = 40
SEARCHES = 1200
CLAIMS = 420
WANTED = {
    "infusion-pump": (10, 0.12), "bladder-scanner": (5, 0.45), "wheelchair": (4, 0.2), "ecg-cart": (3, 0.25),
    "ultrasound": (2, 0.3), "feeding-pump": (2, 0.1),
}  # fmt: skip
"""Category → how often it is looked for beside the others, and how often nothing of it is ready."""
VAIN_WORDS = (
    "warming blanket",
    "warming blanket",
    "fluid warmer",
    "cpm machine",
    "hoist sling",
    "blood warmer",
)
IMAGING_HOURS = [["07:30-18:00"]] * 5 + [["09:00-13:00"], []]
LOST = (("WCH-901", "wheelchair"), ("WCH-902", "wheelchair"), ("VSM-901", "vital-signs-monitor"))
"""Retired, after they were searched for in vain."""
COSTS = {"wheelchair": 690, "vital-signs-monitor": 1850}
METERED = ("ct-scanner", "mri-scanner")
WATTS = {Activity.IN_USE: 21_000.0, Activity.AVAILABLE: 4200.0}
STEP = timedelta(minutes=15)


def seed_reporting(now: datetime) -> int:
    """What a new demo begins with, once; how many rows."""
    if Search.objects.exists():
        return 0
    chance = random.Random(41)
    return (
        _searches(now, chance)
        + _claims(now, chance)
        + _lost(now)
        + _costs()
        + _staffed_hours(now)
        + _exams(now)
        + _power(now)
    )


def _moment(now: datetime, chance: random.Random) -> datetime:
    return now - timedelta(seconds=chance.uniform(3600, PAST_DAYS * 86_400))


def _bases() -> list[Zone]:
    return list(Zone.objects.current().filter(kind=ZoneKind.NURSE_STATION).order_by("pk"))


def _searches(now: datetime, chance: random.Random) -> int:
    site = Site.objects.get()
    kinds = {kind.slug: kind for kind in Category.objects.filter(slug__in=WANTED)}
    slugs, weights = list(WANTED), [weight for weight, _ in WANTED.values()]
    bases, rows = _bases(), []
    for _ in range(SEARCHES):
        row = Search(at=_moment(now, chance), site=site, unit=chance.choice(bases), found=0, ready=0)
        if chance.random() < 0.04:
            row.words = chance.choice(VAIN_WORDS)
        else:
            slug = chance.choices(slugs, weights)[0]
            row.category = kinds[slug]
            row.found = chance.randint(3, 40)
            row.ready = 0 if chance.random() < WANTED[slug][1] else chance.randint(1, row.found)
        rows.append(row)
    return len(Search.objects.bulk_create(rows, batch_size=500))


def _claims(now: datetime, chance: random.Random) -> int:
    pumps = list(Asset.objects.filter(model__category__slug__in=WANTED, retired_at__isnull=True))
    bases, rows, missed = _bases(), [], []
    endings = (Claim.Ending.FETCHED, Claim.Ending.RELEASED, Claim.Ending.RAN_OUT, Claim.Ending.NOT_THERE)
    for _ in range(CLAIMS):
        at, unit = _moment(now, chance), chance.choice(bases)
        ending = chance.choices(endings, (75, 9, 11, 5))[0]
        minutes = 10.0 if ending == Claim.Ending.RAN_OUT else chance.uniform(1.5, 9)
        ended_at = at + timedelta(minutes=minutes)
        asset = chance.choice(pumps)
        rows.append(
            Claim(
                asset=asset,
                unit=unit,
                at=at,
                until=at + timedelta(minutes=10),
                ended_at=ended_at,
                ending=ending,
            )
        )
        if ending == Claim.Ending.NOT_THERE and asset.home_zone_id:
            missed.append(NotHere(asset=asset, zone_id=asset.home_zone_id, unit=unit, at=ended_at))
    return len(Claim.objects.bulk_create(rows)) + len(NotHere.objects.bulk_create(missed))


def _costs() -> int:
    """What kinds of equipment cost of which pieces go missing."""
    assets = Asset.objects.filter(model__category__slug__in=COSTS, purchase__isnull=True)
    rows = [
        Purchase(asset=asset, cost=COSTS[asset.model.category.slug])
        for asset in assets.select_related("model__category")
    ]
    return len(Purchase.objects.bulk_create(rows))


def _lost(now: datetime) -> int:
    """Registered long ago, used for a while, then never heard of again."""
    rows = []
    for number, (tag, slug) in enumerate(LOST):
        like = (
            Asset.objects.filter(model__category__slug=slug, retired_at__isnull=True).order_by("pk").first()
        )
        if like is None:
            continue
        asset = Asset.objects.create(
            asset_tag=tag, model=like.model, site=like.site, department=like.department,
            retired_at=now - timedelta(days=3 + number),
        )  # fmt: skip
        Asset.objects.filter(pk=asset.pk).update(created_at=now - timedelta(days=120))
        silent_since = now - timedelta(days=17 + 2 * number)
        rows.append(
            ActivityInterval(
                asset=asset, activity=Activity.AVAILABLE, basis=Basis.ZONE, source=SOURCE, end=silent_since,
                begin=now - timedelta(days=80),
            )
        )  # fmt: skip
        for days in (9, 6):
            LocateAttempt.objects.create(
                asset=asset, at=now - timedelta(days=days + number), outcome=LocateAttempt.Outcome.NOT_FOUND
            )
    return len(ActivityInterval.objects.bulk_create(rows))


def _staffed_hours(now: datetime) -> int:
    imaging = Department.objects.filter(code="img").first()
    if imaging is None or StaffedHours.objects.exists():
        return 0
    since = (now - timedelta(days=365)).date()
    StaffedHours.objects.create(site=imaging.site, department=imaging, valid_from=since, week=IMAGING_HOURS)
    return 1


def _exams(now: datetime) -> int:
    """The counter of each machine that scans, which begins anew with each day of UTC."""
    rows = []
    scans = _intervals(now, ("ct-scanner", "mri-scanner", "xray-system")).filter(activity=Activity.IN_USE)
    shown: dict[int, tuple[object, int]] = {}
    for asset, end in scans.values_list("asset", "end"):
        day, count = shown.get(asset, (None, 0))
        count = count + 1 if day == end.date() else 1
        shown[asset] = end.date(), count
        rows.append(Reading(asset_id=asset, name="exams_today", at=end, value=count))
    return len(Reading.objects.bulk_create(rows, batch_size=1000))


def _power(now: datetime) -> int:
    rows = [
        Reading(asset_id=asset, name="power", at=at, value=WATTS[Activity(activity)])
        for asset, activity, begin, end in _intervals(now, METERED).values_list(
            "asset", "activity", "begin", "end"
        )
        if activity in WATTS
        for at in _steps(begin, end)
    ]
    return len(Reading.objects.bulk_create(rows, batch_size=1000))


def _steps(begin: datetime, end: datetime) -> Iterator[datetime]:
    """At the beginning, and again as long as nothing changes."""
    while begin < end:
        yield begin
        begin += STEP


def _intervals(now: datetime, slugs: tuple[str, ...]) -> Any:
    return ActivityInterval.objects.filter(
        asset__model__category__slug__in=slugs, begin__gte=now - timedelta(days=PAST_DAYS), end__isnull=False
    ).order_by("asset", "begin")
