"""What the tests of planning share."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assets.maintenance.orders import move_work_order
from assets.maintenance.signatures import Signed
from assets.models import Asset
from assets.planning.models import Plan
from assets.planning.words import Unit


@pytest.fixture
def make_pump(make_pump, noon):
    """A pump that was here before the moment of the tests."""

    def make(asset_tag: str = "P-1", **extra) -> Asset:
        pump = make_pump(asset_tag, **extra)
        Asset.objects.filter(pk=pump.pk).update(created_at=noon - timedelta(days=400))
        pump.refresh_from_db()
        return pump

    return make


@pytest.fixture
def make_plan(noon, pump_model):
    """Makes a plan: ``make_plan(asset=pump, unit="month", every=6)``; monthly from 20 March for the pump's model."""

    def make(**told) -> Plan:
        told = {
            "name": "Yearly check", "unit": Unit.MONTH, "every": 1, "begins_on": date(2026, 3, 20), "made_at": noon
        } | told  # fmt: skip
        if "asset" not in told:
            told.setdefault("model", pump_model)
        return Plan.objects.create(**told)

    return make


@pytest.fixture
def do_work(biomed):
    """Finishes and verifies an order: ``do_work(order, noon)``."""

    def do(order, moment):
        order.refresh_from_db()
        move_work_order(order=order, transition="finish", by=biomed, now=moment, signature=Signed("Bruno"))
        move_work_order(order=order, transition="verify", by=biomed, now=moment)

    return do
