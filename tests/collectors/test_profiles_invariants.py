"""What holds for every profile, whatever device it describes."""

from __future__ import annotations

import json
import math
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.identifiers import canonical
from assets.observation import Subject, SubjectKind
from assets.vocabulary import VOCABULARY
from assets.words import Quality
from collectors.decode import decode_poll, describe_poll
from collectors.planner import joins_of, own_name, plan_requests
from collectors.profiles.library import all_profiles
from collectors.requests import (
    DicomEcho,
    DicomEchoed,
    Failure,
    ModbusIdentify,
    ModbusIdentity,
    ModbusRead,
    RawPoll,
    SnmpGet,
    SnmpTable,
    SnmpValue,
)
from tests.collectors.recordings import AT
from tests.collectors.synthetic import device_of, sound_poll
from tests.every import for_every

PROFILES = {profile.name: profile for profile in all_profiles()}
FAILURES = [quality for quality in Quality if quality is not Quality.GOOD]
ASSET = Subject(SubjectKind.ASSET, "7")

each_profile = for_every(PROFILES)


def decoded(profile, raw, subject=ASSET):
    return decode_poll(profile, raw, source="endpoint:3", subject=subject, received_at=AT)


def sharing_a_cell(table):
    """Readings of which a row has one or the other, as the unit in the row says."""
    cells = Counter(reading.source.oid for reading in table.readings)
    return {reading.name for reading in table.readings if cells[reading.source.oid] > 1}


@each_profile
def test_every_reading_of_a_sound_device_has_a_value(profile):
    own, *rows = decoded(profile, sound_poll(profile))
    assert [r.name for r in own.readings if r.value is None] == []
    for observation in (own, *rows):
        assert observation.quality is Quality.GOOD
        assert observation.detail == ""
    for table, row in zip(profile.tables, rows, strict=True):
        assert {r.name for r in row.readings if r.value is None} <= sharing_a_cell(table)


@each_profile
def test_a_sound_device_and_each_of_its_rows_are_observed_once(profile):
    observations = decoded(profile, sound_poll(profile))

    assert len(observations) == 1 + len(profile.tables)
    assert [r.name for r in observations[0].readings] == [r.name for r in profile.readings]
    for table, observation in zip(profile.tables, observations[1:], strict=True):
        device = device_of(profile, table)
        assert observation.subject == Subject(table.subject_kind, device)
        assert observation.source == f"endpoint:3/{device}"
        assert (observation.position is None) == (table.position is None)
        assert (observation.sighting is None) == (table.sighting is None)


@each_profile
def test_a_failure_of_every_request_is_one_failed_observation(profile):
    for quality in FAILURES:
        raw = RawPoll(AT, 3.0, dict.fromkeys(plan_requests(profile), Failure(quality, "as the driver says")))

        (observation,) = decoded(profile, raw)

        assert observation.quality is quality
        assert observation.detail == "as the driver says"
        assert observation.activity is None
        assert {(r.name, r.value, r.quality) for r in observation.readings} == {
            (reading.name, None, quality) for reading in profile.readings
        }


@each_profile
def test_a_total_failure_of_a_gateway_that_is_no_asset_is_no_observation(profile):
    raw = RawPoll(AT, 3.0, dict.fromkeys(plan_requests(profile), Failure(Quality.NO_ANSWER, "no answer")))

    assert decoded(profile, raw, subject=None) == []


@each_profile
def test_a_failed_request_fails_its_own_readings_and_no_others(profile):
    requests = plan_requests(profile)
    sound = sound_poll(profile)
    for failed in requests:
        answers = {**sound.answers, failed: Failure(Quality.DEVICE_ERROR, "exception 4")}
        (observation, *rows) = decoded(profile, RawPoll(AT, 3.0, answers))

        lost = {r.name for r in observation.readings if r.quality is Quality.DEVICE_ERROR}
        kept = {r.name for r in observation.readings if r.quality is Quality.GOOD}
        assert lost | kept == {r.name for r in profile.readings}
        if isinstance(failed, SnmpTable) and len(requests) > 1:
            assert kept
        assert all(row.quality is Quality.GOOD or _leads_through(profile, failed) for row in rows)


def _leads_through(profile, request) -> bool:
    """Whether rows of a table are told what hears them by what this request brings."""
    wanted = {via.column for table in profile.tables for via in joins_of(table)}
    wanted |= {name for table in profile.tables if (name := own_name(table))}
    return bool(wanted.intersection(request.columns if isinstance(request, SnmpTable) else request.oids))


@each_profile
def test_a_request_that_was_not_carried_out_is_no_answer(profile):
    for observation in decoded(profile, RawPoll(AT, 3.0, {})):
        assert observation.quality is Quality.NO_ANSWER


@each_profile
def test_a_device_without_any_of_the_objects_has_no_values(profile):
    def emptied(request, answer):
        if isinstance(request, ModbusRead | ModbusIdentify):
            return Failure(Quality.DEVICE_ERROR, "exception 2")
        if isinstance(request, DicomEcho):
            return Failure(Quality.NO_ANSWER, "no application answers")
        if isinstance(request, SnmpGet):
            return dict.fromkeys(answer, SnmpValue("no_such_object", None))
        return {}

    raw = RawPoll(AT, 3.0, {q: emptied(q, a) for q, a in sound_poll(profile).answers.items()})

    (observation,) = decoded(profile, raw)
    assert [r for r in observation.readings if r.value is not None] == []
    assert observation.activity is None


