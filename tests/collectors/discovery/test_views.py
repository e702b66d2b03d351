"""The pages of discovery: what waits, how a search goes, and what a decision makes of a device."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from assets.models import Asset
from collectors.discovery.changes import note_swap
from collectors.engine.swaps import Swap
from collectors.models import Credential, Discovery, Endpoint, Find, Segment
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def make_find(segment, noon):
    def make(**values):
        return Find.objects.create(
            **{
                "kind": "new", "segment": segment, "host": "10.20.3.7", "port": 502, "protocol": "modbus_tcp",
                "facts": {"product": "Frost 9", "serial_number": "F-1"}, "profiles": ["medical-fridge"],
                "first_seen_at": noon, "seen_at": noon, **values,
            }
        )  # fmt: skip

    return make


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def search(client, place, **values):
    return client.post("/collectors/discovery/", {"segment": place.pk, "network": "10.20.3.0/24", **values})


# --- searching


def test_a_search_is_asked_for_and_waits_for_a_collector(sign_in, biomed, segment):
    client = sign_in(biomed)
    assert search(client, segment, ports="161, 1161").status_code == 302
    asked = Discovery.objects.get()
    assert (asked.network, asked.ports, asked.requested_by) == ("10.20.3.0/24", [161, 1161], biomed)
    assert "Waits for a collector that serves the segment" in text(client.get("/collectors/discovery/"))
    assert AuditRecord.objects.filter(object_type="collectors.discovery").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"network": "10.30.0.0/24"}, "lies in none of the segment&#x27;s networks"),
        ({"network": ""}, "Name it, as in 10.20.3.0/24."),
        ({"ports": "ssh"}, "Numbers with commas between"),
        ({"ports": "22"}, "may be polled on port 22"),
        ({"segment": "4711"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    sign_in, biomed, segment, values, words
):
    answer = search(sign_in(biomed), segment, **values)
    assert answer.status_code == 400
    assert words in text(answer)
    assert values.get("network", "10.20.3.0/24") in text(answer)
    assert not Discovery.objects.exists()


def test_a_segment_of_another_site_cannot_be_searched(sign_in, biomed, other_site):
    far = Segment.objects.create(name="Far", site=other_site, networks=["10.20.0.0/16"])
    answer = search(sign_in(biomed), far)
    assert answer.status_code == 400
    assert "Far" not in text(answer)


def test_progress_is_shown_and_can_be_stopped(sign_in, biomed, segment, noon):
    running = Discovery.objects.create(
        id=UUID(int=9), segment=segment, network="10.20.3.0/24", ports=[161], requested_at=noon,
        taken_at=noon, told_at=noon, total=256, asked=64, answered=3, left_alone=2,
    )  # fmt: skip
    client = sign_in(biomed)
    page = text(client.get("/collectors/discovery/", headers={"HX-Request": "true"}))
    assert "64 of 256 places, 3 answered, 2 are read already and left alone." in page
    assert '<progress class="progress" max="256" value="64"' in page
    client.post(f"/collectors/discovery/{running.pk}/stop/")
    running.refresh_from_db()
    assert running.stop_at == noon


def test_a_search_whose_collector_is_gone_says_so(sign_in, biomed, segment, noon):
    Discovery.objects.create(
        segment=segment, network="10.20.3.0/24", requested_at=noon - timedelta(hours=1),
        taken_at=noon - timedelta(hours=1), told_at=noon - timedelta(minutes=50), total=256, asked=64,
    )  # fmt: skip
    page = text(sign_in(biomed).get("/collectors/discovery/"))
    assert "the collector that searched is gone, after 64 of 256 places" in page


def test_while_nothing_waits_the_page_says_what_will_stand_there(sign_in, biomed, segment):
    assert "stands here until somebody decides" in text(sign_in(biomed).get("/collectors/discovery/"))


# --- deciding


def test_a_find_says_what_it_is_and_leads_to_its_endpoint_once_taken_on(
    sign_in, biomed, make_find, make_pump
):
    find = make_find(asset=make_pump("P-1", serial_number="F-1"), known_by="serial number")
    client = sign_in(biomed)
    page = text(client.get(f"/collectors/finds/{find.pk}/"))
    assert "Frost 9" in page
    assert "by its serial number" in page
    answer = client.post(
        f"/collectors/finds/{find.pk}/",
        {"name": "Fridge 7", "profile": "medical-fridge", "speaks_of": "same"},
    )
    endpoint = Endpoint.objects.get()
    assert answer["Location"] == f"/collectors/{endpoint.pk}/"
    assert (endpoint.name, endpoint.asset.asset_tag) == ("Fridge 7", "P-1")
    assert "Decided: taken on" in text(client.get(f"/collectors/finds/{find.pk}/"))


def test_equipment_that_nobody_has_entered_is_entered_with_it(sign_in, biomed, make_find, pump_model):
    find = make_find()
    sign_in(biomed).post(
        f"/collectors/finds/{find.pk}/",
        {
            "name": "Fridge 7", "profile": "medical-fridge", "speaks_of": "new",
            "other": "FR-9", "model": pump_model.pk,
        },
    )  # fmt: skip
    assert (Asset.objects.get().asset_tag, Asset.objects.get().serial_number) == ("FR-9", "F-1")
    assert Endpoint.objects.get().asset == Asset.objects.get()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"speaks_of": "other", "other": "P-9"}, "No equipment in service at St. Elmo has that number."),
        ({"speaks_of": "new", "other": "", "model": ""}, "Name the hospital&#x27;s own number of it."),
        ({"name": ""}, "Give the endpoint a name."),
        ({"profile": "no-such"}, "Select a valid choice"),
        ({"name": "Taken"}, "already exists"),
    ],
)
def test_a_decision_that_cannot_be_carried_out_names_the_field_and_changes_nothing(
    sign_in, biomed, make_find, segment, values, words
):
    Endpoint.objects.create(
        name="Taken",
        segment=segment,
        host="10.20.9.9",
        port=502,
        protocol="modbus_tcp",
        profile="medical-fridge",
    )
    find = make_find()
    answer = sign_in(biomed).post(
        f"/collectors/finds/{find.pk}/",
        {"name": "Fridge 7", "profile": "medical-fridge", "speaks_of": "gateway", **values},
    )
    assert answer.status_code == 400
    assert words in text(answer)
    find.refresh_from_db()
    assert (find.decision, Endpoint.objects.count(), Asset.objects.count()) == ("", 1, 0)


def test_in_the_clear_only_with_a_reason(sign_in, biomed, make_find):
    credential = Credential.objects.create(
        name="old", kind="snmp_community", protocols="community", sealed=b"x"
    )
    find = make_find(protocol="snmp_v2c", port=161, credential=credential, profiles=["host-resources"])
    client = sign_in(biomed)
    said = {"name": "PC", "profile": "host-resources", "speaks_of": "gateway"}
    assert client.post(f"/collectors/finds/{find.pk}/", said).status_code == 400
    client.post(f"/collectors/finds/{find.pk}/", said | {"exception_reason": "Its maker knows no other."})
    assert Endpoint.objects.get().exception_reason == "Its maker knows no other."


def test_what_is_left_alone_waits_no_longer(sign_in, biomed, make_find):
    find = make_find()
    client = sign_in(biomed)
    client.post(f"/collectors/finds/{find.pk}/leave/")
    assert "Nothing waits" in text(client.get("/collectors/discovery/"))


# --- another device in its place


@pytest.fixture
def swapped(segment, make_pump, noon):
    endpoint = Endpoint.objects.create(
        name="Fridge 1", segment=segment, host="10.20.3.9", port=502, protocol="modbus_tcp",
        profile="medical-fridge", asset=make_pump("P-1", serial_number="A-1"),
    )  # fmt: skip
    make_pump("P-2", serial_number="B-2")
    note_swap(Swap(endpoint.pk, "B-2"), now=noon)
    return Find.objects.get()


def test_a_swap_stands_on_the_endpoints_page_and_leads_to_the_decision(sign_in, biomed, swapped):
    client = sign_in(biomed)
    page = text(client.get(f"/collectors/{swapped.endpoint_id}/"))
    assert "Another device answers here: serial number B-2, not A-1." in page
    assert f"/collectors/finds/{swapped.pk}/" in page
    assert "1 to decide" in text(client.get("/collectors/"))


def test_it_is_another_device(sign_in, biomed, swapped):
    client = sign_in(biomed)
    assert 'value="P-2"' in text(client.get(f"/collectors/finds/{swapped.pk}/"))
    client.post(f"/collectors/finds/{swapped.pk}/", {"other": "P-2"})
    assert Endpoint.objects.get().asset.asset_tag == "P-2"


def test_it_is_the_same_device(sign_in, biomed, swapped):
    sign_in(biomed).post(f"/collectors/finds/{swapped.pk}/", {"same": "yes"})
    assert Asset.objects.get(asset_tag="P-1").serial_number == "B-2"


def test_a_find_of_another_site_is_not_there(sign_in, biomed, make_find, other_site):
    far = Segment.objects.create(name="Far", site=other_site, networks=["10.20.0.0/16"])
    find = make_find(segment=far)
    client = sign_in(biomed)
    assert client.get(f"/collectors/finds/{find.pk}/").status_code == 404
    assert client.post(f"/collectors/finds/{find.pk}/leave/").status_code == 404
    assert "10.20.3.7" not in text(client.get("/collectors/discovery/"))
