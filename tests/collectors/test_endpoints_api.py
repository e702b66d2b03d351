"""Endpoints over the API: how polling goes, and nothing of any credential."""

from datetime import timedelta

import pytest

from collectors.models import Credential, Disturbance, Endpoint, EndpointHealth, Segment
from collectors.pauses import pause_polling

SECRET = "canary-3f9c"


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward VLAN", site=site, networks=["10.1.0.0/16"])


@pytest.fixture
def credential(db):
    return Credential.objects.create(
        name=f"name-{SECRET}", kind=Credential.Kind.SNMP_USM, sealed=SECRET.encode()
    )


@pytest.fixture
def make_endpoint(segment, credential):
    def make(name="UPS 1", **extra):
        return Endpoint.objects.create(
            **{
                "name": name,
                "segment": segment,
                "host": f"10.1.0.{Endpoint.objects.count() + 1}",
                "port": 161,
                "profile": "ups-rfc1628",
                "credential": credential,
                **extra,
            }
        )

    return make


@pytest.fixture
def api(sign_in, biomed):
    """Asks as the biomedical engineer: status and JSON."""
    browser = sign_in(biomed)

    def get(path="endpoints/", /, **params):
        response = browser.get(f"/api/v1/{path}", params)
        return response.status_code, response.json()

    return get


def names(answer):
    status, body = answer
    assert status == 200, body
    return [row["name"] for row in body["results"]]


def test_an_endpoint_is_told_with_its_health(api, make_endpoint, make_pump, noon):
    endpoint = make_endpoint(asset=make_pump("P-1"))
    EndpointHealth.objects.create(
        endpoint=endpoint,
        attempted_at=noon,
        answered_at=noon - timedelta(minutes=5),
        latency_ms=12.5,
        quality="no_answer",
        detail="no answer within 2 s",
        failing_since=noon - timedelta(minutes=4),
        failures_in_a_row=8,
        polls=100,
        answers=92,
        next_poll_at=noon + timedelta(seconds=30),
    )
    assert api(f"endpoints/{endpoint.pk}/") == (
        200,
        {
            "id": endpoint.pk,
            "name": "UPS 1",
            "protocol": "snmp_v3",
            "protocol_name": "SNMP v3",
            "host": "10.1.0.1",
            "port": 161,
            "unit_id": 1,
            "profile": "ups-rfc1628",
            "segment": {
                "name": "Ward VLAN",
                "site": {"slug": "st-elmo", "name": "St. Elmo"},
            },
            "asset": {"asset_tag": "P-1", "name": "Meridian Infusa 200", "category": "infusion-pump"},
            "interval_s": 30.0,
            "interval_in_use_s": None,
            "timeout_s": 2.0,
            "pause_between_ms": 0,
            "behind": None,
            "driver": "",
            "context_name": "",
            "max_varbinds": None,
            "max_repetitions": None,
            "max_message_bytes": None,
            "line_settings": "",
            "is_enabled": True,
            "exception_reason": "",
            "weaknesses": [],
            "state": "failing",
            "pause": None,
            "health": {
                "attempted_at": "2026-03-02T12:00:00Z",
                "answered_at": "2026-03-02T11:55:00Z",
                "latency_ms": 12.5,
                "quality": "no_answer",
                "quality_name": "No answer",
                "detail": "no answer within 2 s",
                "failing_since": "2026-03-02T11:56:00Z",
                "failures_in_a_row": 8,
                "polls": 100,
                "answers": 92,
                "next_poll_at": "2026-03-02T12:00:30Z",
                "recovered_at": None,
                "typical_ms": None,
                "refused": {},
            },
        },
    )


def test_an_endpoint_never_polled_has_no_health(api, make_endpoint):
    make_endpoint()
    assert api()[1]["results"][0]["health"] is None


def test_no_credential_is_told_not_even_its_name(sign_in, administrator, make_endpoint):
    endpoint = make_endpoint()
    browser = sign_in(administrator)
    for path in ("", f"{endpoint.pk}/"):
        content = browser.get(f"/api/v1/endpoints/{path}").content.decode()
        assert endpoint.name in content
        assert SECRET not in content
        assert "credential" not in content


def test_a_credential_cannot_be_filtered_for(api, make_endpoint):
    make_endpoint()
    for name in ("credential", "credential__sealed", "credential__name"):
        assert api(**{name: SECRET})[0] == 400