@each_profile
def test_the_report_for_a_person_shows_the_same_values(profile):
    raw = sound_poll(profile)

    report = json.loads(json.dumps(describe_poll(profile, raw)))

    observations = decoded(profile, raw)
    assert {r["name"]: r["value"] for r in report["rows"]} == {
        r.name: r.value for r in observations[0].readings
    }
    assert all(row["raw"] and row["source"] for row in report["rows"])
    assert report["failures"] == []
    for table, observation in zip(report["tables"], observations[1:], strict=True):
        (row,) = table["rows"]
        by_address = observation.subject.kind is SubjectKind.MAC
        assert row["subject"] == ("00:1b:c5:··:··:··" if by_address else observation.subject.key)
        assert {r["name"]: r["value"] for r in row["readings"]} == {
            r.name: r.value for r in observation.readings
        }


# --- Hostile answers ----------------------------------------------------------------------------------------

numbers = st.one_of(st.integers(-300, 300), st.integers(-(2**63), 2**64))
nonsense = st.one_of(
    st.builds(
        SnmpValue, st.sampled_from(["integer", "gauge32", "counter32", "counter64", "timeticks"]), numbers
    ),
    st.builds(SnmpValue, st.just("octets"), st.binary(max_size=260)),
    st.builds(SnmpValue, st.just("octets"), st.text(max_size=50).map(str.encode)),
    st.builds(
        SnmpValue, st.sampled_from(["no_such_object", "no_such_instance", "end_of_mib", "null"]), st.none()
    ),
    st.builds(SnmpValue, st.sampled_from(["oid", "ipaddress"]), st.just("1.3.6.1.4.1")),
    st.builds(SnmpValue, st.just("opaque"), st.binary(max_size=12)),
    st.builds(SnmpValue, st.just("integer"), st.one_of(st.binary(max_size=3), st.none(), st.just("7"))),
)


@st.composite
def mutated(draw, profile):
    """A sound poll of which anything may have been replaced, lost, added or cut short."""
    answers = dict(sound_poll(profile).answers)
    for request, answer in answers.items():
        if isinstance(request, ModbusRead):
            words = st.integers(0, 1 if request.function < 3 else 0xFFFF)
            size = draw(st.sampled_from([request.count, request.count, request.count, 0, request.count + 1]))
            answers[request] = tuple(draw(st.lists(words, min_size=size, max_size=size)))
        elif isinstance(request, DicomEcho):
            version = draw(st.none() | st.binary(max_size=20))
            answers[request] = DicomEchoed(draw(st.integers(0, 0xFFFF)), version)
        elif isinstance(request, ModbusIdentify):
            said = st.none() | st.binary(max_size=260) | st.text(max_size=50).map(str.encode)
            answers[request] = ModbusIdentity(draw(said), draw(said), draw(said))
        else:
            answers[request] = draw(_mangled(request, dict(answer)))
    return RawPoll(AT, 3.0, answers)


@st.composite
def _mangled(draw, request, answer):
    for oid in draw(st.lists(st.sampled_from(sorted(answer)), max_size=6)):
        answer[oid] = draw(nonsense)
    for oid in draw(st.lists(st.sampled_from(sorted(answer)), max_size=2)):
        answer.pop(oid, None)
    if isinstance(request, SnmpTable):
        for column in draw(st.lists(st.sampled_from(request.columns), max_size=4)):
            answer[column + draw(st.sampled_from([".2", ".2.1", "", ".", "9.1", ".1"]))] = draw(nonsense)
    return answer


@each_profile
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_no_answer_however_hostile_makes_a_value_that_cannot_be(profile, data):
    raw = data.draw(mutated(profile))

    observations = decoded(profile, raw)
    json.dumps(describe_poll(profile, raw))

    assert len({(o.source, o.at) for o in observations}) == len(observations)
    for observation in observations:
        assert len(observation.source) <= 64
        for reading in observation.readings:
            _is_possible(reading)
        if observation.position:
            assert all(math.isfinite(number) for number in (observation.position.x, observation.position.y))
            assert observation.position.error_m >= 0
        if observation.sighting:
            assert observation.sighting.receiver.isprintable()
            assert len(observation.sighting.receiver) <= 64
        if observation.subject.kind is SubjectKind.MAC:
            assert canonical("mac", observation.subject.key) == observation.subject.key
            assert int(observation.subject.key[:2], 16) & 2 == 0


def _is_possible(reading):
    term = VOCABULARY[reading.name]
    if reading.quality is not Quality.GOOD:
        assert reading.value is None
    elif term.kind == "number":
        assert isinstance(reading.value, float)
        assert term.low <= reading.value <= term.high
    elif term.kind == "state":
        assert reading.value in term.states
    else:
        assert isinstance(reading.value, str)
        assert reading.value.strip() == reading.value != ""
        assert reading.value.isprintable()
        assert len(reading.value) <= 200
