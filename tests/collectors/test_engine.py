"""The collector in virtual time: whole hours of polling, with a driver that has no wire."""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError

from assets.observation import Evidence, Observation, Subject, SubjectKind
from assets.words import Quality
from collectors.engine import loop as engine_module
from collectors.engine.findings import Findings
from collectors.engine.health import Health, Verdict
from collectors.engine.lanes import Lanes
from collectors.engine.loop import Engine
from collectors.engine.schedule import Schedule
from collectors.guard import Policy
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import Failure, RawPoll, SnmpGet, SnmpValue
from tests.collectors.fakes import (
    START,
    DirectDatabase,
    FakeDriver,
    FakeRoster,
    KeepingWriter,
    answer_well,
    assignment,
    in_virtual_time,
    stay_silent,
)


class Hospital:
    """An engine with everything around it faked."""

    def __init__(self, *assignments, script=answer_well, delay_s=0.01, lanes=None) -> None:
        self.lanes = lanes
        self.roster = FakeRoster(*assignments)
        self.driver = FakeDriver(script, delay_s=delay_s)
        self.writer = KeepingWriter()
        self.database = DirectDatabase()
        self.engine: Engine | None = None

    def run(self, seconds: float, **at) -> Hospital:
        """Collect for so long; ``at`` is what happens meanwhile: ``at={30: function}``."""

        async def day(loop):
            self.engine = Engine(
                self.writer,
                roster=self.roster,
                drivers=dict.fromkeys(["snmp_v2c", "snmp_v3", "modbus_tcp"], self.driver),
                database=self.database,
                schedule=Schedule(),
                lanes=self.lanes,
                now=loop.now,
            )
            for moment, happening in at.get("at", {}).items():
                loop.call_later(moment, happening)
            loop.call_later(seconds, self.engine.stop)
            running = asyncio.create_task(self.engine.run())
            await asyncio.sleep(0)
            await self.engine.take_up(1)
            await running

        in_virtual_time(day)
        return self


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    monkeypatch.setattr(engine_module, "load_health", lambda _pks: {})
    monkeypatch.setattr(engine_module, "take_waiting", lambda _pks, _now: [])


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_every_endpoint_is_polled_at_its_own_interval():
    hospital = Hospital(assignment(1, interval_s=10), assignment(2, interval_s=60)).run(3600)
    assert hospital.driver.times(1)[0] <= 5
    assert all(gap == pytest.approx(10, abs=0.01) for gap in gaps(hospital.driver.times(1))[1:])
    assert all(gap == pytest.approx(60, abs=0.01) for gap in gaps(hospital.driver.times(2))[1:])
    assert 358 <= len(hospital.driver.times(1)) <= 362


def test_a_chunk_taken_up_is_left_alone_for_a_second_since_whoever_had_it_may_have_asked_just_now():
    hospital = Hospital(*(assignment(n, interval_s=1) for n in range(1, 101))).run(10)
    first = [hospital.driver.times(n)[0] for n in range(1, 101)]
    assert min(first) >= 1
    assert max(first) <= 6


def test_each_poll_is_handed_to_the_writer_with_observations_and_health():
    pump = Subject(SubjectKind.ASSET, "7")
    requests = plan_requests(get_profile("host-resources"))
    hospital = Hospital(assignment(1, subject=pump, requests=requests)).run(60)
    assert len(hospital.writer.items) == len(hospital.driver.asked)
    item = hospital.writer.items[-1]
    (observation,) = item.observations
    assert observation.subject == pump
    assert observation.source == "endpoint:1"
    assert item.health[1].answers == item.health[1].polls == len(hospital.driver.asked)
    assert item.health[1].next_poll_at > item.health[1].attempted_at


def test_a_total_failure_is_an_observation_too():
    pump = Subject(SubjectKind.ASSET, "7")
    hospital = Hospital(assignment(1, subject=pump), script=stay_silent).run(20)
    (observation,) = hospital.writer.items[0].observations
    assert observation.quality is Quality.NO_ANSWER
    assert observation.activity is None
    assert all(reading.value is None for reading in observation.readings)


