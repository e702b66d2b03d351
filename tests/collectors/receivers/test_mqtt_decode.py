"""What a message of a broker says, and what it never says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from assets.observation import Evidence, Position, ReadingValue, Sighting, Subject, SubjectKind
from assets.vocabulary import VOCABULARY
from assets.words import Quality
from collectors.profiles.strict import ProfileError
from collectors.receivers.mqtt import library
from collectors.receivers.mqtt.decode import NotTakenError, decode_message, programs_of
from collectors.receivers.mqtt.library import UnknownMappingError, get_mapping, mapping_names
from collectors.receivers.mqtt.load import load_mapping

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OWN = programs_of([get_mapping("hospital-topics")], "source:5")
PLUG = programs_of([get_mapping("shelly-plus-plug")], "source:5")
PLUG_MAC = "shellyplusplugs-a8032ab1fe78"


def said(programs, topic, payload, *, is_kept=False):
    octets = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    (observation,) = decode_message(programs, topic, octets, is_kept=is_kept, received_at=NOON)
    return observation


def why_not(programs, topic, payload, *, is_kept=False):
    with pytest.raises(NotTakenError) as caught:
        said(programs, topic, payload, is_kept=is_kept)
    return caught.value.reason


STATE = {"at": "2026-03-02T13:59:30+02:00", "battery": 81, "state": "infusing", "rate_ml_h": 12.5}


def test_a_state_with_its_time_is_an_observation_of_that_time():
    observation = said(OWN, "hospital/P-1/state", STATE)
    assert observation.subject == Subject(SubjectKind.ASSET_TAG, "P-1")
    assert observation.source == "source:5/hospital-topics/state"
    assert (observation.at, observation.received_at) == (NOON - timedelta(seconds=30), NOON)
    assert observation.readings == (
        ReadingValue("battery_charge", 81.0),
        ReadingValue("device_state", "infusing"),
        ReadingValue("infusion_rate", 12.5),
    )
    assert (observation.activity, observation.quality) == (Evidence.IN_USE, Quality.GOOD)


def test_one_that_the_broker_kept_is_evidence_of_its_own_time():
    assert said(OWN, "hospital/P-1/state", STATE, is_kept=True).at == NOON - timedelta(seconds=30)


def test_one_without_a_time_is_true_when_it_arrives_and_says_nothing_once_it_was_kept():
    status = {"apower": 8.9, "output": True, "aenergy": {"total": 6532.0}, "temperature": {"tC": 23.5}}
    observation = said(PLUG, f"{PLUG_MAC}/status/switch:0", status)
    assert observation.subject == Subject(SubjectKind.MAC, "a8:03:2a:b1:fe:78")
    assert observation.at == NOON
    assert {each.name: each.value for each in observation.readings} == {
        "power": 8.9, "energy": 6.532, "component_temperature": 23.5, "output_state": "on",
    }  # fmt: skip
    reason = why_not(PLUG, f"{PLUG_MAC}/status/switch:0", status, is_kept=True)
    assert reason == "kept by the broker, and without a time"


def test_what_a_message_leaves_out_has_not_failed_and_what_is_null_or_of_another_type_has():
    observation = said(
        OWN,
        "hospital/P-1/state",
        {"at": STATE["at"], "battery": None, "rate_ml_h": "12", "alarm": "x\u0007y"},
    )
    assert observation.readings == (
        ReadingValue("battery_charge", None, Quality.NO_VALUE),
        ReadingValue("infusion_rate", None, Quality.WRONG_TYPE),
        ReadingValue("alarm_text", None, Quality.MALFORMED),
    )
    assert observation.quality is Quality.NO_VALUE
    assert observation.activity is None


@pytest.mark.parametrize(
    ("value", "quality"),
    [(101, "out_of_range"), (-0.1, "out_of_range"), (True, "wrong_type"), ([], "wrong_type")],
)
def test_what_cannot_be_is_a_failure_and_never_a_value(value, quality):
    observation = said(OWN, "hospital/P-1/state", {"at": STATE["at"], "battery": value})
    assert [(each.value, each.quality) for each in observation.readings] == [(None, quality)]


def test_what_a_rule_asks_for_and_the_message_leaves_out_decides_nothing():
    assert said(OWN, "hospital/P-1/state", {"at": STATE["at"], "battery": 80}).activity is None


def test_a_position_and_a_sighting():
    position = {"at": STATE["at"], "floor": "main-1", "x": 2, "y": 3.5}
    assert said(OWN, "hospital/P-1/position", position).position == Position("main-1", 2.0, 3.5, 5.0)
    assert said(OWN, "hospital/P-1/position", position | {"error": 2}).position.error_m == 2
    sighting = said(OWN, "hospital/receivers/R-1/tags/T-1", {"at": STATE["at"], "rssi": -61})
    assert (sighting.subject, sighting.sighting) == (
        Subject(SubjectKind.TAG, "T-1"), Sighting("R-1", -61.0),
    )  # fmt: skip
    ranged = {"at": STATE["at"], "range": 3.25, "range_error": 0.2}
    assert said(OWN, "hospital/receivers/R-1/tags/T-1", ranged).sighting == Sighting("R-1", None, 3.25, 0.2)
    assert said(OWN, "hospital/receivers/R-1/tags/T-1", ranged | {"range": -1}).sighting == Sighting("R-1")
    half = {key: value for key, value in position.items() if key != "y"}
    assert why_not(OWN, "hospital/P-1/position", half) == "says nothing that its mapping knows"


# --- birth and last will


def test_a_birth_is_a_sign_of_life():
    observation = said(OWN, "hospital/P-1/connection", b"online")
    assert observation.readings == (ReadingValue("connection", "up"),)
    assert (observation.quality, observation.at) == (Quality.GOOD, NOON)


@pytest.mark.parametrize("is_kept", [False, True])
def test_after_a_last_will_everything_that_the_sender_told_has_no_answer(is_kept):
    observation = said(OWN, "hospital/P-1/connection", b"offline", is_kept=is_kept)
    assert observation.quality is Quality.NO_ANSWER
    assert observation.readings == (
        ReadingValue("connection", "down"),
        *(
            ReadingValue(name, None, Quality.NO_ANSWER)
            for name in ("battery_charge", "device_state", "infusion_rate", "alarm_text")
        ),
    )
    assert (observation.activity, observation.at) == (None, NOON)


def test_an_old_birth_is_no_sign_of_life():
    reason = why_not(OWN, "hospital/P-1/connection", b"online", is_kept=True)
    assert reason == "kept by the broker, and without a time"


def test_the_word_of_presence_is_of_the_sender_s_choice():
    assert said(PLUG, f"{PLUG_MAC}/online", b"true").readings == (ReadingValue("connection", "up"),)
    assert why_not(PLUG, f"{PLUG_MAC}/online", b"perhaps") == "neither online nor offline"


# --- what is not taken


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("hospital/P-1/other", b"{}", "topic of no mapping"),
        ("hospital/P-1/state", b"{", "payload is no JSON"),
        ("hospital/P-1/state", b"\xff", "payload is no JSON"),
        ("hospital/P-1/state", b"[" * 100_000, "payload is no JSON"),
        ("hospital/P-1/state", b"", "payload is no JSON"),
        ("hospital/P-1/state", b"{}", "its time cannot be understood"),
        ("hospital/P-1/state", {"at": "2026-03-02T12:00:00"}, "its time cannot be understood"),
        ("hospital/P-1/state", {"at": 5}, "its time cannot be understood"),
        ("hospital/P-1/state", {"at": "1970-01-01T00:00:00Z"}, "its time cannot be understood"),
        ("hospital/P-1/state", {"at": "2026-03-02T12:02:01Z"}, "its time is still to come"),
        ("hospital/P-1/state", {"at": STATE["at"], "patient": "x"}, "says nothing that its mapping knows"),
        ("hospital/P-1/state", [1], "its time cannot be understood"),
        (f"hospital/{'x' * 65}/state", STATE, "names no equipment"),
        ("hospital/\u202e/state", STATE, "names no equipment"),
        ("hospital/P-1/connection", b"\xff", "says nothing that its mapping knows"),
    ],
)
def test_what_is_not_taken_has_a_reason_without_its_content(topic, payload, reason):
    assert why_not(OWN, topic, payload) == reason


def test_a_name_of_another_kind_names_nobody():
    assert why_not(PLUG, "shellyplusplugs-nonsense/online", b"true") == "names no equipment"


@pytest.mark.parametrize(
    ("form", "raw", "at"),
    [
        ("unix_s", 1772452770, NOON - timedelta(seconds=30)),
        ("unix_s", 1772452770.5, NOON - timedelta(seconds=29.5)),
        ("unix_ms", 1772452770500, NOON - timedelta(seconds=29.5)),
        ("unix_s", "1772452770", None),
        ("unix_s", True, None),
        ("unix_s", 1e300, None),
        ("unix_ms", -1, None),
    ],
)
def test_times_as_numbers(tmp_path, form, raw, at):
    programs = programs_of([written(tmp_path, at=f"{{path: t, form: {form}}}")], "source:5")
    if at is None:
        assert why_not(programs, "x/1", {"t": raw, "v": 4}) == "its time cannot be understood"
    else:
        assert said(programs, "x/1", {"t": raw, "v": 4}).at == at


# --- mappings as data

MINIMAL = """
name: fridge
title: A fridge
document: its manual
grade: standard
evidence: none
messages:
  - name: value
    topic: x/{tag}
    subject: {kind: asset_tag, key: "{tag}"}
    READINGS
