"""The floor map's page: which floor answers, what it shows before anything is live, and the card."""

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.words import Activity, Basis
from locations.models import Building, Floor
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def pump(make_pump, make_zone, floor, noon, ward):
    """P-1, in use in Bay 1 since ten minutes ago, last placed 20 s ago."""
    asset = make_pump("P-1", department=ward)
    AssetNow.objects.create(
        asset=asset, activity=Activity.IN_USE, basis=Basis.CONFIRMED, since=noon - timedelta(minutes=10),
        floor=floor, zone=make_zone("Bay 1", ZoneKind.PATIENT_ROOM), x=5.0, y=5.0,
        position_at=noon - timedelta(seconds=20), position_error_m=1.5, position_confidence=0.9,
        battery_percent=64.0, heard_at=noon - timedelta(seconds=4),
    )  # fmt: skip
    return asset


@pytest.fixture
def upstairs(building) -> Floor:
    return Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)


@pytest.fixture
def foreign_floor(other_site) -> Floor:
    far = Building.objects.create(site=other_site, name="Far", slug="far")
    return Floor.objects.create(building=far, name="Level 0", slug="far-0", level=0)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_map_without_a_floor_goes_to_the_floor_of_ones_own_unit(
    sign_in, nurse, floor, upstairs, make_zone
):
    nurse.home_zone = make_zone("Nurse station", floor=upstairs)
    nurse.save()
    assert sign_in(nurse).get("/map/").headers["Location"] == "/map/main-2/"


def test_somebody_without_a_unit_starts_on_the_ground_floor_not_in_the_basement(
    sign_in, nurse, building, upstairs
):
    Floor.objects.create(building=building, name="Basement", slug="main-b1", level=-1)
    Floor.objects.create(building=building, name="Ground", slug="main-0", level=0)
    assert sign_in(nurse).get("/map/").headers["Location"] == "/map/main-0/"


def test_where_there_is_only_a_basement_it_is_shown(sign_in, nurse, building):
    Floor.objects.create(building=building, name="Basement", slug="main-b1", level=-1)
    assert sign_in(nurse).get("/map/").headers["Location"] == "/map/main-b1/"


def test_filters_survive_the_way_to_the_floor(sign_in, nurse, floor):
    answer = sign_in(nurse).get("/map/?activity=down&activity=dirty&q=bay+1")
    assert answer.headers["Location"] == "/map/main-1/?activity=down&activity=dirty&q=bay+1"


def test_somebody_without_any_floor_is_told_why(sign_in, nurse, foreign_floor):
    answer = sign_in(nurse).get("/map/")
    assert answer.status_code == 200
    assert "No floor to show" in text(answer)


def test_a_floor_of_a_foreign_site_is_not_there(sign_in, nurse, foreign_floor):
    assert sign_in(nurse).get("/map/far-0/").status_code == 404


def test_the_switcher_shows_the_building_from_the_top_down(sign_in, nurse, floor, upstairs, foreign_floor):
    page = sign_in(nurse).get("/map/main-1/")
    sections = [
        (str(building), [str(storey) for storey in storeys]) for building, storeys in page.context["sections"]
    ]
    assert sections == [("Main", ["Level 2", "Level 1"])]


def test_the_building_one_is_in_comes_first(sign_in, nurse, site, floor):
    annex = Building.objects.create(site=site, name="Annex", slug="annex")
    Floor.objects.create(building=annex, name="Annex 0", slug="annex-0", level=0)
    page = sign_in(nurse).get("/map/main-1/")
    assert [str(building) for building, _ in page.context["sections"]] == ["Main", "Annex"]


def test_every_activity_is_a_filter_with_word_and_shape(sign_in, nurse, floor):
    page = text(sign_in(nurse).get("/map/main-1/"))
    for value, word, shape in [
        ("available", "Ready", "disc-tick"),
        ("in_use", "In use", "square"),
        ("dirty", "Needs cleaning", "drop"),
        ("down", "Out of service", "triangle"),
        ("in_transit", "Moving", "arrow"),
        ("unknown", "Not heard", "ring"),
    ]:
        chip = page.split(f'data-activity="{value}"')[1].split("</button>")[0]
        assert f"<span>{word}</span>" in chip
        assert f'href="#activity-{shape}"' in chip


def test_an_asset_in_the_address_has_its_card_in_the_page(sign_in, nurse, pump):
    assert "Meridian Infusa 200" in text(sign_in(nurse).get("/map/main-1/?asset=P-1"))


def test_an_asset_that_went_to_another_floor_is_followed_there(sign_in, nurse, pump, upstairs):
    AssetNow.objects.filter(asset=pump).update(floor=upstairs)
    answer = sign_in(nurse).get("/map/main-1/?asset=P-1")
    assert answer.headers["Location"] == "/map/main-2/?asset=P-1"


def test_an_asset_without_a_position_still_has_its_card(sign_in, nurse, floor, make_pump):
    make_pump("P-9")
    page = text(sign_in(nurse).get("/map/main-1/?asset=P-9"))
    assert 'data-tag="P-9"' in page
    assert "not known" in page


