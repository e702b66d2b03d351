"""On the way: claimed, fetched, not there, the next; from the list and from the way's page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from assets.claims import claim_asset, claims_of
from assets.models import AssetNow, Claim, LocateAttempt, NotHere
from assets.not_here import say_not_here
from assets.words import Activity, Basis
from hospital.audit.models import AuditRecord
from locations.models import Passage
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
def pumps_ready(make_pump, store, noon):
    """P-1 and P-2, ready in the store."""
    made = [make_pump(tag) for tag in ("P-1", "P-2")]
    for pump in made:
        AssetNow.objects.create(
            asset=pump, activity=Activity.AVAILABLE, basis=Basis.ZONE, since=noon, zone=store, floor=store.floor,
            x=12, y=5, position_at=noon, position_confidence=0.9, heard_at=noon,
            stale_at=noon + timedelta(seconds=100),
        )  # fmt: skip
    return made


def post(client, act, tag="P-1", *, fragment=False, **said):
    headers = {"HX-Request": "true"} if fragment else {}
    return client.post(f"/find/{act}/{tag}/", {"q": "pump", **said}, headers=headers)


def test_claiming_leads_to_the_way_and_shows_in_others_lists(sign_in, nurse, biomed, base, pumps_ready):
    answer = post(sign_in(nurse), "claim", near=base.pk)
    assert (answer.status_code, answer["Location"]) == (302, f"/find/way/P-1/?q=pump&near={base.pk}")
    page = sign_in(biomed).get("/find/?q=pump")
    assert [hit.asset.asset_tag for hit in page.context["found"].hits] == ["P-2", "P-1"]
    assert "Claimed by Ward 3 West until 13:10" in page.content.decode()
    assert AuditRecord.objects.get(object_type="assets.claim").actor_name == "nurse"


def test_in_the_list_one_sees_what_one_holds_with_undo(sign_in, nurse, base, pumps_ready):
    text = post(sign_in(nurse), "claim", "P-2", fragment=True, near=base.pk).content.decode()
    assert "P-2 is yours until 13:10." in text
    assert "Undo" in text
    assert text.index('data-tag="P-2"') < text.index('data-tag="P-1"')
    text = post(sign_in(nurse), "release", "P-2", fragment=True).content.decode()
    assert "P-2 is free for others again." in text
    assert Claim.objects.get().ending == Claim.Ending.RELEASED


def test_who_comes_second_is_offered_the_next(sign_in, nurse, biomed, base, pumps_ready, noon):
    claim_asset(asset=pumps_ready[0], by=biomed, unit=base, at=noon)
    client = sign_in(nurse)
    answer = post(client, "claim", near=base.pk)
    assert answer["Location"] == f"/find/way/P-2/?q=pump&near={base.pk}&lost=P-1"
    text = client.get(answer["Location"]).content.decode()
    assert "P-1 was just claimed by Ward 3 West until 13:10." in text
    assert "This is the next one." in text
    text = post(client, "claim", fragment=True, near=base.pk).content.decode()
    assert "The next one is P-2." in text


def test_not_here_offers_the_next_at_once_and_can_be_undone(sign_in, nurse, base, pumps_ready):
    client = sign_in(nurse)
    post(client, "claim", near=base.pk)
    answer = post(client, "not-here", near=base.pk)
    assert answer["Location"] == f"/find/way/P-2/?q=pump&near={base.pk}&missed=P-1"
    page = client.get(answer["Location"])
    assert "Noted: P-1 was not seen there." in page.content.decode()
    assert page.context["can_undo"]
    mark = NotHere.objects.get()
    assert (mark.by, mark.unit, mark.zone.name) == (nurse, base, "Clean store")
    assert post(client, "seen-again").status_code == 302
    assert not NotHere.objects.exists()


def test_after_repeats_the_list_leads_to_looking_for_it(sign_in, nurse, biomed, pumps_ready, store, noon):
    say_not_here(asset=pumps_ready[0], zone=store, by=biomed, at=noon)
    text = post(sign_in(nurse), "not-here", fragment=True).content.decode()
    assert "/assets/P-1/locate/" in text


def test_when_no_other_is_ready_the_page_says_so(sign_in, nurse, pumps_ready):
    AssetNow.objects.filter(asset=pumps_ready[1]).update(activity=Activity.IN_USE, basis=Basis.CONFIRMED)
    client = sign_in(nurse)
    answer = post(client, "not-here")
    assert "No other is ready now." in client.get(answer["Location"]).content.decode()


def test_got_it_ends_the_claim_and_leads_back(sign_in, nurse, pumps_ready, noon):
    client = sign_in(nurse)
    post(client, "claim")
    assert post(client, "fetched")["Location"] == "/find/?q=pump"
    assert Claim.objects.get().ending == Claim.Ending.FETCHED
    assert claims_of(nurse, noon) == []


def test_who_only_looks_has_no_buttons_and_may_not_post(sign_in, facilities, pumps_ready):
    client = sign_in(facilities)
    assert "Claim" not in client.get("/find/?q=pump").content.decode()
    for act in ("claim", "release", "fetched", "not-here", "seen-again"):
        assert post(client, act).status_code == 403
    assert not Claim.objects.exists()
    assert not NotHere.objects.exists()


def test_the_way_is_drawn_from_where_one_stands(sign_in, nurse, base, pumps_ready):
    text = sign_in(nurse).get(f"/find/way/P-1/?near={base.pk}").content.decode()
    assert 'points="5.00,-5.00 10.00,-5.00 12.00,-5.00"' in text
    assert "Main, Level 1: Clean store" in text
    assert "10 m" in text


def test_the_way_is_drawn_in_every_language(sign_in, nurse, base, pumps_ready):
    """A decimal comma is no number to a browser."""
    nurse.language = "de"
    nurse.save()
    text = sign_in(nurse).get(f"/find/way/P-1/?near={base.pk}").content.decode()
    drawn = text.partition('class="way-plan"')[2].partition("</svg>")[0]
    numbers = re.findall(r' (?:x|y|cx|cy|r|font-size|stroke-width)="([^"]*)"', drawn)

    assert 'lang="de"' in text
    assert len([float(number) for number in numbers]) > 8


def test_without_a_place_to_stand_the_place_alone_is_drawn(sign_in, nurse, pumps_ready):
    text = sign_in(nurse).get("/find/way/P-1/").content.decode()
    assert "Where P-1 is" in text
    assert "way-line" not in text


def test_what_has_no_place_says_so(sign_in, nurse, make_pump):
    make_pump("P-9")
    assert "Its place is not known" in sign_in(nurse).get("/find/way/P-9/").content.decode()


def test_the_list_and_the_way_cost_the_same_however_many(
    sign_in, nurse, base, pumps_ready, make_pump, store, noon, django_assert_max_num_queries
):
    client = sign_in(nurse)
    address = f"/find/?q=pump&near={base.pk}"
    client.get(address)
    with django_assert_max_num_queries(16):
        client.get(address)
    for number in range(3, 6):
        AssetNow.objects.create(
            asset=make_pump(f"P-{number}"), activity=Activity.AVAILABLE, zone=store, floor=store.floor,
            stale_at=noon + timedelta(seconds=9),
        )  # fmt: skip
    with django_assert_max_num_queries(16):
        assert len(client.get(address).context["found"].hits) == 5
    with django_assert_max_num_queries(24):
        client.get(f"/find/way/P-1/?near={base.pk}")


def test_looking_for_it_lists_rooms_with_reasons(sign_in, nurse, pumps_ready, store):
    text = sign_in(nurse).get("/assets/P-1/locate/").content.decode()
    assert "Clean store" in text
    assert "1 of its kind are there" in text
    looked = AuditRecord.objects.get(action="view_history")
    assert (looked.object_type, looked.object_id) == ("assets.asset", "P-1")


def test_found_here_places_it_and_not_found_is_logged_with_the_rooms(
    sign_in, nurse, pumps_ready, base, store
):
    client = sign_in(nurse)
    answer = client.post("/assets/P-1/locate/", {"looked_in": [store.pk]})
    assert answer["Location"] == "/assets/P-1/locate/"
    attempt = LocateAttempt.objects.get()
    assert (attempt.outcome, list(attempt.looked_in.all())) == ("not_found", [store])
    client.post("/assets/P-1/locate/", {})
    assert 'data-testid="unable"' in client.get("/assets/P-1/locate/").content.decode()
    answer = client.post("/assets/P-1/locate/", {"found": base.pk})
    assert answer["Location"] == "/assets/P-1/"
    assert AssetNow.objects.get(asset=pumps_ready[0]).zone == base


@pytest.mark.parametrize("said", [{"found": "x"}, {"found": "999999"}, {"looked_in": ["1" * 20]}])
def test_rooms_that_are_none_are_refused_and_nothing_happens(sign_in, nurse, pumps_ready, said):
    assert sign_in(nurse).post("/assets/P-1/locate/", said).status_code == 400
    assert not LocateAttempt.objects.exists()
