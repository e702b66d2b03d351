"""Equipment over the API: each with its current state and how old that is, and the history of each."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from assets.models import (
    ActivityInterval,
    Asset,
    AssetNow,
    Category,
    EquipmentModel,
    Reading,
    Stay,
)
from assets.words import Activity, Basis, Quality
from locations.models import Tag
from locations.zones import ZoneKind
from tests.latest import put_reading

pytestmark = pytest.mark.databases


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch, noon):
    monkeypatch.setattr("assets.api.timezone.now", lambda: noon)


@pytest.fixture
def api(sign_in, biomed):
    """Asks as the biomedical engineer: ``api("assets/", floor="main-1")`` gives status and JSON."""
    browser = sign_in(biomed)

    def get(path, /, **params):
        response = browser.get(f"/api/v1/{path}", params)
        return response.status_code, response.json()

    return get


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, x=0, y=0, width=4, height=4)


@pytest.fixture
def put(make_pump, noon):
    """Puts a pump into a zone, heard of ten seconds before noon."""

    def do(asset_tag, zone=None, activity=Activity.AVAILABLE, *, heard_s=10, battery=None, **extra):
        asset = make_pump(asset_tag, **extra)
        heard_at = noon - timedelta(seconds=heard_s)
        AssetNow.objects.create(
            asset=asset,
            activity=activity,
            basis=Basis.ZONE,
            since=heard_at,
            zone=zone,
            floor=zone.floor if zone else None,
            x=1.5 if zone else None,
            y=2.5 if zone else None,
            position_at=heard_at if zone else None,
            position_error_m=1.0 if zone else None,
            battery_percent=battery,
            heard_at=heard_at,
            stale_at=heard_at + timedelta(seconds=120),
        )
        return asset

    return do


def tags(answer):
    status, body = answer
    assert status == 200, body
    return [row["asset_tag"] for row in body["results"]]


# --- Equipment ----------------------------------------------------------------------------------------


def test_an_asset_is_told_with_its_state_and_the_age_of_it(api, put, bay, ward):
    tag = Tag.objects.create(identifier="AA:BB", technology="ble")
    put("P-1", bay, serial_number="SN1", rtls_tag=tag, department=ward, home_zone=bay, battery=80.5)
    status, body = api("assets/P-1/")
    assert status == 200
    assert body == {
        "asset_tag": "P-1",
        "name": "Meridian Infusa 200",
        "category": {"slug": "infusion-pump", "name": "Infusion pump"},
        "model": {"manufacturer": "Meridian", "name": "Infusa 200"},
        "serial_number": "SN1",
        "udi_di": "",
        "site": {"slug": "st-elmo", "name": "St. Elmo"},
        "department": {"code": "3w", "name": "Ward 3 West"},
        "home_zone": {"id": bay.pk, "name": "Bay 1", "kind": "patient_room"},
        "is_fixed": False,
        "ownership": "owned",
        "return_due_on": None,
        "tag": "AA:BB",
        "retired_at": None,
        "now": {
            "activity": "available",
            "activity_name": "Ready",
            "basis": "zone",
            "basis_name": "from the room it is in",
            "since": "2026-03-02T11:59:50Z",
            "floor": {"slug": "main-1", "name": "Level 1", "level": 1},
            "zone": {"id": bay.pk, "name": "Bay 1", "kind": "patient_room"},
            "zone_since": None,
            "x": 1.5,
            "y": 2.5,
            "position_at": "2026-03-02T11:59:50Z",
            "position_error_m": 1.0,
            "position_confidence": None,
            "position_source": "location_system",
            "position_receiver": None,
            "position_rssi_dbm": None,
            "position_receivers": None,
            "battery_percent": 80.5,
            "heard_at": "2026-03-02T11:59:50Z",
            "stale_at": "2026-03-02T12:01:50Z",
            "is_stale": False,
        },
        "readings": [],
    }


def test_equipment_never_heard_of_has_no_state(api, make_pump):
    make_pump("P-1")
    assert api("assets/P-1/")[1]["now"] is None
    assert api("assets/")[1]["results"][0]["now"] is None


def test_what_is_older_than_the_category_allows_is_stale(api, put):
    put("P-1", heard_s=119)
    put("P-2", heard_s=120)
    assert [row["now"]["is_stale"] for row in api("assets/")[1]["results"]] == [False, True]
    assert tags(api("assets/", is_stale="true")) == ["P-2"]
    assert tags(api("assets/", is_stale="false")) == ["P-1"]


def test_a_failed_reading_has_a_quality_and_no_value(api, make_pump, noon):
    pump = make_pump("P-1")
    then = noon - timedelta(minutes=5)
    put_reading(asset=pump, name="battery_charge", number=80, at=noon, good_at=noon, source="endpoint:1")
    put_reading(
        asset=pump, name="temperature", quality=Quality.NO_ANSWER, at=noon, good_at=then, source="endpoint:1"
    )
    battery, temperature = api("assets/P-1/")[1]["readings"]
    assert battery == {
        "name": "battery_charge",
        "label": battery["label"],
        "value": 80.0,
        "unit": "%",
        "quality": "good",
        "quality_name": "Good",
        "at": "2026-03-02T12:00:00Z",
        "good_at": "2026-03-02T12:00:00Z",
        "source": "endpoint:1",
    }
    assert (temperature["value"], temperature["quality_name"], temperature["good_at"]) == (
        None,
        "No answer",
        "2026-03-02T11:55:00Z",
    )


def test_a_state_reading_is_told_in_its_word(api, make_pump, noon):
    put_reading(asset=make_pump("P-1"), name="device_state", text="infusing", at=noon, source="e")
    assert api("assets/P-1/")[1]["readings"][0]["value"] == "infusing"


def test_assets_are_filtered_by_what_and_where_they_are(api, put, bay, make_zone, ward):
    store = make_zone("Store", ZoneKind.CLEAN_STORE)
    beds = Category.objects.create(name="Bed", plural="Beds", slug="bed")
    bed = EquipmentModel.objects.create(manufacturer="Nordlager", name="Flex", category=beds)
    put("P-1", bay, Activity.IN_USE, battery=10, serial_number="SN1", department=ward)
    put("P-2", store, battery=90)
    put("B-1", store, model=bed, is_fixed=True, ownership="rented")
    assert tags(api("assets/", category="bed")) == ["B-1"]
    assert tags(api("assets/", activity="in_use")) == ["P-1"]
    assert tags(api("assets/", zone=store.pk)) == ["B-1", "P-2"]
    assert tags(api("assets/", floor="main-1")) == ["B-1", "P-1", "P-2"]
    assert tags(api("assets/", q="infusa p-2")) == ["P-2"]
    assert tags(api("assets/", battery_below="20")) == ["P-1"]
    assert tags(api("assets/", serial_number="sn1")) == ["P-1"]
    assert tags(api("assets/", department="3w")) == ["P-1"]
    assert tags(api("assets/", ownership="rented", is_fixed="true")) == ["B-1"]
    assert tags(api("assets/", site="st-elmo", basis="zone", asset_tag="p-1")) == ["P-1"]


def test_assets_are_ordered_as_asked_for(api, put):
    put("P-1", heard_s=5)
    put("P-2", heard_s=50)
    assert tags(api("assets/", ordering="heard_at")) == ["P-2", "P-1"]
    assert tags(api("assets/", ordering="-asset_tag")) == ["P-2", "P-1"]


def test_retired_equipment_is_listed_when_asked_for(api, make_pump, noon):
    make_pump("P-1", retired_at=noon)
    make_pump("P-2")
    assert tags(api("assets/")) == ["P-2"]
    assert tags(api("assets/", is_retired="true")) == ["P-1"]
    assert api("assets/P-1/")[0] == 200


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"activity": "dancing"}, "activity"),
        ({"category": "spaceship"}, "category"),
        ({"zone": "kitchen"}, "zone"),
        ({"zone": "9" * 40}, "zone"),
        ({"battery_below": "low"}, "battery_below"),
        ({"ordering": "colour"}, "ordering"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_filter_is_refused_with_the_field_named(api, site, params, field):
    status, body = api("assets/", **params)
    assert status == 400
    assert list(body) == [field]


def test_equipment_of_another_site_is_neither_listed_nor_counted_nor_found(api, put, other_site):
    put("P-1", site=other_site)
    assert api("assets/P-1/")[0] == 404
    assert api("assets/")[1]["count"] == 0
    for filters in ({"asset_tag": "P-1"}, {"q": "P-1"}, {"site": "far-clinic"}, {"activity": "available"}):
        assert api("assets/", **filters)[1]["count"] == 0


@pytest.mark.parametrize("path", ["assets/P-9/", "assets/P 1/", "categories/x/", "tags/nobody/"])
def test_what_there_is_not_is_not_found(api, site, path):
    assert api(path)[0] == 404


# --- Catalogue and tags -------------------------------------------------------------------------------


def test_a_category_tells_its_words_and_limits(api, pumps):
    assert api("categories/infusion-pump/") == (
        200,
        {
            "slug": "infusion-pump",
            "name": "Infusion pump",
            "plural": "Infusion pumps",
            "synonyms": ["IV pump", "infusion device"],
            "shape": "pump",
            "emdn": "",
            "stale_after_s": 120,
            "presumed_after_s": 600,
            "is_mobile": True,
        },
    )
    assert api("categories/", shape="bed")[1]["count"] == 0


def test_a_tag_tells_what_it_is_fixed_to(api, make_pump):
    make_pump("P-1", rtls_tag=Tag.objects.create(identifier="aa:bb:01"))
    told = {
        "identifier": "aa:bb:01",
        "technology": "ble",
        "asset": {"asset_tag": "P-1", "name": "Meridian Infusa 200", "category": "infusion-pump"},
    }
    assert api("tags/aa:bb:01/") == (200, told)
    assert api("tags/")[1]["results"] == [told]


def test_tags_on_foreign_equipment_and_spare_ones_are_not_seen(api, make_pump, other_site):
    make_pump("P-1", rtls_tag=Tag.objects.create(identifier="far"), site=other_site)
    Tag.objects.create(identifier="spare")
    assert api("tags/")[1]["count"] == 0
    assert api("tags/far/")[0] == api("tags/spare/")[0] == 404


def test_whoever_sees_every_site_sees_spare_tags_too(sign_in, administrator, make_pump):
    make_pump("P-1", rtls_tag=Tag.objects.create(identifier="worn"))
    Tag.objects.create(identifier="spare")
    browser = sign_in(administrator)
    assert browser.get("/api/v1/tags/", {"is_assigned": "false"}).json()["results"] == [
        {"identifier": "spare", "technology": "ble", "asset": None}
    ]
    assert browser.get("/api/v1/tags/").json()["count"] == 2


# --- History ------------------------------------------------------------------------------------------


@pytest.fixture
def history(make_pump, bay, noon):
    """A pump's hours before noon: three readings, two intervals, two stays; the latest still open."""
    pump = make_pump("P-1")
    hour = timedelta(hours=1)
    for number in range(3):
        Reading.objects.create(asset=pump, name="battery_charge", at=noon - number * hour, value=80 - number)
    ActivityInterval.objects.create(
        asset=pump, activity="available", basis="zone", begin=noon - 3 * hour, end=noon - hour, source="tag"
    )
    ActivityInterval.objects.create(asset=pump, activity="in_use", basis="presumed", begin=noon - hour)
    Stay.objects.create(asset=pump, zone=bay, begin=noon - 3 * hour, end=noon - 2 * hour)
    Stay.objects.create(asset=pump, zone=bay, begin=noon - hour)
    return pump


