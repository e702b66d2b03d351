"""What is kept of traps, and through all of it: from the socket to the notice that has the device polled."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from assets.models import AssetNow
from collectors.credentials import register_credential
from collectors.models import Chunk, Endpoint, Notice, Segment, Source, SourceHealth, Trap
from collectors.notices import hasten_endpoints
from collectors.receivers import runtime
from collectors.receivers.runtime import Receivers
from collectors.receivers.settings import Listen
from collectors.receivers.traps import receiver as module
from collectors.receivers.traps.notes import KEPT, Note, named_hosts, note_traps
from tests.collectors.receivers.traps.senders import COMMUNITY, ON_BATTERY, Device, notification_pdu, v2c

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Lab", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def make_endpoint(segment):
    def make(host: str = "10.20.0.7", **extra) -> Endpoint:
        extra.setdefault("segment", segment)
        extra.setdefault("chunk", Chunk.objects.create(segment=extra["segment"]))
        return Endpoint.objects.create(
            **{"name": f"UPS {host}", "host": host, "port": 161, "profile": "ups-rfc1628", **extra}
        )

    return make


def note(
    host: str = "10.20.0.7", oid: str = ON_BATTERY, *, after_s: int = 0, names: tuple[str, ...] = ()
) -> Note:
    return Note((host, *names), NOON + timedelta(seconds=after_s), oid, "v2c", False, False)


def test_a_trap_is_kept_at_each_endpoint_of_its_sender(site, make_endpoint):
    one, two = make_endpoint(), make_endpoint(name="its other port", port=1161)
    make_endpoint("10.20.0.8")
    assert note_traps(site_id=site.pk, notes=[note(), note("10.20.0.99")]) == [(one.pk, two.pk), ()]
    assert set(Trap.objects.values_list("endpoint", "oid", "at")) == {
        (one.pk, ON_BATTERY, NOON),
        (two.pk, ON_BATTERY, NOON),
    }


def test_an_endpoint_of_another_site_at_the_same_address_is_not_meant(site, other_site, make_endpoint):
    far = Segment.objects.create(name="Far", site=other_site, networks=["10.20.0.0/16"])
    make_endpoint(segment=far)
    assert note_traps(site_id=site.pk, notes=[note()]) == [()]
    assert not Trap.objects.exists()


def test_an_endpoint_is_found_by_a_name_that_stands_for_the_address(site, make_endpoint):
    named = make_endpoint("ups-3.example")
    assert note_traps(site_id=site.pk, notes=[note(names=("ups-3.example",))]) == [(named.pk,)]


def test_the_last_few_of_each_endpoint_are_kept_in_their_order(site, make_endpoint):
    one, other = make_endpoint(), make_endpoint("10.20.0.8")
    note_traps(site_id=site.pk, notes=[note("10.20.0.8")])
    first = [note(oid=f"1.3.6.1.4.1.318.0.{n}") for n in range(KEPT)]
    note_traps(site_id=site.pk, notes=first)
    note_traps(site_id=site.pk, notes=[note(oid="1.3.6.1.4.1.318.0.99")])
    note_traps(site_id=site.pk, notes=[note(oid=f"1.3.6.1.4.1.9.0.{n}") for n in range(3 * KEPT)][: KEPT - 2])
    last = [trap.oid for trap in one.traps.all()]
    assert len(last) == KEPT
    assert last[0] == f"1.3.6.1.4.1.9.0.{KEPT - 3}"
    assert last[-2:] == ["1.3.6.1.4.1.318.0.99", f"1.3.6.1.4.1.318.0.{KEPT - 1}"]
    assert other.traps.count() == 1


def test_a_flood_of_one_batch_writes_no_more_than_is_kept(site, make_endpoint):
    one = make_endpoint()
    note_traps(site_id=site.pk, notes=[note(oid=f"1.3.6.1.4.1.318.0.{n}") for n in range(500)])
    assert next(trap.oid for trap in one.traps.all()) == "1.3.6.1.4.1.318.0.499"
    assert one.traps.count() == KEPT


@pytest.mark.parametrize("endpoints", [1, 30])
def test_a_batch_costs_the_same_queries_however_many_endpoints_it_is_of(
    site, make_endpoint, endpoints, django_assert_num_queries
):
    hosts = [make_endpoint(f"10.20.1.{n}").host for n in range(endpoints)]
    with django_assert_num_queries(5):  # with the transaction's begin and end
        note_traps(site_id=site.pk, notes=[note(host) for host in hosts])


def test_names_are_looked_up_and_nothing_else(site, make_endpoint, segment):
    for host in ("10.20.0.7", "2001:db8::feed", "/dev/ttyUSB0", "cafe", "ups-3.example"):
        make_endpoint(host)
    assert named_hosts(site_id=site.pk, most=10) == ["cafe", "ups-3.example"]
    assert named_hosts(site_id=site.pk, most=1) == ["cafe"]
    assert named_hosts(site_id=site.pk + 1, most=10) == []


def test_whoever_nobody_polls_is_not_hastened(make_endpoint):
    polled, left = make_endpoint(), make_endpoint("10.20.0.8", chunk=None)
    before = Notice.objects.count()
    hasten_endpoints([polled.pk, left.pk, 4711])
    assert list(Notice.objects.order_by("pk")[before:].values_list("endpoint_id", "chunk_id")) == [
        (polled.pk, polled.chunk_id)
    ]


# --- all of it


@pytest.mark.django_db(transaction=True)
def test_a_source_of_traps_is_served_from_the_register_to_the_notice(
    site, make_pump, monkeypatch, settings, tmp_path
):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(runtime, "LOOK_S", 0.05)
    ports: list[int] = []
    monkeypatch.setattr(module, "open_socket", _on_a_free_port(ports))
    lab = Segment.objects.create(name="Lab", site=site, networks=["127.0.0.0/8"])
    endpoint = Endpoint.objects.create(
        name="UPS", segment=lab, chunk=Chunk.objects.create(segment=lab), host="127.0.0.1", port=161,
        profile="ups-rfc1628", asset=make_pump("P-1"),
    )  # fmt: skip
    source = Source.objects.create(name="Traps", kind="traps", site=site, networks=["127.0.0.0/8"])
    secret = {"community": COMMUNITY.decode()}
    source.credentials.add(register_credential(name="c", kind="snmp_community", secret=secret))
    receivers = Receivers(["traps"])
    receivers.start()
    try:
        until(lambda: ports)
        device = Device(ports[0])
        device.send(v2c(notification_pdu()), v2c(notification_pdu(), b"public"))
        until(lambda: Notice.objects.filter(endpoint_id=endpoint.pk).exists())
        until(lambda: SourceHealth.objects.filter(messages=1).exists())
        device.close()
    finally:
        receivers.stop()
    health = SourceHealth.objects.get()
    assert (health.messages, health.observations, health.refused) == (1, 0, {"community not listed": 1})
    assert [trap.oid for trap in endpoint.traps.all()] == [ON_BATTERY]
    assert AssetNow.objects.filter(asset=endpoint.asset).exclude(activity="unknown").count() == 0
    connection.close()


def _on_a_free_port(ports: list[int]):
    really_open = module.open_socket

    def open_socket(place):
        opened = really_open(Listen(place.host, 0))
        ports.append(opened.getsockname()[1])
        return opened

    return open_socket


def until(is_so) -> None:
    waited = threading.Event()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        # The tests' SQLite, in memory, refuses to read what another thread is about to write.
        with suppress(OperationalError):
            if is_so():
                return
        waited.wait(0.02)
    raise AssertionError("not in time")
