"""Ways in on pages, in the API, among the disturbances and for Prometheus."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from assets.models import Stay
from collectors.disturbances import note_disturbances
from collectors.models import Disturbance, Source, SourceHealth, SourceToken
from collectors.receivers.http.tokens import make_token
from collectors.source_standing import TITLES, SourceState, source_standing
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def make(site, noon):
    """A way in that is open, and heard something ten seconds ago; ``health=None``: nobody has served it."""

    def make(name="Pumps", kind="mqtt", *, health=(), **extra):
        source = Source.objects.create(**{"name": name, "kind": kind, "site": site, **extra})
        if health is not None:
            told = {
                "state": "open", "since": noon - timedelta(hours=2), "told_at": noon - timedelta(seconds=1),
                "heard_at": noon - timedelta(seconds=10), "holder": "host:1:ab", "messages": 40,
                "observations": 55, "duplicates": 3, "stripped": 7, "senders": 1,
                "refused": {"payload is no JSON": 2},
            } | dict(health)  # fmt: skip
            SourceHealth.objects.create(source=source, **told)
        return Source.objects.select_related("site", "health").get(pk=source.pk)

    return make


def ago(noon, **span):
    return noon - timedelta(**span)


# --- how one stands


@pytest.mark.parametrize(
    ("extra", "health", "state", "words"),
    [
        ({}, {}, "open", "Open"),
        ({"is_enabled": False}, {"state": "troubled"}, "off", "Switched off"),
        ({}, {"state": "troubled"}, "troubled", "Not open since 11:00"),
        ({}, {"state": "closed"}, "unserved", "Served by nobody since 12:59"),
        ({}, {"told_at": 31}, "unserved", "Served by nobody since 12:59"),
        ({}, None, "unserved", "Served by nobody"),
        ({"kind": "http"}, None, "unheard", "Nothing came yet"),
        ({"kind": "http"}, {"told_at": 9999}, "open", "Open"),
        ({}, {"heard_at": None}, "unheard", "Nothing came yet"),
        ({"quiet_after_s": 9}, {}, "quiet", "Silent since 12:59"),
        ({"quiet_after_s": 10}, {}, "open", "Open"),
        ({"quiet_after_s": 60}, {"heard_at": None}, "quiet", "Silent since 11:00"),
        ({"quiet_after_s": 60, "kind": "http"}, {"heard_at": 61}, "quiet", "Silent since 12:58"),
    ],
)
def test_how_a_way_in_stands(make, noon, extra, health, state, words):
    if health:
        health = {
            name: ago(noon, seconds=value) if isinstance(value, int) else value
            for name, value in health.items()
        }
    standing = source_standing(make(health=health, **extra), noon)
    assert (standing.state, standing.words) == (state, words)


def test_what_to_do_is_said(make, noon):
    troubled = make("A", health={"state": "troubled", "detail": "The broker refuses us: Not authorized."})
    assert source_standing(troubled, noon).advice == "The broker refuses us: Not authorized."
    assert "manage.py receive_mqtt" in source_standing(make("B", health=None), noon).advice
    assert "make_source_token" in source_standing(make("C", "http", health=None), noon).advice
    assert source_standing(make("D"), noon).advice == ""


# --- pages


def test_the_list_shows_each_with_its_counts_and_those_of_concern_first(sign_in, biomed, make):
    make("Well"), make("Ill", health={"state": "troubled"}), make("Off", is_enabled=False)
    page = sign_in(biomed).get("/collectors/ways-in/").content.decode()
    assert page.index(">Ill<") < page.index(">Well<") < page.index(">Off<")
    assert "1 not open" in page
    for words in ("2 × payload is no JSON", ">40<", ">7<", "MQTT", "St. Elmo"):
        assert words in page, words


def test_the_list_costs_the_same_however_many_there_are(sign_in, biomed, make):
    browser = sign_in(biomed)
    make("One")
    browser.get("/collectors/ways-in/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get("/collectors/ways-in/")
    make("Two"), make("Three")
    with CaptureQueriesContext(connection) as three:
        browser.get("/collectors/ways-in/")
    assert len(three) == len(one)


def test_where_there_are_none_the_page_says_what_they_would_be(sign_in, biomed):
    page = sign_in(biomed).get("/collectors/ways-in/").content.decode()
    assert "Nobody tells us anything by themselves yet" in page
    assert 'href="/collectors/ways-in/"' in sign_in(biomed).get("/collectors/").content.decode()


def test_a_page_that_is_open_asks_for_its_changing_part_alone(sign_in, biomed, make):
    source = make()
    for path in ("/collectors/ways-in/", f"/collectors/ways-in/{source.pk}/"):
        part = sign_in(biomed).get(path, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert "payload is no JSON" in part


def test_the_page_of_one_shows_how_it_goes_and_what_it_is(sign_in, biomed, make, noon):
    source = make(
        settings={"host": "10.20.0.7", "mappings": ["hospital-topics"]},
        networks=["10.20.0.7/32"],
        health={"detail": "The connection to the broker ended: Keep alive timeout.", "detail_at": noon},
    )
    Disturbance.objects.create(
        kind="source", subject="source:1", title="Pumps", words="Nobody serves it", source=source,
        begin=ago(noon, hours=3), end=ago(noon, hours=2),
    )  # fmt: skip
    page = sign_in(biomed).get(f"/collectors/ways-in/{source.pk}/").content.decode()
    for words in (
        "40 taken, with 55 observations",
        "7 fields that may be about people",
        "host:1:ab",
        "Keep alive timeout",
        "10.20.0.7/32",
        "hospital-topics",
        "Nobody serves it",
        "2 × payload is no JSON",
    ):
        assert words in page, words


def test_equipment_says_by_which_way_in_it_is_told_of(sign_in, biomed, make, make_pump, make_zone, noon):
    told, other = make_pump("P-1"), make_pump("P-2")
    source = make("Pump server", kind="hl7")
    for pump, named in ((told, f"source:{source.pk}"), (other, "endpoint:7")):
        Stay.objects.create(asset=pump, zone=make_zone(pump.asset_tag), begin=noon, source=named)
    client = sign_in(biomed)
    page = client.get("/collectors/of/P-1/").content.decode()
    assert f"/collectors/ways-in/{source.pk}/" in page
    assert "Open" in page
    assert "Pump server" not in client.get("/collectors/of/P-2/").content.decode()


def test_what_stands_in_a_setting_cannot_become_part_of_the_page(sign_in, biomed, make):
    source = make("<script>", settings={"<b>": "<i>"}, health={"refused": {"<u>": 1}})
    page = sign_in(biomed).get(f"/collectors/ways-in/{source.pk}/").content.decode()
    assert not any(tag in page for tag in ("<script>", "<b>", "<i>", "<u>"))


# --- tokens


@pytest.fixture
def token(make, noon):
    return make_token(source=make(kind="http"), name="Its vendor", lasts=timedelta(days=30), now=noon)


def test_a_token_stands_on_the_page_with_its_first_characters_alone(sign_in, biomed, token):
    row, text = token
    page = sign_in(biomed).get(f"/collectors/ways-in/{row.source_id}/").content.decode()
    assert f"{row.hint}…" in page
    assert "1 Apr 2026" in page
    assert text not in page
    assert row.digest not in page
    assert 'data-testid="revoke"' not in page


def test_an_administrator_revokes_a_token_and_the_trail_says_so(sign_in, administrator, token, noon):
    row, _ = token
    browser = sign_in(administrator)
    assert 'data-testid="revoke"' in browser.get(f"/collectors/ways-in/{row.source_id}/").content.decode()
    answer = browser.post(f"/collectors/tokens/{row.pk}/revoke/")
    assert (answer.status_code, answer["Location"]) == (302, f"/collectors/ways-in/{row.source_id}/")
    assert SourceToken.objects.get().revoked_at == noon
    record = AuditRecord.objects.get(object_type="collectors.sourcetoken")
    assert (record.actor_name, record.changes) == ("admin", {"revoked_at": [None, "2026-03-02T12:00:00Z"]})
    assert "revoked 2 Mar 2026" in browser.get(f"/collectors/ways-in/{row.source_id}/").content.decode()


def test_nobody_else_does_and_nothing_is_changed_by_looking(sign_in, biomed, administrator, token):
    row, _ = token
    assert sign_in(biomed).post(f"/collectors/tokens/{row.pk}/revoke/").status_code == 403
    assert sign_in(administrator).get(f"/collectors/tokens/{row.pk}/revoke/").status_code == 405
    assert SourceToken.objects.get().revoked_at is None


def test_a_token_of_a_site_that_one_may_not_see_is_not_there(sign_in, administrator, token, other_site):
    administrator.all_sites, administrator.is_superuser = False, False
    administrator.save()
    administrator.sites.set([other_site])
    assert sign_in(administrator).post(f"/collectors/tokens/{token[0].pk}/revoke/").status_code == 404
    assert SourceToken.objects.get().revoked_at is None


# --- API


def test_the_api_tells_how_each_does_and_nothing_of_tokens_and_settings(sign_in, biomed, make, token):
    source = make("Broker", settings={"host": "10.20.0.7", "mappings": ["x"]})
    (row,) = sign_in(biomed).get("/api/v1/sources/", {"kind": "mqtt"}).json()["results"]
    assert (row["name"], row["state"], row["health"]["messages"]) == ("Broker", "open", 40)
    assert row["health"]["refused"] == {"payload is no JSON": 2}
    assert not {"settings", "tokens", "credentials"} & set(row)
    listed = sign_in(biomed).get("/api/v1/sources/").content.decode()
    assert token[0].hint not in listed
    assert sign_in(biomed).get(f"/api/v1/sources/{source.pk}/").json() == row


# --- disturbances


@pytest.mark.databases
def test_one_that_is_not_open_is_noted_once_it_is_no_hiccup(make, noon):
    source = make(health={"state": "troubled", "since": ago(noon, seconds=59), "detail": "No route."})
    assert note_disturbances(noon).begun == []
    later = noon + timedelta(seconds=1)
    (begun,) = note_disturbances(later).begun
    assert (begun.kind, begun.title, begun.words, begun.source, begun.begin) == (
        "source", "Pumps", "No route.", source, ago(noon, seconds=59),
    )  # fmt: skip
    assert note_disturbances(later).begun == []
    SourceHealth.objects.update(state="open", since=later)
    (ended,) = note_disturbances(later).ended
    assert ended.end == later


@pytest.mark.databases
def test_one_that_nobody_serves_any_more_and_one_that_is_silent_are_noted(make, noon):
    make("Gone", health={"told_at": ago(noon, minutes=2)})
    make("Silent", quiet_after_s=60, health={"heard_at": ago(noon, minutes=3)})
    make("Fine"), make("Never served", health=None), make("Off", is_enabled=False, health={"state": "closed"})
    assert sorted(
        (each.kind, each.title, each.words, each.begin) for each in note_disturbances(noon).begun
    ) == [
        ("quiet", "Silent", "Nothing comes any more", ago(noon, minutes=3)),
        ("source", "Gone", "Nobody serves it", ago(noon, minutes=2)),
    ]


def test_a_restart_of_whoever_serves_it_is_no_disturbance(make, noon):
    make(health={"told_at": ago(noon, seconds=45)})
    assert note_disturbances(noon).begun == []


def test_those_of_another_site_are_not_shown(make, noon, other_site, biomed):
    make("Far", site=other_site, health={"told_at": ago(noon, minutes=2)})
    make("Near", health={"told_at": ago(noon, minutes=2)})
    note_disturbances(noon)
    assert [each.title for each in Disturbance.objects.visible_to(biomed)] == ["Near"]


def test_the_list_of_what_happened_lately_leads_to_it(sign_in, biomed, make, noon):
    source = make("Gone", health={"told_at": ago(noon, minutes=2)})
    note_disturbances(noon)
    page = sign_in(biomed).get("/collectors/").content.decode()
    assert f'href="/collectors/ways-in/{source.pk}/"' in page


# --- Prometheus


def test_prometheus_is_told_of_each(client, settings, make):
    settings.METRICS_TOKEN = "a-token-of-thirty-two-characters"
    make(), make("Ill", "hl7", health={"state": "troubled", "heard_at": None}), make("New", health=None)
    make("Off", is_enabled=False)
    text = client.get(
        "/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    ).content.decode()
    found = {
        (sample.name, sample.labels["source"], sample.labels.get("reason", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("whereabouts_source_")
    }
    ups = {name: value for (metric, name, _), value in found.items() if metric == "whereabouts_source_up"}
    assert ups == {"Pumps": 1, "Ill": 0, "New": 0}
    assert found["whereabouts_source_messages_total", "Pumps", ""] == 40
    assert found["whereabouts_source_refused_total", "Pumps", "payload is no JSON"] == 2
    assert found["whereabouts_source_heard_seconds", "Pumps", ""] == 10
    assert ("whereabouts_source_heard_seconds", "Ill", "") not in found
    assert found["whereabouts_source_stripped_total", "Ill", ""] == 7


def test_every_state_has_its_word():
    assert set(TITLES) == set(SourceState)
