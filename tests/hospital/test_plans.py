"""The plan editor's pages: who may, what comes back, one event in the trail, and what follows a changed room."""

import json
from datetime import datetime

import pytest
from django.urls import reverse

from hospital.audit.models import AuditRecord
from hospital.plan_changes import last_changes
from locations.models import Floor, Zone
from locations.zones import ZoneKind
from tests.conftest import rectangle

pytestmark = pytest.mark.django_db
STATE, EDIT = "/plans/main-1/state.json", "/plans/main-1/edit/"


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 1", ZoneKind.PATIENT_ROOM, 0, 0, 10, 10)


@pytest.fixture
def engineer(sign_in, biomed, bay):
    return sign_in(biomed)


def opened(client):
    return client.get(STATE).json()


def save(client, drawing):
    return client.post(EDIT, json.dumps(drawing), content_type="application/json")


def reshaped(client):
    drawing = opened(client)
    drawing["zones"][0]["rings"] = rectangle(0, 0, 9, 10)
    return drawing


def events():
    return AuditRecord.objects.filter(action="change").order_by("id")


def test_an_engineer_saves_a_floor_and_the_trail_says_it_once_in_words(
    engineer, bay, make_pump, nurse, django_capture_on_commit_callbacks, told_floors
):
    pump = make_pump(home_zone=bay)
    nurse.home_zone = bay
    nurse.save()
    drawing = reshaped(engineer)
    drawing["zones"][0]["name"] = "Bay 1 a"

    with django_capture_on_commit_callbacks(execute=True):
        answer = save(engineer, drawing)

    heir = Zone.objects.current().get()
    assert answer.json()["words"] == "1 zone reshaped, 1 renamed"
    assert answer.json()["state"]["zones"][0]["id"] == heir.pk
    pump.refresh_from_db(), nurse.refresh_from_db()
    assert (pump.home_zone, nurse.home_zone) == (heir, heir)
    (event,) = events()
    assert (event.actor_name, event.object_type, event.object_text) == (
        "biomed",
        "locations.floor",
        "Level 1",
    )
    assert event.detail == "Plan of Level 1 changed: 1 zone reshaped, 1 renamed"
    assert event.changes[f"locations.zone {bay.pk}"]["retired_at"][0] is None
    assert event.changes[f"locations.zone {heir.pk}"]["did"] == "create"
    assert event.changes[f"assets.asset {pump.pk}"]["home_zone"] == [bay.pk, heir.pk]
    assert event.changes[f"hospital.user {nurse.pk}"]["home_zone"] == [bay.pk, heir.pk]
    assert told_floors == [bay.floor_id]


@pytest.fixture
def told_floors(monkeypatch):
    """Floors whose viewers were told that the plan changed."""
    told: list[int] = []
    monkeypatch.setattr("hospital.plans.send_plan_change", told.append)
    return told


def test_saving_without_a_change_is_no_event(engineer):
    assert save(engineer, opened(engineer)).json()["words"] == ""
    assert not events()


def test_who_comes_second_is_told_who_saved_meanwhile_and_loses_nothing(engineer, sign_in, administrator):
    mine = reshaped(engineer)
    theirs = opened(sign_in(administrator))
    theirs["zones"][0]["name"] = "Theirs"
    save(sign_in(administrator), theirs)

    answer = save(sign_in(administrator), mine)

    told = answer.json()
    assert answer.status_code == 409
    assert (told["who"], told["what"]) == ("admin", "Plan of Level 1 changed: 1 zone renamed")
    at = last_changes(Floor.objects.all())[Floor.objects.get().pk].at
    assert datetime.fromisoformat(told["at"]) == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert told["state"]["zones"][0]["name"] == "Theirs"
    assert Zone.objects.get().name == "Theirs"


def test_faults_come_back_with_the_shapes_and_nothing_is_stored(engineer, bay):
    drawing = opened(engineer)
    drawing["zones"][0]["rings"] = [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]]
    answer = save(engineer, drawing)
    assert (answer.status_code, answer.json()) == (
        422,
        {"faults": [{"keys": [f"z{bay.pk}"], "words": "Bay 1 crosses itself", "at": [2.0, 2.0]}]},
    )
    assert Zone.objects.current().get() == bay
    assert not events()


@pytest.mark.parametrize("content", ["", "x", "[]", "{}", '{"zones": NaN}', "9" * 400])
def test_what_is_no_plan_is_refused(engineer, content):
    assert engineer.post(EDIT, content, content_type="application/json").status_code == 400


@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_who_may_not_change_plans_neither_sees_nor_sends_one(request, sign_in, person, bay):
    client = sign_in(request.getfixturevalue(person))
    for path in ("/plans/", EDIT, STATE):
        assert client.get(path).status_code == 403
    assert save(client, {}).status_code == 403
    assert EDIT not in client.get("/map/main-1/").content.decode()


def test_a_floor_of_another_site_is_not_there(sign_in, biomed, bay, other_site):
    biomed.sites.set([other_site])
    client = sign_in(biomed)
    assert [client.get(path).status_code for path in (EDIT, STATE)] == [404, 404]
    assert save(client, {}).status_code == 404
    assert "Level 1" not in client.get("/plans/").content.decode()


def test_the_list_says_who_changed_what_and_leads_on(engineer, bay):
    page = engineer.get("/plans/").content.decode()
    assert "not by hand" in page
    save(engineer, reshaped(engineer))
    page = engineer.get("/plans/").content.decode()
    assert "by biomed" in page
    assert "Plan of Level 1 changed: 1 zone reshaped" in page
    for address in (EDIT, "/map/main-1/"):
        assert f'href="{address}"' in page
    assert f'href="{EDIT}"' in engineer.get("/map/main-1/").content.decode()
    assert f'href="{reverse("map", args=["main-1"])}"' in engineer.get(EDIT).content.decode()


def test_a_zone_changed_in_the_administration_counts_as_a_change_of_its_floor(
    sign_in, administrator, bay, floor
):
    sign_in(administrator).post(
        f"/admin/locations/zone/{bay.pk}/change/",
        {
            "floor": floor.pk, "name": "New", "code": "new", "kind": "other", "polygon": json.dumps(bay.polygon),
            "label_x": 1, "label_y": 1,
        },
    )  # fmt: skip
    assert last_changes([floor])[floor.pk].who == "admin"


def test_the_list_asks_no_more_of_the_database_for_more_floors(
    engineer, building, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as few:
        engineer.get("/plans/")
    for level in range(2, 9):
        Floor.objects.create(building=building, name=f"L{level}", slug=f"main-{level}", level=level)
    with django_assert_num_queries(len(few)):
        engineer.get("/plans/")
