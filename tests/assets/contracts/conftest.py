"""What the tests of contracts share."""

from __future__ import annotations

from datetime import date

import pytest

from assets.contracts.models import Contract

WEEKDAYS = [["08:00-17:00"]] * 5 + [[], []]


@pytest.fixture
def make_contract(site):
    """Makes a contract: ``make_contract(models=[...], assets=[...], week=WEEKDAYS)``."""

    def make(number: str = "C-1", *, models=(), assets=(), **extra) -> Contract:
        told = {"site": site, "vendor": "Halvard Service", "begins_on": date(2026, 1, 1)}
        contract = Contract(number=number, **told | extra)
        contract.full_clean()
        contract.save()
        contract.for_models.set(models)
        contract.for_assets.set(assets)
        return contract

    return make
