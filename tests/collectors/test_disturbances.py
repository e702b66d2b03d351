"""State changes as data: what begins, what ends, what is no news, and what is counted as one."""

from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.disturbances import forget_old, mark_polls, note_disturbances
from collectors.models import CollectorState, Disturbance, Endpoint, EndpointHealth, Segment
from collectors.pauses import pause_polling
from collectors.success import success_of

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])


@pytest.fixture
def make(segment, noon):
    """An endpoint that answered ten seconds ago, at an address of its own."""

    def make(name, **values):
        values = {"host": f"10.0.0.{Endpoint.objects.count() + 1}", "segment": segment} | values
        endpoint = Endpoint.objects.create(
            name=name, protocol="modbus_tcp", port=502, unit_id=values.pop("unit_id", 1),
            profile="medical-fridge", **values,
        )  # fmt: skip
        asked = noon - timedelta(seconds=10)
        EndpointHealth.objects.create(
            endpoint=endpoint, attempted_at=asked, answered_at=asked, quality=Quality.GOOD,
            next_poll_at=noon + timedelta(seconds=20),
        )  # fmt: skip
        return endpoint

    return make


@pytest.fixture
def well(make):
    """Somebody who answers, so that the segment is not silent."""
    return make("Well")


def fall_silent(endpoint, noon, *, minutes=5, tries=4):
    EndpointHealth.objects.filter(endpoint=endpoint).update(
        quality=Quality.NO_ANSWER,
        failing_since=noon - timedelta(minutes=minutes),
        failures_in_a_row=tries,
        answered_at=noon - timedelta(minutes=minutes, seconds=10),
    )


def recover(endpoint, at):
    EndpointHealth.objects.filter(endpoint=endpoint).update(
        quality=Quality.GOOD, failing_since=None, failures_in_a_row=0, answered_at=at, recovered_at=at
    )


def told(rows):
    return [(row.kind, row.title, row.words) for row in rows]


def test_an_endpoint_that_fails_and_recovers_is_noted_once_each_way(make, well, noon):
    fridge = make("Fridge")
    fall_silent(fridge, noon)
    assert told(note_disturbances(noon).begun) == [("endpoint", "Fridge", "No answer")]
    assert note_disturbances(noon).begun == []
    row = Disturbance.objects.get()
    assert (row.endpoint, row.segment, row.begin, row.end) == (
        fridge, fridge.segment, noon - timedelta(minutes=5), None,
    )  # fmt: skip
    back = noon + timedelta(seconds=3)
    recover(fridge, back)
    assert told(note_disturbances(noon + timedelta(seconds=5)).ended) == [("endpoint", "Fridge", "No answer")]
    assert Disturbance.objects.get().end == back


def test_a_single_missed_answer_is_no_news(make, well, noon):
    fridge = make("Fridge")
    fall_silent(fridge, noon, minutes=0, tries=1)
    assert note_disturbances(noon).begun == []
    fall_silent(fridge, noon, minutes=1, tries=1)
    assert len(note_disturbances(noon).begun) == 1


def test_a_dead_gateway_is_one_disturbance_however_many_are_behind_it(make, well, noon):
    units = [make(f"Unit {n}", host="10.0.0.99", unit_id=n) for n in range(1, 6)]
    for unit in units:
        fall_silent(unit, noon)
    begun = note_disturbances(noon).begun
    assert told(begun) == [("endpoint", "Unit 1", "No answer; 4 more behind it cannot be reached")]
    for unit in units:
        recover(unit, noon)
    note_disturbances(noon)
    assert not Disturbance.objects.lasting().exists()


def test_devices_behind_a_switch_that_fails_are_not_noted(make, well, noon):
    switch = make("Switch")
    for endpoint in (switch, make("Fridge", behind=switch)):
        fall_silent(endpoint, noon)
    assert [row.title for row in note_disturbances(noon).begun] == ["Switch"]


def test_the_gateway_of_a_segment_stands_for_all_in_it(make, segment, well, noon):
    router = make("Router")
    segment.gateway = router
    segment.save()
    for endpoint in (router, make("Fridge"), well):
        fall_silent(endpoint, noon)
    begun = note_disturbances(noon).begun
    assert sorted(row.title for row in begun if row.kind == "endpoint") == ["Router"]


def test_what_is_paused_or_switched_off_is_no_disturbance_and_ends_one(make, well, noon):
    fridge = make("Fridge")
    fall_silent(fridge, noon)
    note_disturbances(noon)
    pause_polling(endpoint=fridge, by=None, reason="Firmware", now=noon)
    assert [row.title for row in note_disturbances(noon).ended] == ["Fridge"]
    assert note_disturbances(noon).begun == []


