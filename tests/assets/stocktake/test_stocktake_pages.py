"""The pages and the API of stocktakes: who may, what they show, how many queries they take."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assets.stocktake.counting import close_room
from assets.stocktake.models import Scan, Stocktake
from assets.stocktake.opening import Scope, open_stocktake

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay")


@pytest.fixture
def whole(site, bay, make_pump, biomed, now):
    make_pump("P-1", home_zone=bay)
    return open_stocktake(name="Spring", scope=Scope(site), by=biomed, now=now)


@pytest.fixture
def room(whole):
    return whole.rooms.get()


def counted(client, whole, **told):
    path = f"/api/v1/stocktakes/{whole.pk}/count/"
    return client.post(path, told, content_type="application/json")


def test_an_engineer_opens_one_and_bad_choices_name_their_field(
    sign_in, biomed, site, bay, make_pump, pumps, building
):
    make_pump("P-1", home_zone=bay)
    client = sign_in(biomed)
    answer = client.post(reverse("stocktake-new"), {"name": "", "site": site.pk})
    assert "name" in answer.context["form"].errors
    answer = client.post(
        reverse("stocktake-new"),
        {"name": "Spring", "site": site.pk, "zones": [bay.pk], "categories": [pumps.pk]},
    )
    made = Stocktake.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.opened_by, list(made.categories.all()), made.lines.count()) == (biomed, [pumps], 1)


def test_a_nurse_counts_over_the_api_once_by_key_and_takes_it_back(sign_in, nurse, whole, room):
    client, key = sign_in(nurse), str(uuid.uuid4())
    for _time in range(2):
        answer = counted(client, whole, room=room.pk, code="P-1", key=key)
        assert (answer.status_code, answer.json()["line"]["state"]) == (200, "found")
    assert Scan.objects.count() == 1
    lines = client.get(f"/api/v1/stocktakes/{whole.pk}/lines/").json()
    assert [(each["asset_tag"], each["state"]) for each in lines["results"]] == [("P-1", "found")]
    assert client.get("/api/v1/stocktakes/").json()["results"][0]["found"] == 1
    path = f"/api/v1/stocktakes/{whole.pk}/take-back/"
    assert client.post(path, {"key": key}, content_type="application/json").status_code == 200
    answer = client.post(path, {"room": room.pk}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"key": ["There is nothing of yours to take back."]})


def test_what_cannot_be_counted_is_refused_with_its_field(sign_in, nurse, whole, room, now):
    client = sign_in(nurse)
    close_room(room=room, by=nurse, now=now)
    answer = counted(client, whole, room=room.pk, code="P-1")
    assert (answer.status_code, list(answer.json())) == (400, ["room"])
    assert not Scan.objects.exists()


def test_a_manager_looks_and_counts_nothing(sign_in, facilities, whole, room):
    client = sign_in(facilities)
    page = client.get(room.get_absolute_url()).content.decode()
    assert "P-1" in page
    assert "data-tap" not in page
    assert counted(client, whole, room=room.pk, code="P-1").status_code == 403
    assert client.post(reverse("stocktake-room-close", args=[whole.pk, room.pk])).status_code == 403
    room.refresh_from_db()
    assert (Scan.objects.count(), room.closed_at) == (0, None)


def test_another_site_has_no_stocktake_to_see(sign_in, biomed, other_site, whole):
    biomed.sites.set([other_site])
    client = sign_in(biomed)
    for name in ("stocktake", "stocktake-report", "stocktake-file", "stocktake-report-file"):
        assert client.get(reverse(name, args=[whole.pk])).status_code == 404
    assert client.get("/api/v1/stocktakes/").json()["count"] == 0


def test_from_the_room_to_the_signed_report(sign_in, biomed, whole, room):
    client = sign_in(biomed)
    counted(client, whole, room=room.pk, code="=XK-0815")
    assert "It is here" in client.get(room.get_absolute_url()).content.decode()
    client.post(reverse("stocktake-room-close", args=[whole.pk, room.pk]))
    assert "1 missing" in client.get(whole.get_absolute_url()).content.decode()
    client.post(reverse("stocktake-close", args=[whole.pk]), {"signature": "Bruno Biomed", "note": "Done"})
    page = client.get(reverse("stocktake-report", args=[whole.pk])).content.decode()
    for words in ("Bruno Biomed", "P-1", "=XK-0815", "no cost told", "of no department"):
        assert words in page
    assert "'=XK-0815" in client.get(reverse("stocktake-file", args=[whole.pk])).content.decode()
    assert client.get(reverse("stocktake-report-file", args=[whole.pk])).content.startswith(b"%PDF")
    line = whole.lines.get(state="missing")
    client.post(reverse("stocktake-missing", args=[whole.pk]), {"line": [line.pk]})
    assert line.asset.locate_attempts.count() == 1
    unknown = whole.lines.get(state="unknown")
    client.post(reverse("stocktake-tag", args=[whole.pk, unknown.pk]), {"note": "An old label"})
    assert "An old label" in client.get(reverse("stocktake-report", args=[whole.pk])).content.decode()


def test_the_label_of_a_room_leads_to_it(sign_in, nurse, whole, room, bay):
    client = sign_in(nurse)
    answer = client.get(whole.get_absolute_url(), {"code": f"{bay.floor.slug}/{bay.code}"})
    assert answer.url == room.get_absolute_url()


@pytest.mark.parametrize("name", ["list", "one", "room", "report"])
def test_pages_take_as_many_queries_for_three_as_for_one(
    sign_in, biomed, site, make_zone, make_pump, bay, now, name
):

    client = sign_in(biomed)

    def taken(count):
        for number in range(count):
            make_pump(f"Q-{count}-{number}", home_zone=bay)
            made = open_stocktake(name=f"S{number}", scope=Scope(site), by=biomed, now=now)
        for room in made.rooms.all():
            close_room(room=room, by=biomed, now=now)
        address = {
            "list": reverse("stocktakes"),
            "one": made.get_absolute_url(),
            "room": made.rooms.get().get_absolute_url(),
            "report": reverse("stocktake-report", args=[made.pk]),
        }[name]
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    assert taken(1) == taken(3)
