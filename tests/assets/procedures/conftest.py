"""What the tests of procedures share: a published checklist, an order, and test equipment in date."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind
from assets.models import Asset, Category, EquipmentModel
from assets.procedures.editing import StepTold, add_step, make_procedure, publish_draft
from assets.procedures.recording import Equipment, Point, record_calibration, record_safety_test

STEPS = (
    StepTold("check", "Housing and cord are whole"),
    StepTold("number", "Flow at 100 ml/h", unit="ml/h", low=Decimal(95), high=Decimal(105)),
    StepTold("choice", "Alarm sound", choices=["loud", "quiet", "none"], failing=["none"]),
    StepTold("text", "Accessories left with it", is_required=False),
    StepTold("reading", "Battery", reading="battery_charge", low=Decimal(80), max_age_min=15),
    StepTold("photo", "Label", is_required=False),
)


@pytest.fixture
def checklist(pumps, biomed, noon):
    """An annual check of pumps with one step of each kind, in use."""
    draft = make_procedure(name="Annual check", kind="planned", category=pumps, by=biomed, now=noon)
    for told in STEPS:
        add_step(draft=draft, told=told, by=biomed, now=noon)
    publish_draft(draft=draft, by=biomed, now=noon)
    return draft.procedure


@pytest.fixture
def order(make_pump, biomed, noon):
    """Planned work on P-1."""
    return open_work_order(asset=make_pump(), kind=Kind.PLANNED, by=biomed, now=noon).order


@pytest.fixture
def make_tester(site, biomed, noon):
    """Makes test equipment: ``make_tester("T-1")`` was calibrated outside on 1 February 2026, for a year."""

    def make(tag="T-1", day=date(2026, 2, 1), measured="10", **extra) -> Asset:
        category, _ = Category.objects.get_or_create(
            slug="tester", defaults={"name": "Tester", "plural": "Testers"}
        )
        model, _ = EquipmentModel.objects.get_or_create(
            manufacturer="Voltwise", name="SafeCheck", category=category
        )
        tester = Asset.objects.create(asset_tag=tag, model=model, site=site, **extra)
        if day is not None:
            work = open_work_order(asset=tester, kind=Kind.CALIBRATION, by=biomed, now=noon).order
            record_calibration(
                order=work, by=biomed, now=noon, points=[point(measured)], laboratory="Metra Lab", reference="ML-77",
                done_on=day,
            )  # fmt: skip
        return tester

    return make


def point(measured="10", nominal="10", tolerance="0.5", **extra) -> Point:
    return Point("Resistance", "Ω", Decimal(nominal), Decimal(tolerance), Decimal(measured), **extra)


GOOD = {"earth": Decimal("0.12"), "equipment": Decimal(210), "applied": Decimal(30)}


@pytest.fixture
def safety_test(order, biomed, noon, make_tester):
    """Tests P-1, class I, CF, alternative method: ``safety_test(earth="0.31")``."""

    def test(*, order=order, instruments=None, of=None, inspection=True, function=True, but=(), **values):
        told = GOOD | {key: Decimal(value) for key, value in values.items()}
        told = {key: value for key, value in told.items() if key not in but}
        if instruments is None:
            there = Asset.objects.filter(asset_tag="T-1").first()
            instruments = [there or make_tester()]
        return record_safety_test(
            order=order, by=biomed, now=noon + timedelta(minutes=1), values=told, inspection=inspection,
            function=function, instruments=instruments,
            equipment=of or Equipment("I", "CF", "alternative"),
        )  # fmt: skip

    return test


@pytest.fixture
def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()
