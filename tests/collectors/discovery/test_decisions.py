"""What a person decides: taken on whole or not at all, once, and audited."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from assets.models import Asset, Identifier
from collectors.discovery import decisions
from collectors.discovery.changes import note_swap
from collectors.engine.swaps import Swap
from collectors.models import Credential, Endpoint, Find, Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def credential(db):
    return Credential.objects.create(name="poller", protocols="sha256/aes128", sealed=b"x")


@pytest.fixture
def find(segment, credential, noon):
    return Find.objects.create(
        kind="new", segment=segment, host="10.20.3.7", port=161, protocol="snmp_v3", credential=credential,
        facts={"serial_number": "5A1234", "mac": "00:c0:b7:12:34:56", "name": "PDU-1"},
        profiles=["pdu-apc-rpdu2"], first_seen_at=noon, seen_at=noon,
    )  # fmt: skip


def take_on(find, by, noon, **changes):
    return decisions.take_on(
        find=find,
        **{"name": "PDU 1", "profile": "pdu-apc-rpdu2", "asset": None, "by": by, "now": noon, **changes},
    )


@pytest.mark.databases
def test_a_device_that_is_taken_on_is_read_as_the_equipment_it_is(find, make_pump, biomed, noon):
    asset = make_pump("P-1")
    endpoint = take_on(find, biomed, noon, asset=asset)
    assert (endpoint.host, endpoint.port, endpoint.asset, endpoint.credential) == (
        "10.20.3.7", 161, asset, find.credential,
    )  # fmt: skip
    find.refresh_from_db()
    assert (find.decision, find.decided_by, find.endpoint) == ("accepted", biomed, endpoint)
    assert set(Identifier.objects.values_list("kind", "value")) == {
        ("mac", "00:c0:b7:12:34:56"),
        ("hostname", "pdu-1"),
    }


def test_what_cannot_be_read_so_is_refused_whole(find, biomed, noon):
    with pytest.raises(ValidationError) as caught:
        take_on(find, biomed, noon, profile="medical-fridge")
    assert "profile" in caught.value.message_dict
    find.refresh_from_db()
    assert (find.decision, Endpoint.objects.count()) == ("", 0)


def test_two_who_decide_are_not_both_right(find, biomed, noon):
    again = Find.objects.get(pk=find.pk)
    decisions.dismiss(find=find, by=biomed, now=noon)
    with pytest.raises(decisions.DecidedAlreadyError, match="left alone"):
        take_on(again, biomed, noon)
    assert Endpoint.objects.count() == 0


def test_equipment_that_nobody_has_entered_is_registered_with_its_serial_number(find, pump_model):
    asset = decisions.register_equipment(find=find, asset_tag="PDU-9", model=pump_model)
    assert (asset.asset_tag, asset.serial_number, asset.site) == ("PDU-9", "5A1234", find.segment.site)
    with pytest.raises(ValidationError):
        decisions.register_equipment(find=find, asset_tag="PDU-9", model=pump_model)


# --- another device in its place


@pytest.fixture
def swapped(segment, credential, make_pump, noon):
    """The endpoint of P-1, at which another serial number answers."""
    endpoint = Endpoint.objects.create(
        name="Pump 1", segment=segment, host="10.20.3.9", port=161, profile="host-resources", credential=credential,
        asset=make_pump("P-1", serial_number="A-1"),
    )  # fmt: skip
    note_swap(Swap(endpoint.pk, "B-2"), now=noon)
    return Find.objects.get()


def test_a_swap_is_proposed_once_with_the_equipment_that_it_seems_to_be(swapped, make_pump, noon):
    assert (swapped.kind, swapped.facts) == ("changed", {"serial_number": "B-2", "expected": "A-1"})
    other = make_pump("P-2", serial_number="b2")
    note_swap(Swap(swapped.endpoint_id, "B-2"), now=noon)
    assert (Find.objects.get().asset, Find.objects.get().known_by) == (other, "serial number")


def test_it_is_taken_back_when_the_right_device_answers_again(swapped, noon):
    note_swap(Swap(swapped.endpoint_id, ""), now=noon)
    assert Find.objects.get().decision == "resolved"


def test_the_other_device_is_what_the_endpoint_speaks_of_from_then_on(swapped, make_pump, biomed, noon):
    other = make_pump("P-2", serial_number="B-2")
    decisions.say_other_device(find=swapped, asset=other, by=biomed, now=noon)
    assert Endpoint.objects.get().asset == other
    assert Asset.objects.get(asset_tag="P-1").serial_number == "A-1"


def test_the_same_device_corrects_the_register(swapped, biomed, noon):
    decisions.say_same_device(find=swapped, by=biomed, now=noon)
    assert Asset.objects.get().serial_number == "B-2"
    assert Find.objects.get().decision == "accepted"


def test_a_swap_at_an_endpoint_that_is_gone_concerns_nobody(swapped, noon):
    Endpoint.objects.all().delete()
    note_swap(Swap(4711, "B-2"), now=noon)
    assert Find.objects.count() == 0
