"""Loans of the demo hospital: devices at patients' homes, a rented bed, something lent to a ward, and reservations."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from assets.loans.lending import Whom, check_out
from assets.loans.models import Loan, Programme
from assets.loans.words import LoanKind
from assets.models import Asset, Category, EquipmentModel
from assets.observation import Observation, ReadingValue, Subject, SubjectKind
from assets.pool.reservations import reserve_asset
from assets.record import record_observations
from hospital.models import User
from locations.models import Department, Site

PROGRAMMES = (("Oxygen at home", "OX", 90), ("Heart rhythm at home", "HR", 14))
"""Name, code, usual length in days."""
AT_HOME: tuple[tuple[str, str, float, int, float, float | None], ...] = (
    ("HOM-001", "OX", 80, 101, 0.4, 88),
    ("HOM-002", "OX", 95, 102, 2.0, 61),
    ("HOM-003", "OX", 20, 103, 90.0, None),
    ("HOM-004", "HR", 3, 201, 1.2, 43),
    ("HOM-005", "HR", 10, 202, 30.0, 12),
)
"""Tag, code, lent days ago, number of the reference, heard hours ago, battery in per cent."""
RENTED = (
    ("BED-014", "Lendwell", 20, "14.50"),
    ("BED-028", "Lendwell", 6, "14.50"),
    ("BED-042", "Norvia", 3, None),
)
"""Tag, lender, days ago, cost of a day."""


def seed_loans(site: Site, now: datetime) -> int:
    """What a new demo begins with; once there is any programme, people decide. How many loans that were."""
    if Programme.objects.exists():
        return 0
    by = User.objects.filter(username="biomed").first()
    made = _seed_homes(site, by, now) + _seed_rentals(by, now)
    ward = Department.objects.filter(site=site).order_by("name").first()
    syringe = Asset.objects.filter(asset_tag="SYR-036").select_related("site", "model__category").first()
    if ward is not None and syringe is not None:
        whom = Whom(LoanKind.DEPARTMENT, department=ward)
        begin = now - timedelta(days=2)
        check_out(asset=syringe, whom=whom, by=by, now=now, begin=begin, due_at=now + timedelta(days=5))
        made += 1
    _seed_reservations(by, now)
    return made


def _seed_homes(site: Site, by: User | None, now: datetime) -> int:
    programmes = {
        code: Programme.objects.create(name=name, code=code, default_days=days)
        for name, code, days in PROGRAMMES
    }
    category = Category.objects.create(
        name="Home device", plural="Home devices", slug="home-device", shape="monitor", stale_after_s=172_800,
        presumed_after_s=0, synonyms=["concentrator", "wearable"],
    )  # fmt: skip
    models = {
        "OX": EquipmentModel.objects.create(manufacturer="Halvard", name="Aeris 5", category=category),
        "HR": EquipmentModel.objects.create(manufacturer="Norvia", name="Pulse Patch", category=category),
    }
    for tag, code, days, number, _hours, _battery in AT_HOME:
        asset = Asset.objects.create(asset_tag=tag, model=models[code], site=site)
        whom = Whom(LoanKind.HOME, programme=programmes[code], reference=f"{code}-{number:05}")
        check_out(asset=asset, whom=whom, by=by, now=now, begin=now - timedelta(days=days))
    return len(AT_HOME)


def hear_of_homes(now: datetime) -> int:
    """What the devices at home told last, once; how many that were."""
    assets = dict(Asset.objects.filter(asset_tag__startswith="HOM-", now=None).values_list("asset_tag", "pk"))
    told = [
        Observation(
            Subject(SubjectKind.ASSET, str(assets[tag])), f"home:{tag}", at, at,
            readings=(ReadingValue("battery_charge", battery),),
        )
        for tag, _code, _days, _number, hours, battery in AT_HOME
        if battery is not None and tag in assets and (at := now - timedelta(hours=hours))
    ]  # fmt: skip
    record_observations(told)
    return len(told)


def _seed_rentals(by: User | None, now: datetime) -> int:
    assets = Asset.objects.filter(asset_tag__in=[row[0] for row in RENTED], ownership=Asset.Ownership.RENTED)
    known = {asset.asset_tag: asset for asset in assets.select_related("site", "model__category")}
    for tag, lender, days, rate in RENTED:
        if tag in known:
            check_out(
                asset=known[tag], whom=Whom(LoanKind.RENTAL, partner=lender), by=by, now=now,
                begin=now - timedelta(days=days), due_at=now + timedelta(days=30 - days),
                daily_rate=None if rate is None else Decimal(rate),
            )  # fmt: skip
    return Loan.objects.inbound().count()


def _seed_reservations(by: User | None, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    for tag, begin, end in (
        ("VSM-019", 26, 30),
        ("VSM-020", 28, 52),
        ("INF-096", 50, 56),
        ("INF-095", 72, 98),
    ):
        asset = Asset.objects.filter(asset_tag=tag).select_related("site", "model__category").first()
        if asset is not None:
            reserve_asset(
                asset=asset,
                begin=hour + timedelta(hours=begin),
                end=hour + timedelta(hours=end),
                by=by,
                now=now,
            )
