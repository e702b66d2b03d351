"""The short way through an answer ends where the long way does, whatever the device says."""

from __future__ import annotations

import random

import pytest

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.decode import decode_poll, describe_poll
from collectors.decoding.program import program_of
from collectors.planner import plan_requests
from collectors.profiles.library import all_profiles
from collectors.profiles.model import Scalar
from collectors.requests import Failure, GetAnswer, RawPoll, SnmpGet, SnmpValue
from collectors.snmp.ber import DecodeError, encode_oid, oid_text, tlv
from collectors.snmp.messages import prepare_get, read_bindings
from tests.collectors.recordings import AT
from tests.collectors.synthetic import sound_poll

PROFILES = {profile.name: profile for profile in all_profiles() if profile.protocol == "snmp"}
ASSET = Subject(SubjectKind.ASSET, "7")
NUMBERS = (0, 1, 2, 3, 5, 7, 37, 100, 255, 256, 65535, -1, -2147483648, 2**31 - 1, 2**32 - 1, 2**64 - 1)
TEXTS = (
    b"",
    b" ",
    b"21.5",
    b"-3",
    b"1_0",
    b"inf",
    b"a\0",
    b"\xff",
    b"on",
    b"x" * 300,
    b"\x07",
    "°C".encode(),
)

OIDS = tuple(f"1.3.6.1.2.1.33.1.2.{number}.0" for number in range(1, 7))
PREPARED = prepare_get(OIDS)


def values_of(kind, chance):
    if kind == "octets":
        return chance.choice(TEXTS)
    if kind == "oid":
        return "1.3.6.1.4.1.8072.3.2.10"
    if kind == "ipaddress":
        return "10.0.0.7"
    if kind in ("null", "no_such_object", "no_such_instance", "end_of_mib"):
        return None
    return chance.choice(NUMBERS)


ANY_KIND = (
    "integer", "gauge32", "counter32", "counter64", "timeticks", "octets", "oid", "ipaddress", "opaque", "null",
    "no_such_object", "no_such_instance", "end_of_mib",
)  # fmt: skip


def spoiled(answer, chance):
    """The answer with some of its values replaced by ones that a device might say, but should not."""
    kinds, raws = [], []
    for value in answer.values():
        kind, raw = value.type, value.value
        if chance.random() < 0.3:
            kind = chance.choice((kind, chance.choice(ANY_KIND)))
            raw = values_of(kind, chance) if kind != "opaque" else b"\x9f\x78\x04"
        kinds.append(kind)
        raws.append(raw)
    return GetAnswer(tuple(answer), tuple(kinds), raws)


def in_both_forms(profile, chance):
    """A poll whose GETs were answered in the usual form, and the same poll as names and values."""
    usual, by_name = {}, {}
    for request, answer in sound_poll(profile).answers.items():
        if isinstance(request, SnmpGet):
            usual[request] = spoiled(answer, chance)
            by_name[request] = dict(usual[request])
        else:
            usual[request] = by_name[request] = answer
    return RawPoll(AT, 3.0, usual), RawPoll(AT, 3.0, by_name)


def told(profile, raw):
    """Everything that is said of a poll; ``detail`` does not count when observations are compared."""
    observations = decode_poll(profile, raw, source="endpoint:3", subject=ASSET, received_at=AT)
    return observations, [each.detail for each in observations], describe_poll(profile, raw)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_both_ways_tell_the_same_of_answers_that_no_device_should_give(profile):
    chance = random.Random(profile.name)
    for _ in range(60):
        usual, by_name = in_both_forms(profile, chance)

        assert told(profile, usual) == told(profile, by_name)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_request_that_failed_beside_one_in_the_usual_form_fails_its_own_readings(profile):
    chance = random.Random(profile.name)
    for failed in plan_requests(profile):
        usual, by_name = in_both_forms(profile, chance)
        failure = Failure(Quality.NO_ANSWER, "it is gone")

        assert told(profile, RawPoll(AT, 3.0, {**usual.answers, failed: failure})) == told(
            profile, RawPoll(AT, 3.0, {**by_name.answers, failed: failure})
        )


def test_a_device_that_changes_its_types_for_ever_does_not_fill_the_memory():
    profile = next(p for p in PROFILES.values() if sum(isinstance(r.source, Scalar) for r in p.readings) > 5)
    chance = random.Random(1)
    for _ in range(2000):
        decode_poll(profile, in_both_forms(profile, chance)[0], source="e", subject=ASSET, received_at=AT)

    assert len(program_of(profile).straight._reads_by_kinds) <= 256


def test_an_answer_in_the_usual_form_is_one_value_for_each_name():
    answer = GetAnswer(("1.3.6.1", "1.3.6.2"), ("integer", "null"), [7, None])

    assert answer == {"1.3.6.1": SnmpValue("integer", 7), "1.3.6.2": SnmpValue("null", None)}
    assert (len(answer), list(answer), answer.get("1.3.6.3")) == (2, ["1.3.6.1", "1.3.6.2"], None)


def bindings(*values, oids=OIDS):
    return b"".join(
        tlv(0x30, tlv(6, encode_oid(oid)) + value) for oid, value in zip(oids, values, strict=True)
    )


SOUND = (b"\x02\x01\xff", b"\x41\x04\xff\xff\xff\xff", b"\x42\x02\x01\x00", b"\x46\x09\x00" + b"\xff" * 8,
         b"\x04\x03abc", b"\x81\x00")  # fmt: skip


def by_names(data):
    """What the bindings say, read one by one as names and values; None if they cannot be understood."""
    try:
        said = {oid_text(name): value for name, value in read_bindings(data, 0, len(data))}
    except DecodeError:
        return None
    return {oid: said[oid] for oid in OIDS if oid in said}


def in_the_usual_form(data):
    try:
        return PREPARED.read_answer(data, 0, len(data))
    except DecodeError:
        return None


def test_a_sound_answer_is_read_in_the_usual_form():
    answer = in_the_usual_form(bindings(*SOUND))

    assert isinstance(answer, GetAnswer)
    assert answer == by_names(bindings(*SOUND))
    assert answer.raws == [-1, 2**32 - 1, 256, 2**64 - 1, b"abc", None]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bindings(*SOUND[:5], oids=OIDS[:5]),
        bindings(*SOUND) + bindings(b"\x02\x01\x05", oids=OIDS[:1]),
        bindings(*SOUND, oids=OIDS[::-1]),
        bindings(*SOUND)[:-1],
        bindings(b"\x04\x81\x85" + b"y" * 133, *SOUND[1:]),
        bindings(b"\x04\x72" + b"y" * 114, *SOUND[1:]),
        bindings(b"\x42\x01\x80", *SOUND[1:]),
        bindings(b"\x42\x00", *SOUND[1:]),
        bindings(b"\x42\x05\x00\xff\xff\xff\xff", *SOUND[1:]),
        bindings(b"\x02\x05\x00\x00\x00\x00\x01", *SOUND[1:]),
        bindings(b"\x41\x05\x01\xff\xff\xff\xff", *SOUND[1:]),
    ],
)
def test_answers_in_other_forms_are_read_alike(data):
    assert in_the_usual_form(data) == by_names(data)


def test_answers_with_random_faults_are_read_alike_or_refused_alike():
    chance = random.Random(3)
    sound = bindings(*SOUND)
    for _ in range(20_000):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 1, 2, 5))):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]

        assert in_the_usual_form(bytes(data)) == by_names(bytes(data))
