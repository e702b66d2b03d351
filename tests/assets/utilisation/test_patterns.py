"""When equipment is used: each hour of the week and each step of time, as counted second by second."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import ActivityInterval, Asset, AssetNow
from assets.utilisation import patterns, reports, roller, selecting
from assets.utilisation.idling import idle_cost
from assets.utilisation.models import DayCost, FleetDay, UnitDay

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 27, 23, tzinfo=UTC)
"""Midnight in Berlin; on the 29th its clock goes forward."""
FIRST, LAST = date(2026, 3, 28), date(2026, 3, 30)
END_S = int(datetime(2026, 3, 30, 22, tzinfo=UTC).timestamp())


@pytest.fixture
def two(make_pump, ward):
    pair = make_pump("P-1"), make_pump("P-2", department=ward)
    Asset.objects.update(created_at=BEGIN)
    return pair


def roll_anew():
    for model in (FleetDay, UnitDay):
        model.objects.all().delete()
    roller.mark_everything(now=BEGIN + timedelta(days=4))
    roller.work_off(lambda: False)


quarters = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 280),
        st.integers(1, 40),
        st.sampled_from(
            [("in_use", "confirmed"), ("in_use", "presumed"), ("available", "zone"), ("down", "person")]
        ),
    ),
    max_size=14,
    unique_by=lambda each: each[:2],
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quarters, st.booleans())
def test_hours_and_steps_are_counted_quarter_by_quarter(two, site, pumps, told, is_narrowed):
    ActivityInterval.objects.all().delete()
    does = {}
    for who, quarter, length, (activity, basis) in sorted(told, key=lambda each: each[:2]):
        later = [other[1] for other in told if other[0] == who and other[1] > quarter]
        end = min([quarter + length, *later])
        ActivityInterval.objects.create(
            asset=two[who],
            activity=activity,
            basis=basis,
            begin=BEGIN + timedelta(minutes=15 * quarter),
            end=BEGIN + timedelta(minutes=15 * end),
        )
        does |= {(who, each): activity for each in range(quarter, end)}
    roll_anew()
    choice = reports.Choice(site, FIRST, LAST, category=pumps, ownership="owned" if is_narrowed else "")
    count = (END_S - int(BEGIN.timestamp())) // 900
    used, heard, at = {}, {}, {}
    for quarter in range(count):
        wall = (BEGIN + timedelta(minutes=15 * quarter)).astimezone(BERLIN)
        for who in (0, 1):
            what, key = does.get((who, quarter)), (wall.weekday(), wall.hour)
            used[key] = used.get(key, 0) + (what == "in_use")
            heard[key] = heard.get(key, 0) + (what is not None)
        at[quarter] = [does.get((who, quarter)) for who in (0, 1)]
    for cell in patterns.week(choice):
        key = cell.weekday, cell.hour
        if heard.get(key):
            assert cell.average.value == pytest.approx(used[key] / heard[key])
        else:
            assert cell.average.value is None
            assert cell.average.reason
    steps = patterns.at_once(choice)
    assert len(steps) == 71
    for number, step in enumerate(steps):
        rows = [at[quarter] for quarter in range(4 * number, 4 * number + 4)]
        if not any(what is not None for row in rows for what in row):
            assert step.most.value is None
            continue
        levels = [row.count("in_use") for row in rows]
        assert step.most.value == max(levels)
        assert step.mean.value == pytest.approx(sum(levels) / 4)
        assert step.begin == BEGIN + timedelta(hours=number)


@pytest.fixture
def used(two, noon):
    for asset, basis in zip(two, ("confirmed", "presumed"), strict=True):
        ActivityInterval.objects.create(
            asset=asset, activity="in_use", basis=basis, begin=BEGIN, end=BEGIN + timedelta(hours=2)
        )
        ActivityInterval.objects.create(
            asset=asset, activity="available", basis="zone", begin=BEGIN + timedelta(hours=2)
        )
        AssetNow.objects.create(
            asset=asset,
            activity="available",
            basis="zone",
            heard_at=noon,
            stale_at=noon + timedelta(days=10**4),
        )
    roller.roll_up(now=BEGIN + timedelta(days=4))
    return two


ASKED = {"from": FIRST.isoformat(), "to": LAST.isoformat()}


def test_both_charts_say_what_they_show_with_the_fleet_and_what_is_needed(sign_in, facilities, used):
    browser = sign_in(facilities)
    page = browser.get("/utilisation/infusion-pump/times/", ASKED)
    assert "/utilisation/infusion-pump/times/week.json?from=2026-03-28" in page.content.decode()
    spec = browser.get("/utilisation/infusion-pump/times/week.json", ASKED).json()
    assert spec["usermeta"]["finding"].startswith("Most used on Saturday, 00:00 (100.0 %), least on ")
    assert spec["usermeta"]["rows"][0] == ["00:00", "0.0 %", "–", "–", "–", "–", "100.0 %", "0.0 %"]
    spec = browser.get("/utilisation/infusion-pump/times/at-once.json", ASKED).json()
    assert spec["usermeta"]["finding"] == "At most 2 of 2 in use at once"
    assert spec["usermeta"]["rows"][:3] == [
        ["2026-03-28 00:00", "2", "2.0"], ["2026-03-28 01:00", "2", "2.0"], ["2026-03-28 02:00", "0", "0.0"],
    ]  # fmt: skip
    assert [line["told"] for line in spec["layer"][2]["data"]["values"]] == ["there are 2", "needed: 0"]


def test_the_files_and_the_api_tell_the_same(sign_in, facilities, used):
    browser = sign_in(facilities)

    def rows(address):
        return list(csv.DictReader(browser.get(address, ASKED).content.decode().splitlines()))

    (hour,) = [row for row in rows("/utilisation/infusion-pump/times/week.csv") if row["In use"] == "1.0"][:1]
    assert (hour["Weekday"], hour["Hour"], hour["Basis"]) == ("Saturday", "0", "confirmed or presumed use")
    first = rows("/utilisation/infusion-pump/times/at-once.csv")[0]
    assert (first["Most at once"], first["Assets"], first["Coverage"]) == ("2", "2", "1.0")
    assert first["Computed at"]
    week = browser.get("/api/v1/utilisation/fleets/infusion-pump/week/", ASKED).json()["lines"]
    assert len(week) == 168
    assert week[5 * 24]["average"]["value"] == 1
    steps = browser.get("/api/v1/utilisation/fleets/infusion-pump/at-once/", ASKED).json()["lines"]
    assert (steps[0]["most"]["value"], steps[0]["hours"]) == (2, 1)


def test_part_of_a_fleet_that_is_too_large_has_no_steps_and_says_why(sign_in, facilities, used, monkeypatch):
    monkeypatch.setattr(selecting, "MOST_ASSET_DAYS", 1)
    browser, asked = sign_in(facilities), ASKED | {"ownership": "owned"}
    refused = browser.get("/api/v1/utilisation/fleets/infusion-pump/at-once/", asked)
    assert refused.status_code == 400
    assert "choose a shorter period" in refused.json()["to"][0]
    page = browser.get("/utilisation/infusion-pump/times/", asked).content.decode()
    assert "No fleet size, because so many pieces in so long a time" in page
    cells = patterns.week(
        replace(reports.Choice(used[0].site, FIRST, LAST), category=used[0].model.category, ownership="owned")
    )
    assert {str(cell.average.reason) for cell in cells} == {str(selecting.TOO_MANY)}


def test_idle_equipment_is_priced_by_the_site_and_the_assumption_is_told(
    sign_in, facilities, used, pumps, site
):
    browser = sign_in(facilities)
    page = browser.get("/utilisation/infusion-pump/idle/").content.decode()
    assert "No cost, because nobody has told what a day of one costs." in page
    DayCost.objects.create(site=site, category=pumps, cost=Decimal("1.50"))
    page = browser.get("/utilisation/infusion-pump/idle/")
    assert "Assumed: 1.50 for each piece and day, as set for the site" in page.content.decode()
    idle = page.context["idle"]
    assert [line.asset.asset_tag for line in idle.lines] == ["P-1", "P-2"]
    assert idle.yearly == Decimal("1095.00")
    tried = browser.get("/utilisation/infusion-pump/idle/", {"cost": "2"}).content.decode()
    assert "Assumed: 2.00 for each piece and day, as tried here" in tried
    refused = browser.get("/utilisation/infusion-pump/idle/", {"cost": "-1"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["cost"])
    lines = browser.get("/api/v1/utilisation/fleets/infusion-pump/idle/", {"cost": "2"}).json()["lines"]
    assert [(each["asset"], each["cost_per_day"]) for each in lines] == [("P-1", "2.00"), ("P-2", "2.00")]
    file = browser.get("/utilisation/infusion-pump/idle/idle.csv").content.decode()
    assert "P-1" in file
    assert ",1.5," in file


def test_what_idles_costs_its_days(used, pumps, site):
    now = BEGIN + timedelta(days=40, hours=2)
    AssetNow.objects.update(heard_at=now, stale_at=now + timedelta(days=1))
    choice = reports.Choice(site, FIRST, LAST, category=pumps)
    found = idle_cost(choice, now=now, per_day=Decimal("2.50"))
    assert [cost for _, cost in found.rows] == [Decimal("100.00"), Decimal("100.00")]
    assert found.total == Decimal("200.00")
    assert idle_cost(choice, now=now).total is None
