"""A ward that should have pumps, a store that has them, and pumps that are ready where they are said to be."""

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.par.levels import set_par_level
from locations.zones import ZoneKind


@pytest.fixture
def station(make_zone, ward):
    return make_zone("Station", ZoneKind.NURSE_STATION, 0, 0, department=ward)


@pytest.fixture
def bay(make_zone, ward):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 10, 0, department=ward)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE, 20, 0)


@pytest.fixture
def ready_pump(make_pump, noon):
    """Makes a pump that is ready in a room: ``ready_pump("P-1", bay)``."""

    def make(tag, zone, activity="available", **extra):
        pump = make_pump(tag)
        row = {"basis": "zone", "heard_at": noon, "stale_at": noon + timedelta(days=10**4)} | extra
        AssetNow.objects.create(asset=pump, activity=activity, floor=zone.floor, zone=zone, **row)
        return pump

    return make


@pytest.fixture
def level(pumps, ward, noon):
    """Three pumps on the ward, fewer than two are critical, more than four too many."""
    return set_par_level(category=pumps, unit=ward, target=3, critical=2, maximum=4, now=noon)
