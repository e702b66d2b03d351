"""Sites, floors and zones over the API, and the manners that all its lists share."""

import pytest

from locations.models import Building, Floor, Site
from locations.zones import ZoneKind


@pytest.fixture
def api(sign_in, nurse):
    """Asks as the nurse: ``api("zones/", floor="main-1")`` gives status and JSON."""
    browser = sign_in(nurse)

    def get(path, /, **params):
        response = browser.get(f"/api/v1/{path}", params)
        return response.status_code, response.json()

    return get


@pytest.fixture
def far_floor(other_site):
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    return Floor.objects.create(building=building, name="Ground", slug="far-0", level=0)


def names(answer, key="name"):
    status, body = answer
    assert status == 200, body
    return [row[key] for row in body["results"]]


def test_a_site_has_its_time_zone(api, site):
    assert api("sites/st-elmo/") == (
        200,
        {"slug": "st-elmo", "name": "St. Elmo", "timezone": "Europe/Berlin"},
    )


def test_a_list_tells_how_many_there_are_and_what_comes_next(api, site):
    assert api("sites/") == (
        200,
        {
            "count": 1,
            "next": None,
            "previous": None,
            "results": [{"slug": "st-elmo", "name": "St. Elmo", "timezone": "Europe/Berlin"}],
        },
    )


def test_a_floor_names_its_building_and_site_and_alone_its_outline(api, floor):
    brief = {
        "slug": "main-1",
        "name": "Level 1",
        "level": 1,
        "building": {"slug": "main", "name": "Main"},
        "site": {"slug": "st-elmo", "name": "St. Elmo"},
    }
    assert api("floors/")[1]["results"] == [brief]
    assert api("floors/main-1/") == (
        200,
        {**brief, "outline": [[[0, 0], [40, 0], [40, 20], [0, 20], [0, 0]]]},
    )


def test_a_zone_has_kind_place_and_department_and_alone_its_polygon(api, make_zone, ward):
    bay = make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x=2, y=2, width=4, height=4, department=ward)
    brief = {
        "id": bay.pk,
        "code": "bay-1",
        "name": "Bay 1",
        "kind": "patient_room",
        "kind_name": "Patient room",
        "floor": {"slug": "main-1", "name": "Level 1", "level": 1},
        "department": {"code": "3w", "name": "Ward 3 West"},
        "label_x": 4.0,
        "label_y": 4.0,
        "retired_at": None,
    }
    assert api("zones/")[1]["results"] == [brief]
    assert api(f"zones/{bay.pk}/") == (200, {**brief, "polygon": [[[2, 2], [6, 2], [6, 6], [2, 6], [2, 2]]]})


def test_zones_are_filtered_by_floor_kind_and_department(api, make_zone, ward, building):
    upper = Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    make_zone("Bay 1", ZoneKind.PATIENT_ROOM, department=ward)
    make_zone("Hall", ZoneKind.CORRIDOR)
    make_zone("Lift", ZoneKind.LIFT, floor=upper)
    assert names(api("zones/", floor="main-1")) == ["Bay 1", "Hall"]
    assert names(api("zones/", kind=["corridor", "lift"])) == ["Hall", "Lift"]
    assert names(api("zones/", department="3w")) == ["Bay 1"]
    assert names(api("zones/", site="st-elmo")) == ["Bay 1", "Hall", "Lift"]
    assert names(api("zones/", site="elsewhere")) == []


def test_floors_are_filtered_by_building_and_level(api, floor, building):
    Floor.objects.create(building=building, name="Level 2", slug="main-2", level=2)
    assert names(api("floors/", level="2")) == ["Level 2"]
    assert names(api("floors/", building="main")) == ["Level 1", "Level 2"]
    assert names(api("floors/", building="annex")) == []


def test_retired_zones_are_listed_when_asked_for_and_found_by_id(api, make_zone, noon):
    old = make_zone("Old", retired_at=noon)
    make_zone("New")
    assert names(api("zones/")) == ["New"]
    assert names(api("zones/", is_retired="true")) == ["Old"]
    assert names(api("zones/", is_retired="false")) == ["New"]
    assert api(f"zones/{old.pk}/")[1]["retired_at"] == "2026-03-02T12:00:00Z"


