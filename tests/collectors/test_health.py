"""How polling an endpoint goes, in words and numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.endpoints import register_endpoint, register_segment
from collectors.engine.health import Health, Turn, Verdict, verdict_of
from collectors.engine.health_store import load_health, save_health
from collectors.models import EndpointHealth
from collectors.requests import Failure, ModbusRead, RawPoll, SnmpGet, SnmpTable, SnmpValue

GET, OTHER_GET, TABLE = SnmpGet(("1.3.1.0",)), SnmpGet(("1.3.2.0",)), SnmpTable(("1.3.3",))
READ = ModbusRead(4, 0, 1)
SILENT = Failure(Quality.NO_ANSWER, "No answer.")
VALUE = {"1.3.1.0": SnmpValue("integer", 1)}
ABSENT = {"1.3.1.0": SnmpValue("no_such_object", None)}


def poll(noon, answers, *, seconds=0):
    return RawPoll(at=noon + timedelta(seconds=seconds), latency_ms=12.5, answers=answers)


@pytest.mark.parametrize(
    ("answers", "quality", "words"),
    [
        ({GET: VALUE}, Quality.GOOD, ""),
        ({READ: (7,)}, Quality.GOOD, ""),
        ({TABLE: {}}, Quality.GOOD, ""),
        ({GET: SILENT}, Quality.NO_ANSWER, "No answer."),
        ({GET: SILENT, TABLE: Failure(Quality.MALFORMED, "Later.")}, Quality.NO_ANSWER, "No answer."),
        ({GET: VALUE, TABLE: SILENT}, Quality.GOOD, "1 of 2 requests failed: No answer."),
        ({GET: ABSENT}, Quality.MISSING, "check that the profile fits"),
        ({GET: ABSENT, TABLE: {}}, Quality.MISSING, "check that the profile fits"),
        ({GET: ABSENT, TABLE: {"1.3.3.1": SnmpValue("integer", 1)}}, Quality.GOOD, ""),
        ({GET: ABSENT, OTHER_GET: VALUE}, Quality.GOOD, ""),
    ],
)
def test_the_verdict_on_a_poll(noon, answers, quality, words):
    verdict = verdict_of(poll(noon, answers))
    assert verdict.quality is quality
    assert words in verdict.detail
    assert bool(verdict.detail) == bool(words)


def test_health_counts_and_turns_once_each_way(noon):
    health = Health()
    good, bad = Verdict(Quality.GOOD), Verdict(Quality.NO_ANSWER, "No answer.")
    turns = [
        health.note(verdict, poll(noon, {}, seconds=second))
        for second, verdict in enumerate([good, bad, bad, good, good, bad])
    ]
    assert turns == [Turn.NONE, Turn.WENT_BAD, Turn.NONE, Turn.RECOVERED, Turn.NONE, Turn.WENT_BAD]
    assert health == Health(
        attempted_at=noon + timedelta(seconds=5),
        answered_at=noon + timedelta(seconds=4),
        latency_ms=12.5,
        quality=Quality.NO_ANSWER,
        detail="No answer.",
        failing_since=noon + timedelta(seconds=5),
        failures_in_a_row=1,
        polls=6,
        answers=3,
        recovered_at=noon + timedelta(seconds=3),
        typical_ms=12.5,
    )


def test_the_typical_latency_follows_a_lasting_change_and_is_not_moved_far_by_one_poll(noon):
    health = Health()
    latencies = [10.0] * 20 + [500.0] + [10.0]
    for latency in latencies:
        health.note(Verdict(Quality.GOOD), RawPoll(at=noon, latency_ms=latency, answers={}))
    assert 10 < health.typical_ms < 40
    for _ in range(100):
        health.note(Verdict(Quality.GOOD), RawPoll(at=noon, latency_ms=80.0, answers={}))
    assert health.typical_ms == pytest.approx(80, rel=0.02)


def test_failing_since_is_the_first_failure_in_the_row(noon):
    health = Health()
    for second in range(3):
        health.note(Verdict(Quality.REFUSED, "Refused."), poll(noon, {}, seconds=second))
    assert health.failing_since == noon
    assert health.failures_in_a_row == 3


def test_long_words_are_cut_to_the_column(noon):
    health = Health()
    health.note(Verdict(Quality.MALFORMED, "x" * 1000), poll(noon, {}))
    assert len(health.detail) == 300


@pytest.fixture
def make_endpoint(site):
    segment = register_segment(name="Loopback", site=site, networks=["127.0.0.0/8"], ports=["1024-2000"])

    def make(number: int):
        return register_endpoint(
            name=f"Fridge {number}", segment=segment, host="127.0.0.1", port=1024 + number,
            profile="medical-fridge", protocol="modbus_tcp",
        )  # fmt: skip

    return make


def test_what_was_saved_is_loaded_again_and_saving_again_overwrites(make_endpoint, noon):
    endpoint = make_endpoint(1)
    health = Health()
    health.note(Verdict(Quality.NO_ANSWER, "No answer."), poll(noon, {}))
    save_health({endpoint.pk: health})
    assert load_health([endpoint.pk]) == {endpoint.pk: health}
    health.note(Verdict(Quality.GOOD), poll(noon, {}, seconds=9))
    save_health({endpoint.pk: health})
    assert load_health([endpoint.pk]) == {endpoint.pk: health}
    assert EndpointHealth.objects.count() == 1


def test_an_endpoint_never_polled_has_no_health(make_endpoint):
    assert load_health([make_endpoint(1).pk]) == {}


def test_an_endpoint_that_is_gone_does_not_hold_up_the_others(make_endpoint):
    one, gone = make_endpoint(1), make_endpoint(2)
    gone_pk = gone.pk
    gone.delete()
    save_health({one.pk: Health(polls=1), gone_pk: Health(polls=1)})
    assert list(EndpointHealth.objects.values_list("endpoint_id", flat=True)) == [one.pk]


def test_many_rows_take_few_queries(make_endpoint, django_assert_max_num_queries):
    healths = {make_endpoint(number).pk: Health(polls=number) for number in range(30)}
    with django_assert_max_num_queries(4):
        save_health(healths)
