"""How one device wants to be asked: from the endpoint to what a driver is told."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from assets.observation import Subject, SubjectKind
from collectors.credentials import register_credential
from collectors.decode import decode_poll
from collectors.drivers.registry import choice_of
from collectors.endpoints import register_endpoint, register_segment
from collectors.models import Endpoint
from collectors.planner import limited, plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import MAX_DATAGRAM, SnmpGet, SnmpTable, SnmpUser
from tests.collectors.recordings import AT
from tests.collectors.rosters import load
from tests.collectors.synthetic import sound_poll

pytestmark = pytest.mark.django_db
PLAIN = {"name": "poller", "auth_protocol": "none", "auth_key": "", "priv_protocol": "none", "priv_key": ""}


@pytest.fixture
def make(site):
    segment = register_segment(name="Biomed", site=site, networks=["10.20.0.0/16"])
    community = register_credential(name="c", kind="snmp_community", secret={"community": "x"})

    def register(**changes):
        return register_endpoint(
            **{
                "name": "UPS 1", "segment": segment, "host": "10.20.0.7", "port": 161, "credential": community,
                "protocol": "snmp_v2c", "profile": "host-resources", "exception_reason": "Old.", **changes,
            }
        )  # fmt: skip

    return register


def target_of(endpoint: Endpoint):
    found = load()[endpoint.pk]
    assert found.problem is None, found.problem
    return found.target("10.20.0.7")


def test_an_endpoint_of_which_nothing_is_said_is_asked_by_default(make):
    target = target_of(make())
    assert (target.driver, target.context, target.max_message_bytes, target.pause_s) == (
        "whereabouts", "", MAX_DATAGRAM, 0.0,
    )  # fmt: skip


def test_what_an_endpoint_says_reaches_the_driver(make):
    user = register_credential(name="u", kind="snmp_usm", secret=PLAIN)
    endpoint = make(
        protocol="snmp_v3", credential=user, driver="pysnmp", context_name="bridge-1", max_message_bytes=484,
        pause_between_ms=250,
    )  # fmt: skip
    target = target_of(endpoint)
    assert (target.driver, target.context, target.max_message_bytes, target.pause_s) == (
        "pysnmp", "bridge-1", 484, 0.25,
    )  # fmt: skip
    assert target.user == SnmpUser("poller", "", "", "", "")
    assert choice_of(endpoint).name == target.driver


def test_version_1_is_asked_with_its_community(make):
    target = target_of(make(protocol="snmp_v1"))
    assert (target.protocol, target.community) == ("snmp_v1", b"x")


def test_an_endpoint_may_take_fewer_objects_or_more_than_its_profile_says(make):
    few = make(name="few", max_varbinds=1, max_repetitions=1)
    many = make(name="many", host="10.20.0.8", max_varbinds=100, max_repetitions=100)
    usual = make(name="usual", host="10.20.0.9")
    found = load()
    for endpoint, varbinds, repetitions in ((few, 1, 1), (many, 100, 100), (usual, 20, 20)):
        requests = found[endpoint.pk].requests
        assert max(len(request.oids) for request in requests if isinstance(request, SnmpGet)) <= varbinds
        assert {r.max_repetitions for r in requests if isinstance(r, SnmpTable)} == {repetitions}
    assert len(found[few.pk].requests) > len(found[usual.pk].requests)


def test_what_a_limited_device_answers_is_decoded_like_that_of_any_other():
    profile = get_profile("host-resources")
    single = limited(profile, 1, 1)
    assert len(plan_requests(single)) > len(plan_requests(profile))
    say = {"source": "endpoint:1", "subject": Subject(SubjectKind.ASSET, "1"), "received_at": AT}
    assert decode_poll(single, sound_poll(single), **say) == decode_poll(profile, sound_poll(profile), **say)


def test_a_profile_that_is_not_limited_stays_the_very_same():
    profile = get_profile("host-resources")
    assert limited(profile, None, None) is profile
    assert limited(profile, profile.limits.varbinds, None) is profile
    assert limited(profile, 3, None) is limited(profile, 3, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_varbinds", 0), ("max_varbinds", 101), ("max_repetitions", 0), ("max_repetitions", 101),
        ("max_message_bytes", 483), ("max_message_bytes", 65_508), ("pause_between_ms", 60_001),
        ("driver", "net-snmp"), ("context_name", "x" * 33),
    ],
)  # fmt: skip
def test_what_no_device_can_want_is_refused_by_field(make, field, value):
    with pytest.raises(ValidationError) as refusal:
        make(**{field: value})
    assert field in refusal.value.message_dict
    assert not Endpoint.objects.exists()


def test_an_address_belongs_to_one_segment_so_that_nobody_asks_it_twice_at_once(make, site):
    first = make()
    make(name="UPS 1 again", profile="ups-rfc1628")
    other = register_segment(name="Facilities", site=site, networks=["10.20.0.0/24"])
    with pytest.raises(ValidationError) as refused:
        make(name="UPS 2", segment=other, profile="ups-rfc1628")
    assert refused.value.message_dict["host"] == [
        f"“{first.name}” in segment “Biomed” has this address; use that segment."
    ]
