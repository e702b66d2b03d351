"""What the tests of the equipment pool share: two rooms, and moments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from locations.zones import ZoneKind


@pytest.fixture
def station(make_zone, ward):
    return make_zone("Station 3 West", ZoneKind.NURSE_STATION, department=ward)


@pytest.fixture
def store(make_zone):
    return make_zone("Store", ZoneKind.CLEAN_STORE, x=20)


@pytest.fixture
def at(noon):
    """``at(2)`` is two hours after noon."""
    return lambda hours: noon + timedelta(hours=hours)
