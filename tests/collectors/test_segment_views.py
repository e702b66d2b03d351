"""One network segment: who polls it, what waits, how fast, what piles up."""

from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.models import Chunk, CollectorState, Disturbance, Endpoint, EndpointHealth, Segment
from collectors.segment_health import health_of_segments
from collectors.situation import situation_at
from collectors.standing import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])


@pytest.fixture
def make(segment, noon):
    def make(name, *, asked=timedelta(seconds=10), **values):
        endpoint = Endpoint.objects.create(
            name=name, segment=segment, protocol="modbus_tcp", port=502, profile="medical-fridge",
            host=f"10.0.0.{Endpoint.objects.count() + 1}", **values,
        )  # fmt: skip
        EndpointHealth.objects.create(
            endpoint=endpoint, attempted_at=noon - asked, answered_at=noon - asked, quality=Quality.GOOD,
            next_poll_at=noon - asked + timedelta(seconds=30),
        )  # fmt: skip
        return endpoint

    return make


@pytest.fixture
def collector(noon):
    return CollectorState.objects.create(
        holder="host-1/77", started_at=noon - timedelta(hours=1), at=noon - timedelta(seconds=2),
        queue_length=3, lag_s=0.24, recorded=12345, spool_bytes=2048, spool_records=7,
        spool_oldest_at=noon - timedelta(minutes=2), torn=1, refused={"late": 4},
    )  # fmt: skip


def health(segment, noon):
    return health_of_segments([segment], noon, situation_at(noon))[segment.pk]


def text(client, segment):
    return client.get(f"/collectors/segments/{segment.pk}/").content.decode()


def test_chunks_are_held_or_wait(segment, make, noon):
    since = noon - timedelta(minutes=9)
    for values in (
        {"holder": "host-1/77", "held_since": since, "held_until": noon + timedelta(seconds=5)},
        {"holder": "host-2/8", "held_until": noon - timedelta(seconds=40)},
        {"offered_at": noon - timedelta(seconds=3)},
    ):
        Chunk.objects.create(segment=segment, **values)
    found = health(segment, noon)
    assert (found.chunks, found.waiting, found.waiting_since) == (3, 2, noon - timedelta(seconds=40))
    assert [(w.holder, w.chunks, w.since) for w in found.workers] == [("host-1/77", 1, since)]


def test_polls_a_second_are_those_of_the_last_half_minute_beside_what_is_planned(segment, make, noon):
    make("Every ten seconds", interval_s=10)
    make("Every minute", interval_s=60)
    make("Not asked lately", interval_s=30, asked=timedelta(minutes=3))
    make("Switched off", interval_s=1, is_enabled=False, asked=timedelta(hours=1))
    found = health(segment, noon)
    assert found.polls_per_s == pytest.approx(3 / 30 + 1 / 30)
    assert found.planned_per_s == pytest.approx(1 / 10 + 1 / 60 + 1 / 30)


def test_counts_are_by_state(segment, make, noon):
    make("Well")
    make("Late", asked=timedelta(minutes=5))
    make("Off", is_enabled=False)
    counts = {state: count for state, count in health(segment, noon).counts.items() if count}
    assert counts == {State.UNATTENDED: 1, State.ANSWERING: 1, State.OFF: 1}


def test_health_of_many_segments_takes_as_many_queries_as_of_one(
    site, segment, make, noon, django_assert_num_queries
):
    make("Well")
    others = [Segment.objects.create(name=f"S{n}", site=site) for n in range(5)]
    situation = situation_at(noon)
    with django_assert_num_queries(3):
        health_of_segments([segment, *others], noon, situation)


def test_the_page_tells_who_polls_how_far_behind_and_what_waits(sign_in, biomed, segment, make, collector):
    make("Well")
    page = text(sign_in(biomed), segment)
    for words in ("host-1/77", "0.24 s", "3 polls queued", "7 records", "12345", "1 torn", "4 × late"):
        assert words in page, words
    assert "No collector serves" not in page


