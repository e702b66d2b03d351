"""Reports of part of a fleet, by model and ownership: as if there were nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, Asset, EquipmentModel
from assets.utilisation import reports, roller, selecting
from assets.utilisation.models import FleetDay, UnitDay

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 1, 23, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def pair(make_pump, pumps, ward):
    """Two pumps of different models, the second of them rented and of a ward."""
    other = EquipmentModel.objects.create(manufacturer="Halvard", name="B2", category=pumps)
    first, second = make_pump("P-1"), make_pump("P-2", department=ward)
    Asset.objects.filter(pk=second.pk).update(model=other, ownership="rented")
    Asset.objects.update(created_at=BEGIN)
    return first, second, other


def uses(asset, hours):
    """In use in those hours, confirmed in even ones; ready in the others."""
    for hour in range(48):
        is_used = hour in hours
        ActivityInterval.objects.create(
            asset=asset,
            activity="in_use" if is_used else "available",
            basis=("confirmed" if hour % 2 == 0 else "presumed") if is_used else "zone",
            begin=BEGIN + timedelta(hours=hour),
            end=BEGIN + timedelta(hours=hour + 1),
        )


def said(choice):
    """All that the reports say of it."""
    lines = [*reports.fleet(choice), *reports.units(choice), *reports.by_day(choice)]
    return [
        (each.owned, each.totals, each.calendar, each.peak.value, each.p95.value, each.size.pieces)
        for each in lines
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 47)), st.sets(st.integers(0, 47)), st.booleans())
def test_part_of_a_fleet_is_reported_as_if_it_were_all_of_it(pair, site, pumps, here, there, is_by_model):
    first, second, other = pair
    ActivityInterval.objects.all().delete()
    for model in (FleetDay, UnitDay):
        model.objects.all().delete()
    uses(first, here)
    uses(second, there)
    now = BEGIN + timedelta(days=3)
    roller.mark_everything(now=now)
    roller.work_off(lambda: False)
    choice = reports.Choice(site, FIRST, LAST, category=pumps)
    part = replace(choice, model=other) if is_by_model else replace(choice, ownership="rented")
    found = said(part)
    assets = [each.asset for each in reports.assets(part)]
    ActivityInterval.objects.filter(asset=first).delete()
    Asset.objects.filter(pk=first.pk).update(created_at=now, retired_at=now)
    roller.mark_everything(now=now)
    roller.work_off(lambda: False)
    assert found == said(choice)
    assert assets == [second]
    Asset.objects.filter(pk=first.pk).update(created_at=BEGIN, retired_at=None)


@pytest.fixture
def used(pair):
    uses(pair[0], {1, 2})
    uses(pair[1], {2, 3})
    roller.roll_up(now=BEGIN + timedelta(days=3))
    return pair


ASKED = {"from": "2026-03-02", "to": "2026-03-03"}


def test_model_and_ownership_are_in_the_address_and_told(sign_in, facilities, used):
    browser = sign_in(facilities)
    asked = ASKED | {"model": str(used[2].pk), "ownership": "rented"}
    page = browser.get("/utilisation/infusion-pump/", asked)
    assert [each.asset.asset_tag for each in page.context["assets"]] == ["P-2"]
    assert page.context["line"].owned == 1
    content = page.content.decode()
    assert "Halvard B2" in content
    assert "Rented" in content
    report = browser.get("/api/v1/utilisation/fleets/", asked).json()
    assert (report["model"], report["ownership"], report["lines"][0]["owned"]) == (used[2].pk, "rented", 1)
    file = browser.get("/utilisation/infusion-pump/assets.csv", asked).content.decode()
    assert "Halvard B2,Rented" in file
    assert "P-1" not in file


def test_an_empty_selection_says_so(sign_in, facilities, used):
    browser = sign_in(facilities)
    overview = browser.get("/utilisation/", ASKED | {"ownership": "leased"}).content.decode()
    assert "Nothing of this selection counts in this period" in overview
    fleet = browser.get("/utilisation/infusion-pump/", ASKED | {"ownership": "leased"}).content.decode()
    assert "No figure, because nothing of this model and ownership counts in this period." in fleet


def test_a_model_of_another_category_is_refused_with_the_field_named(sign_in, facilities, used):
    refused = sign_in(facilities).get("/utilisation/infusion-pump/", ASKED | {"model": "999999"})
    assert refused.status_code == 400
    assert "model" in refused.context["form"].errors


def test_what_would_take_too_long_to_count_has_its_sums_and_says_why_no_more(site, pumps, used, monkeypatch):
    monkeypatch.setattr(selecting, "MOST_ASSET_DAYS", 1)
    (line,) = reports.fleet(reports.Choice(site, FIRST, LAST, category=pumps, ownership="rented"))
    assert line.average.value == 2 / 48
    assert (line.peak.value, line.size.pieces) == (None, None)
    assert "choose a shorter period" in str(line.peak.reason)
