"""Adding what is polled, and what a collector makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.credentials import register_credential
from collectors.endpoints import register_endpoint, register_segment
from collectors.engine.health import Verdict
from collectors.engine.manual_polls import finish_poll, report_of, take_waiting
from collectors.engine.roster import Changes, Roster
from collectors.models import Chunk, Credential, Endpoint, ManualPoll, Segment
from collectors.notices import hasten_endpoint
from collectors.pauses import pause_polling
from collectors.polls import request_poll
from collectors.requests import Failure, RawPoll, SnmpGet, SnmpUser, SnmpValue
from tests.collectors.fakes import assignment
from tests.collectors.rosters import load

pytestmark = pytest.mark.django_db
USER = {
    "name": "poller", "auth_protocol": "sha256", "auth_key": "authentication",
    "priv_protocol": "aes128", "priv_key": "privacy-secret",
}  # fmt: skip


@pytest.fixture
def segment(site):
    return register_segment(name="Biomed", site=site, networks=["10.20.0.0/16"], ports=["1161"])


@pytest.fixture
def user():
    return register_credential(name="usm", kind=Credential.Kind.SNMP_USM, secret=USER)


@pytest.fixture
def community():
    return register_credential(name="c", kind=Credential.Kind.SNMP_COMMUNITY, secret={"community": "x"})


@pytest.fixture
def make(segment, user):
    def register(**changes):
        return register_endpoint(
            **{
                "name": "Console of CT 1", "segment": segment, "host": "10.20.0.7", "port": 161,
                "profile": "host-resources", "credential": user, **changes,
            }
        )  # fmt: skip

    return register


def test_an_endpoint_is_snmp_v3_unless_something_else_is_chosen(make):
    endpoint = make()
    assert endpoint.protocol == "snmp_v3"
    assert endpoint.interval_s > 1
    assert Endpoint.objects.get() == endpoint


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "10.21.0.7"}, "host"),
        ({"host": "127.0.0.1"}, "host"),
        ({"host": "0x0a140007"}, "host"),
        ({"host": "10.20.0.7", "port": 22}, "host"),
        ({"port": 5432}, "host"),
        ({"port": 80}, "host"),
        ({"port": 6379}, "host"),
        ({"port": 0}, "port"),
        ({"profile": "no-such-profile"}, "profile"),
        ({"profile": "medical-fridge"}, "profile"),
        ({"credential": None}, "credential"),
        ({"interval_s": 0.5}, "interval_s"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"timeout_s": 31.0}, "timeout_s"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_saved(make, changes, field):
    with pytest.raises(ValidationError) as refusal:
        make(**changes)
    assert field in refusal.value.message_dict
    assert not Endpoint.objects.exists()


def test_a_community_without_a_reason_is_refused_also_by_the_database(make, community, segment):
    v2c = {"protocol": "snmp_v2c", "credential": community}
    with pytest.raises(ValidationError) as refusal:
        make(**v2c)
    assert "exception_reason" in refusal.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Endpoint.objects.create(
            name="x", segment=segment, host="10.20.0.7", port=161, profile="host-resources", **v2c
        )
    assert make(**v2c, exception_reason="The console offers nothing else.").pk


@pytest.mark.parametrize("weak", [{"auth_protocol": "md5"}, {"priv_protocol": "des"}])
def test_weak_v3_protocols_need_a_reason_too(make, weak):
    credential = register_credential(name="weak", kind=Credential.Kind.SNMP_USM, secret={**USER, **weak})
    with pytest.raises(ValidationError, match="weaker"):
        make(credential=credential)
    assert make(credential=credential, exception_reason="Firmware of 2009.").pk


def test_a_credential_of_the_wrong_kind_is_refused(make, community):
    with pytest.raises(ValidationError, match="v3 user"):
        make(credential=community)
    with pytest.raises(ValidationError, match="no credentials"):
        make(profile="medical-fridge", protocol="modbus_tcp", port=502)


def test_modbus_needs_no_credential(make):
    assert make(profile="medical-fridge", protocol="modbus_tcp", port=502, credential=None).pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"networks": []},
        {"networks": ["10.20.0.1"]},
        {"networks": ["0.0.0.0/0"]},
        {"ports": ["snmp"]},
        {"ports": [5432]},
        {"ports": [70000]},
    ],
)
def test_a_segment_that_allows_nonsense_is_refused(site, wrong):
    with pytest.raises(ValidationError):
        register_segment(**{"name": "s", "site": site, "networks": ["10.0.0.0/8"], "ports": [], **wrong})
    assert not Segment.objects.exists()


# --- the roster


def test_the_roster_makes_an_endpoint_ready_to_poll(make, make_pump):
    pump = make_pump()
    endpoint = make(asset=pump)
    found = load()[endpoint.pk]
    assert found.problem is None
    assert found.subject == Subject(SubjectKind.ASSET, str(pump.pk))
    assert found.source == f"endpoint:{endpoint.pk}"
    assert any(isinstance(request, SnmpGet) for request in found.requests)
    target = found.target("10.20.0.7")
    assert target.user == SnmpUser("poller", "sha256", "authentication", "aes128", "privacy-secret")
    assert target.community is None


def test_only_what_is_to_be_polled_is_in_it(make, site):
    off = make(name="off", is_enabled=False)
    on = make(name="on", host="10.20.0.8")
    paused = Segment.objects.create(name="paused", site=site, networks=["10.30.0.0/16"])
    make(name="paused", segment=paused, host="10.30.0.1")
    pause_polling(segment=paused, by=None, reason="The switch is replaced", now=timezone.now())
    assert set(load()) == {on.pk}
    assert off.pk not in load()


def test_an_endpoint_that_did_not_change_keeps_its_assignment_and_one_that_did_gets_a_new_one(make):
    same, changed, other_secret = (
        make(name="a"),
        make(name="b", host="10.20.0.8"),
        make(name="c", host="10.20.0.9"),
    )
    roster = Roster()
    before = load(roster)
    Endpoint.objects.filter(pk=changed.pk).update(interval_s=5)
    replacement = register_credential(name="new", kind="snmp_usm", secret={**USER, "auth_key": "another-key"})
    Endpoint.objects.filter(pk=other_secret.pk).update(credential=replacement)
    after = load(roster)
    assert after[same.pk] is before[same.pk]
    assert after[changed.pk].interval_s == 5
    assert after[other_secret.pk].target("10.20.0.9").user.auth_key == "another-key"


@pytest.mark.parametrize("count", [1, 5])
def test_reading_a_chunk_takes_three_queries_however_many_are_in_it(make, django_assert_num_queries, count):
    for number in range(count):
        make(name=f"{number}", host=f"10.20.1.{number + 1}")
    load()
    chunk = Chunk.objects.get().pk
    with django_assert_num_queries(3):
        assert len(Roster().load(chunk, timezone.now())) == count


def test_a_chunk_has_the_share_of_its_segments_ceiling_that_its_endpoints_are_of_all(make, segment):
    mine, *others = (make(name=f"{number}", host=f"10.20.1.{number + 1}") for number in range(4))
    Segment.objects.filter(pk=segment.pk).update(requests_per_s=20.0)
    chunk, other = (Chunk.objects.create(segment=segment) for _ in range(2))
    Endpoint.objects.update(chunk=other)
    Endpoint.objects.filter(pk=mine.pk).update(chunk=chunk)
    roster = Roster()
    first = roster.load(chunk.pk, timezone.now())[mine.pk].ceiling
    assert first.requests_per_s == 5.0
    assert roster.load(other.pk, timezone.now())[others[0].pk].ceiling.requests_per_s == 15.0
    Segment.objects.filter(pk=segment.pk).update(requests_per_s=None)
    assert roster.load(chunk.pk, timezone.now())[mine.pk].ceiling is first
    assert first.requests_per_s is None


def test_what_many_have_in_common_they_share(make):
    first, second = (make(name=f"{number}", host=f"10.20.1.{number + 1}") for number in range(2))
    loaded = load()
    for part in ("secret", "policy", "profile", "requests"):
        assert getattr(loaded[first.pk], part) is getattr(loaded[second.pk], part)


def test_looking_finds_what_changed_and_costs_three_queries(make, segment, django_assert_num_queries):
    endpoint, roster = make(), Roster()
    load(roster)
    chunk = Chunk.objects.get().pk
    now = timezone.now()
    assert roster.look([chunk], now).chunk_ids == []
    Endpoint.objects.filter(pk=endpoint.pk).update(interval_s=5)
    hasten_endpoint(endpoint.pk)
    with django_assert_num_queries(3):
        changes = roster.look([chunk], now)
    assert (changes.chunk_ids, changes.hastened) == ([chunk], [endpoint.pk])
    load(roster)
    assert roster.look([chunk], now) == Changes([], [])


def test_the_end_of_a_pause_by_itself_is_found_too(make, segment):
    make()
    now, roster = timezone.now(), Roster()
    pause_polling(segment=segment, by=None, reason="Service", now=now, until=now + timedelta(minutes=5))
    assert load(roster) == {}
    chunk = Chunk.objects.get().pk
    assert roster.look([chunk], now + timedelta(seconds=1)).chunk_ids == []
    assert roster.look([chunk], now + timedelta(minutes=5)).chunk_ids == [chunk]


def test_whatever_is_missed_is_found_within_a_minute(make):
    make()
    roster, now = Roster(), timezone.now()
    load(roster)
    chunk = Chunk.objects.get().pk
    assert roster.look([chunk], now + timedelta(seconds=50)).chunk_ids == []
    assert roster.look([chunk], now + timedelta(seconds=70)).chunk_ids == [chunk]


def test_what_cannot_be_polled_says_why(make, settings, user):
    broken = make(name="profile", host="10.20.0.8")
    fine = make(name="fine", host="10.20.0.9")
    Endpoint.objects.filter(pk=broken.pk).update(profile="gone")
    loaded = load()
    assert loaded[fine.pk].problem is None
    assert loaded[broken.pk].problem.quality is Quality.MALFORMED
    assert "gone" in loaded[broken.pk].problem.detail
    Credential.objects.filter(pk=user.pk).update(sealed=b"\x01" * 40)
    problem = load()[fine.pk].problem
    assert problem.quality is Quality.AUTHENTICATION
    assert "usm" in problem.detail


def test_a_segment_that_was_spoiled_in_the_database_polls_nothing(make, segment):
    endpoint = make()
    Segment.objects.filter(pk=segment.pk).update(networks=["everything"])
    assert "everything" in load()[endpoint.pk].problem.detail


# --- polls by hand


def test_a_request_is_taken_once_and_only_by_who_polls_the_endpoint(make, biomed, noon):
    mine, others = make(), make(name="b", host="10.20.0.8")
    wanted = request_poll(endpoint=mine, by=biomed, now=noon)
    request_poll(endpoint=others, by=biomed, now=noon)
    soon = noon + timedelta(seconds=1)
    assert take_waiting({mine.pk}, soon) == [(wanted.pk, mine.pk)]
    assert take_waiting({mine.pk}, soon) == []
    assert ManualPoll.objects.get(pk=wanted.pk).taken_at == soon


def test_a_request_that_waited_too_long_is_left_alone(make, biomed, noon):
    endpoint = make()
    request_poll(endpoint=endpoint, by=biomed, now=noon)
    assert take_waiting({endpoint.pk}, noon + timedelta(minutes=5)) == []


def test_a_report_is_handed_back(make, biomed, noon):
    wanted = request_poll(endpoint=make(), by=biomed, now=noon)
    finish_poll(poll_id=wanted.pk, report={"rows": []}, now=noon)
    wanted.refresh_from_db()
    assert wanted.report == {"rows": []}
    assert wanted.finished_at == noon


def test_a_report_shows_answers_as_they_came_and_no_secret(noon):
    request = SnmpGet(("1.3.6.1.2.1.1.1.0",))
    answers = {
        request: {
            "1.3.6.1.2.1.1.1.0": SnmpValue("octets", b"Linux host"),
            "1.3.6.1.2.1.1.2.0": SnmpValue("octets", b"\x00\x1b\xff"),
            "1.3.6.1.2.1.1.3.0": SnmpValue("timeticks", 7),
            "1.3.6.1.2.1.1.4.0": SnmpValue("no_such_object", None),
        }
    }
    report = report_of(assignment(1), RawPoll(noon, 12.345, answers), Verdict(Quality.GOOD))
    assert [line["value"] for line in report["raw"]] == ["Linux host", "00 1b ff", "7", ""]
    assert report["latency_ms"] == 12.3
    assert report["at"] == noon.isoformat()
    assert "community" not in str(report)


def test_the_report_of_a_silent_device_says_so(noon):
    silent = Failure(Quality.NO_ANSWER, "No answer: check that the device is on.")
    poll = RawPoll(noon, 4000.0, dict.fromkeys(assignment(1).requests, silent))
    report = report_of(assignment(1), poll, Verdict(Quality.NO_ANSWER, silent.detail))
    assert report["quality"] == "no_answer"
    assert report["detail"] == silent.detail
    assert report["raw"] == []