def test_what_a_device_said_before_our_clock_was_put_back_is_not_from_the_future():
    said_at = START
    raw = RawPoll(at=said_at, latency_ms=1.0, answers={SnmpGet(("1.3.6.1.2.1.1.3.0",)): {}})
    findings = Findings(lambda: said_at - timedelta(hours=1))
    pump = assignment(1, subject=Subject(SubjectKind.ASSET, "7"))

    (observation,), _ = findings.note(pump, Health(), raw, Verdict(Quality.GOOD), None)

    assert (observation.at, observation.received_at) == (said_at, said_at)


def test_a_device_with_several_endpoints_never_has_two_requests_under_way():
    shared = {"host": "10.9.9.9", "interval_s": 1}
    hospital = Hospital(*(assignment(n, **shared) for n in range(1, 6)), delay_s=0.4).run(60)
    assert hospital.driver.most_at_once == {("10.9.9.9", 161): 1}
    assert all(hospital.driver.times(n) for n in range(1, 6))


def test_no_device_is_asked_more_than_once_a_second():
    hospital = Hospital(assignment(1, interval_s=0.001)).run(60)
    assert min(gaps(hospital.driver.times(1))) >= 1


def test_dead_endpoints_never_delay_the_living():
    def script(target, request):
        return stay_silent(target, request) if target.endpoint_id % 2 else answer_well(target, request)

    hospital = Hospital(
        *(assignment(n) for n in range(1, 301)),
        script=script,
        delay_s=lambda target: 4.0 if target.endpoint_id % 2 else 0.01,
        lanes=Lanes(fast=20, slow=5),
    ).run(120)
    living = [hospital.driver.times(n) for n in range(2, 301, 2)]
    assert max(gap for times in living for gap in gaps(times)) < 14
    assert min(len(times) for times in living) >= 10


def test_a_dead_endpoint_is_backed_off_and_found_soon_when_it_returns():
    def script(target, request):
        alive = asyncio.get_running_loop().time() > 600
        return answer_well(target, request) if alive else stay_silent(target, request)

    times = Hospital(assignment(1, interval_s=2), script=script).run(660).driver.times(1)
    while_dead = [at for at in times if at <= 600]
    assert len(while_dead) < 30
    assert max(gaps(while_dead)) <= 30 * 1.05 + 0.1
    first = min(at for at in times if at > 600)
    assert first < 632
    assert all(gap < 2.3 for gap in gaps([at for at in times if at > 600]))


def test_one_line_when_an_endpoint_goes_bad_and_one_when_it_recovers(caplog):
    def script(target, request):
        dead = 100 < asyncio.get_running_loop().time() < 300
        return stay_silent(target, request) if dead else answer_well(target, request)

    with caplog.at_level(logging.INFO):
        Hospital(assignment(1), assignment(2), script=script).run(600)
    lines = [record.message for record in caplog.records if "Device 1" in record.message]
    assert len(lines) == 2
    assert lines[0] == (
        "Device 1 (10.0.0.1:161, profile host-resources) went bad: No answer: check that the device is on."
    )
    assert lines[1].startswith(
        "Device 1 (10.0.0.1:161, profile host-resources) recovered; it was bad since 2026-03-"
    )


def answers_with(**values):
    """Answers of a UPS whose readings are these: name of the reading → value as it travels."""
    oids = {"battery_charge": "1.3.6.1.2.1.33.1.2.4.0", "runtime": "1.3.6.1.2.1.33.1.2.3.0"}

    def script(target, request):
        loop = asyncio.get_running_loop()
        if not isinstance(request, SnmpGet):
            return {}
        absent = SnmpValue("no_such_object", None)
        said = {oids[name]: value(loop.time()) for name, value in values.items()}
        return {oid: said.get(oid, absent) for oid in request.oids}

    return script


def ups(**extra):
    profile = get_profile("ups-rfc1628")
    return assignment(
        1, profile_name=profile.name, profile=profile, requests=plan_requests(profile),
        subject=Subject(SubjectKind.ASSET, "1"), **extra,
    )  # fmt: skip


def between(begin, end, then, otherwise):
    return lambda now: SnmpValue("integer", then if begin < now < end else otherwise)


