"""The equipment of the demo hospital and the endpoints that answer for it."""

from __future__ import annotations

from collections import Counter

import pytest
from django.conf import settings

from assets.words import Shape
from collectors.profiles.library import get_profile
from hospital.demo.catalogue import KINDS, gs1_check_digit
from hospital.demo.endpoints import port_range, ports_for, the_endpoints
from hospital.demo.fleet import the_fleet
from hospital.demo.floors import DEPARTMENTS, the_plan

FLEET = the_fleet()
ENDPOINTS = the_endpoints()


def test_about_four_hundred_assets_of_more_than_twenty_kinds():
    assert (len(FLEET), len({item.kind.slug for item in FLEET})) == (404, 26)


def test_asset_tags_serials_and_location_tags_are_unique():
    for numbers in (
        [item.asset_tag for item in FLEET],
        [item.serial for item in FLEET],
        [item.tag for item in FLEET if item.tag],
    ):
        assert len(set(numbers)) == len(numbers)


def test_everything_mobile_carries_a_tag_or_a_network_card_and_nothing_else_does():
    assert all((item.tag is not None or item.has_wifi) == item.kind.is_mobile for item in FLEET)
    assert not any(item.tag and item.has_wifi for item in FLEET)
    assert sum(1 for item in FLEET if item.tag) == 363


@pytest.mark.parametrize(
    ("body", "digit"), [("0950600013435", "2"), ("0061414112345", "2"), ("0400638133393", "1")]
)
def test_gs1_check_digits(body, digit):
    """Known article numbers, padded to fourteen digits."""
    assert gs1_check_digit(body) == digit


def test_every_device_identifier_has_fourteen_digits_and_its_check_digit():
    identifiers = {item.udi_di for item in FLEET if item.udi_di}
    assert len(identifiers) > 20
    assert all(len(di) == 14 and gs1_check_digit(di[:-1]) == di[-1] for di in identifiers)


def test_homes_and_departments_exist():
    assert {item.home for item in FLEET} <= set(the_plan().rooms)
    assert {item.department for item in FLEET} <= set(DEPARTMENTS)


def test_shapes_and_search_words_are_given():
    assert {kind.shape for kind in KINDS} <= set(Shape.values)
    assert all(kind.synonyms for kind in KINDS)


def test_every_endpoint_is_a_port_of_its_own():
    ports = ports_for(20000)
    assert len(ENDPOINTS) == len(ports) == 45
    assert sorted(ports.values()) == list(range(20000, 20045))


def test_the_base_port_moves_everything(monkeypatch):
    monkeypatch.setenv("DEMO_BASE_PORT", "23000")
    assert ports_for()["rtls-0"] == 23000
    assert port_range() == "23000-23099"


@pytest.mark.parametrize("spec", ENDPOINTS, ids=lambda spec: spec.key)
def test_every_endpoint_speaks_the_protocol_of_its_profile(spec):
    assert spec.protocol.startswith(get_profile(spec.profile).protocol)


def test_only_two_old_cards_speak_v2c_and_both_say_why():
    weak = [spec for spec in ENDPOINTS if spec.protocol == "snmp_v2c"]
    assert [spec.key for spec in weak] == ["ups-05", "nsw-02"]
    assert all(spec.exception_reason for spec in weak)
    assert not any(spec.exception_reason for spec in ENDPOINTS if spec not in weak)


def test_every_pump_that_does_not_report_by_hl7_has_a_gateway_and_every_floor_a_location_gateway():
    scopes = Counter((spec.profile, spec.scope) for spec in ENDPOINTS if spec.scope)
    departments = {item.department for item in FLEET if item.is_pump and not item.reports_by_hl7}
    assert {scope for profile, scope in scopes if profile == "infusion-pump-gateway"} == departments
    assert {scope for profile, scope in scopes if profile == "rtls-gateway"} == {"main-0", "main-1", "main-2"}


def test_the_readme_says_where_the_device_is_that_discovery_can_find(monkeypatch):
    monkeypatch.delenv("DEMO_BASE_PORT", raising=False)
    readme = (settings.BASE_DIR / "README.md").read_text()
    assert f"search `127.0.0.1/32` with port `{ports_for()['ups-06']}`" in readme


def test_everything_installed_answers_and_all_but_one_is_polled():
    assert [spec.key for spec in ENDPOINTS if not spec.is_entered] == ["ups-06"]
    polled = {spec.item for spec in ENDPOINTS}
    assert {item for item in FLEET if not item.kind.is_mobile} <= polled
