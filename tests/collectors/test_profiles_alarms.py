"""Alarms that a profile names: judged by current readings, shown where people look."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from assets.words import Quality
from collectors.alarms import standing_alarms
from collectors.models import Endpoint, Segment
from collectors.profiles.library import all_profiles, get_profile
from collectors.profiles.load import load_profile
from collectors.profiles.strict import ProfileError
from collectors.requests import Failure
from tests.latest import put_reading

SAMPLE = """
name: sample
title: A sample
protocol: snmp
interval_s: 10
document: a document
grade: community
evidence: none
readings:
  - {name: battery_charge, oid: 1.3.6.1.0}
  - {name: mains, oid: 1.3.6.2.0, states: {0: absent, 1: present}}
activity:
  - is: charging
    when: [{reading: mains, in: [present]}]
alarms:
  - {is: On battery, severity: warning, when: [{reading: mains, in: [absent]}]}
  - is: Nearly empty
    severity: critical
    when: [{reading: mains, in: [absent]}, {reading: battery_charge, below: 20}]
"""


@pytest.fixture
def load(tmp_path):
    def write(text):
        path = tmp_path / "sample.yaml"
        path.write_text(text, encoding="utf-8")
        return load_profile(path)

    return write


def words(alarms):
    return [alarm.words for alarm in alarms]


def judged(profile, **values):
    standing = standing_alarms(profile.alarms, values)
    return words(standing.raised), words(standing.unknown)


def test_a_device_that_charges_is_idle_to_the_timeline(load):
    (rule,) = load(SAMPLE).activity

    assert (rule.word, rule.evidence) == ("charging", "idle")


def test_every_alarm_of_which_all_conditions_hold_stands_the_worst_first(load):
    profile = load(SAMPLE)

    assert judged(profile, mains="absent", battery_charge=10.0) == (["Nearly empty", "On battery"], [])
    assert judged(profile, mains="absent", battery_charge=90.0) == (["On battery"], [])
    assert judged(profile, mains="present", battery_charge=10.0) == ([], [])


def test_a_failed_reading_leaves_an_alarm_unknown_and_never_clears_it(load):
    lost = Failure(Quality.NO_ANSWER, "no answer")

    assert judged(load(SAMPLE), mains=lost, battery_charge=10.0) == ([], ["On battery", "Nearly empty"])
    assert judged(load(SAMPLE), mains=lost, battery_charge=90.0) == ([], ["On battery"])


def test_what_the_device_does_not_have_raises_nothing(load):
    assert judged(load(SAMPLE), mains=Failure(Quality.MISSING, "none")) == ([], [])
    assert judged(load(SAMPLE)) == ([], [])


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        (
            "severity: warning",
            "severity: loud",
            "alarms[0].severity",
            "one of information, warning, critical",
        ),
        ("severity: warning, ", "", "alarms[0].severity", "is missing"),
        ("is: On battery", "is: Nearly empty", "alarms[1].is", "stands twice"),
        ("is: On battery", f"is: {'x' * 81}", "alarms[0].is", "longer than 80"),
        ("in: [absent]}]}", "in: [gone]}]}", "alarms[0].when[0].in", "never 'gone'"),
        (", when: [{reading: mains, in: [absent]}]}", "}", "alarms[0].when", "names no condition"),
        ("reading: battery_charge", "reading: humidity", "alarms[1].when[1].reading", "one of"),
        ("is: charging", "is: loading", "activity[0].is", "one of in_use, idle, charging, fault"),
    ],
)
def test_an_alarm_that_could_mislead_is_refused(load, old, new, key, problem):
    assert old in SAMPLE
    with pytest.raises(ProfileError) as caught:
        load(SAMPLE.replace(old, new, 1))
    assert caught.value.key == key
    assert problem in caught.value.problem


def test_ups_refrigerators_and_monitors_of_rooms_have_alarms():
    with_alarms = {p.name for p in all_profiles() if p.alarms}

    assert with_alarms >= {
        "ups-rfc1628",
        "medical-fridge",
        "cooling-liebert",
        "env-hwg-poseidon",
        "env-hwg-ste2",
    }


ALARMING = re.compile(r"\w+_alarm|severity|emergency_stop|load_state|contacts_in_alarm")


@pytest.mark.parametrize("profile", all_profiles(), ids=lambda profile: profile.name)
def test_what_a_device_calls_an_alarm_is_one_here(profile):
    for part in (profile, *profile.tables):
        alarming = {reading.name for reading in part.readings if ALARMING.fullmatch(reading.name)}

        assert alarming <= {condition.reading for alarm in part.alarms for condition in alarm.when}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        (
            "ats-apc",
            {"supply_a": "failed", "supply_b": "failed"},
            ["Both supplies failed, nothing behind it has power", "Supply A failed", "Supply B failed"],
        ),
        ("env-apc-ems", {"sensor_alarm": "alarm"}, ["The connection to a probe is lost"]),
        ("generator-dse", {"oil_pressure_alarm": "warning"}, ["Oil pressure low"]),
        ("generator-dse", {"oil_pressure_alarm": "alarm"}, ["Oil pressure too low"]),
        ("gas-rki-beacon410", {"severity": "warning"}, ["First gas alarm"]),
        ("gas-rki-beacon410", {"severity": "critical"}, ["Second or third gas alarm"]),
        ("isometer-bender", {"insulation_alarm": "alarm"}, ["Insulation too low"]),
        ("ups-apc", {"power_source": "battery", "severity": "none"}, ["Running on battery"]),
    ],
)
def test_alarms_of_shipped_profiles_in_the_words_that_people_read(name, values, expected):
    assert judged(get_profile(name), **values) == (expected, [])


@pytest.mark.parametrize("name", ["env-geist-watchdog", "io-papouch-quido", "isolation-room-tsi-rpc30"])
def test_a_monitor_of_which_no_alarm_is_known_says_why_there_is_none(name):
    profile = get_profile(name)

    assert profile.alarms == ()
    assert [caveat for caveat in profile.caveats if "alarm" in caveat]


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def fridge(site, make_pump):
    segment = Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])
    return Endpoint.objects.create(
        name="Fridge 1", segment=segment, protocol=Endpoint.Protocol.MODBUS_TCP, host="10.0.0.7", port=502,
        profile="medical-fridge", asset=make_pump("P-104"),
    )  # fmt: skip


@pytest.fixture
def put(fridge, noon):
    def put(name, text=None, **values):
        source = values.pop("source", f"endpoint:{fridge.pk}")
        at = noon - timedelta(minutes=2)
        put_reading(asset=fridge.asset, name=name, at=at, source=source, text=text, **values)

    return put


@pytest.mark.django_db
def test_alarms_stand_on_the_page_of_the_endpoint_and_of_the_equipment(sign_in, biomed, fridge, put):
    put("door_alarm", "alarm")
    put("high_temperature_alarm", "alarm")
    put("sensor_alarm", quality="malformed")

    for page in (f"/collectors/{fridge.pk}/", "/collectors/of/P-104/"):
        response = sign_in(biomed).get(page)
        assert [(a.words, a.severity, a.is_known) for a in response.context["alarms"]] == [
            ("Too warm", "critical", True),
            ("The door has been open too long", "warning", True),
            ("A sensor is broken, its temperature is not known", "critical", False),
        ]
        text = response.content.decode()
        assert "Alarms now" in text
        assert "2 min ago" in text
        assert "not known, because a reading failed" in text


@pytest.mark.django_db
def test_without_an_alarm_the_page_says_so(sign_in, biomed, fridge, put):
    put("door_alarm", "clear")

    assert "None, by what was read last" in sign_in(biomed).get(f"/collectors/{fridge.pk}/").content.decode()
    assert "Alarms now" not in sign_in(biomed).get("/collectors/of/P-104/").content.decode()


@pytest.mark.django_db
def test_what_another_source_says_raises_no_alarm_of_this_profile(sign_in, biomed, fridge, put):
    put("door_alarm", "alarm", source=f"endpoint:{fridge.pk}1")
    put("high_temperature_alarm", "alarm", source="mqtt:1")

    assert sign_in(biomed).get(f"/collectors/{fridge.pk}/").context["alarms"] == []


@pytest.mark.django_db
def test_a_sensor_in_a_table_has_the_alarms_of_its_table(sign_in, biomed, fridge, put):
    assert get_profile("env-hwg-ste2").tables[0].alarms
    Endpoint.objects.filter(pk=fridge.pk).update(profile="env-hwg-ste2")
    put("general_alarm", "alarm", source=f"endpoint:{fridge.pk}/280000000000A002")

    (alarm,) = sign_in(biomed).get("/collectors/of/P-104/").context["alarms"]
    assert alarm.words == "Outside its limits"