def test_a_device_that_answers_nothing_but_nonsense_went_bad(caplog):
    script = answers_with(battery_charge=between(100, 300, 30_000, 90))
    hospital = Hospital(ups(), script=script).run(600)
    lines = [record.message for record in caplog.records]
    assert len(lines) == 2
    assert "went bad: battery_charge: 30000 is not within 0 and 100" in lines[0]
    assert "recovered" in lines[1]
    assert {health.quality for health in hospital.writer.healths(1)} == {Quality.GOOD, Quality.OUT_OF_RANGE}


def test_one_line_when_a_single_value_goes_bad_and_one_when_it_is_well_again(caplog):
    script = answers_with(battery_charge=between(100, 300, 30_000, 90), runtime=between(0, 600, 60, 60))
    hospital = Hospital(ups(), script=script).run(600)
    lines = [record.message for record in caplog.records]
    assert len(lines) == 2
    assert "answers, but not all can be believed: battery_charge: 30000 is not within 0 and 100" in lines[0]
    assert "all its values can be believed again" in lines[1]
    assert {health.quality for health in hospital.writer.healths(1)} == {Quality.GOOD}


def test_a_fault_in_the_driver_shows_at_its_endpoint_and_nowhere_else(caplog):
    def script(target, request):
        if target.endpoint_id == 1:
            raise RuntimeError("driver bug")
        return answer_well(target, request)

    hospital = Hospital(assignment(1), assignment(2), script=script).run(60)
    assert hospital.writer.healths(1)[-1].quality is Quality.MALFORMED
    assert "RuntimeError" in hospital.writer.healths(1)[-1].detail
    assert len(hospital.driver.times(2)) >= 5
    assert "driver bug" in caplog.text


def test_a_fault_in_decoding_does_not_end_polling(monkeypatch, caplog):
    def decode(profile, raw, *, source, **extra):
        if source == "endpoint:1":
            raise RuntimeError("decoder bug")
        return []

    monkeypatch.setattr("collectors.engine.findings.decode_poll", decode)
    hospital = Hospital(assignment(1), assignment(2)).run(60)
    assert len(hospital.driver.times(1)) >= 2
    assert len(hospital.driver.times(2)) >= 5
    assert hospital.writer.healths(1)[-1].quality is Quality.MALFORMED
    assert "decoder bug" in caplog.text


def test_an_endpoint_that_cannot_be_polled_says_why_and_is_not_asked():
    problem = Failure(Quality.MALFORMED, "The profile cannot be used: pump.yaml: readings: unknown key.")
    broken = assignment(1, profile=None, requests=(), problem=problem)
    hospital = Hospital(broken, assignment(2)).run(60)
    assert hospital.driver.times(1) == []
    assert hospital.writer.healths(1)[-1].detail == problem.detail
    assert hospital.writer.healths(1)[-1].failing_since is not None
    assert len(hospital.driver.times(2)) >= 5


@pytest.mark.parametrize(
    "refused", [{"host": "127.0.0.1"}, {"host": "0x7f.1"}, {"port": 22}, {"host": "8.8.8.8"}]
)
def test_what_the_guard_refuses_is_not_asked_also_when_it_is_in_the_database(refused):
    hospital = Hospital(assignment(1, **refused)).run(60)
    assert hospital.driver.asked == []
    assert hospital.writer.healths(1)[-1].quality is Quality.REFUSED
    assert hospital.writer.healths(1)[-1].detail.startswith("Not polled: ")


def test_a_poll_that_never_ends_is_ended():
    hospital = Hospital(assignment(1), delay_s=10_000).run(200)
    assert hospital.writer.healths(1)[0].quality is Quality.NO_ANSWER
    assert "not complete after 60 s" in hospital.writer.healths(1)[0].detail


# --- changes while running


def test_changes_are_taken_up_within_two_seconds():
    one, two = assignment(1, interval_s=1), assignment(2, interval_s=1)
    hospital = Hospital(one)
    hospital.run(
        60,
        at={
            20: lambda: hospital.roster.assignments.update({2: two}),
            40: lambda: hospital.roster.assignments.pop(1),
        },
    )
    assert 20 < hospital.driver.times(2)[0] <= 23
    assert 39 <= hospital.driver.times(1)[-1] <= 42


def test_a_changed_interval_is_taken_up_without_waiting_for_the_old_one():
    slow = assignment(1, interval_s=3600)
    hospital = Hospital(slow)
    hospital.run(100, at={50: lambda: hospital.roster.assignments.update({1: replace(slow, interval_s=5)})})
    assert len([at for at in hospital.driver.times(1) if at > 50]) >= 9