def test_readings_come_newest_first_with_label_and_unit(api, history):
    status, body = api("readings/", asset="P-1", name="battery_charge")
    assert status == 200
    assert [(row["at"], row["value"]) for row in body["results"]] == [
        ("2026-03-02T12:00:00Z", 80.0),
        ("2026-03-02T11:00:00Z", 79.0),
        ("2026-03-02T10:00:00Z", 78.0),
    ]
    first = body["results"][0]
    assert (first["asset"], first["name"], first["unit"]) == ("P-1", "battery_charge", "%")


def test_a_period_of_readings_holds_its_begin_and_not_its_end(api, history):
    body = api("readings/", **{"from": "2026-03-02T10:00:00Z", "to": "2026-03-02T12:00:00+00:00"})[1]
    assert [row["value"] for row in body["results"]] == [79.0, 78.0]


def test_intervals_tell_activity_basis_and_whether_they_last(api, history):
    latest, earlier = api("intervals/", asset="P-1")[1]["results"]
    assert latest == {
        "asset": "P-1",
        "activity": "in_use",
        "activity_name": "In use",
        "basis": "presumed",
        "basis_name": "presumed from its place",
        "begin": "2026-03-02T11:00:00Z",
        "end": None,
        "source": "",
    }
    assert (earlier["activity"], earlier["end"]) == ("available", "2026-03-02T11:00:00Z")