def test_places_of_another_site_are_neither_listed_nor_counted_nor_found(api, make_zone, far_floor, floor):
    far = make_zone("Far room", floor=far_floor)
    for path in ("sites/far-clinic/", "floors/far-0/", f"zones/{far.pk}/"):
        assert api(path)[0] == 404
    assert api("zones/")[1]["count"] == 0
    assert names(api("floors/"), "slug") == ["main-1"]
    assert names(api("zones/", floor="far-0")) == []


def test_a_person_with_all_sites_sees_them_all(sign_in, administrator, site, other_site):
    assert sign_in(administrator).get("/api/v1/sites/").json()["count"] == 2


# --- Manners that all lists share ---------------------------------------------------------------------


def test_a_filter_that_is_not_there_is_refused_with_the_choice(api, site):
    assert api("zones/", colour="red") == (
        400,
        {"colour": ["There is no such filter. Filters here: department, floor, is_retired, kind, site."]},
    )


def test_one_entry_takes_no_filters(api, site):
    assert api("sites/st-elmo/", name="x") == (
        400,
        {"name": ["There is no such filter. There are no filters here."]},
    )


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("zones/", {"kind": "ballroom"}, "kind"),
        ("floors/", {"level": "first"}, "level"),
        ("sites/", {"limit": "0"}, "limit"),
        ("sites/", {"limit": "-5"}, "limit"),
        ("sites/", {"limit": "many"}, "limit"),
        ("sites/", {"limit": "٣"}, "limit"),
        ("sites/", {"limit": ""}, "limit"),
        ("sites/", {"offset": "-1"}, "offset"),
        ("sites/", {"offset": "9" * 30}, "offset"),
    ],
)
def test_a_malformed_filter_is_refused_with_the_field_named(api, site, path, params, field):
    status, body = api(path, **params)
    assert status == 400
    assert list(body) == [field]


@pytest.mark.parametrize(
    "path", ["zones/999999999999999999/", "zones/99999999999999999999/", "zones/x/", "zones/-1/"]
)
def test_an_id_that_there_is_not_is_not_found(api, site, path):
    assert api(path)[0] == 404


def test_pages_are_as_long_as_asked_for_and_follow_one_another(api, make_zone):
    for number in range(5):
        make_zone(f"Bay {number}")
    first = api("zones/", limit="2")[1]
    assert first["count"] == 5
    assert [row["name"] for row in first["results"]] == ["Bay 0", "Bay 1"]
    assert "limit=2&offset=2" in first["next"]
    assert names(api("zones/", limit="2", offset="4")) == ["Bay 4"]
    assert names(api("zones/", offset="5")) == []


def test_a_page_is_never_longer_than_the_bound(sign_in, administrator):
    Site.objects.bulk_create(Site(name=f"S{number}", slug=f"s-{number}") for number in range(1005))
    body = sign_in(administrator).get("/api/v1/sites/", {"limit": "999999"}).json()
    assert (body["count"], len(body["results"])) == (1006, 1000)


def test_the_api_is_for_reading(sign_in, administrator, floor):
    browser = sign_in(administrator)
    for method in ("post", "put", "patch", "delete"):
        for path in ("floors/", "floors/main-1/"):
            response = getattr(browser, method)(f"/api/v1/{path}", {}, content_type="application/json")
            assert response.status_code in {403, 405}
    assert Floor.objects.count() == 1


@pytest.mark.parametrize("path", ["sites/", "floors/", "zones/"])
def test_a_list_costs_the_same_queries_with_one_entry_and_with_three(
    sign_in, administrator, make_zone, ward, building, path, django_assert_num_queries
):
    def add(number):
        Site.objects.create(name=f"Site {number}", slug=f"site-{number}")
        level = Floor.objects.create(building=building, name=f"L{number}", slug=f"l-{number}", level=number)
        make_zone(f"Bay {number}", department=ward, floor=level)

    browser = sign_in(administrator)
    add(11)
    with django_assert_num_queries(4):  # session, person, count, rows
        browser.get(f"/api/v1/{path}")
    add(12)
    add(13)
    with django_assert_num_queries(4):
        assert len(browser.get(f"/api/v1/{path}").json()["results"]) >= 3
