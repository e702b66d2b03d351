"""The pages about endpoints, and one poll by hand."""

import uuid
from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.models import Credential, Endpoint, EndpointHealth, ManualPoll, Segment
from collectors.pauses import pause_polling
from collectors.polls import PollRefusedError, Progress, progress_of, request_poll
from tests.latest import put_reading

pytestmark = pytest.mark.django_db
PAGES = ["/collectors/", "/collectors/{pk}/", "/collectors/of/P-104/"]


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])


@pytest.fixture
def make_endpoint(segment, noon):
    """Makes an endpoint that answered ten seconds ago; ``health=None`` for one never asked."""

    def make(name="Fridge 1", *, health=(), **values):
        endpoint = Endpoint.objects.create(
            **{
                "name": name, "segment": segment, "protocol": Endpoint.Protocol.MODBUS_TCP,
                "host": "10.0.0.7", "port": 502,
                "unit_id": Endpoint.objects.count() + 1, "profile": "medical-fridge",
            } | values
        )  # fmt: skip
        if health is not None:
            asked = noon - timedelta(seconds=10)
            EndpointHealth.objects.create(
                **{
                    "endpoint": endpoint, "attempted_at": asked, "answered_at": asked, "latency_ms": 12.4,
                    "quality": Quality.GOOD, "polls": 9, "answers": 8, "next_poll_at": noon,
                } | dict(health)
            )  # fmt: skip
        return endpoint

    return make


@pytest.fixture
def fridge(make_endpoint, make_pump):
    return make_endpoint(asset=make_pump("P-104"))


@pytest.fixture
def dead(make_endpoint, noon):
    return make_endpoint(
        "Fridge 2", host="10.0.0.8",
        health={
            "quality": Quality.NO_ANSWER, "failing_since": noon - timedelta(hours=1), "failures_in_a_row": 4,
            "detail": "No answer within 2 s",
        },
    )  # fmt: skip


@pytest.fixture
def foreign(make_endpoint, other_site):
    segment = Segment.objects.create(name="Far", site=other_site)
    return make_endpoint("Far fridge", segment=segment)


def names(page):
    return [row.endpoint.name for group in page.context["groups"] for row in group.rows]


# --- The list ---
def test_every_endpoint_is_listed_with_how_it_stands(sign_in, biomed, fridge, dead):
    page = sign_in(biomed).get("/collectors/")
    assert names(page) == ["Fridge 2", "Fridge 1"]
    text = page.content.decode()
    assert "Answering" in text
    assert "No answer since 12:00 · 4 tries" in text
    assert "10.0.0.7:502" in text
    assert "Medical refrigerator" in text
    assert "12 ms" in text
    assert 'href="/assets/P-104/"' in text


def test_what_fails_stands_first_in_its_segment(sign_in, biomed, make_endpoint, dead):
    make_endpoint(name="A fridge that answers")
    assert names(sign_in(biomed).get("/collectors/"))[0] == dead.name


def test_a_failing_endpoint_shows_no_latency_of_better_days(sign_in, biomed, dead):
    assert "12 ms" not in sign_in(biomed).get("/collectors/").content.decode()


def test_endpoints_stand_by_network_segment(sign_in, biomed, site, fridge, make_endpoint):
    other = Segment.objects.create(name="Imaging", site=site)
    make_endpoint("CT 1", segment=other)
    groups = sign_in(biomed).get("/collectors/").context["groups"]
    assert [(g.segment.name, len(g.rows)) for g in groups] == [("Imaging", 1), ("Ward devices", 1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failing", ["Fridge 2"]),
        ("state=answering", ["Fridge 1"]),
        ("state=off", []),
        ("q=10.0.0.8", ["Fridge 2"]),
        ("q=p-104", ["Fridge 1"]),
        ("q=fridge+giraffe", []),
        ("profile=medical-fridge", ["Fridge 2", "Fridge 1"]),
        ("profile=giraffe", []),
    ],
)
def test_filters_narrow_the_list(sign_in, biomed, fridge, dead, query, found):
    assert names(sign_in(biomed).get(f"/collectors/?{query}")) == found


def test_counts_are_of_all_that_the_text_leaves(sign_in, biomed, fridge, dead, make_endpoint):
    make_endpoint("Fridge 3", health=None)
    page = sign_in(biomed).get("/collectors/?state=failing")
    assert [(key.value, count) for key, _, count in page.context["counts"]] == [
        ("failing", 1), ("waiting", 1), ("answering", 1),
    ]  # fmt: skip
    assert page.context["total"] == 3