@pytest.mark.parametrize(
    ("begin", "end", "activities"),
    [
        ("2026-03-02T10:30:00Z", "2026-03-02T10:45:00Z", ["available"]),
        ("2026-03-02T10:30:00Z", "2026-03-02T11:30:00Z", ["in_use", "available"]),
        ("2026-03-02T11:00:00Z", "2026-03-02T11:30:00Z", ["in_use"]),
        ("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", []),
        ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", ["in_use"]),
    ],
)
def test_intervals_of_a_period_are_those_that_share_time_with_it(api, history, begin, end, activities):
    body = api("intervals/", **{"from": begin, "to": end})[1]
    assert [row["activity"] for row in body["results"]] == activities


def test_stays_tell_zone_and_floor(api, history, bay):
    latest, earlier = api("stays/", zone=bay.pk)[1]["results"]
    assert latest == {
        "asset": "P-1",
        "zone": {"id": bay.pk, "name": "Bay 1", "kind": "patient_room"},
        "floor": {"slug": "main-1", "name": "Level 1", "level": 1},
        "begin": "2026-03-02T11:00:00Z",
        "end": None,
        "source": "",
    }
    assert earlier["end"] == "2026-03-02T10:00:00Z"
    assert len(api("stays/", is_open="true", floor="main-1")[1]["results"]) == 1
    assert len(api("intervals/", activity="available", is_open="false")[1]["results"]) == 1