def test_a_segment_without_a_collector_says_how_to_start_one(sign_in, biomed, segment, make):
    make("Late", asked=timedelta(minutes=5))
    page = text(sign_in(biomed), segment)
    assert "No collector serves this segment." in page
    assert "manage.py collect --segment &quot;Ward devices&quot;" in page.replace('"', "&quot;")
    assert "No collector serves this segment" in sign_in(biomed).get("/collectors/").content.decode()


def test_a_collector_that_serves_other_segments_is_not_named(sign_in, biomed, segment, make, collector):
    CollectorState.objects.update(segments=["Imaging"])
    make("Late", asked=timedelta(minutes=5))
    assert "host-1/77" not in text(sign_in(biomed), segment)


def test_a_collector_that_fell_silent_is_not_counted_on(segment, make, noon, collector):
    CollectorState.objects.update(at=noon - timedelta(seconds=31))
    make("Late", asked=timedelta(minutes=5))
    assert not health(segment, noon).is_served


def test_what_happened_lately_is_told_in_the_sites_time_the_lasting_first(sign_in, biomed, segment, noon):
    for words, end in (("Over", noon - timedelta(minutes=10)), ("Lasting", None)):
        Disturbance.objects.create(
            kind="unserved", subject=words, title="Ward devices", words=words, segment=segment,
            begin=noon - timedelta(minutes=30), end=end,
        )  # fmt: skip
    page = text(sign_in(biomed), segment)
    assert page.index("Lasting") < page.index("Over")
    assert "over after 20 min" in page
    assert "Mon 2 Mar, 12:30" in page
    assert "Lasting" in sign_in(biomed).get("/collectors/").content.decode()


def test_disturbances_of_another_site_are_not_told(sign_in, biomed, administrator, other_site, noon):
    far = Segment.objects.create(name="Far", site=other_site)
    Disturbance.objects.create(
        kind="segment", subject="segment:9", title="Far", words="None of its 9 endpoints answers", segment=far,
        begin=noon,
    )  # fmt: skip
    assert "None of its 9" not in sign_in(biomed).get("/collectors/").content.decode()
    assert "None of its 9" in sign_in(administrator).get("/collectors/").content.decode()
    sign_in(biomed)
    assert sign_in(biomed).get(f"/collectors/segments/{far.pk}/").status_code == 404


def test_the_list_shows_one_segment_on_demand(sign_in, biomed, site, segment, make):
    make("Well")
    other = Segment.objects.create(name="Imaging", site=site)
    client = sign_in(biomed)
    assert client.get(f"/collectors/?segment={segment.pk}").context["total"] == 1
    assert client.get(f"/collectors/?segment={other.pk}").context["total"] == 0
    assert client.get("/collectors/?segment=x").status_code == 400


def test_an_endpoint_tells_its_worker_its_driver_and_its_outages(sign_in, biomed, segment, make, noon):
    chunk = Chunk.objects.create(
        segment=segment, holder="host-1/77", held_since=noon, held_until=noon + timedelta(seconds=9)
    )
    fridge = make("Fridge", chunk=chunk)
    EndpointHealth.objects.update(
        typical_ms=8.25, refused={"forged": 2}, polls=200, answers=199, next_poll_at=noon
    )
    Disturbance.objects.create(
        kind="endpoint", subject="endpoint:1", title="Fridge", words="No answer", endpoint=fridge,
        segment=segment, begin=noon - timedelta(hours=3), end=noon - timedelta(hours=1),
    )  # fmt: skip
    page = sign_in(biomed).get(f"/collectors/{fridge.pk}/").content.decode()
    for words in (
        "host-1/77", "typically 8.3 ms", "2 × forged", "99.5 % of 200 polls", "13:00:00", "pymodbus",
        "over after 2 h", "every 300 s",
    ):  # fmt: skip
        assert words in page, words
