"""What a way in may be."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from collectors.models import Source
from collectors.receivers.settings import read_settings


def source(site, **changes):
    return Source(**{"name": "Pumps", "kind": "hl7", "site": site, "networks": ["10.20.0.0/16"], **changes})


def broker(**changes):
    settings = {"host": "10.20.0.7", "mappings": ["hospital-topics"]} | changes
    return {"kind": "mqtt", "settings": settings}


BROKER = broker()


@pytest.mark.parametrize(
    ("changes", "tls", "port"),
    [
        ({}, False, 1883),
        ({"tls": True}, True, 8883),
        ({"ca": "/ca.pem"}, True, 8883),
        ({"port": 1}, False, 1),
    ],
)
def test_a_broker_needs_little_to_be_described(site, changes, tls, port):
    described = source(site, **broker(**changes))
    described.full_clean()
    settings = read_settings("mqtt", described.settings)
    assert (settings.tls, settings.port, settings.version, settings.qos) == (tls, port, "5", 1)


def test_a_broker_on_this_machine_has_to_be_named(site):
    source(site, networks=["127.0.0.1/32"], **broker(host="127.0.0.1")).full_clean()


def test_a_sound_one_is_accepted(site):
    source(site, settings={"host": "0.0.0.0", "port": 2575}).full_clean()  # noqa: S104  any address, as said
    source(
        site,
        settings={
            "answers": "application",
            "codes": {"MDCX_ACME_RATE": "MDC_FLOW_FLUID_PUMP_CURRENT", "424242": "MDC_VOL_FLUID_TBI"},
            "floors": [{"place": "GENHOSP/NORTH/3", "floor": "main-1", "error_m": 2.5}],
        },
    ).full_clean()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"networks": []}, "networks", "Name who may send"),
        ({"networks": "10.0.0.0/8"}, "networks", "Give a list"),
        ({"networks": ["10.0.0.0/33"]}, "networks", "10.0.0.0/33"),
        ({"settings": {"prot": 1}}, "settings", "prot: no such key"),
        (
            {"settings": {"codes": {"MDCX_ACME_RATE": "MDC_NONE"}}},
            "settings",
            "MDC_NONE is no name of a code",
        ),
        (
            {"settings": {"codes": {"MDCX_ACME_RATE": "rate"}}},
            "settings",
            "codes.MDCX_ACME_RATE: 'rate' is not",
        ),
        ({"settings": {"answers": "never"}}, "settings", "answers: must be one of as_asked, application"),
        ({"settings": {"floors": [{"place": "A/B/1"}]}}, "settings", "floors[0].floor: is missing"),
        (
            {"settings": {"floors": [{"place": "A/B/1", "floor": "main-1", "error_m": 0}]}},
            "settings",
            "floors[0].error_m: must be metres",
        ),
        ({"settings": {"port": 0}}, "settings", "port: must be a whole number from 1 to 65535"),
        ({"settings": {"host": "somewhere.example"}}, "settings", "host"),
        ({"settings": {"client_ca": "/etc/ca.pem"}}, "settings", "client_ca: is of no use without"),
        ({"kind": "traps", "settings": {"certificate": "/x"}}, "settings", "certificate: no such key"),
        ({"settings": []}, "settings", "must be a mapping"),
        ({"kind": "fax"}, "kind", "fax"),
        (BROKER | {"networks": []}, "networks", "Name the network that the broker is in"),
        (
            BROKER | {"networks": ["10.21.0.0/16"]},
            "networks",
            "10.20.0.7 is in none of the way in's networks",
        ),
        (broker(host="127.0.0.1"), "networks", "127.0.0.1 is in none"),
        (broker(host="169.254.169.254") | {"networks": ["169.254.0.0/16"]}, "networks", "metadata"),
        (broker(host="0x7f.1"), "networks", "not a plain numeric address"),
        (broker(host="2130706433"), "networks", "not a plain numeric address"),
        (broker(port=5432), "networks", "Port 5432 belongs to another service"),
        (broker(host="Broker"), "settings", "host"),
        (broker(mappings=[]), "settings", "mappings: names none"),
        (broker(mappings=["nothing"]), "settings", "mappings: there is no mapping named “nothing”."),
        (broker(version="3"), "settings", "version: must be one of 5, 3.1.1"),
        (broker(qos=2), "settings", "qos: must be a whole number from 0 to 1"),
        (broker(key="/k.pem"), "settings", "key: is of no use without a certificate"),
        (broker(password="x"), "settings", "password: no such key"),
    ],
)
def test_what_is_wrong_is_named(site, changes, field, words):
    with pytest.raises(ValidationError) as caught:
        source(site, **changes).full_clean()
    assert words in " ".join(caught.value.message_dict[field])


def test_what_is_called_by_us_or_shows_a_token_needs_no_list(site):
    source(site, kind="http", networks=[]).full_clean()
