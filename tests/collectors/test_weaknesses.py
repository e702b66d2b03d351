"""What is weaker than SNMP v3 with sound authentication and privacy, why, and that a reason is given for it."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import ValidationError

from collectors.credentials import AUTH_PROTOCOLS, PRIV_PROTOCOLS
from collectors.endpoint_rules import is_weak, validate_endpoint, weak_endpoints, weaknesses
from collectors.models import Credential, Endpoint, Segment

STRONG_AUTH = {"sha1", "sha224", "sha256", "sha384", "sha512"}
STRONG_PRIV = {"aes128", "aes192", "aes256", "aes192-blumenthal", "aes256-blumenthal", "3des"}
PAIRS = [
    pair
    for pair in itertools.product(AUTH_PROTOCOLS, PRIV_PROTOCOLS)
    if pair[0] != "none" or pair[1] == "none"
]


def endpoint(protocol: str = "snmp_v3", protocols: str = "sha256/aes128", **fields) -> Endpoint:
    return Endpoint(protocol=protocol, credential=Credential(protocols=protocols), **fields)


@pytest.mark.parametrize(("auth", "priv"), PAIRS)
def test_a_user_is_weak_by_what_it_lacks_and_by_what_is_broken(auth, priv):
    words = weaknesses(endpoint(protocols=f"{auth}/{priv}"))
    assert (not words) == (auth in STRONG_AUTH and priv in STRONG_PRIV)
    assert any("MD5" in each for each in words) == (auth == "md5")
    assert any("DES" in each for each in words) == (priv == "des")
    assert any("Without authentication" in each for each in words) == (auth == "none")
    assert any("Without privacy" in each for each in words) == (priv == "none")
    assert all(each.endswith(".") for each in words)


@pytest.mark.parametrize(("protocol", "name"), [("snmp_v1", "SNMP v1"), ("snmp_v2c", "SNMP v2c")])
def test_a_community_is_weak(protocol, name):
    (words,) = weaknesses(endpoint(protocol, "community"))
    assert words.startswith(f"{name} sends the community and all values in the clear")


def test_where_the_protocol_offers_nothing_better_nothing_is_called_weak():
    assert weaknesses(endpoint("modbus_tcp", "")) == []
    assert not is_weak("modbus_tcp", None)
    assert not is_weak("snmp_v3", None)


@pytest.mark.django_db
@pytest.mark.databases
def test_the_database_finds_the_same_endpoints(site):
    segment = Segment.objects.create(name="Ward", site=site, networks=["10.1.0.0/16"])
    kinds = [("snmp_v3", f"{auth}/{priv}") for auth, priv in PAIRS]
    kinds += [("snmp_v1", "community"), ("snmp_v2c", "community"), ("modbus_tcp", ""), ("snmp_v3", "")]
    for number, (protocol, protocols) in enumerate(kinds, 1):
        credential = Credential.objects.create(name=f"c{number}", protocols=protocols, sealed=b"x")
        Endpoint.objects.create(
            name=f"e{number}", segment=segment, protocol=protocol, host=f"10.1.0.{number}", port=161,
            profile="ups-rfc1628", credential=credential, exception_reason="old",
        )  # fmt: skip
    everything = Endpoint.objects.select_related("credential")
    assert set(everything.filter(weak_endpoints())) == {each for each in everything if weaknesses(each)}
    assert everything.filter(weak_endpoints()).count() > 20


@pytest.mark.parametrize(
    ("protocol", "kind", "protocols"),
    [
        ("snmp_v1", "snmp_community", "community"),
        ("snmp_v2c", "snmp_community", "community"),
        ("snmp_v3", "snmp_usm", "sha256/none"),
        ("snmp_v3", "snmp_usm", "none/none"),
        ("snmp_v3", "snmp_usm", "md5/aes128"),
        ("snmp_v3", "snmp_usm", "sha256/des"),
    ],
)
def test_what_is_weak_needs_a_reason_and_is_told_why(protocol, kind, protocols):
    weak = Endpoint(
        name="UPS 1", segment=Segment(networks=["10.1.0.0/16"]), protocol=protocol, host="10.1.0.7", port=161,
        profile="ups-rfc1628", credential=Credential(kind=kind, protocols=protocols),
    )  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        validate_endpoint(weak)
    ((words,),) = refusal.value.message_dict.values()
    assert words.startswith(
        "Say why a protocol weaker than SNMP v3 with privacy is accepted for this device. "
    )
    assert words.endswith(" ".join(weaknesses(weak)))
    weak.exception_reason = "Its firmware of 2009 offers nothing else."
    validate_endpoint(weak)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"context_name": "bridge-1", "protocol": "snmp_v2c"}, "context_name", "Only SNMP v3 knows contexts"),
        ({"context_name": "é" * 17}, "context_name", "at most 32 octets"),
        ({"driver": "pysnmp", "protocol": "modbus_tcp"}, "driver", "Only SNMP has drivers to choose from"),
        ({"protocol": "snmp_v1"}, "credential", "SNMP v1 needs a community"),
    ],
)
def test_what_does_not_go_with_the_protocol_is_told(fields, field, words):
    wrong = Endpoint(
        **{
            "name": "UPS 1", "segment": Segment(networks=["10.1.0.0/16"]), "host": "10.1.0.7", "port": 161,
            "profile": "ups-rfc1628", "credential": Credential(kind="snmp_usm", protocols="sha256/aes128"),
            **fields,
        }
    )  # fmt: skip
    with pytest.raises(ValidationError) as refusal:
        validate_endpoint(wrong)
    assert words in refusal.value.message_dict[field][0]