def test_while_nobody_asks_it_cannot_be_said_that_it_ended(make, well, noon):
    fridge = make("Fridge")
    fall_silent(fridge, noon)
    note_disturbances(noon)
    assert [row.kind for row in note_disturbances(noon + timedelta(minutes=10)).begun] == ["unserved"]
    assert Disturbance.objects.lasting().filter(endpoint=fridge).exists()


def test_a_silent_segment_is_noted_besides(make, noon):
    for name in ("A", "B"):
        fall_silent(make(name), noon)
    kinds = {row.kind: row.words for row in note_disturbances(noon).begun}
    assert kinds["segment"] == "None of its 2 endpoints answers"


def test_a_segment_that_nobody_polls_is_noted_until_somebody_does(make, well, noon):
    later = noon + timedelta(minutes=5)
    begun = note_disturbances(later).begun
    assert told(begun) == [("unserved", "Ward devices", "Nobody polls its 1 endpoint")]
    assert begun[0].begin == noon - timedelta(seconds=10)
    EndpointHealth.objects.update(attempted_at=later, next_poll_at=later + timedelta(seconds=30))
    assert [row.kind for row in note_disturbances(later).ended] == ["unserved"]


def collector(noon, **values):
    defaults = {"holder": "host-1/77", "started_at": noon - timedelta(hours=1), "at": noon}
    return CollectorState.objects.update_or_create(holder="host-1/77", defaults=defaults | values)


def test_a_spool_in_use_full_and_emptied_is_noted(noon):
    collector(noon, spool_records=12, spool_oldest_at=noon - timedelta(minutes=2))
    assert told(note_disturbances(noon).begun) == [
        ("spool", "host-1/77", "12 records wait on its disk to be recorded")
    ]
    collector(noon, spool_records=90, dropped=5)
    assert [row.kind for row in note_disturbances(noon).begun] == ["spool_full"]
    collector(noon, spool_records=0, dropped=5)
    assert {row.kind for row in note_disturbances(noon).ended} == {"spool", "spool_full"}


def test_a_collector_that_falls_silent_is_lost_and_one_that_stopped_in_order_is_not(noon):
    collector(noon, at=noon - timedelta(seconds=31))
    assert [row.kind for row in note_disturbances(noon).begun] == ["worker"]
    collector(noon, at=noon)
    assert [row.kind for row in note_disturbances(noon).ended] == ["worker"]
    collector(noon, at=noon - timedelta(minutes=5), stopped_at=noon - timedelta(minutes=5))
    assert note_disturbances(noon).begun == []


def test_a_sweep_over_a_well_hospital_takes_few_queries(make, noon, django_assert_max_num_queries):
    for number in range(5):
        make(f"Fridge {number}")
    with django_assert_max_num_queries(13):
        note_disturbances(noon)


def test_success_is_told_of_the_last_day_or_two(make, noon):
    health = make("Fridge").health
    EndpointHealth.objects.update(polls=100, answers=50)
    assert mark_polls(noon - timedelta(hours=30)) == 1
    EndpointHealth.objects.update(polls=300, answers=250)
    assert mark_polls(noon - timedelta(hours=20)) == 0
    assert mark_polls(noon - timedelta(hours=6)) == 1
    EndpointHealth.objects.update(polls=400, answers=347)
    health.refresh_from_db()
    success = success_of(health)
    assert (success.polls, success.answers, success.since) == (300, 297, noon - timedelta(hours=30))
    assert success.percent == 99.0


def test_before_there_is_a_mark_success_is_of_all_that_was_counted():
    success = success_of(EndpointHealth(polls=8, answers=6))
    assert (success.percent, success.since) == (75.0, None)
    assert success_of(EndpointHealth()).percent is None


def test_what_is_over_for_long_is_forgotten_and_what_lasts_is_not(noon, settings):
    settings.DISTURBANCES_KEPT_DAYS = 30
    old = noon - timedelta(days=90)
    for subject, end in (("a", noon - timedelta(days=31)), ("b", noon - timedelta(days=29)), ("c", None)):
        Disturbance.objects.create(
            kind="worker", subject=subject, title=subject, words="x", begin=old, end=end
        )
    collector(noon, at=noon - timedelta(days=8))
    forget_old(noon)
    assert set(Disturbance.objects.values_list("subject", flat=True)) == {"b", "c"}
    assert not CollectorState.objects.exists()
