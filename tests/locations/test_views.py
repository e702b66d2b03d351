"""The plan that the map draws under its markers."""

import pytest
from django.urls import reverse

from hospital.roles import PERMISSIONS, Role
from locations.models import Building, Floor, FloorPicture
from locations.zones import ZoneKind

PLAN = "/floors/main-1/plan.geojson"
PICTURE = "/floors/main-1/picture"


@pytest.fixture
def bay(make_zone, ward):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x=0, y=0, width=4, height=6, department=ward)


def test_the_address_names_the_floor():
    assert reverse("floor-plan", args=["main-1"]) == PLAN


def test_a_plan_is_a_collection_of_zones_with_the_outline_beside(bay, floor, sign_in, nurse):
    response = sign_in(nurse).get(PLAN)
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.json() == {
        "type": "FeatureCollection",
        "floor": {"id": floor.pk, "slug": "main-1", "name": "Level 1", "level": 1},
        "outline": [[[0, 0], [40, 0], [40, 20], [0, 20], [0, 0]]],
        "picture": None,
        "features": [
            {
                "type": "Feature",
                "id": bay.pk,
                "properties": {
                    "id": bay.pk,
                    "code": "bay-1",
                    "name": "Bay 1",
                    "kind": "patient_room",
                    "kind_name": "Patient room",
                    "department": "Ward 3 West",
                    "label": [2.0, 3.0],
                },
                "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 6], [0, 6], [0, 0]]]},
            }
        ],
    }


def test_wide_zones_come_first_so_that_narrow_ones_are_drawn_on_top(make_zone, sign_in, nurse):
    make_zone("Alcove", x=1, y=1, width=1, height=1)
    make_zone("Hall", x=0, y=0, width=9, height=9)
    features = sign_in(nurse).get(PLAN).json()["features"]
    assert [feature["properties"]["name"] for feature in features] == ["Hall", "Alcove"]


def test_retired_zones_are_not_drawn(bay, sign_in, nurse, noon):
    bay.retired_at = noon
    bay.save()
    assert sign_in(nurse).get(PLAN).json()["features"] == []


def test_a_browser_that_holds_the_plan_gets_nothing_new_until_it_changes(bay, ward, sign_in, nurse):
    browser = sign_in(nurse)
    etag = browser.get(PLAN).headers["ETag"]
    unchanged = browser.get(PLAN, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["Cache-Control"] == "private, no-cache"

    ward.name = "Ward 3 East"
    ward.save()
    assert browser.get(PLAN, headers={"If-None-Match": etag}).status_code == 200


def test_a_plan_costs_the_same_queries_with_one_zone_and_with_three(
    bay, make_zone, ward, sign_in, nurse, django_assert_num_queries
):
    browser = sign_in(nurse)
    with django_assert_num_queries(5):  # session, person, floor, zones, picture
        browser.get(PLAN)
    make_zone("Bay 2", department=ward)
    make_zone("Bay 3", department=ward)
    with django_assert_num_queries(5):
        assert len(browser.get(PLAN).json()["features"]) == 3


def test_without_signing_in_there_is_no_plan(bay, client):
    response = client.get(PLAN)
    assert response.status_code == 302
    assert b"Bay 1" not in response.content


def test_a_floor_of_another_site_does_not_exist(other_site, sign_in, nurse, administrator):
    elsewhere = Building.objects.create(site=other_site, name="Far", slug="far")
    Floor.objects.create(building=elsewhere, name="Ground", slug="far-0", level=0)
    assert sign_in(nurse).get("/floors/far-0/plan.geojson").status_code == 404
    assert sign_in(nurse).get("/floors/no-such/plan.geojson").status_code == 404
    assert sign_in(administrator).get("/floors/far-0/plan.geojson").status_code == 200


def test_a_role_without_the_permission_is_refused(bay, sign_in, nurse, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, Role.NURSE, PERMISSIONS[Role.NURSE] - {"locations.view_floor"})
    assert sign_in(nurse).get(PLAN).status_code == 403


def test_the_plan_cannot_be_posted_to(bay, sign_in, nurse):
    assert sign_in(nurse).post(PLAN).status_code == 405


@pytest.fixture
def picture(floor):
    return FloorPicture.objects.create(
        floor=floor, content=b"pixels", media_type="image/png", width_px=400, height_px=200,
        bounds=[0.0, 0.0, 40.0, 20.0], digest="0123456789abcdef" * 4,
    )  # fmt: skip


def test_the_picture_under_a_plan_is_named_with_the_metres_that_it_reaches_over(picture, sign_in, nurse):
    told = sign_in(nurse).get(PLAN).json()["picture"]
    assert told == {"url": "/floors/main-1/picture?v=0123456789ab", "bounds": [0.0, 0.0, 40.0, 20.0]}


def test_a_picture_is_a_picture_and_nothing_else(picture, sign_in, nurse):
    browser = sign_in(nurse)
    response = browser.get(PICTURE)
    assert (response.content, response.headers["Content-Type"]) == (b"pixels", "image/png")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Cache-Control"] == "private, no-cache"
    held = {"If-None-Match": response.headers["ETag"]}
    assert browser.get(PICTURE, headers=held).status_code == 304


def test_a_picture_is_for_those_who_may_see_the_floor(picture, client, sign_in, nurse, other_site):
    assert client.get(PICTURE).status_code == 302
    nurse.sites.set([other_site])
    assert sign_in(nurse).get(PICTURE).status_code == 404


def test_a_floor_without_a_picture_has_none(floor, sign_in, nurse):
    assert sign_in(nurse).get(PICTURE).status_code == 404
