"""What a way in may be."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from collectors.models import Source


def source(site, **changes):
    return Source(**{"name": "Pumps", "kind": "hl7", "site": site, "networks": ["10.20.0.0/16"], **changes})


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
    ],
)
def test_what_is_wrong_is_named(site, changes, field, words):
    with pytest.raises(ValidationError) as caught:
        source(site, **changes).full_clean()
    assert words in " ".join(caught.value.message_dict[field])


def test_what_is_called_by_us_or_shows_a_token_needs_no_list(site):
    source(site, kind="http", networks=[]).full_clean()
