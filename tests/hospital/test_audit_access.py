"""Looking at where something has been, taking data out and being turned away are in the trail."""

from datetime import timedelta

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from hospital.audit.access import HISTORY_VIEWS, note_access
from hospital.audit.context import Actor, acting
from hospital.audit.models import Action, AuditRecord
from tests.hospital.addresses import all_addresses


@pytest.fixture
def look(biomed):
    """Notes one answer: ``look("asset", {"asset_tag": "P-1"}, HttpResponse())``."""

    def note(view, kwargs, response, path="/somewhere/", person=biomed):
        request = RequestFactory().get(path)
        request.user = person
        request.resolver_match = ResolverMatch(lambda: None, (), kwargs, url_name=view)
        with acting(lambda: Actor(name=person.get_username(), user_id=person.pk)):
            note_access(request, response)

    return note


def test_the_views_of_history_exist():
    assert set(HISTORY_VIEWS) <= {address.name for address in all_addresses()}


def test_opening_an_asset_page_is_a_look_at_its_history(biomed, sign_in, make_pump):
    make_pump("P-1")
    assert sign_in(biomed).get(reverse("asset", args=["P-1"])).status_code == 200
    record = AuditRecord.objects.get(action=Action.VIEW_HISTORY)
    assert (record.actor_name, record.object_type, record.object_id) == ("biomed", "assets.asset", "P-1")


def test_a_page_that_refreshes_itself_is_one_look(look):
    for _ in range(3):
        look("asset", {"asset_tag": "P-1"}, HttpResponse())
    look("asset", {"asset_tag": "P-2"}, HttpResponse())
    assert list(AuditRecord.objects.order_by("id").values_list("object_id", flat=True)) == ["P-1", "P-2"]


def test_coming_back_later_is_another_look(look, monkeypatch):
    look("asset", {"asset_tag": "P-1"}, HttpResponse())
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    look("asset", {"asset_tag": "P-1"}, HttpResponse())
    assert AuditRecord.objects.count() == 2


def test_each_person_is_noted(look, nurse):
    look("asset", {"asset_tag": "P-1"}, HttpResponse())
    look("asset", {"asset_tag": "P-1"}, HttpResponse(), person=nurse)
    assert AuditRecord.objects.count() == 2


@pytest.mark.parametrize("status", [304, 404, 500])
def test_what_was_not_shown_is_no_look(look, status):
    look("asset", {"asset_tag": "P-1"}, HttpResponse(status=status))
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(content_type="text/csv; charset=utf-8"),
        StreamingHttpResponse([], content_type="text/csv"),
        HttpResponse(headers={"Content-Disposition": 'attachment; filename="x.bin"'}),
    ],
)
def test_taking_data_out_is_an_event_with_what_was_asked_for(look, response):
    look("equipment-file", {}, response, path="/assets/equipment.csv?category=bed")
    record = AuditRecord.objects.get()
    assert (record.action, record.object_type, record.detail) == (
        Action.EXPORT,
        "equipment-file",
        "GET /assets/equipment.csv?category=bed",
    )


def test_the_list_of_equipment_as_a_file_is_an_export(biomed, sign_in, make_pump):
    make_pump("P-1")
    answer = sign_in(biomed).get(reverse("equipment-file"))
    assert answer.status_code == 200
    assert AuditRecord.objects.filter(action=Action.EXPORT, actor_name="biomed").count() == 1


def test_being_turned_away_is_an_event(nurse, sign_in):
    assert sign_in(nurse).get(reverse("endpoints")).status_code == 403
    record = AuditRecord.objects.get(action=Action.DENIED)
    assert (record.actor_name, record.detail, record.result) == ("nurse", "GET /collectors/", "refused")


def test_a_nobody_leaves_no_record_of_looking(client, make_pump):
    make_pump("P-1")
    client.get(reverse("asset", args=["P-1"]))
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, "203.0.113.9", "10.9.9.9"),
        (True, "203.0.113.9, 192.0.2.4", "192.0.2.4"),
        (True, "192.0.2.4", "192.0.2.4"),
        (True, "", "10.9.9.9"),
        (True, "203.0.113.9, nonsense", None),
    ],
)
def test_the_address_is_the_one_that_nobody_can_claim(
    client, nurse, settings, behind_proxy, forwarded, address
):
    settings.BEHIND_TLS_PROXY = behind_proxy
    client.post(
        reverse("sign-in"),
        {"username": "nurse", "password": "x"},
        REMOTE_ADDR="10.9.9.9",
        headers={"X-Forwarded-For": forwarded},
    )
    assert AuditRecord.objects.get().address == address