def test_endpoints_are_filtered_by_protocol_profile_asset_and_health(api, make_endpoint, make_pump, noon):
    well = make_endpoint("Well", asset=make_pump("P-1"))
    ill = make_endpoint("Ill", protocol="modbus_tcp", port=502, profile="medical-fridge", is_enabled=False)
    make_endpoint("New")
    EndpointHealth.objects.create(endpoint=well, quality="good", attempted_at=noon)
    EndpointHealth.objects.create(endpoint=ill, quality="refused", attempted_at=noon, failing_since=noon)
    assert names(api(protocol="modbus_tcp")) == ["Ill"]
    assert names(api(profile="ups-rfc1628")) == ["New", "Well"]
    assert names(api(asset="P-1")) == ["Well"]
    assert names(api(is_failing="true")) == ["Ill"]
    assert names(api(is_failing="false")) == ["New", "Well"]
    assert names(api(quality="refused")) == ["Ill"]
    assert names(api(is_enabled="false")) == ["Ill"]
    assert names(api(site="st-elmo", segment="Ward VLAN")) == ["Ill", "New", "Well"]


@pytest.mark.parametrize(
    ("params", "field"),
    [({"protocol": "telnet"}, "protocol"), ({"quality": "fine"}, "quality"), ({"host": "10.1.0.1"}, "host")],
)
def test_a_malformed_filter_is_refused_with_the_field_named(api, segment, params, field):
    status, body = api(**params)
    assert status == 400
    assert list(body) == [field]


def test_endpoints_of_another_site_are_neither_listed_nor_counted_nor_found(api, make_endpoint, other_site):
    far = Segment.objects.create(name="Far", site=other_site, networks=["10.9.0.0/16"])
    endpoint = make_endpoint(segment=far)
    assert api()[1]["count"] == 0
    assert api(segment="Far")[1]["count"] == 0
    assert api(f"endpoints/{endpoint.pk}/")[0] == 404


def test_foreign_equipment_behind_one_s_own_endpoint_is_not_named(api, make_endpoint, make_pump, other_site):
    endpoint = make_endpoint(asset=make_pump("FAR-1", site=other_site))
    status, body = api(f"endpoints/{endpoint.pk}/")
    assert (status, body["asset"]) == (200, None)
    assert api(asset="FAR-1")[1]["count"] == 0


def test_a_list_costs_the_same_queries_with_one_entry_and_with_three(
    sign_in, administrator, make_endpoint, make_pump, noon, django_assert_num_queries
):
    browser = sign_in(administrator)
    for number in (1, 2, 3):
        endpoint = make_endpoint(f"E{number}", asset=make_pump(f"P-{number}"))
        EndpointHealth.objects.create(endpoint=endpoint, attempted_at=noon)
        with django_assert_num_queries(6):  # session, person, count, rows, pauses, who is silent
            assert len(browser.get("/api/v1/endpoints/").json()["results"]) == number


def test_a_pause_is_told_with_its_reason_and_what_it_holds_back(api, make_endpoint, segment, biomed, noon):
    endpoint = make_endpoint()
    pause_polling(segment=segment, by=biomed, reason="Firmware", until=noon + timedelta(hours=1), now=noon)
    body = api(f"endpoints/{endpoint.pk}/")[1]
    assert body["state"] == "paused"
    assert body["pause"] == {
        "of": "segment", "reason": "Firmware",
        "begun_at": "2026-03-02T12:00:00Z", "until": "2026-03-02T13:00:00Z",
    }  # fmt: skip


def test_what_is_weak_is_told_with_the_reason_for_it(api, make_endpoint):
    endpoint = make_endpoint(protocol="snmp_v2c", exception_reason="Its card knows nothing better")
    body = api(f"endpoints/{endpoint.pk}/")[1]
    assert body["exception_reason"] == "Its card knows nothing better"
    assert "in the clear" in body["weaknesses"][0]


def test_disturbances_are_told_newest_first_and_filtered(api, make_endpoint, segment, noon):
    endpoint = make_endpoint()
    for hours, kind, end in ((3, "endpoint", noon - timedelta(hours=2)), (1, "segment", None)):
        Disturbance.objects.create(
            kind=kind, subject=f"{kind}:1", title=kind, words="No answer", begin=noon - timedelta(hours=hours),
            end=end, segment=segment, endpoint=endpoint if kind == "endpoint" else None,
        )  # fmt: skip

    def titles(**params):
        status, body = api("disturbances/", **params)
        assert status == 200, body
        return [row["title"] for row in body["results"]]

    assert titles() == ["segment", "endpoint"]
    assert titles(is_open="true") == ["segment"]
    assert titles(kind="endpoint", segment="Ward VLAN", endpoint=endpoint.pk) == ["endpoint"]
    assert titles(to="2026-03-02T10:30:00Z") == ["endpoint"]
    assert titles(**{"from": "2026-03-02T10:30:00Z"}) == ["segment"]