def test_pages_of_history_follow_one_another_without_gap_or_double(api, history):
    seen, query = [], {"limit": "1"}
    for _ in range(3):
        body = api("readings/", **query)[1]
        seen += [row["value"] for row in body["results"]]
        query = dict(part.split("=", 1) for part in urlsplit(body["next"] or "").query.split("&") if part)
        query = {key: value.replace("%3D", "=") for key, value in query.items()}
    assert seen == [80.0, 79.0, 78.0]
    assert query == {}


@pytest.mark.parametrize("path", ["readings/", "intervals/", "stays/"])
@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30T00:00:00Z"}, "to"),
        ({"limit": "0"}, "limit"),
        ({"offset": "3"}, "offset"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "ü"}, "cursor"),
        ({"cursor": base64.b64encode(b"p=then").decode()}, "cursor"),
        ({"cursor": base64.b64encode(b"p=").decode()}, "cursor"),
        ({"cursor": base64.b64encode(b"p=2026-02-30 10:00:00+00:00").decode()}, "cursor"),
        ({"cursor": base64.b64encode(b"p=2026-02-20 10:00:00").decode()}, "cursor"),
        ({"cursor": base64.b64encode(b"o=x").decode()}, "cursor"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_question_about_history_is_refused(api, site, path, params, field):
    status, body = api(path, **params)
    assert status == 400
    assert list(body) == [field]


def test_history_of_another_site_is_not_told(api, history, other_site):
    Asset.objects.update(site=other_site)
    for path in ("readings/", "intervals/", "stays/"):
        assert api(path)[1]["results"] == []
        assert api(path, asset="P-1")[1]["results"] == []


# --- Cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [("assets/", 2), ("tags/", 2), ("categories/", 2), ("readings/", 1), ("intervals/", 1), ("stays/", 2)],
)
def test_a_list_costs_the_same_queries_with_one_entry_and_with_three(
    sign_in, administrator, put, bay, ward, noon, path, queries, django_assert_num_queries
):
    def add(number):
        tag = Tag.objects.create(identifier=f"t-{number}")
        category = Category.objects.create(name=f"C{number}", plural="Cs", slug=f"c-{number}")
        model = EquipmentModel.objects.create(manufacturer="M", name=f"M{number}", category=category)
        asset = put(f"P-{number}", bay, rtls_tag=tag, department=ward, home_zone=bay, model=model)
        Reading.objects.create(asset=asset, name="temperature", at=noon, value=1)
        ActivityInterval.objects.create(asset=asset, activity="available", basis="zone", begin=noon)
        Stay.objects.create(asset=asset, zone=bay, begin=noon)

    browser = sign_in(administrator)
    add(1)
    browser.get(f"/api/v1/{path}")  # a look at stays is noted in the audit trail, once in a while
    with django_assert_num_queries(2 + queries):  # session, person, and the list's own
        browser.get(f"/api/v1/{path}")
    add(2)
    add(3)
    with django_assert_num_queries(2 + queries):
        assert len(browser.get(f"/api/v1/{path}").json()["results"]) >= 3


def test_one_asset_costs_the_same_queries_however_many_readings_it_has(
    sign_in, biomed, put, bay, noon, django_assert_num_queries
):
    pump = put("P-1", bay)
    browser = sign_in(biomed)
    for name in ("temperature", "battery_charge", "power"):
        put_reading(asset=pump, name=name, number=1, at=noon, good_at=noon, source="e")
        with django_assert_num_queries(4):  # session, person, asset, readings
            browser.get("/api/v1/assets/P-1/")
