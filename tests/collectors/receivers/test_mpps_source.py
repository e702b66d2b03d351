"""A source of performed procedure steps, from the network to the machine's page, without a trace of anybody."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from assets.models import ActivityInterval, AssetNow, Category, Identifier, ReadingNow
from collectors.models import Procedure, Source, SourceHealth
from collectors.receivers import runtime
from collectors.receivers.mpps import receiver as module
from collectors.receivers.runtime import Receivers
from tests.collectors.dicom_peers import CANARY, CANARY_NUMBER, CT, begun, ended
from tests.collectors.receivers.test_mpps_receiver import send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.databases,
    # pynetdicom leaves a socket that the other side has closed to the garbage collector, which closes it at once.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("sockets_end_here"),
]


@pytest.fixture
def port_of(monkeypatch):
    """The free port that is listened on in place of the one in the settings."""
    servers: list = []
    really_open = module.open_server

    def open_server(place, **rest):
        servers.append(really_open(replace(place, port=0), **rest))
        return servers[-1]

    monkeypatch.setattr(module, "open_server", open_server)
    return lambda: servers[-1].server_address[1] if servers else 0


def test_a_scan_is_seen_counted_and_leads_to_nobody(
    site, pumps, make_pump, monkeypatch, settings, tmp_path, caplog, port_of
):
    settings.STATE_DIR = tmp_path
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(runtime, "LOOK_S", 0.05)
    Category.objects.update(stale_after_s=7200)  # longer than any exam, as the documents ask
    scanner = make_pump("CT-2")
    Identifier.objects.create(asset=scanner, kind="ae_title", value=CT)
    Source.objects.create(
        name="MPPS", kind="mpps", site=site, networks=["127.0.0.0/8"], settings={"ae_title": "TRACKER"}
    )
    receivers = Receivers(["mpps"])
    receivers.start()
    try:
        until(port_of)
        assert send(port_of(), ("create", begun(), "1.2.3.4711")) == [0]
        until(lambda: AssetNow.objects.filter(asset=scanner, heard_at__isnull=False).exists())
        assert send(port_of(), ("set", ended(), "1.2.3.4711")) == [0]
        until(lambda: ReadingNow.objects.filter(asset=scanner).exists())
        until(lambda: SourceHealth.objects.filter(messages=2).exists())
    finally:
        receivers.stop()
    assert (Procedure.objects.get().status, Procedure.objects.get().station) == ("COMPLETED", CT)
    health = SourceHealth.objects.get()
    assert (health.messages, health.observations, health.stripped, health.refused) == (2, 2, 9, {})
    scan = ActivityInterval.objects.get(asset=scanner, activity="in_use")
    assert (scan.begin.isoformat(), scan.end.isoformat()) == (
        "2026-03-02T10:00:00.000001+00:00",
        "2026-03-02T10:20:00.000002+00:00",
    )
    reading = ReadingNow.objects.get(asset=scanner, name="exams_today")
    assert (reading.number, reading.source) == (1.0, f"source:{Source.objects.get().pk}/{CT}")
    everything = "".join(_rows()) + caplog.text + "".join(_files(tmp_path))
    for canary in (CANARY, CANARY_NUMBER, "Patricia", "19620714", "1.2.3.4711"):
        assert canary not in everything
    connection.close()


def _rows():
    """Every row of every table, as text."""
    for model in apps.get_models():
        if model._meta.managed:
            yield from (str(row) for row in model._base_manager.values_list())


def _files(folder: Path):
    return (path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


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
