"""Imaging equipment: scanning hours, staffed hours, examinations and energy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assets.models import ActivityInterval, Asset, Category, EquipmentModel, Reading
from assets.reports.modalities import Modalities, modalities
from assets.reports.report import Asked
from assets.utilisation import roller
from assets.utilisation.explaining import share
from assets.utilisation.models import StaffedHours
from assets.utilisation.reports import Choice
from assets.words import Shape
from tests.assets.reports.examples import example

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""In Berlin, before a Monday."""
END = MIDNIGHT + timedelta(days=7)


@pytest.fixture
def scanner(site, ward):
    category = Category.objects.create(
        name="CT", plural="CTs", slug="ct", shape=Shape.IMAGING, is_mobile=False, presumed_after_s=0
    )
    model = EquipmentModel.objects.create(manufacturer="Kestrelray", name="Arcus", category=category)
    asset = Asset.objects.create(asset_tag="CT-1", model=model, site=site, department=ward)
    Asset.objects.filter(pk=asset.pk).update(created_at=MIDNIGHT)
    return asset


@pytest.fixture
def week(scanner, site):
    """Scans from 8 to 13 on five days, of which 8 to 12 are staffed; on and ready else. A day of it is not heard."""
    StaffedHours.objects.create(site=site, valid_from=date(2026, 1, 1), week=[["08:00-12:00"]] * 5 + [[], []])
    rows = []
    for day in range(7):
        if day == 6:
            continue
        marks = [(0, 8, "available"), (8, 13, "in_use"), (13, 24, "available")]
        for begin, end, activity in marks if day < 5 else [(0, 24, "available")]:
            at = MIDNIGHT + timedelta(days=day)
            rows.append(
                ActivityInterval(
                    asset=scanner, activity=activity, basis="confirmed", begin=at + timedelta(hours=begin),
                    end=at + timedelta(hours=end),
                )
            )  # fmt: skip
    ActivityInterval.objects.bulk_create(rows)
    roller.roll_up(now=END + timedelta(days=1))
    return scanner


def ask(site, **changes):
    return Asked(Choice(site, date(2026, 3, 2), date(2026, 3, 8), **changes), END)


def test_scanning_is_told_beside_the_customary_week_and_the_staffed_hours(week, site):
    (told,) = modalities(ask(site).choice, END)
    assert told.hours.confirmed == 25 * 3600
    assert told.weekly_h.value == 25 * 3600 * 7 / 6
    assert told.of_customary.value == pytest.approx(25 * 7 / 6 / 50)
    assert told.of_staffed.value == 1.0
    assert example("of 50 h a week") == share(told.of_customary.value)


def test_examinations_are_counted_by_the_counter_that_begins_anew_each_day(week, site):
    for day, count in ((0, 1), (0, 2), (1, 1), (1, 2), (1, 3)):
        at = MIDNIGHT + timedelta(days=day, hours=9, minutes=10 * count)
        Reading.objects.create(asset=week, name="exams_today", at=at, value=count)
    (told,) = modalities(ask(site).choice, END)
    assert example("examinations") == str(told.exams)
    assert told.exams == 4  # from the first that was ever read
    assert told.exams_per_staffed_hour.value == 4 / 20


def test_energy_is_told_of_what_was_on_without_scanning(week, site):
    for hour in (6, 7, 8):  # a reading holds for half an hour
        Reading.objects.create(asset=week, name="power", at=MIDNIGHT + timedelta(hours=hour), value=4000)
    (told,) = modalities(ask(site).choice, END)
    assert told.idle_kwh == pytest.approx(4.0)
    assert example("kWh") == f"{told.idle_kwh:.1f}"


def test_what_nobody_tells_has_a_reason_instead_of_a_figure(week, site):
    StaffedHours.objects.all().delete()
    roller.mark_everything(now=END + timedelta(days=1))
    roller.roll_up(now=END + timedelta(days=1))
    (row,) = Modalities().answer(ask(site)).rows["modalities"]
    reasons = [str(row.cells[at].reason) for at in (6, 7, 9)]
    assert reasons == [
        "no staffed hours are set for this period",
        "it does not tell how many examinations it does",
        "its power is not metered",
    ]


def test_what_never_tells_that_it_scans_is_not_said_to_stand_still(week, site):
    ActivityInterval.objects.filter(activity="in_use").update(activity="available")
    roller.mark_everything(now=END + timedelta(days=1))
    roller.roll_up(now=END + timedelta(days=1))
    (told,) = modalities(ask(site).choice, END)
    assert told.weekly_h.value is None
    assert str(told.weekly_h.reason) == "nothing tells when it is used"


def test_what_is_hardly_heard_has_no_figure(week, site):
    (told,) = modalities(ask(site, least=0.9).choice, END)
    assert "only 86 % of the time was heard" in str(told.weekly_h.reason)


def test_without_imaging_equipment_there_is_a_reason(site):
    assert "no imaging equipment" in str(Modalities().answer(ask(site)).reason)
