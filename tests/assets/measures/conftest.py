"""What the tests of measures share."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.measures.scope import Scope
from assets.models import Asset


@pytest.fixture
def make_pump(make_pump, noon):
    """A pump that was here long before the moment of the tests."""

    def make(asset_tag: str = "P-1", **extra) -> Asset:
        created = extra.pop("created_at", noon - timedelta(days=400))
        pump = make_pump(asset_tag, **extra)
        Asset.objects.filter(pk=pump.pk).update(created_at=created)
        pump.refresh_from_db()
        return pump

    return make


@pytest.fixture
def scope(biomed, noon):
    """Thirty days up to noon: ``scope(model=...)``."""

    def make(**told) -> Scope:
        begin = (noon - timedelta(days=30)).date()
        return Scope(**{"user": biomed, "begin": begin, "end": noon.date(), "now": noon} | told)

    return make
