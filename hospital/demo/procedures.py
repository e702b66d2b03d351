"""Checklists of the demo hospital, its test equipment, and a safety test, so that their pages have something to say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assets.maintenance.orders import move_work_order, open_work_order
from assets.maintenance.signatures import Signed
from assets.maintenance.words import Kind
from assets.models import Asset, Category, EquipmentModel
from assets.procedures.editing import StepTold, add_step, make_procedure, publish_draft
from assets.procedures.models import Procedure, Requirement
from assets.procedures.recording import Equipment, Point, record_calibration, record_safety_test
from assets.procedures.running import answer_step, begin_run
from hospital.models import User
from locations.models import Department, Site, Zone

PUMPS, DEFIBRILLATORS = "infusion-pump", "defibrillator"
TESTERS = (("TST-001", "Voltwise", "SafeCheck 62"), ("TST-002", "Voltwise", "FlowCheck 4"))
PROCEDURES: dict[str, tuple[str, str, tuple[StepTold, ...]]] = {
    "Infusion pump: annual check": (
        Kind.PLANNED, PUMPS, (
            StepTold("check", "Housing, pole clamp and cord are whole"),
            StepTold("check", "Keys and display work"),
            StepTold(
                "number", "Flow at 100 ml/h", "Two minutes of running in, then ten minutes into the balance.",
                unit="ml/h", low=Decimal(95), high=Decimal(105),
            ),
            StepTold("number", "Occlusion alarm", unit="kPa", low=Decimal(30), high=Decimal(110)),
            StepTold("choice", "Alarm sound", choices=["Loud and clear", "Quiet", "None"], failing=["None"]),
            StepTold(
                "reading", "Battery, as the pump tells it", is_required=False, reading="battery_charge",
                low=Decimal(60), max_age_min=60,
            ),
            StepTold("photo", "The label after the check", is_required=False),
        ),
    ),
    "Defibrillator: daily check": (
        Kind.INSPECTION, DEFIBRILLATORS, (
            StepTold("check", "Its own test passes"),
            StepTold("check", "Battery is charged"),
            StepTold(
                "choice", "Electrodes", choices=["In date", "Out of date", "Missing"],
                failing=["Out of date", "Missing"],
            ),
            StepTold("text", "What was exchanged", is_required=False),
        ),
    ),
}  # fmt: skip
"""Name → kind of work, category, steps."""


def seed_procedures(*, site: Site, department: Department, home: Zone) -> int:
    """Those that a new demo begins with; once there is any procedure, people decide. The account ``biomed`` did it."""
    if Procedure.objects.exists():
        return 0
    by, now = User.objects.get(username="biomed"), timezone.now()
    for name, (kind, category, steps) in PROCEDURES.items():
        draft = make_procedure(
            name=name, kind=kind, category=Category.objects.get(slug=category), by=by, now=now
        )
        for told in steps:
            add_step(draft=draft, told=told, by=by, now=now)
        publish_draft(draft=draft, by=by, now=now)
    Requirement.objects.create(kind="calibration", category=_testers(site, department, home), every_months=12)
    _calibrate(by, now)
    _check_pumps(by, now)
    return len(PROCEDURES)


def _testers(site: Site, department: Department, home: Zone) -> Category:
    category, _ = Category.objects.get_or_create(
        slug="test-equipment",
        defaults={"name": "Test equipment", "plural": "Test equipment", "presumed_after_s": 0},
    )
    for tag, maker, name in TESTERS:
        model, _ = EquipmentModel.objects.get_or_create(manufacturer=maker, name=name, category=category)
        Asset.objects.get_or_create(
            asset_tag=tag,
            defaults={
                "model": model, "site": site, "department": department, "home_zone": home,
                "serial_number": f"VW-{tag[-3:]}",
            },
        )  # fmt: skip
    return category


def _calibrate(by: Any, now: datetime) -> None:
    """One of them well, one due in three weeks."""
    today = timezone.localdate()
    one = Point("Resistance", "Ω", Decimal("0.2"), Decimal("0.01"), Decimal("0.203"), Decimal("0.004"))
    other = Point("Flow", "ml/h", Decimal(100), Decimal(1), Decimal("100.4"), Decimal("0.3"))
    for tag, point, done in (
        ("TST-001", one, today - timedelta(days=60)),
        ("TST-002", other, _a_year_before(today + timedelta(days=21))),
    ):
        asset = Asset.objects.select_related("site").get(asset_tag=tag)
        order = open_work_order(asset=asset, kind=Kind.CALIBRATION, by=by, now=now).order
        record_calibration(
            order=order, by=by, now=now, points=[point], laboratory="Metra calibration laboratory",
            reference=f"MC-{done:%Y}-{tag[-3:]}", done_on=done,
        )  # fmt: skip
        signed = Signed(by.get_full_name())
        move_work_order(order=order, transition="finish", by=by, now=now, signature=signed)
        move_work_order(order=order, transition="verify", by=by, now=now)


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def _check_pumps(by: Any, now: datetime) -> None:
    """Planned work on one pump: a checklist begun, and a safety test that passed."""
    pump = Asset.objects.filter(model__category__slug=PUMPS).order_by("asset_tag").last()
    if pump is None:
        return
    order = open_work_order(
        asset=pump, kind=Kind.PLANNED, by=by, now=now, note="Annual check", due_at=now + timedelta(days=14)
    ).order
    run = begin_run(order=order, procedure=Procedure.objects.get(kind=Kind.PLANNED), by=by, now=now)
    for step, said in zip(run.version.steps.all(), ("pass", "pass", "99.2"), strict=False):
        answer_step(run=run, step=step, by=by, now=now, said=said)
    record_safety_test(
        order=order, by=by, now=now, equipment=Equipment("I", "CF", "alternative"), inspection=True, function=True,
        values={"earth": Decimal("0.11"), "equipment": Decimal(184), "applied": Decimal(21)},
        instruments=[Asset.objects.get(asset_tag="TST-001")],
    )  # fmt: skip
