"""Pausing: what it holds back, who did it, how it ends, and what is shown and written down of it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assets.models import AssetNow
from collectors.models import Endpoint, Pause, Segment
from collectors.pauses import end_pause, pause_polling, pause_words, pauses_in_force, resume_polling
from hospital.audit.models import Action, AuditRecord

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])


@pytest.fixture
def make_endpoint(segment):
    def make(name="Fridge 1", **values):
        return Endpoint.objects.create(
            **{
                "name": name, "segment": segment, "protocol": Endpoint.Protocol.MODBUS_TCP,
                "host": "10.0.0.7", "port": 502,
                "unit_id": Endpoint.objects.count() + 1, "profile": "medical-fridge",
            } | values
        )  # fmt: skip

    return make


@pytest.fixture
def fridge(make_endpoint, make_pump):
    return make_endpoint(asset=make_pump("P-104"))


@pytest.fixture
def far(make_endpoint, other_site):
    segment = Segment.objects.create(name="Far", site=other_site, networks=["10.9.0.0/24"])
    return make_endpoint("Far fridge", segment=segment)


def polled(now=None):
    return set(Endpoint.objects.polled(now).values_list("name", flat=True))


# --- What it holds back ---
@pytest.mark.databases
def test_a_pause_holds_back_one_endpoint_a_segment_or_everything(fridge, far, segment, make_endpoint, noon):
    make_endpoint("Fridge 2")
    assert polled() == {"Fridge 1", "Fridge 2", "Far fridge"}
    pause_polling(endpoint=fridge, by=None, reason="x", now=noon)
    assert polled() == {"Fridge 2", "Far fridge"}
    pause_polling(segment=segment, by=None, reason="x", now=noon)
    assert polled() == {"Far fridge"}
    pause_polling(by=None, reason="x", now=noon)
    assert polled() == set()
    resume_polling(now=noon)
    resume_polling(now=noon, segment=segment)
    assert polled() == {"Fridge 2", "Far fridge"}


@pytest.mark.databases
def test_a_pause_with_an_end_is_over_by_itself(fridge, noon):
    pause_polling(endpoint=fridge, by=None, reason="x", until=noon + timedelta(hours=1), now=noon)
    assert polled(noon + timedelta(minutes=59)) == set()
    assert polled(noon + timedelta(minutes=60)) == {"Fridge 1"}
    assert not pauses_in_force(noon + timedelta(hours=1)).all


def test_the_widest_pause_is_the_one_that_is_told(fridge, segment, noon):
    pause_polling(endpoint=fridge, by=None, reason="own", now=noon)
    pause_polling(segment=segment, by=None, reason="segment", now=noon)
    found = pauses_in_force(noon).on(endpoint_id=fridge.pk, segment_id=segment.pk)
    assert found.reason == "segment"


def test_pausing_again_replaces_reason_and_end(fridge, noon):
    pause_polling(endpoint=fridge, by=None, reason="first", now=noon)
    later = noon + timedelta(minutes=5)
    pause_polling(endpoint=fridge, by=None, reason="second", now=later)
    assert [pause.reason for pause in Pause.objects.in_force(later)] == ["second"]
    assert Pause.objects.get(reason="first").ended_at == later


@pytest.mark.parametrize(
    ("values", "field"), [({"reason": "  "}, "reason"), ({"reason": "x", "until_h": 0}, "until")]
)
def test_a_pause_needs_a_reason_and_an_end_that_lies_ahead(fridge, noon, values, field):
    until = noon + timedelta(hours=values.pop("until_h")) if "until_h" in values else None
    with pytest.raises(ValidationError) as refused:
        pause_polling(endpoint=fridge, by=None, until=until, now=noon, **values)
    assert set(refused.value.message_dict) == {field}
    assert not Pause.objects.exists()


def test_ending_it_twice_changes_nothing(fridge, noon):
    pause = pause_polling(endpoint=fridge, by=None, reason="x", now=noon)
    assert end_pause(pause=pause, now=noon + timedelta(minutes=1))
    assert not end_pause(pause=pause, now=noon + timedelta(minutes=9))
    assert pause.ended_at == noon + timedelta(minutes=1)


def test_what_is_polled_costs_one_query(fridge, noon, django_assert_num_queries):
    pause_polling(endpoint=fridge, by=None, reason="x", now=noon)
    with django_assert_num_queries(1):
        polled()


def test_the_words_name_person_times_and_reason_in_the_sites_time(fridge, biomed, noon):
    biomed.first_name, biomed.last_name = "Bruno", "Achterberg"
    pause = Pause(
        endpoint=fridge, begun_by=biomed, begun_at=noon, until=noon + timedelta(hours=30), reason="Firmware"
    )
    assert pause_words(pause, noon, BERLIN) == (
        "Paused by Bruno Achterberg since 13:00, until Tue 19:00: Firmware"
    )


# --- The page ---
def test_pausing_from_the_page_is_done_by_this_person_and_written_down(sign_in, biomed, fridge, noon):
    client = sign_in(biomed)
    answer = client.post(f"/collectors/{fridge.pk}/pause/", {"reason": "Firmware", "ends": "60"})
    assert (answer.status_code, answer.url) == (302, f"/collectors/{fridge.pk}/")
    pause = Pause.objects.get()
    assert (pause.endpoint, pause.begun_by, pause.begun_at) == (fridge, biomed, noon)
    assert pause.until == noon + timedelta(hours=1)
    record = AuditRecord.objects.get(object_type="collectors.pause")
    assert (record.action, record.actor_name) == (Action.CREATE, "biomed")
    assert record.changes["reason"] == [None, "Firmware"]


def test_resuming_is_one_click_and_written_down(sign_in, biomed, fridge, noon):
    pause = pause_polling(endpoint=fridge, by=biomed, reason="Firmware", now=noon - timedelta(hours=1))
    client = sign_in(biomed)
    assert (
        f"/collectors/pauses/{pause.pk}/resume/" in client.get(f"/collectors/{fridge.pk}/").content.decode()
    )
    assert client.post(f"/collectors/pauses/{pause.pk}/resume/").url == f"/collectors/{fridge.pk}/"
    assert polled() == {"Fridge 1"}
    record = AuditRecord.objects.get(object_type="collectors.pause")
    assert record.changes == {"ended_at": [None, "2026-03-02T12:00:00Z"]}


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"ends": "15"}, timedelta(minutes=15)),
        ({"ends": ""}, None),
        ({"ends": "at", "at": "14:00"}, timedelta(hours=1)),
        ({"ends": "at", "at": "12:30"}, timedelta(hours=23, minutes=30)),
    ],
)
def test_how_long_it_lasts(sign_in, biomed, segment, fridge, noon, given, until):
    """The site is in Berlin, where it is 13:00."""
    sign_in(biomed).post(f"/collectors/segments/{segment.pk}/pause/", {"reason": "x", **given})
    assert Pause.objects.get().until == (until and noon + until)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": " ", "ends": "60"}, "Say why, for those who wonder later."),
        ({"reason": "x", "ends": "at"}, "Name the time, as in 14:00."),
        ({"reason": "x", "ends": "at", "at": "noon"}, "A time is needed, as in 14:00."),
        ({"reason": "x", "ends": "9"}, "Select a valid choice"),
    ],
)
def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(sign_in, biomed, fridge, given, words):
    answer = sign_in(biomed).post(f"/collectors/{fridge.pk}/pause/", given)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert f'value="{given["reason"]}"' in answer.content.decode()
    assert not Pause.objects.exists()


def test_who_when_and_why_stand_wherever_it_matters(sign_in, biomed, fridge, segment, noon):
    pause_polling(segment=segment, by=biomed, reason="The switch is replaced", now=noon)
    client = sign_in(biomed)
    words = "The network segment is paused by biomed since 13:00: The switch is replaced"
    for address in ("/collectors/", f"/collectors/{fridge.pk}/", f"/collectors/segments/{segment.pk}/"):
        assert words in client.get(address).content.decode(), address


def test_a_pause_of_everything_is_told_first_on_collectors(sign_in, biomed, administrator, fridge, noon):
    pause_polling(by=administrator, reason="The core switch is replaced", now=noon)
    for person, may in ((administrator, True), (biomed, False)):
        text = sign_in(person).get("/collectors/").content.decode()
        assert "Everything is paused by admin since 13:00: The core switch is replaced" in text
        assert ('data-testid="resume"' in text) == may


def test_equipment_that_is_not_heard_says_that_polling_is_paused(sign_in, nurse, biomed, fridge, noon):
    client = sign_in(nurse)
    AssetNow.objects.update_or_create(asset=fridge.asset, defaults={"activity": "unknown"})
    assert "Polling paused" not in client.get("/assets/P-104/").content.decode()
    pause_polling(endpoint=fridge, by=biomed, reason="Firmware", now=noon)
    text = client.get("/assets/P-104/").content.decode()
    assert "Polling paused by biomed since 13:00: Firmware" in text


def test_equipment_that_another_endpoint_still_reads_is_not_called_paused(
    sign_in, biomed, fridge, make_endpoint, noon
):
    make_endpoint("Second", asset=fridge.asset)
    pause_polling(endpoint=fridge, by=biomed, reason="Firmware", now=noon)
    assert "Polling paused" not in sign_in(biomed).get("/assets/P-104/").content.decode()


# --- Who may ---
def test_pausing_everything_is_for_those_who_see_every_site(sign_in, biomed, administrator, fridge, noon):
    client = sign_in(biomed)
    assert client.post("/collectors/pause/", {"reason": "x", "ends": ""}).status_code == 403
    pause = pause_polling(by=administrator, reason="x", now=noon)
    assert client.post(f"/collectors/pauses/{pause.pk}/resume/").status_code == 403
    assert Pause.objects.in_force(noon).count() == 1
    assert sign_in(administrator).post("/collectors/pause/", {"reason": "y", "ends": ""}).status_code == 302


def test_what_belongs_to_another_site_is_neither_paused_nor_resumed(sign_in, biomed, far, noon):
    client, given = sign_in(biomed), {"reason": "x", "ends": ""}
    assert client.post(f"/collectors/{far.pk}/pause/", given).status_code == 404
    assert client.post(f"/collectors/segments/{far.segment_id}/pause/", given).status_code == 404
    pause = pause_polling(endpoint=far, by=None, reason="x", now=noon)
    assert client.post(f"/collectors/pauses/{pause.pk}/resume/").status_code == 404
    assert Pause.objects.in_force(noon).get() == pause


@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_other_roles_do_not_pause(request, sign_in, fridge, person):
    client = sign_in(request.getfixturevalue(person))
    assert client.post(f"/collectors/{fridge.pk}/pause/", {"reason": "x"}).status_code == 403
    assert not Pause.objects.exists()


def test_the_database_refuses_a_pause_without_a_reason_or_of_two_things(fridge, segment, noon):
    for wrong in ({"reason": ""}, {"reason": "x", "endpoint": fridge, "segment": segment}):
        with pytest.raises(IntegrityError, match="pause_"), transaction.atomic():
            Pause.objects.create(begun_at=noon, **wrong)
