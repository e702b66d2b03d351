"""The page on which a nurse finds the nearest ready piece."""

from datetime import timedelta

import pytest

from assets.models import AssetNow
from assets.words import Activity, Basis
from hospital.models import User
from locations.models import Building, Floor, Passage
from locations.zones import ZoneKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def base(make_zone, ward):
    return make_zone("Staff base", ZoneKind.NURSE_STATION, 0, 0, department=ward)


@pytest.fixture
def store(make_zone, base):
    zone = make_zone("Clean store", ZoneKind.CLEAN_STORE, 10, 0)
    Passage.objects.create(zone_a=base, zone_b=zone, x=10, y=5)
    return zone


@pytest.fixture
def place(noon):
    """``place(pump, store, Activity.AVAILABLE)``: heard of 20 seconds ago."""

    def put(asset, zone, activity=Activity.AVAILABLE, basis=Basis.ZONE):
        return AssetNow.objects.create(
            asset=asset,
            activity=activity,
            basis=basis,
            since=noon - timedelta(hours=1),
            zone=zone,
            floor=zone.floor,
            x=zone.label_x,
            y=zone.label_y,
            position_at=noon - timedelta(seconds=20),
            position_confidence=0.9,
            heard_at=noon - timedelta(seconds=20),
            stale_at=noon + timedelta(seconds=100),
        )

    return put


def fragment(client, **query):
    return client.get("/find/", query, headers={"HX-Request": "true"})


def test_a_ready_pump_is_shown_with_place_distance_and_age(sign_in, nurse, make_pump, store, base, place):
    place(make_pump("P-104"), store)
    page = sign_in(nurse).get("/find/", {"q": "pump", "near": base.pk})
    assert page.status_code == 200
    (hit,) = page.context["found"].hits
    assert (hit.asset.asset_tag, hit.distance_m, hit.floors) == ("P-104", 10.0, 0)
    text = page.content.decode()
    assert "Ready now" in text
    assert "Clean store" in text
    assert "20 s ago" in text
    assert "10 m" in text
    assert f"/find/way/P-104/?q=pump&amp;near={base.pk}" in text


def test_results_are_grouped_by_when_they_can_be_taken(sign_in, nurse, make_pump, store, place):
    place(make_pump("P-1"), store)
    place(make_pump("P-2"), store, Activity.IN_TRANSIT, Basis.MOVEMENT)
    place(make_pump("P-3"), store, Activity.IN_USE, Basis.CONFIRMED)
    groups = sign_in(nurse).get("/find/?q=pump").context["groups"]
    assert [(title, count, [hit.asset.asset_tag for hit in hits]) for _, title, count, hits in groups] == [
        ("Ready now", 1, ["P-1"]), ("Soon", 1, ["P-2"]), ("Not now", 1, ["P-3"]),
    ]  # fmt: skip


def test_when_none_is_ready_the_page_says_so_first(sign_in, nurse, make_pump, store, place):
    place(make_pump("P-3"), store, Activity.IN_USE, Basis.CONFIRMED)
    assert "None is ready now" in sign_in(nurse).get("/find/?q=pump").content.decode()


def test_nothing_found_says_what_to_do(sign_in, nurse):
    text = sign_in(nurse).get("/find/?q=giraffe").content.decode()
    assert "Nothing found for “giraffe”" in text
    assert "Try another word" in text


def test_what_was_typed_is_shown_as_text(sign_in, nurse):
    text = sign_in(nurse).get("/find/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_without_text_the_tiles_lead_on(sign_in, nurse, make_pump, store, place, base):
    place(make_pump("P-1"), store)
    text = sign_in(nurse).get("/find/", {"near": base.pk}).content.decode()
    assert f"?q=Infusion+pump&amp;near={base.pk}" in text or f"?near={base.pk}&amp;q=Infusion+pump" in text
    assert "1 ready" in text


def test_an_open_page_asks_for_the_results_alone(sign_in, nurse, make_pump, store, place):
    place(make_pump("P-1"), store)
    page = fragment(sign_in(nurse), q="pump")
    assert "<html" not in page.content.decode()
    assert "P-1" in page.content.decode()
    assert "HX-Request" in page["Vary"]


def test_going_back_gets_the_whole_page(sign_in, nurse):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in sign_in(nurse).get("/find/?q=pump", headers=headers).content.decode()


def test_the_unit_is_remembered_until_another_is_named(sign_in, nurse, base, store):
    client = sign_in(nurse)
    client.get("/find/", {"near": base.pk})
    assert client.get("/find/?q=pump").context["near"] == base
    client.get("/find/", {"near": store.pk})
    assert client.get("/find/?q=pump").context["near"] == store


def test_a_person_starts_in_their_own_unit(sign_in, nurse, base):
    User.objects.filter(pk=nurse.pk).update(home_zone=base)
    assert sign_in(nurse).get("/find/").context["near"] == base


def test_without_a_unit_one_is_asked_for(sign_in, nurse, make_pump, store, place):
    place(make_pump("P-1"), store)
    page = sign_in(nurse).get("/find/?q=pump")
    assert page.context["near"] is None
    assert "Say where you are" in page.content.decode()


def test_a_room_of_a_foreign_site_is_not_there(sign_in, nurse, make_zone, other_site):
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    floor = Floor.objects.create(building=building, name="Level 0", slug="far-0", level=0)
    far = make_zone("Far base", ZoneKind.NURSE_STATION, floor=floor)
    client = sign_in(nurse)
    assert client.get("/find/", {"near": far.pk}).status_code == 404
    assert "near" not in client.session


@pytest.mark.parametrize("near", ["here", "-1", "1.5", "9" * 30, "１"])
def test_a_malformed_room_is_refused(sign_in, nurse, near):
    assert sign_in(nurse).get("/find/", {"near": near}).status_code == 400


def test_equipment_of_a_foreign_site_is_not_found(sign_in, nurse, make_pump, other_site, store, place):
    place(make_pump("P-9", site=other_site), store)
    assert sign_in(nurse).get("/find/?q=P-9").context["found"].total == 0


def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    assert client.get("/find/?q=pump").url.startswith("/sign-in/")


def test_nothing_is_changed_by_posting(sign_in, nurse):
    assert sign_in(nurse).post("/find/", {"q": "pump"}).status_code == 405


def test_more_hits_need_no_more_queries(
    sign_in, nurse, make_pump, store, base, place, django_assert_max_num_queries
):
    client = sign_in(nurse)
    place(make_pump("P-1"), store)
    counts = []
    for tags in ((), ("P-2", "P-3")):
        for tag in tags:
            place(make_pump(tag), store)
        fragment(client, q="pump", near=base.pk)
        with django_assert_max_num_queries(15) as queries:
            fragment(client, q="pump", near=base.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]
