"""What Prometheus reads: right values, whole, and for nobody else."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from assets.words import Quality
from collectors.models import Chunk, CollectorState, EndpointHealth

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-thirty-two-characters"


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def collecting(make_endpoint, segment, noon):
    """Four endpoints of one segment: two answer, one fails by itself, one stands behind it."""
    asked = noon - timedelta(seconds=5)
    make = lambda name, host, **values: EndpointHealth.objects.create(  # noqa: E731
        endpoint=make_endpoint(name, host=host, **values.pop("endpoint", {})),
        **{"attempted_at": asked, "next_poll_at": noon, "quality": Quality.GOOD, "polls": 10, "answers": 9,
           "latency_ms": 20.0, "answered_at": asked} | values,
    )  # fmt: skip
    silent = {
        "quality": Quality.NO_ANSWER, "failing_since": noon - timedelta(hours=1), "latency_ms": 900.0,
        "answered_at": noon - timedelta(hours=2),
    }  # fmt: skip
    make("A", "10.20.0.1")
    make("B", "10.20.0.2", latency_ms=40.0)
    switch = make("Switch", "10.20.0.3", **silent)
    make("Behind", "10.20.0.4", endpoint={"behind": switch.endpoint}, **silent)
    Chunk.objects.create(segment=segment, holder="h/1", held_until=noon + timedelta(seconds=9))
    Chunk.objects.create(segment=segment)
    CollectorState.objects.create(
        holder="h/1", started_at=noon, at=noon - timedelta(seconds=3), queue_length=4, lag_s=0.5, recorded=77,
        spool_bytes=1000, spool_records=6, dropped=2, torn=1, rejected=3, refused={"late": 5},
    )  # fmt: skip


@pytest.fixture
def scrape(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def scrape():
        """(name, labels) → value."""
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    return scrape


def of_segment(found, name, **labels):
    return found[(f"whereabouts_{name}", *sorted({"segment": "Ward devices", **labels}.items()))]


def of_collector(found, name, **labels):
    return found[(f"whereabouts_{name}", *sorted({"collector": "h/1", **labels}.items()))]


def test_the_sums_of_each_segment_are_right(collecting, scrape):
    found = scrape()
    states = {
        s: of_segment(found, "endpoints", state=s) for s in ("answering", "failing", "behind", "paused")
    }
    assert states == {"answering": 2, "failing": 1, "behind": 1, "paused": 0}
    assert (of_segment(found, "polls_total"), of_segment(found, "answers_total")) == (40, 36)
    assert of_segment(found, "endpoints_failing", quality="no_answer") == 2
    assert (of_segment(found, "chunks_held"), of_segment(found, "chunks_waiting")) == (1, 1)
    assert of_segment(found, "segment_served") == 1
    assert of_segment(found, "polls_planned_per_second") == pytest.approx(4 / 30)


def test_latency_is_of_those_that_answer_in_seconds(collecting, scrape):
    found = scrape()
    quantiles = [of_segment(found, "latency_seconds", quantile=q) for q in ("0.5", "0.9", "0.99")]
    assert quantiles == [0.04, 0.04, 0.04]


def test_each_collector_tells_its_queue_lag_spool_and_losses(collecting, scrape):
    found = scrape()
    names = ("collector_up", "collector_told_seconds", "queue_length", "lag_seconds", "spool_bytes",
             "spool_records", "recorded_total", "dropped_total", "torn_total", "rejected_total")  # fmt: skip
    assert [of_collector(found, name) for name in names] == [1, 3, 4, 0.5, 1000, 6, 77, 2, 1, 3]
    assert of_collector(found, "datagrams_refused_total", reason="late") == 5


def test_a_lost_collector_is_down_and_one_that_stopped_in_order_is_gone(collecting, scrape, noon):
    CollectorState.objects.update(at=noon - timedelta(minutes=5))
    assert of_collector(scrape(), "collector_up") == 0
    CollectorState.objects.update(stopped_at=noon)
    assert ("whereabouts_collector_up", ("collector", "h/1")) not in scrape()


def test_what_the_process_itself_does_is_told_too(collecting, scrape):
    found = scrape()
    assert found["whereabouts_live_viewers",] == 0
    assert found["process_resident_memory_bytes",] > 1_000_000


def test_single_endpoints_are_told_only_where_that_is_wanted(collecting, scrape, settings):
    key = ("whereabouts_endpoint_polls_total", ("endpoint", "A"), ("segment", "Ward devices"))
    assert key not in scrape()
    settings.METRICS_PER_ENDPOINT = True
    assert scrape()[key] == 10


def test_an_empty_house_has_metrics_too(scrape):
    assert scrape()["whereabouts_disturbances", ("kind", "worker")] == 0


def test_more_endpoints_need_no_more_queries(
    collecting, scrape, make_endpoint, noon, django_assert_max_num_queries
):
    scrape()
    for number in range(5):
        EndpointHealth.objects.create(endpoint=make_endpoint(f"E{number}", host=f"10.20.1.{number}"))
    with django_assert_max_num_queries(14):
        scrape()


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_there_is_nothing(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 404
    assert b"whereabouts_" not in answer.content


@pytest.mark.parametrize("given", ["Bearer", "Bearer ", "Bearer x"])
def test_without_a_token_set_no_bearer_is_let_in(client, settings, given):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_staff_may_look_and_nobody_else(sign_in, administrator, biomed):
    assert sign_in(administrator).get("/metrics").status_code == 200
    assert sign_in(biomed).get("/metrics").status_code == 404


def test_the_metrics_are_only_read(client, settings):
    settings.METRICS_TOKEN = TOKEN
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405
