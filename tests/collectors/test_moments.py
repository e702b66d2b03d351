"""A wall clock that is set forward or back loses nothing, doubles nothing and puts nothing out of order."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from assets.models import ActivityInterval, EvidenceLog, ReadingNow
from assets.observation import Evidence, Observation, ReadingValue, Subject, SubjectKind
from assets.record import record_observations
from assets.words import Quality
from collectors.engine.findings import Findings
from collectors.engine.health import Health, Verdict
from collectors.engine.moments import SET_BACK_AT_MOST, after_last
from collectors.requests import RawPoll
from tests.collectors.fakes import answer_well, assignment

HOUR = 3600.0


def polled(at):
    return RawPoll(at=at, latency_ms=1.0, answers={})


def moments(noon, clock):
    """When the polls count as having been at which the wall clock showed these seconds after noon."""
    last = None
    for seconds in clock:
        last = after_last(polled(noon + timedelta(seconds=seconds)), last).at
        yield last


@pytest.mark.parametrize(
    "clock",
    [
        [0, 10, 20, 30],
        [0, 10, 10 - HOUR, 20 - HOUR, 30],
        [0, 10 + HOUR, 20 + HOUR, 30, 40],
        [0, 0, 0, 0],
        [0, -HOUR, -HOUR, -HOUR + 10, 10],
    ],
)
def test_no_moment_repeats_or_goes_back(noon, clock):
    found = list(moments(noon, clock))
    assert all(before < after for before, after in pairwise(found))
    assert found[0] == noon


def test_a_clock_that_goes_forward_is_believed(noon):
    clock = [0, 10, 10 + HOUR, 20 + HOUR]
    assert list(moments(noon, clock)) == [noon + timedelta(seconds=seconds) for seconds in clock]


def test_when_the_clock_has_caught_up_it_is_believed_again(noon):
    found = list(moments(noon, [0, -5, 0, 5]))
    assert [(at - noon) / timedelta(microseconds=1) for at in found] == [0, 1, 2, 5_000_000]


def test_a_clock_that_was_wrong_by_very_much_does_not_stop_time_for_ever(noon):
    seconds = SET_BACK_AT_MOST.total_seconds() + 1
    assert list(moments(noon, [seconds, 0])) == [noon + timedelta(seconds=seconds), noon]


@pytest.mark.django_db
@pytest.mark.databases
@pytest.mark.parametrize("step", [-HOUR, HOUR, -1.0, -30.0])
def test_polls_around_a_step_of_the_clock_are_all_recorded_once_and_in_order(make_pump, noon, step):
    pump, endpoint = make_pump(), Health()
    said = [Evidence.IDLE, Evidence.IN_USE, Evidence.IDLE, Evidence.IN_USE, Evidence.IDLE, Evidence.IN_USE]
    outcomes = []
    for number, evidence in enumerate(said):
        wall = noon + timedelta(seconds=30 * number + (step if 2 <= number < 4 else 0.0))
        raw = after_last(polled(wall), endpoint.attempted_at)
        endpoint.note(Verdict(Quality.GOOD), raw)
        observation = Observation(
            Subject(SubjectKind.ASSET, str(pump.pk)), "endpoint:1", raw.at, max(wall, raw.at),
            readings=(ReadingValue("battery_charge", float(number)),), activity=evidence,
        )  # fmt: skip
        outcomes += [record_observations([observation]), record_observations([observation])]
    assert [outcome.recorded for outcome in outcomes] == [1, 0] * len(said)
    assert [outcome.duplicates for outcome in outcomes] == [0, 1] * len(said)
    assert EvidenceLog.objects.count() == len(said)
    spells = ActivityInterval.objects.order_by("begin").values_list("activity", flat=True)
    told = [activity for activity in spells if activity != "unknown"]
    assert told == ["available", "in_use", "dirty", "in_use", "dirty", "in_use"]
    assert ReadingNow.objects.get().number == len(said) - 1


def test_the_collector_itself_never_tells_the_same_moment_twice(noon):
    device = assignment(1, subject=Subject(SubjectKind.ASSET, "1"))
    health = Health()
    findings = Findings(lambda: noon - timedelta(hours=1))
    answers = {request: answer_well(device, request) for request in device.requests}
    told = []
    for seconds in (0, -HOUR, -HOUR, 30):
        raw = RawPoll(noon + timedelta(seconds=seconds), 1.0, answers)
        observations, _ = findings.note(device, health, raw, Verdict(Quality.GOOD), None)
        told += observations
    assert [(each.at - noon) / timedelta(microseconds=1) for each in told] == [0, 1, 2, 30_000_000]
    assert all(each.received_at >= each.at for each in told)