"""
READINGS = "readings: [{name: temperature, path: v}]"


def written(folder, readings=READINGS, *, at="", text=MINIMAL):
    file = folder / "fridge.yaml"
    more = f"{readings}\n    at: {at}" if at else readings
    file.write_text(text.replace("READINGS", more))
    return load_mapping(file)


def test_a_plain_payload_is_one_value(tmp_path):
    mapping = written(
        tmp_path, "payload: plain\n    readings: [{name: temperature, scale: 0.1, missing: ['nan', 32767]}]"
    )
    programs = programs_of([mapping], "source:5")
    assert said(programs, "x/F-1", b" 45 ").readings == (ReadingValue("temperature", 4.5),)
    for octets, quality in ((b"nan", "no_value"), (b"32767", "no_value"), (b"4,5", "malformed"),
                            (b"9e9", "malformed"), (b"", "no_value"), (b"4001", "out_of_range")):  # fmt: skip
        assert [each.quality for each in said(programs, "x/F-1", octets).readings] == [quality], octets


def test_values_in_lists_are_found_by_their_place(tmp_path):
    programs = programs_of([written(tmp_path, "readings: [{name: temperature, path: a.1.v}]")], "source:5")
    assert said(programs, "x/1", {"a": [0, {"v": 4}]}).readings == (ReadingValue("temperature", 4.0),)
    for payload in ({"a": [0]}, {"a": {"2": 1}}, {"a": 1}, [], 7, None):
        assert why_not(programs, "x/1", payload) == "says nothing that its mapping knows"


@pytest.mark.parametrize(
    ("readings", "key", "problem"),
    [
        ("readings: []", "messages[0].readings", "it tells of nothing"),
        ("readings: [{name: heat, path: v}]", "messages[0].readings[0].name", "not in the vocabulary"),
        (READINGS + "\n    unit: K", "messages[0].unit", "no such key"),
        ("readings: [{name: temperature}]", "messages[0].readings[0].path", "is missing"),
        ("readings: [{name: temperature, path: a..b}]", "messages[0].readings[0].path", "is no path"),
        ("readings: [{name: temperature, path: v, scale: 0}]", "messages[0].readings[0].scale", "between"),
        ("readings: [{name: temperature, path: v, type: text}]", "messages[0].readings[0].type", "is a number"),
        ("readings: [{name: door, path: v}]", "messages[0].readings[0].states", "is missing"),
        (
            "readings: [{name: door, path: v, type: flag, states: {1: open}}]",
            "messages[0].readings[0].states.1",
            "written otherwise",
        ),
        (
            "readings: [{name: temperature, path: v}, {name: temperature, path: w}]",
            "messages[0].readings[1].name",
            "stands twice",
        ),
        ("payload: plain\n    at: {path: t, form: iso}\n    readings: [{name: temperature}]",
         "messages[0].payload", "has no places"),
        ("at: {path: t, form: rfc}\n    " + READINGS, "messages[0].at.form", "must be one of"),
        ("presence: {path: s, online: [a], offline: [a]}", "messages[0].presence.online", "of their own"),
        ("presence: {path: s, online: [a], offline: [b]}\n    " + READINGS, "messages[0].presence", "nothing else"),
        ("sighting: {receiver: r, range_error: e}", "messages[0].sighting.range_error", "come with range"),
        ("sighting: {receiver: '{gateway}'}", "messages[0].sighting.receiver", "is not in the topic"),
        (
            "position: {floor: f, x: x, y: y, default_error_m: 0}",
            "messages[0].position.default_error_m",
            "above 0",
        ),
    ],
)  # fmt: skip
def test_a_fault_names_its_file_and_key(tmp_path, readings, key, problem):
    with pytest.raises(ProfileError) as caught:
        written(tmp_path, readings)
    assert (caught.value.file, caught.value.key) == ("fridge.yaml", key)
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("x/{tag}", "x/#", "messages[0].topic"),
        ("x/{tag}", "x/{other}", "messages[0].subject.key"),
        ("kind: asset_tag", "kind: asset", "messages[0].subject.kind"),
        ("name: fridge", "name: freezer", "name"),
        ("name: value", "name: a-name-that-is-far-too-long", "messages[0].name"),
        ("grade: standard", "grade: gold", "grade"),
    ],
)
def test_so_does_one_above_the_readings(tmp_path, before, after, key):
    with pytest.raises(ProfileError) as caught:
        written(tmp_path, text=MINIMAL.replace(before, after))
    assert caught.value.key == key


def test_the_shipped_mappings_can_be_read_and_their_sources_fit_into_the_database():
    assert mapping_names() == ["hospital-topics", "shelly-plus-plug"]
    for name in mapping_names():
        for program in programs_of([get_mapping(name)], f"source:{10**9}"):
            assert len(program.source) <= 64


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MQTT_MAPPING_DIRS = [str(tmp_path)]
    library.forget()
    yield tmp_path
    library.forget()


def test_a_site_has_mappings_of_its_own_and_a_broken_one_leaves_the_others_usable(own_folder):
    written(own_folder)
    (own_folder / "broken.yaml").write_text("name: broken\n")
    library.forget()
    assert get_mapping("fridge").title == "A fridge"
    with pytest.raises(UnknownMappingError):
        get_mapping("nothing")
    told = [problem.msg for problem in run_checks() if problem.id == "collectors.E002"]
    assert told == ["MQTT mapping broken.yaml: title: is missing"]


# --- hostile payloads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["at", "battery", "state", "rate_ml_h", "alarm", "floor", "x", "y", "error", "rssi"])
TOPICS = st.sampled_from(
    ["hospital/P-1/state", "hospital/P-1/position", "hospital/receivers/R/tags/T", "hospital/P-1/connection"]
)


@given(
    topic=TOPICS | st.text(),
    payload=st.binary() | st.dictionaries(NAMES, VALUES).map(lambda data: json.dumps(data).encode())
    | st.dictionaries(NAMES, VALUES).map(lambda data: json.dumps(STATE | data).encode()),
    is_kept=st.booleans(),
)  # fmt: skip
def test_whatever_comes_is_an_observation_that_can_be_or_a_reason(topic, payload, is_kept):
    try:
        observation = said(OWN, topic, payload, is_kept=is_kept)
    except NotTakenError:
        return
    assert datetime(2000, 1, 1, tzinfo=UTC) <= observation.at <= NOON + timedelta(minutes=2)
    for reading in observation.readings:
        term = VOCABULARY[reading.name]
        if reading.value is None:
            continue
        if term.kind == "number":
            assert term.low <= reading.value <= term.high
        elif term.kind == "state":
            assert reading.value in term.states
        else:
            assert 0 < len(reading.value) <= 200
            assert reading.value.isprintable()
