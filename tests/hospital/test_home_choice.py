"""One's own home: parts, order, tiles, unit; and the week of each fleet."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.models import ActivityInterval, AssetNow, Category
from assets.par.levels import set_par_level
from hospital.audit.models import AuditRecord
from hospital.fleet_trends import fleet_trends
from hospital.home_panels import choose_home, home_of, reset_home
from hospital.models import HomeChoice
from locations.zones import ZoneKind


@pytest.fixture(autouse=True)
def nothing_is_kept():
    cache.clear()
    yield
    cache.clear()


def names(person):
    return [panel.name for panel in home_of(person).panels]


def test_a_home_begins_with_what_its_role_needs(nurse, biomed, facilities, administrator):
    assert names(nurse) == ["tiles", "claims", "par", "messages"]
    assert names(biomed) == ["alerts", "down", "failing", "due", "unheard", "battery", "floors"]
    assert names(facilities) == ["counts", "fleet", "par"]
    assert names(administrator) == []


def test_a_person_chooses_parts_their_order_and_tiles(nurse, pumps, make_zone):
    unit = make_zone("Station")
    choose_home(person=nurse, panels=["par", "tiles"], tiles=["infusion-pump"], zone=unit)
    assert names(nurse) == ["par", "tiles"]
    assert home_of(nurse).tiles == ("infusion-pump",)
    nurse.refresh_from_db()
    assert nurse.home_zone == unit
    reset_home(person=nurse)
    assert names(nurse) == ["tiles", "claims", "par", "messages"]


def test_a_part_that_a_later_version_adds_is_shown_at_the_end(nurse):
    HomeChoice.objects.create(user=nurse, panels=["par", "-tiles", "gone"], tiles=[])
    assert names(nurse) == ["par", "claims", "messages"]


@pytest.mark.parametrize(
    ("panels", "tiles", "field"),
    [
        ([], [], "panels"),
        (["fleet"], [], "panels"),
        (["tiles"], ["no-such"], "tiles"),
        (["tiles"], ["infusion-pump"] * 9, "tiles"),
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_stored(nurse, pumps, panels, tiles, field):
    with pytest.raises(ValidationError) as refused:
        choose_home(person=nurse, panels=panels, tiles=tiles, zone=None)
    assert list(refused.value.message_dict) == [field]
    assert not HomeChoice.objects.exists()


def test_the_page_stores_the_choice_by_numbers_and_is_audited(sign_in, nurse, pumps, make_zone):
    unit = make_zone("Station")
    client = sign_in(nurse)
    sent = {"show-tiles": "on", "order-tiles": "2", "show-par": "on", "order-par": "1", "zone": unit.pk}
    assert client.post("/home/choose/", sent)["Location"] == "/"
    assert names(nurse) == ["par", "tiles"]
    assert AuditRecord.objects.filter(actor_id=nurse.pk, object_type="hospital.homechoice").exists()
    client.post("/home/choose/", {"reset": "1"})
    assert names(nurse)[0] == "tiles"


def test_nothing_chosen_is_told_on_the_page(sign_in, nurse):
    answer = sign_in(nurse).post("/home/choose/", {})
    assert "Choose at least one part" in answer.content.decode()


def test_a_unit_of_another_site_is_refused(sign_in, nurse, make_zone, other_site, site):
    unit = make_zone("Station")
    nurse.sites.set([other_site])
    answer = sign_in(nurse).post("/home/choose/", {"show-par": "on", "zone": unit.pk})
    assert "There is no such room at your sites." in answer.content.decode()
    assert not HomeChoice.objects.exists()


def test_a_nurse_sees_the_levels_of_her_own_unit_only(sign_in, nurse, pumps, make_zone, ward, noon):
    nurse.home_zone = make_zone("Station", ZoneKind.NURSE_STATION, department=ward)
    nurse.save()
    set_par_level(category=pumps, unit=ward, target=2, critical=1, maximum=None, now=noon)
    set_par_level(category=pumps, unit=make_zone("Elsewhere"), target=7, critical=1, maximum=None, now=noon)
    page = sign_in(nurse).get("/").content.decode()
    assert page.count('data-testid="par-line"') == 1
    assert "target 2, critical 1" in page


def test_chosen_tiles_replace_what_is_asked_for_most(sign_in, nurse, pumps, make_pump):
    Category.objects.create(name="Bed", plural="Beds", slug="bed")
    make_pump("P-1")
    HomeChoice.objects.create(user=nurse, panels=["tiles"], tiles=["bed", "infusion-pump"])
    page = sign_in(nurse).get("/").content.decode()
    assert page.index('tile-title">Beds') < page.index('tile-title">Infusion pumps')


def test_an_engineer_sees_each_floor_with_what_needs_somebody(sign_in, biomed, make_pump, floor, noon):
    for tag, activity in (("P-1", "down"), ("P-2", "unknown"), ("P-3", "in_use")):
        AssetNow.objects.create(asset=make_pump(tag), activity=activity, basis="zone", floor=floor)
    page = " ".join(sign_in(biomed).get("/").content.decode().split())
    assert "3 pieces" in page
    assert f'href="/map/{floor.slug}/?activity=down">1 out of service' in page
    assert f'href="/map/{floor.slug}/?activity=unknown">1 not heard' in page


# --- The week of a fleet ----------------------------------------------------------------------------


@pytest.fixture
def did(make_pump, noon):
    """What a pump did, in hours before noon: ``did(pump, "in_use", 12, 6)``; open without an end."""

    def make(pump, activity, begin, end=None):
        ActivityInterval.objects.create(
            asset=pump, activity=activity, basis="confirmed", begin=noon - timedelta(hours=begin),
            end=None if end is None else noon - timedelta(hours=end),
        )  # fmt: skip

    return make


def test_a_day_s_share_is_weighted_by_time_and_leaves_out_what_was_not_heard(
    facilities, make_pump, did, noon
):
    pump = make_pump("P-1")
    did(pump, "in_use", 36, 30)  # yesterday from 0 to 6
    did(pump, "available", 30, 24)
    did(pump, "unknown", 24, 12)
    did(pump, "in_use", 12, 9)  # today from 0 to 3
    did(pump, "available", 9)
    [trend] = fleet_trends(facilities, noon)
    assert trend.shares == (None, None, None, None, None, 50.0, 25.0)
    assert trend.coverage == pytest.approx(100 * 24 / (6 * 24 + 12))
    assert trend.path == "M70.0 12.0L84.0 17.0"


def test_an_interval_over_midnight_counts_on_both_days(facilities, make_pump, did, noon):
    did(make_pump("P-1"), "in_use", 18, 6)
    [trend] = fleet_trends(facilities, noon)
    assert trend.shares[-2:] == (100.0, 100.0)


def test_days_that_are_over_are_asked_once(facilities, make_pump, did, noon):
    did(make_pump("P-1"), "in_use", 100)
    fleet_trends(facilities, noon)
    with CaptureQueriesContext(connection) as asked:
        fleet_trends(facilities, noon)
    assert not [query for query in asked.captured_queries if "activityinterval" in query["sql"]]


def test_fleets_of_other_sites_are_left_out(facilities, make_pump, did, noon, other_site):
    did(make_pump("P-1", site=other_site), "in_use", 5)
    assert fleet_trends(facilities, noon) == []


def test_trends_come_into_the_rows_of_the_table(sign_in, facilities, make_pump, did, noon, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    did(make_pump("P-1"), "in_use", 12)
    client = sign_in(facilities)
    assert 'id="trend-infusion-pump"' in client.get("/").content.decode()
    assert 'hx-swap-oob="innerHTML:#trend-infusion-pump"' in client.get("/home/trends/").content.decode()