def test_while_the_database_cannot_be_read_polling_goes_on(caplog):
    hospital = Hospital(assignment(1))
    hospital.run(
        300,
        at={
            50: lambda: setattr(hospital.database, "trouble", OperationalError("away")),
            250: lambda: setattr(hospital.database, "trouble", None),
        },
    )
    assert all(gap < 12 for gap in gaps(hospital.driver.times(1)))
    assert [record.message for record in caplog.records] == [
        "The database cannot be read; polling goes on: away",
        "The database can be read again",
    ]


# --- the end


def test_a_stop_lets_what_is_under_way_end_and_writes_it():
    hospital = Hospital(assignment(1), delay_s=4.0).run(6)
    assert len(hospital.driver.asked) == 1
    assert len(hospital.writer.items) == 1
    assert hospital.writer.events == ["start", "stop"]
    assert hospital.driver.events == ["open", "close"]
    assert hospital.database.is_closed


def test_a_stop_does_not_wait_for_ever():
    hospital = Hospital(assignment(1), delay_s=10_000)
    hospital.run(8)
    assert hospital.writer.items == []
    assert hospital.driver.events == ["open", "close"]


def test_a_cancelled_engine_ends_as_cleanly():
    hospital = Hospital(assignment(1))

    async def day(loop):
        engine = Engine(
            hospital.writer, roster=hospital.roster, drivers={"snmp_v2c": hospital.driver},
            database=hospital.database, now=loop.now,
        )  # fmt: skip
        task = asyncio.create_task(engine.run())
        await asyncio.sleep(0)
        await engine.take_up(1)
        await asyncio.sleep(30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    in_virtual_time(day)
    assert len(hospital.writer.items) == len(hospital.driver.asked) > 1
    assert hospital.writer.events == ["start", "stop"]
    assert hospital.driver.events == ["open", "close"]


# --- polls by hand


def test_a_poll_by_hand_is_done_at_once_and_reported(monkeypatch):
    waiting, reports = [], {}
    monkeypatch.setattr(engine_module, "take_waiting", lambda _pks, _now: [waiting.pop()] if waiting else [])
    monkeypatch.setattr(
        engine_module, "finish_poll", lambda *, poll_id, report, now: reports.update({poll_id: (report, now)})
    )
    hospital = Hospital(assignment(1, interval_s=3600))
    hospital.run(60, at={30: lambda: waiting.append(("the-request", 1))})
    by_hand = [at for at in hospital.driver.times(1) if at >= 30]
    assert len(by_hand) == 1
    assert by_hand[0] <= 30.5 + 0.1
    report, _ = reports["the-request"]
    assert report["quality"] == "good"
    assert report["address"] == "10.0.0.1:161"
    assert report["raw"] == [{"source": "1.3.6.1.2.1.1.3.0", "type": "integer", "value": "1"}]
    assert hospital.writer.healths(1)[-1].polls == len(hospital.driver.times(1))


def test_a_poll_by_hand_that_answers_ends_the_back_off(monkeypatch):
    waiting = []
    monkeypatch.setattr(engine_module, "take_waiting", lambda _pks, _now: [waiting.pop()] if waiting else [])
    monkeypatch.setattr(engine_module, "finish_poll", lambda **_report: None)

    def script(target, request):
        return (answer_well if asyncio.get_running_loop().time() > 201 else stay_silent)(target, request)

    hospital = Hospital(assignment(1, interval_s=2), script=script)
    hospital.run(230, at={202: lambda: waiting.append(("the-request", 1))})
    assert len([at for at in hospital.driver.times(1) if 202 < at < 212]) >= 4


# --- names


def test_a_name_is_looked_up_and_its_address_checked_at_every_poll(monkeypatch):
    answers = iter([["10.0.0.9"], ["127.0.0.1"]])
    monkeypatch.setattr("collectors.guard.system_resolver", lambda _name: next(answers, ["127.0.0.1"]))

    async def to_thread(function, *arguments):
        return function(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    hospital = Hospital(assignment(1, host="fridge.example")).run(120)
    assert list(hospital.driver.most_at_once) == [("10.0.0.9", 161)]
    assert max(hospital.driver.times(1)) < 45
    assert hospital.writer.healths(1)[-1].quality is Quality.REFUSED


def test_a_policy_that_shrinks_counts_at_the_next_poll():
    named = assignment(1)
    hospital = Hospital(named)
    nowhere = replace(named, policy=Policy(()))
    hospital.run(60, at={30: lambda: hospital.roster.assignments.update({1: nowhere})})
    assert max(hospital.driver.times(1)) < 33
    assert hospital.writer.healths(1)[-1].quality is Quality.REFUSED


# --- the fake driver and the real ones keep the same promises: see test_driver_parity


def test_values_of_the_fake_are_of_the_real_types():
    assert answer_well(None, SnmpGet(("1.3",))) == {"1.3": SnmpValue("integer", 1)}


# --- groups of readings


def slow_moments(hospital):
    """When the slow readings of the UPS stood in its observation."""
    return [
        item.health[1].attempted_at
        for item in hospital.writer.items
        if "model_name" in {reading.name for reading in item.observations[0].readings}
    ]


def test_slow_readings_are_asked_for_at_their_own_interval():
    hospital = Hospital(
        ups(interval_s=10), script=answers_with(battery_charge=lambda _now: SnmpValue("integer", 90))
    ).run(3600)
    times = [(at - START).total_seconds() for at in slow_moments(hospital)]
    assert times[0] <= 6  # the first poll asks for everything
    assert all(285 <= gap <= 315 for gap in gaps(times[1:]))
    assert len(hospital.writer.items) > 340
    assert 11 <= len(times) <= 14


def test_a_reading_that_was_not_asked_for_is_neither_missing_nor_failed():
    hospital = Hospital(
        ups(interval_s=10), script=answers_with(battery_charge=lambda _now: SnmpValue("integer", 90))
    ).run(60)
    first, *following = (item.observations[0] for item in hospital.writer.items)
    # The slow group's second turn may come with any of the next polls, but not with all of them.
    least = min(following, key=lambda observation: len(observation.readings))
    absent = {r.name for r in first.readings} - {r.name for r in least.readings}
    assert absent == {
        "model_name", "firmware_version", "battery_temperature", "battery_test", "mains_disturbances",
    }  # fmt: skip
    assert least.quality is Quality.GOOD
    assert not least.detail


def test_slow_readings_that_a_failed_poll_asked_for_come_with_the_next_good_one():
    answers = answers_with(battery_charge=lambda _now: SnmpValue("integer", 90))

    def script(target, request):
        now = asyncio.get_running_loop().time()
        return (stay_silent if 100 < now < 700 else answers)(target, request)

    hospital = Hospital(ups(interval_s=10), script=script).run(800)
    good = [item for item in hospital.writer.items if item.health[1].failing_since is None]
    back = next(item for item in good if item.health[1].attempted_at > START + timedelta(seconds=700))
    assert "model_name" in {reading.name for reading in back.observations[0].readings}


# --- chunks


def with_chunks(hospital: Hospital, **chunks: set[int]) -> Hospital:
    """The engine begins with chunk 1; the others are there to be taken up."""
    hospital.roster.chunks = {int(name.removeprefix("c")): endpoints for name, endpoints in chunks.items()}
    return hospital


def later(work):
    return lambda: asyncio.get_running_loop().create_task(work())


def test_chunks_are_taken_up_and_dropped_while_others_are_polled():
    hospital = with_chunks(Hospital(assignment(1), assignment(2)), c1={1}, c2={2})
    hospital.run(
        100,
        at={30: later(lambda: hospital.engine.take_up(2)), 60: lambda: hospital.engine.forget(2)},
    )
    assert min(hospital.driver.times(2)) >= 30
    assert max(hospital.driver.times(2)) < 60
    assert all(gap == pytest.approx(10, abs=0.01) for gap in gaps(hospital.driver.times(1))[1:])


def test_a_chunk_at_rest_is_asked_nothing_and_all_that_was_under_way_is_written_by_then():
    rested = []

    async def rest():
        await hospital.engine.rest(1)
        rested.append((len(hospital.writer.items), hospital.writer.events[-1]))

    hospital = Hospital(assignment(1, interval_s=2), delay_s=1.5)
    hospital.run(100, at={20: later(rest), 60: lambda: hospital.engine.go_on(1)})
    begun = [at for at in hospital.driver.times(1) if at <= 20]
    assert rested == [(len(begun), "settle")]
    assert not [at for at in hospital.driver.times(1) if 20 < at < 60]
    assert next(at for at in hospital.driver.times(1) if at >= 60) < 63


def test_of_a_chunk_that_is_lost_even_what_is_under_way_is_ended():
    hospital = Hospital(assignment(1), delay_s=50.0)
    hospital.run(40, at={20: lambda: hospital.engine.forget(1)})
    assert len(hospital.driver.asked) == 1
    assert hospital.driver.under_way == {("10.0.0.1", 161): 0}
    assert hospital.writer.items == []


def test_an_endpoint_that_moves_between_two_chunks_at_hand_is_polled_on_in_step():
    hospital = with_chunks(Hospital(assignment(1)), c1={1}, c2=set())
    move = {30.5: lambda: hospital.roster.chunks.update({1: set(), 2: {1}})}
    hospital.run(100, at={5: later(lambda: hospital.engine.take_up(2)), **move})
    # What it looks up in threads takes time of the machine, a second on a busy one; a poll left out would be ten.
    assert max(gaps(hospital.driver.times(1))) <= 12
    assert 9 <= len(hospital.driver.times(1)) <= 11
    assert min(gaps(hospital.driver.times(1))[1:]) >= 1


def test_a_chunk_that_cannot_be_read_yet_is_polled_as_soon_as_it_can():
    hospital = with_chunks(Hospital(assignment(1), assignment(2)), c1={1}, c2={2})
    hospital.run(
        60,
        at={
            10: lambda: setattr(hospital.database, "trouble", OperationalError("away")),
            11: later(lambda: hospital.engine.take_up(2)),
            30: lambda: setattr(hospital.database, "trouble", None),
        },
    )
    assert 30 < min(hospital.driver.times(2)) < 37


def test_who_stood_still_asks_whether_its_chunks_are_its_own_before_it_polls_again():
    hospital = Hospital(assignment(1, interval_s=2))
    verified = []

    async def verify():
        verified.append(asyncio.get_running_loop().time())
        hospital.engine.forget(1)

    def stand_still():
        hospital.engine.after_gap = verify
        asyncio.get_running_loop().seconds += 60

    hospital.run(120, at={20: stand_still})
    assert len(verified) == 1
    assert max(hospital.driver.times(1)) < 21


# --- the pace


def test_a_hastened_endpoint_is_polled_at_once():
    hospital = Hospital(assignment(1, interval_s=3600))
    hospital.run(100, at={50: lambda: hospital.roster.hastened.append(1)})
    assert next(at for at in hospital.driver.times(1) if at >= 50) < 52


def test_a_device_in_use_is_polled_at_the_interval_for_that():
    """The UPS stands in for it: on battery it works, as a pump that infuses does."""
    profile = get_profile("ups-rfc1628")
    ups = assignment(
        1, interval_s=30, interval_in_use_s=5, subject=Subject(SubjectKind.ASSET, "7"),
        profile=profile, profile_name=profile.name, requests=plan_requests(profile),
    )  # fmt: skip
    hospital = Hospital(ups)
    in_use = {"is": False}
    evidence = {True: Evidence.IN_USE, False: Evidence.IDLE}

    def decode(profile, raw, *, source, subject, received_at, groups):
        return [
            Observation(subject=subject, source=source, at=raw.at, received_at=received_at,
                        activity=evidence[in_use["is"]])
        ]  # fmt: skip

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("collectors.engine.findings.decode_poll", decode)
        hospital.run(
            600,
            at={200: lambda: in_use.update({"is": True}), 400: lambda: in_use.update({"is": False})},
        )
    times = hospital.driver.times(1)
    assert all(gap == pytest.approx(5, abs=0.01) for gap in gaps([at for at in times if 240 < at < 400]))
    assert all(gap == pytest.approx(30, abs=0.01) for gap in gaps([at for at in times if at > 440]))
    assert all(gap == pytest.approx(30, abs=0.01) for gap in gaps([at for at in times if 40 < at < 200]))
