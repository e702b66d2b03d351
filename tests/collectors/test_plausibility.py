"""A profile that nobody tried has to be borne out by a device before its readings drive anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets.observation import Evidence, Subject, SubjectKind
from assets.words import Quality
from collectors.alarms import alarms_of
from collectors.decode import decode_poll
from collectors.engine.findings import Findings
from collectors.engine.health import ALL_GOOD, Health
from collectors.models import Endpoint, EndpointHealth, Segment
from collectors.planner import plan_requests
from collectors.plausibility import NOT_CONFIRMED, doubt_about
from collectors.profiles.library import get_profile
from collectors.profiles.model import Match
from collectors.requests import ModbusIdentify, ModbusIdentity, RawPoll, SnmpGet, SnmpValue
from tests.collectors.fakes import START, assignment
from tests.collectors.synthetic import sound_poll
from tests.latest import put_reading

ASSET = Subject(SubjectKind.ASSET, "7")
UNTRIED = replace(get_profile("ups-rfc1628"), grade="community")
OBJECT_ID, DESCR = "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.1.0"


def poll(profile, lacks=()) -> RawPoll:
    """A UPS on mains that lacks the objects with such a piece in their identifiers."""
    on_mains = {"1.3.6.1.2.1.33.1.4.1.0": SnmpValue("integer", 3)}
    answers = {
        request: {
            oid: on_mains.get(oid, value)
            for oid, value in answer.items()
            if not any(piece in oid for piece in lacks)
        }
        for request, answer in sound_poll(profile).answers.items()
    }
    return RawPoll(START, 3.0, answers)


def doubt(profile, raw):
    found = decode_poll(profile, raw, source="endpoint:1", subject=ASSET, received_at=START)
    return doubt_about(profile, raw, found)


def saying(profile, match, **values):
    """A sound device that says this of itself besides."""
    names = {
        "object_id": SnmpValue("oid", values.get("object_id")),
        "descr": SnmpValue("octets", values.get("descr")),
    }
    told = {oid: names[name] for oid, name in ((OBJECT_ID, "object_id"), (DESCR, "descr")) if name in values}
    raw = poll(profile)
    return doubt(
        replace(profile, match=match), RawPoll(START, 3.0, {**raw.answers, SnmpGet(tuple(told)): told})
    )


def test_a_device_that_answers_as_the_profile_says_is_believed():
    assert doubt(UNTRIED, poll(UNTRIED)) is None


def test_a_device_that_has_less_than_half_of_the_numbers_is_not():
    assert doubt(UNTRIED, poll(UNTRIED, [".33.1.2."])) is None
    assert doubt(UNTRIED, poll(UNTRIED, [".33.1.2.", ".33.1.4."])) == (
        "only 5 of 16 readings have a value that can be"
    )


def test_numbers_that_the_device_has_no_value_for_count_neither_way():
    none = {oid: SnmpValue("integer", -1) for oid in (f"1.3.6.1.2.1.33.1.2.{n}.0" for n in (3, 4, 5))}
    raw = poll(UNTRIED)
    answers = {
        request: {oid: none.get(oid, value) for oid, value in answer.items()}
        for request, answer in raw.answers.items()
    }

    assert doubt(UNTRIED, RawPoll(START, 3.0, answers)) is None


@pytest.mark.parametrize(
    ("match", "said", "is_believed"),
    [
        (Match(sys_object_id=("1.3.6.1.4.1.9",)), {"object_id": "1.3.6.1.4.1.9.1"}, True),
        (Match(sys_object_id=("1.3.6.1.4.1.9",)), {"object_id": "1.3.6.1.4.1.99"}, False),
        (Match(sys_descr="^UPS"), {"descr": b"UPS 3000"}, True),
        (Match(sys_descr="^UPS"), {"descr": b"Toaster"}, False),
        (Match(("1.3.6.1.4.1.9",), "^UPS"), {"object_id": "1.3.6.1.4.1.99", "descr": b"UPS 3000"}, True),
        (Match(sys_object_id=("1.3.6.1.4.1.9",)), {"descr": b"Toaster"}, True),
        (Match(), {"object_id": "1.3.6.1.4.1.99", "descr": b"Toaster"}, True),
    ],
)
def test_what_a_device_says_of_itself_must_not_contradict_the_match_rules(match, said, is_believed):
    assert saying(UNTRIED, match, **said) == (
        None if is_believed else "it says of itself that it is another device"
    )


def test_a_device_without_the_probe_is_another_one():
    profile = replace(UNTRIED, match=Match(probe="1.3.6.1.2.1.33.1.2.1.0"))
    raw = sound_poll(profile)
    absent = SnmpValue("no_such_object", None)
    answers = {
        request: {oid: absent if oid == profile.match.probe else value for oid, value in answer.items()}
        for request, answer in raw.answers.items()
    }

    assert doubt(profile, raw) is None
    assert "does not answer 1.3.6.1.2.1.33.1.2.1.0" in doubt(profile, RawPoll(START, 3.0, answers))


@pytest.mark.parametrize(("vendor", "is_believed"), [(b"Schneider", True), (b"Acme", False), (None, True)])
def test_a_meter_that_names_another_maker_is_another_one(vendor, is_believed):
    meter = replace(get_profile("modality-power-meter"), match=Match(identity={"vendor": "^Schneider"}))
    raw = sound_poll(meter)
    answers = {**raw.answers, ModbusIdentify(): ModbusIdentity(vendor, None, None)}

    assert (doubt(meter, RawPoll(START, 3.0, answers)) is None) == is_believed


# --- In the engine ------------------------------------------------------------------------------------------


def noted(findings, profile, raw):
    ups = assignment(
        1, profile_name=profile.name, profile=profile, requests=plan_requests(profile), subject=ASSET
    )
    (observation,), verdict = findings.note(ups, Health(), raw, ALL_GOOD, None)
    return observation, verdict


def half_lost(profile):
    return poll(profile, [*(f".33.1.2.{n}." for n in (2, 3, 4, 5, 7)), ".33.1.4.4."])


def test_readings_of_an_untried_profile_say_nothing_of_use_until_a_poll_bears_it_out():
    findings = Findings(lambda: START)

    observation, verdict = noted(findings, UNTRIED, half_lost(UNTRIED))
    assert observation.activity is None
    assert [r.name for r in observation.readings if r.value is not None]
    assert (verdict.quality, verdict.detail.startswith(NOT_CONFIRMED)) == (Quality.GOOD, True)

    observation, verdict = noted(findings, UNTRIED, poll(UNTRIED))
    assert (observation.activity, verdict) == (Evidence.IDLE, ALL_GOOD)

    observation, _ = noted(findings, UNTRIED, half_lost(UNTRIED))
    assert observation.activity is Evidence.IDLE


def test_whoever_takes_the_endpoint_over_has_it_borne_out_again():
    findings = Findings(lambda: START)
    noted(findings, UNTRIED, poll(UNTRIED))
    findings.forget(1)

    assert noted(findings, UNTRIED, half_lost(UNTRIED))[0].activity is None


@pytest.mark.parametrize("grade", ["vendor-verified", "standard", "capture", "reference"])
def test_profiles_with_better_evidence_are_believed_at_once(grade):
    profile = replace(UNTRIED, grade=grade)

    observation, verdict = noted(Findings(lambda: START), profile, half_lost(profile))

    assert observation.activity is Evidence.IDLE
    assert NOT_CONFIRMED not in verdict.detail


@pytest.mark.django_db
def test_an_endpoint_that_is_not_confirmed_raises_no_alarm(site, make_pump, noon):
    segment = Segment.objects.create(name="Ward devices", site=site, networks=["10.0.0.0/24"])
    asset = make_pump("P-104")
    fridge = Endpoint.objects.create(
        name="Fridge 1", segment=segment, protocol=Endpoint.Protocol.MODBUS_TCP, host="10.0.0.7", port=502,
        profile="medical-fridge", asset=asset,
    )  # fmt: skip
    health = EndpointHealth.objects.create(endpoint=fridge, detail=f"{NOT_CONFIRMED}only 1 of 9 …")
    put_reading(asset=asset, name="door_alarm", at=noon, source=f"endpoint:{fridge.pk}", text="alarm")

    assert alarms_of(asset, {fridge.pk: "medical-fridge"}) == []
    EndpointHealth.objects.filter(pk=health.pk).update(detail="")
    assert len(alarms_of(asset, {fridge.pk: "medical-fridge"})) == 1
