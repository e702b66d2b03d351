"""One asset over the period: the very intervals that its figures are made of."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest

from assets.models import ActivityInterval, Asset
from assets.utilisation import roller

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 27, 23, tzinfo=UTC)
"""Midnight in Berlin; on the 29th its clock goes forward, and the day has 23 hours."""
ASKED = {"from": "2026-03-28", "to": "2026-03-30"}


@pytest.fixture
def used(make_pump):
    pump = make_pump("P-1")
    Asset.objects.update(created_at=BEGIN)
    for begin, end, activity, basis in [(20, 30, "in_use", "confirmed"), (30, None, "available", "zone")]:
        ActivityInterval.objects.create(
            asset=pump,
            activity=activity,
            basis=basis,
            begin=BEGIN + timedelta(hours=begin),
            end=None if end is None else BEGIN + timedelta(hours=end),
        )
    roller.roll_up(now=BEGIN + timedelta(hours=60, minutes=2))
    return pump


def test_intervals_are_cut_at_midnight_and_what_goes_on_ends_where_histories_do(sign_in, facilities, used):
    browser = sign_in(facilities)
    spec = browser.get("/utilisation/assets/P-1/strip.json", ASKED).json()
    assert spec["usermeta"]["finding"] == "In use for 10.0 h in this period"
    assert spec["usermeta"]["rows"] == [
        ["2026-03-28", "20:00–24:00", "In use, reported by the device"],
        ["2026-03-29", "00:00–06:00", "In use, reported by the device"],
        ["2026-03-29", "06:00–23:00", "Ready, from the room it is in"],
        ["2026-03-30", "00:00–13:00", "Ready, from the room it is in"],
    ]


def test_the_page_explains_its_figure_and_the_file_has_the_intervals_whole(sign_in, facilities, used):
    browser = sign_in(facilities)
    page = browser.get("/utilisation/assets/P-1/", ASKED)
    assert page.context["line"].average.value == 10 / 40
    assert "25.0 % = 10.0 h of confirmed or presumed use in 40.0 h that were heard" in page.content.decode()
    rows = list(
        csv.DictReader(
            browser.get("/utilisation/assets/P-1/intervals.csv", ASKED).content.decode().splitlines()
        )
    )
    assert [(row["Activity"], row["End"]) for row in rows] == [
        ("in_use", (BEGIN + timedelta(hours=30)).isoformat()), ("available", ""),
    ]  # fmt: skip
    fleet = browser.get("/utilisation/infusion-pump/", ASKED).content.decode()
    assert 'href="/utilisation/assets/P-1/?from=2026-03-28&amp;to=2026-03-30"' in fleet


def test_what_does_not_count_in_the_period_says_so(sign_in, facilities, used):
    page = sign_in(facilities).get("/utilisation/assets/P-1/", ASKED | {"ownership": "rented"})
    assert "It does not count in this period" in page.content.decode()


def test_a_period_that_cannot_be_and_an_asset_that_is_not_seen_are_refused(
    sign_in, facilities, used, other_site
):
    browser = sign_in(facilities)
    backwards = {"from": "2026-03-02", "to": "2026-03-01"}
    for address in ("/utilisation/assets/P-1/", "/utilisation/assets/P-1/strip.json"):
        assert browser.get(address, backwards).status_code == 400
    Asset.objects.update(site=other_site)
    assert browser.get("/utilisation/assets/P-1/", ASKED).status_code == 404