@pytest.mark.parametrize("tag", ["", "NO-SUCH", "../../etc", "%00", "P-1'--"])
def test_a_nonsense_asset_shows_the_floor_without_a_card(sign_in, nurse, pump, tag):
    page = sign_in(nurse).get("/map/main-1/", {"asset": tag})
    assert page.status_code == 200
    assert page.context["chosen"] is None


def test_an_asset_of_a_foreign_site_neither_shows_nor_redirects(
    sign_in, nurse, floor, foreign_floor, other_site, make_pump
):
    asset = make_pump("F-1", site=other_site)
    AssetNow.objects.create(asset=asset, floor=foreign_floor)
    page = sign_in(nurse).get("/map/main-1/?asset=F-1")
    assert page.status_code == 200
    assert "F-1" not in text(page).split("<main")[1]


def test_the_card_says_what_where_and_how_old(sign_in, nurse, pump):
    card = text(sign_in(nurse).get("/map/card/P-1/"))
    assert "<html" not in card
    for words in [
        "Meridian Infusa 200", "Infusion pump", "P-1", "In use", "10 min", "Bay 1", "Level 1", "within 2 m",
        "20 s ago", "reported by the device", "4 s ago", "64 %", "Ward 3 West", 'href="/assets/P-1/"',
    ]:  # fmt: skip
        assert words in card, words


def test_a_room_that_is_not_sure_is_probable(sign_in, nurse, pump):
    AssetNow.objects.filter(asset=pump).update(position_confidence=0.5)
    assert "probably Bay 1" in text(sign_in(nurse).get("/map/card/P-1/"))


def test_a_sure_room_is_just_named(sign_in, nurse, pump):
    assert "probably" not in text(sign_in(nurse).get("/map/card/P-1/"))


def test_presumed_use_says_so(sign_in, nurse, pump):
    AssetNow.objects.filter(asset=pump).update(basis=Basis.PRESUMED)
    card = text(sign_in(nurse).get("/map/card/P-1/"))
    assert "presumed from its place" in card
    assert "activity-square-outline" in card


def test_without_a_battery_nothing_is_said_of_one(sign_in, nurse, pump):
    AssetNow.objects.filter(asset=pump).update(battery_percent=None)
    assert "Battery" not in text(sign_in(nurse).get("/map/card/P-1/"))


def test_the_card_refetches_itself_when_its_asset_changes(sign_in, nurse, pump):
    card = text(sign_in(nurse).get("/map/card/P-1/"))
    assert 'data-live-asset="P-1" hx-get="/map/card/P-1/" hx-trigger="live-change"' in card


def test_the_card_of_a_foreign_asset_is_not_there(sign_in, nurse, other_site, make_pump):
    make_pump("F-1", site=other_site)
    assert sign_in(nurse).get("/map/card/F-1/").status_code == 404


@pytest.mark.parametrize("path", ["/map/", "/map/main-1/", "/map/card/P-1/"])
def test_nobody_sees_the_map_without_signing_in(client, pump, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sign-in/?next={path}")


@pytest.mark.parametrize("path", ["/map/", "/map/main-1/", "/map/card/P-1/"])
def test_the_map_cannot_be_posted_to(sign_in, nurse, pump, path):
    assert sign_in(nurse).post(path).status_code == 405


@pytest.mark.parametrize("path", ["/map/main-1/", "/map/main-1/?asset=P-1"])
def test_the_page_costs_the_same_with_more_floors_and_assets(
    sign_in, nurse, pump, make_pump, building, path, django_assert_max_num_queries
):
    for level in range(2, 12):
        Floor.objects.create(building=building, name=f"Level {level}", slug=f"main-{level}", level=level)
        make_pump(f"P-{level}")
    browser = sign_in(nurse)
    with django_assert_max_num_queries(10):  # with the open work of the chosen one, acts, quarantine and loan
        assert browser.get(path).status_code == 200


def test_installed_equipment_has_no_age_of_position(sign_in, nurse, make_pump, make_zone, floor):
    asset = make_pump("CT-1", is_fixed=True)
    AssetNow.objects.create(asset=asset, floor=floor, zone=make_zone("CT 1"), position_confidence=1.0)
    card = text(sign_in(nurse).get("/map/card/CT-1/"))
    assert "installed here" in card
    assert "never had one" not in card


def test_floors_side_by_side_are_those_of_the_building_that_one_may_see(
    sign_in, nurse, floor, upstairs, foreign_floor
):
    browser = sign_in(nurse)
    page = browser.get("/map/main-1/?with=main-2,far-0,main-1,no-such")
    assert [storey.slug for storey in page.context["floors"]] == ["main-2", "main-1"]
    assert 'data-pane="main-2"' in text(page)
    for alone in ("", "far-0", "main-1", ","):
        assert "floors" not in browser.get("/map/main-1/", {"with": alone}).context
    assert "/map/main-1/?with=main-2" in text(browser.get("/map/main-1/"))


def test_the_card_can_be_followed(sign_in, nurse, pump):
    assert 'data-follow aria-pressed="false"' in text(sign_in(nurse).get("/map/card/P-1/"))