@pytest.mark.parametrize("query", ["state=sleepy", "page=two", "q=%00"])
def test_a_malformed_filter_is_refused(sign_in, biomed, fridge, query):
    assert sign_in(biomed).get(f"/collectors/?{query}").status_code == 400


def test_a_page_beyond_the_last_is_not_there(sign_in, biomed, fridge):
    assert sign_in(biomed).get("/collectors/?page=9").status_code == 404


def test_an_empty_house_says_how_it_is_filled(sign_in, biomed, site):
    assert "Nothing is read yet" in sign_in(biomed).get("/collectors/").content.decode()


def test_an_open_page_asks_for_its_changing_part_alone(sign_in, biomed, fridge):
    client, headers = sign_in(biomed), {"HX-Request": "true"}
    for address in ("/collectors/", f"/collectors/{fridge.pk}/"):
        assert "<html" not in client.get(address, headers=headers).content.decode()


def test_more_rows_need_no_more_queries(
    sign_in, biomed, make_endpoint, make_pump, django_assert_max_num_queries
):
    client, counts = sign_in(biomed), []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            make_endpoint(f"Fridge {number}", asset=make_pump(f"P-{number}"))
        client.get("/collectors/")
        with django_assert_max_num_queries(14) as queries:
            client.get("/collectors/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- One endpoint ---
def test_an_endpoint_tells_its_health_and_what_its_profile_reads(sign_in, biomed, dead):
    text = sign_in(biomed).get(f"/collectors/{dead.pk}/").content.decode()
    assert "No answer within 2 s" in text
    assert "88.9 % of 9 polls since it is counted" in text
    assert "Air temperature" in text
    assert "function 4, 2" in text
    assert "docs/reference-gateways.md" in text


def test_an_endpoint_whose_profile_is_gone_says_so(sign_in, biomed, make_endpoint):
    lost = make_endpoint(profile="toaster")
    text = sign_in(biomed).get(f"/collectors/{lost.pk}/").content.decode()
    assert "This profile cannot be used" in text
    assert "toaster" in text


def test_an_endpoint_never_asked_has_a_page(sign_in, biomed, make_endpoint):
    fresh = make_endpoint(health=None)
    assert "Not asked yet" in sign_in(biomed).get(f"/collectors/{fresh.pk}/").content.decode()


def test_a_credential_is_named_and_never_shown(sign_in, biomed, make_endpoint):
    secret = Credential.objects.create(name="Ward v3", sealed=b"canary-77")
    endpoint = make_endpoint(credential=secret, protocol=Endpoint.Protocol.SNMP_V3)
    client = sign_in(biomed)
    for address in ("/collectors/", f"/collectors/{endpoint.pk}/"):
        assert b"canary" not in client.get(address).content
    assert "“Ward v3”" in client.get(f"/collectors/{endpoint.pk}/").content.decode()


def test_an_asset_page_shows_how_its_endpoint_stands(sign_in, biomed, fridge):
    text = sign_in(biomed).get("/collectors/of/P-104/").content.decode()
    assert "Answering" in text
    assert f"/collectors/{fridge.pk}/" in text


def test_an_asset_that_a_gateway_names_shows_the_gateway(sign_in, biomed, make_pump, make_endpoint, noon):
    gateway, pump = make_endpoint("Pump gateway", profile="infusion-pump-gateway"), make_pump("P-7")
    put_reading(asset=pump, name="battery_charge", number=82, at=noon, source=f"endpoint:{gateway.pk}/SN-77")
    text = sign_in(biomed).get("/collectors/of/P-7/").content.decode()
    assert f"/collectors/{gateway.pk}/" in text
    assert "by Pump gateway" in text


def test_an_asset_that_nothing_reads_says_so(sign_in, biomed, make_pump):
    make_pump("P-7")
    assert "no address of its own" in sign_in(biomed).get("/collectors/of/P-7/").content.decode()


# --- Who may ---
@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_roles_without_collectors_are_turned_away(request, sign_in, fridge, person, address):
    answer = sign_in(request.getfixturevalue(person)).get(address.format(pk=fridge.pk))
    assert answer.status_code == 403
    assert b"10.0.0.7" not in answer.content


@pytest.mark.parametrize("address", PAGES)
def test_who_is_not_signed_in_is_sent_to_sign_in(client, fridge, address):
    assert client.get(address.format(pk=fridge.pk)).url.startswith("/sign-in/")


def test_endpoints_of_a_foreign_site_are_not_there(sign_in, biomed, foreign, fridge, noon):
    poll = ManualPoll.objects.create(endpoint=foreign, requested_at=noon)
    client = sign_in(biomed)
    assert names(client.get("/collectors/")) == ["Fridge 1"]
    assert client.get(f"/collectors/{foreign.pk}/").status_code == 404
    assert client.get(f"/collectors/polls/{poll.pk}/").status_code == 404
    assert client.post(f"/collectors/{foreign.pk}/poll/").status_code == 404
    assert ManualPoll.objects.count() == 1


def test_a_foreign_segment_of_an_own_asset_stays_hidden(sign_in, biomed, foreign, make_pump):
    foreign.asset = make_pump("P-5")
    foreign.save()
    assert "Far fridge" not in sign_in(biomed).get("/collectors/of/P-5/").content.decode()


# --- One poll by hand ---
def test_poll_now_asks_the_collector_and_leads_to_the_answer(sign_in, biomed, fridge, noon):
    answer = sign_in(biomed).post(f"/collectors/{fridge.pk}/poll/")
    poll = ManualPoll.objects.get()
    assert (poll.endpoint, poll.requested_by, poll.requested_at) == (fridge, biomed, noon)
    assert answer.url == f"/collectors/polls/{poll.pk}/"


@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_who_may_not_poll_causes_none(request, sign_in, fridge, person):
    answer = sign_in(request.getfixturevalue(person)).post(f"/collectors/{fridge.pk}/poll/")
    assert answer.status_code == 403
    assert not ManualPoll.objects.exists()


def test_polling_needs_a_post(sign_in, biomed, fridge):
    assert sign_in(biomed).get(f"/collectors/{fridge.pk}/poll/").status_code == 405
    assert not ManualPoll.objects.exists()


def test_an_endpoint_switched_off_is_not_polled_and_says_why(sign_in, biomed, make_endpoint):
    off = make_endpoint(is_enabled=False)
    answer = sign_in(biomed).post(f"/collectors/{off.pk}/poll/")
    assert answer.status_code == 409
    assert "It is switched off" in answer.content.decode()
    assert not ManualPoll.objects.exists()


def test_a_paused_segment_is_not_polled(biomed, fridge, segment, noon):
    pause_polling(segment=segment, by=biomed, reason="The switch is replaced", now=noon)
    with pytest.raises(PollRefusedError, match="by biomed since 13:00: The switch is replaced"):
        request_poll(endpoint=fridge, by=biomed, now=noon)


def test_asking_twice_asks_the_device_once(biomed, fridge, noon):
    first = request_poll(endpoint=fridge, by=biomed, now=noon)
    assert request_poll(endpoint=fridge, by=biomed, now=noon + timedelta(seconds=3)) == first
    assert request_poll(endpoint=fridge, by=biomed, now=noon + timedelta(seconds=16)) != first


def test_a_finished_poll_is_not_shared(biomed, fridge, noon):
    first = request_poll(endpoint=fridge, by=biomed, now=noon)
    ManualPoll.objects.update(finished_at=noon)
    assert request_poll(endpoint=fridge, by=biomed, now=noon) != first


@pytest.mark.parametrize(
    ("seconds", "times", "progress"),
    [
        (3, {}, Progress.WAITING),
        (15, {}, Progress.NOT_TAKEN),
        (3, {"taken_at": 1}, Progress.TAKEN),
        (30, {"taken_at": 14}, Progress.TAKEN),
        (121, {"taken_at": 14}, Progress.LOST),
        (300, {"taken_at": 14, "finished_at": 16}, Progress.FINISHED),
    ],
)
def test_progress_says_whether_a_collector_took_it(fridge, noon, seconds, times, progress):
    moments = {name: noon + timedelta(seconds=after) for name, after in times.items()}
    poll = ManualPoll(endpoint=fridge, requested_at=noon, **moments)
    assert progress_of(poll, noon + timedelta(seconds=seconds)) is progress


def poll_page(client, poll):
    return client.get(f"/collectors/polls/{poll.pk}/").content.decode()


def test_a_request_that_no_collector_took_says_so_and_what_to_do(sign_in, biomed, fridge, noon):
    poll = ManualPoll.objects.create(endpoint=fridge, requested_at=noon - timedelta(seconds=16))
    text = poll_page(sign_in(biomed), poll)
    assert "No collector has taken this request" in text
    assert "manage.py collect" in text


def test_the_page_asks_again_until_the_answer_or_until_it_is_not_worth_it(sign_in, biomed, fridge, noon):
    client = sign_in(biomed)
    poll = ManualPoll.objects.create(endpoint=fridge, requested_at=noon)
    assert 'hx-trigger="every 1s"' in poll_page(client, poll)
    ManualPoll.objects.update(requested_at=noon - timedelta(minutes=3))
    assert 'hx-trigger="every 1s"' not in poll_page(client, poll)
    ManualPoll.objects.update(requested_at=noon, finished_at=noon)
    assert 'hx-trigger="every 1s"' not in poll_page(client, poll)


REPORT = {
    "latency_ms": 8.4,
    "quality": "good",
    "rows": [
        {"name": "temperature", "label": "Temperature", "value": 4.56, "unit": "°C", "quality": "good",
         "source": "function 4, 0", "raw": "002E", "detail": ""},
        {"name": "door", "label": "Door", "value": "open", "unit": "", "quality": "good",
         "source": "function 2, 0", "raw": "1", "detail": ""},
        {"name": "battery_charge", "label": "Battery", "value": None, "unit": "%", "quality": "out_of_range",
         "source": "function 4, 4", "raw": "0190", "detail": "400 is above 100"},
    ],
    "tables": [
        {"title": "Pumps", "rows": [
            {"row": "1", "subject": "SN-77", "quality": "good", "detail": "", "age_s": 3.0,
             "activity": "in_use", "position": None, "sighting": None, "readings": [
                 {"name": "infusion_rate", "label": "Infusion rate", "value": 12.5, "unit": "ml/h",
                  "quality": "good", "source": "1.3.6.1.4.1.1", "raw": "integer 125", "detail": ""}]}]}
    ],
    "failures": [
        {"request": "function 1, 1 from address 0", "quality": "device_error", "detail": "exception 2"}
    ],
    "raw": [{"source": "function 4, 0", "type": "register", "value": "46"}],
}  # fmt: skip


def test_what_came_back_is_shown_decoded_beside_raw(sign_in, biomed, fridge, noon):
    poll = ManualPoll.objects.create(
        endpoint=fridge, requested_by=biomed, requested_at=noon, finished_at=noon, report=REPORT
    )
    text = poll_page(sign_in(biomed), poll)
    for words in (
        "4.6 °C", "002E", "Open", "400 is above 100", "0190", "SN-77", "12.5 ml/h", "integer 125", "In use",
        "The device reported an error", "exception 2", "8 ms", "Everything as it came",
    ):  # fmt: skip
        assert words in text, words


def test_readings_that_were_true_a_while_ago_are_shown_with_their_age(sign_in, biomed, fridge, noon):
    report = {"rows": REPORT["rows"], "age_s": 540.0}
    poll = ManualPoll.objects.create(endpoint=fridge, requested_at=noon, finished_at=noon, report=report)
    assert "540 s old" in poll_page(sign_in(biomed), poll)


def test_what_a_device_says_is_shown_as_text(sign_in, biomed, fridge, noon):
    evil = {"rows": [{**REPORT["rows"][0], "raw": "<script>alert(1)</script>"}]}
    poll = ManualPoll.objects.create(endpoint=fridge, requested_at=noon, finished_at=noon, report=evil)
    assert "<script>alert" not in poll_page(sign_in(biomed), poll)


def test_a_poll_that_failed_altogether_says_why(sign_in, biomed, fridge, noon):
    report = {"quality": "refused", "detail": "10.0.0.7 is in none of the segment's networks", "rows": []}
    poll = ManualPoll.objects.create(endpoint=fridge, requested_at=noon, finished_at=noon, report=report)
    assert "in none of the segment" in poll_page(sign_in(biomed), poll)


def test_one_cause_of_many_failures_is_said_once(sign_in, biomed, fridge, noon):
    silent = {"quality": "no_answer", "detail": "unit 1 does not answer"}
    report = {
        "quality": "no_answer", "detail": "", "tables": [], "raw": [],
        "failures": [{"request": f"function {n}, 1 from address 0", **silent} for n in (1, 2)],
        "rows": [{"name": "temperature", "label": "Temperature", "source": "function 4, 0", "raw": "", **silent}],
    }  # fmt: skip
    poll = request_poll(endpoint=fridge, by=biomed, now=noon)
    poll.taken_at, poll.finished_at, poll.report = noon, noon, report
    poll.save()

    page = poll_page(sign_in(biomed), poll)
    assert page.count("unit 1 does not answer") == 1
    assert page.count("from address 0") == 2


def test_a_poll_of_nobody_is_not_there(sign_in, biomed):
    assert sign_in(biomed).get(f"/collectors/polls/{uuid.uuid4()}/").status_code == 404
