"""Searches in the database: asked for, taken, told, and what was met proposed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.models import Identifier
from collectors.credentials import register_credential
from collectors.discovery import decisions, runs
from collectors.discovery.meeting import Met
from collectors.discovery.places import Place, SearchRefused
from collectors.models import Discovery, Endpoint, Find, Segment
from collectors.profiles.library import get_profile

pytestmark = pytest.mark.django_db
SERIAL = {"serial_number": "5A-1234", "name": "pdu-1", "description": "PDU"}


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Ward", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def user_key(db):
    return register_credential(
        name="poller",
        kind="snmp_usm",
        secret={
            "name": "p", "auth_protocol": "sha256", "auth_key": "canary-1234",
            "priv_protocol": "aes128", "priv_key": "canary-5678",
        },
    )  # fmt: skip


def request(segment, noon, network="10.20.3.0/24", **extra):
    return runs.request_discovery(segment=segment, network=network, by=None, now=noon, **extra)


def met(host="10.20.3.7", facts=None, macs=(), protocol="snmp_v3", port=161, credential=None):
    said = SERIAL if facts is None else facts
    return Met(
        Place(host, port), protocol, 1, credential and str(credential.pk), said, macs,
        (get_profile("pdu-apc-rpdu2"),),
    )  # fmt: skip


# --- asking and taking


@pytest.mark.databases
def test_a_search_is_taken_once_by_a_collector_of_its_segment(segment, noon):
    asked = request(segment, noon)
    assert runs.take_discovery(segment_ids=[segment.pk + 1], now=noon) is None
    assert runs.take_discovery(segment_ids=[segment.pk], now=noon) == asked.pk
    assert runs.take_discovery(segment_ids=None, now=noon) is None


def test_a_network_outside_the_segment_is_refused_and_nothing_is_kept(segment, noon):
    with pytest.raises(SearchRefused, match="none of the segment's networks"):
        request(segment, noon, network="10.30.0.0/24")
    assert not Discovery.objects.exists()


def test_one_search_at_a_time_for_each_segment(segment, noon):
    request(segment, noon)
    with pytest.raises(SearchRefused, match=r"10\.20\.3\.0/24 is being searched"):
        request(segment, noon + timedelta(seconds=1))
    request(segment, noon + runs.TAKEN_WITHIN)  # nobody took the first


def test_a_search_whose_collector_died_keeps_nobody_from_another(segment, noon):
    request(segment, noon)
    runs.take_discovery(segment_ids=None, now=noon)
    with pytest.raises(SearchRefused):
        request(segment, noon + timedelta(seconds=59))
    request(segment, noon + runs.LOST_AFTER)


def test_who_is_polled_already_is_left_alone_and_counted(segment, noon, user_key):
    for host, is_enabled in (("10.20.3.7", True), ("10.20.3.8", False)):
        Endpoint.objects.create(
            name=host, segment=segment, host=host, port=161, profile="host-resources", is_enabled=is_enabled
        )
    asked = request(segment, noon, ports=[161], credentials=[user_key])
    task = runs.task_of(asked.pk)
    assert len(task.places) == 255
    assert Place("10.20.3.7", 161) not in task.places
    assert Place("10.20.3.8", 161) in task.places
    asked.refresh_from_db()
    assert (asked.total, asked.left_alone) == (256, 1)
    assert [(key.protocol, key.secret.name) for key in task.keys] == [("snmp_v3", "p")]


def test_progress_is_told_and_a_stop_is_heard(segment, noon):
    asked = request(segment, noon)
    told = {"discovery_id": asked.pk, "asked": 40, "answered": 1, "met": [met()], "now": noon}
    assert runs.note_progress(**told) is True
    asked.refresh_from_db()
    runs.stop_discovery(discovery=Discovery.objects.get(pk=asked.pk), now=noon)
    assert runs.note_progress(**told) is False
    asked.refresh_from_db()
    assert (asked.asked, asked.answered) == (40, 1)
    assert Find.objects.count() == 1


# --- who it seems to be


def test_a_device_is_known_by_its_serial_number_however_it_is_written(segment, make_pump, noon):
    pump = make_pump("P-1", serial_number="0005a 1234")
    find = runs.propose(segment=segment, met=met(), now=noon)
    assert (find.asset, find.known_by) == (pump, "serial number")
    assert find.profiles == ["pdu-apc-rpdu2"]


def test_a_serial_number_that_two_have_names_neither(segment, make_pump, noon):
    for tag in ("P-1", "P-2"):
        make_pump(tag, serial_number="5A1234")
    assert runs.propose(segment=segment, met=met(), now=noon).asset is None


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [("mac", "00:c0:b7:12:34:56", "MAC address"), ("hostname", "pdu-1", "host name")],
)
def test_else_by_its_network_card_or_name(segment, make_pump, noon, kind, value, words):
    pump = make_pump("P-1")
    Identifier.objects.create(asset=pump, kind=kind, value=value)
    find = runs.propose(segment=segment, met=met(macs=("00:c0:b7:12:34:56",)), now=noon)
    assert (find.asset, find.known_by) == (pump, words)


def test_equipment_of_another_site_is_none_of_it(segment, other_site, make_pump, noon):
    make_pump("P-1", serial_number="5A1234", site=other_site)
    assert runs.propose(segment=segment, met=met(), now=noon).asset is None


def test_a_device_met_again_is_proposed_once_with_its_latest_words(segment, noon):
    runs.propose(segment=segment, met=met(), now=noon)
    later = noon + timedelta(hours=1)
    runs.propose(segment=segment, met=met(facts=SERIAL | {"name": "pdu-2"}), now=later)
    find = Find.objects.get()
    assert (find.facts["name"], find.first_seen_at, find.seen_at) == ("pdu-2", noon, later)


def test_what_is_read_already_is_not_proposed(segment, noon):
    Endpoint.objects.create(name="P", segment=segment, host="10.20.3.7", port=161, profile="host-resources")
    assert runs.propose(segment=segment, met=met(), now=noon) is None


def test_what_was_left_alone_stays_so_until_another_device_stands_there(segment, biomed, noon):
    find = runs.propose(segment=segment, met=met(), now=noon)
    decisions.dismiss(find=find, by=biomed, now=noon)
    assert runs.propose(segment=segment, met=met(), now=noon) is None
    assert runs.propose(segment=segment, met=met(facts={"serial_number": "9"}), now=noon) is not None
