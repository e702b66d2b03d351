"""What traps are called, and how an endpoint's page shows them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.models import Endpoint, EndpointHealth, Segment, Trap
from collectors.profiles.load import load_profile
from collectors.profiles.strict import ProfileError
from collectors.profiles.traps import plain_oid
from collectors.trap_words import trap_words
from tests.collectors.test_profiles_loading import MODBUS, SNMP

ON_BATTERY = "1.3.6.1.2.1.33.2.1"


@pytest.mark.parametrize(
    ("oid", "profile", "words"),
    [
        (ON_BATTERY, "ups-rfc1628", "on battery (upsTrapOnBattery)"),
        ("1.3.6.1.2.1.33.2.0.1", "ups-rfc1628", "on battery (upsTrapOnBattery)"),
        (ON_BATTERY, "medical-fridge", "on battery (upsTrapOnBattery)"),
        (ON_BATTERY, "no-such-profile", "on battery (upsTrapOnBattery)"),
        ("1.3.6.1.6.3.1.1.5.1", "ups-rfc1628", "started anew (coldStart)"),
        ("1.3.6.1.6.3.1.1.5.2", "ups-rfc1628", "restarted (warmStart)"),
        (
            "1.3.6.1.6.3.1.1.5.5",
            "ups-rfc1628",
            "somebody used a wrong credential (authenticationFailure)",
        ),
        ("1.3.6.1.4.1.22626.0.11", "env-comet-web-sensor", "temperature high (trapTempHighAlarm)"),
        ("1.3.6.1.4.1.27614.0.15", "generic-system", "alarm over (ipDectClearAlarmTrap)"),
        ("1.3.6.1.4.1.99999.0.7", "ups-rfc1628", "1.3.6.1.4.1.99999.0.7"),
    ],
)
def test_a_trap_has_the_name_that_its_profile_the_standard_or_another_profile_gives(oid, profile, words):
    assert trap_words(oid, profile) == words


def test_the_zero_before_the_last_arc_makes_no_other_trap():
    assert plain_oid("1.3.6.1.4.1.318.0.5") == plain_oid("1.3.6.1.4.1.318.5") == "1.3.6.1.4.1.318.5"
    assert plain_oid("1.3.6.1.4.1.10.5") == "1.3.6.1.4.1.10.5"


def load(tmp_path, text):
    path = tmp_path / "sample.yaml"
    path.write_text(text)
    return load_profile(path)


def test_a_profile_names_its_traps(tmp_path):
    assert load(tmp_path, SNMP + "traps: {1.3.6.1.4.1.318.0.5: on battery}").traps == {
        "1.3.6.1.4.1.318.5": "on battery"
    }


@pytest.mark.parametrize(
    ("traps", "key"),
    [
        ("traps: []", "traps"),
        ("traps: {powerNet: on battery}", "traps.powerNet"),
        ("traps: {1.3.6.1.4.1.318.0.5: 5}", "traps.1.3.6.1.4.1.318.0.5"),
        ('traps: {1.3.6.1.4.1.318.0.5: ""}', "traps.1.3.6.1.4.1.318.0.5"),
        (f"traps: {{1.3.6.1.4.1.318.0.5: {'x' * 61}}}", "traps.1.3.6.1.4.1.318.0.5"),
        ("traps: {1.3.6.1.4.1.318.5: a, 1.3.6.1.4.1.318.0.5: b}", "traps.1.3.6.1.4.1.318.0.5"),
    ],
)
def test_a_name_that_is_none_is_refused_with_its_key(tmp_path, traps, key):
    with pytest.raises(ProfileError) as caught:
        load(tmp_path, SNMP + traps)
    assert caught.value.key == key


def test_modbus_has_no_traps(tmp_path):
    with pytest.raises(ProfileError, match="only SNMP has traps"):
        load(tmp_path, MODBUS + "traps: {1.3.6.1.4.1.318.0.5: on battery}")


# --- the page


@pytest.fixture
def endpoint(site, noon, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    segment = Segment.objects.create(name="Lab", site=site, networks=["10.20.0.0/16"])
    return Endpoint.objects.create(
        name="UPS", segment=segment, host="10.20.0.7", port=161, profile="ups-rfc1628"
    )


def page_of(endpoint, client) -> str:
    return " ".join(client.get(f"/collectors/{endpoint.pk}/").content.decode().split())


@pytest.mark.django_db
def test_a_trap_stands_on_its_endpoints_page_with_its_age_and_whether_it_was_authenticated(
    endpoint, sign_in, biomed, noon
):
    asked = noon - timedelta(seconds=11)
    EndpointHealth.objects.create(endpoint=endpoint, attempted_at=asked)
    at = noon - timedelta(seconds=12)
    Trap.objects.create(endpoint=endpoint, at=at, oid=ON_BATTERY, version="v3", is_authenticated=True)
    page = page_of(endpoint, sign_in(biomed))
    assert "on battery (upsTrapOnBattery)" in page
    assert ">authenticated <" in page
    assert "trap, SNMP v3" in page
    assert "12 s ago" in page
    assert "polled because of it" in page


@pytest.mark.django_db
def test_a_trap_that_nobody_has_looked_into_yet_says_so(endpoint, sign_in, biomed, noon):
    EndpointHealth.objects.create(endpoint=endpoint, attempted_at=noon - timedelta(seconds=30))
    Trap.objects.create(endpoint=endpoint, at=noon, oid="1.3.6.1.4.1.9.9", version="v2c", is_inform=True)
    page = page_of(endpoint, sign_in(biomed))
    assert "not polled yet" in page
    assert "not authenticated" in page
    assert "inform, SNMP v2c" in page


@pytest.mark.django_db
def test_an_endpoint_without_traps_has_no_room_for_them(endpoint, sign_in, biomed):
    assert "traps-title" not in page_of(endpoint, sign_in(biomed))
