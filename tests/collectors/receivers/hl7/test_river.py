"""From a pump's message to the asset's page, with everything in between real; and what is left of the patient."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

import hl7
import pytest
from django.db import OperationalError, connection
from hl7.client import MLLPClient

from assets.models import ActivityInterval, Identifier
from assets.record import record_observations
from assets.vocabulary import VOCABULARY
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.models import Receipt, Source, SourceHealth
from collectors.receivers import runtime
from collectors.receivers.runtime import Receivers
from locations.models import Receiver as Beacon
from tests.collectors.receivers.hl7.messages import CANARIES, PLACE, pump_message, sample, understood
from tests.collectors.receivers.hl7.peers import OnAnyPort

WITHIN_S = 30


@pytest.fixture
def pumps_source(site):
    return Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["127.0.0.0/8"])


@pytest.fixture
def served(monkeypatch, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    settings.EVIDENCE_WINDOW_S = 10**10  # the messages are of a day that is long past
    monkeypatch.setattr(runtime, "LOOK_S", 0.05)

    class OfThisTest(OnAnyPort):
        opened: list = []

    receivers = Receivers(receivers={"hl7": OfThisTest})
    receivers.start()
    yield OfThisTest.opened
    receivers.stop()


def until(is_so) -> None:
    pause = threading.Event()
    for _ in range(WITHIN_S * 20):
        # The tests' SQLite, in memory, refuses to read what another thread is about to write.
        with suppress(OperationalError):
            if is_so():
                return
        pause.wait(0.05)
    raise AssertionError("not in time")


def send(opened, *messages: bytes) -> list[str]:
    until(lambda: opened and opened[-1].tally.state == "open")
    with MLLPClient("127.0.0.1", opened[-1].port) as client:
        answers = [hl7.parse(client.send_message(each)[1:-2].decode()) for each in messages]
    return [str(answer.segment("MSA")[1]) for answer in answers]


def send_until_kept(opened, octets: bytes) -> None:
    """As a sender does: again, until it is acknowledged."""
    until(lambda: send(opened, octets) == ["AA"])


def _dump() -> str:
    """The database as text, without Django's own tables: their running numbers may be any digits."""
    if connection.vendor != "sqlite":
        return ""
    own = tuple(
        f'INSERT INTO "{table}"'
        for table in ("auth_permission", "django_content_type", "django_migrations", "sqlite_sequence")
    )
    return "\n".join(line for line in connection.connection.iterdump() if not line.startswith(own))


@pytest.mark.django_db(transaction=True)
def test_of_a_patient_nothing_is_left_anywhere(pumps_source, make_pump, served, tmp_path, caplog):
    make_pump("P-1")
    caplog.set_level(logging.DEBUG)
    send_until_kept(served, pump_message())
    until(lambda: ActivityInterval.objects.filter(asset__asset_tag="P-1", activity="in_use").exists())
    until(lambda: SourceHealth.objects.get().stripped >= 15)
    dump = _dump()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for canary in CANARIES:
        assert canary.decode() not in dump
        assert canary not in files
        assert canary.decode() not in caplog.text
    assert Receipt.objects.count() == 1
    assert not Receipt.objects.get().answer


@pytest.mark.databases
@pytest.mark.django_db
def test_a_pump_is_found_by_its_eui_64_and_shows_what_it_does(make_pump, floor, settings):
    settings.EVIDENCE_WINDOW_S = 10**10
    pump = make_pump("PUMP-0042")
    Identifier.objects.create(asset=pump, kind="eui64", value="0012211839000042")
    Beacon.objects.create(identifier="place:GENHOSP/NORTH/3/ICU-W/12", floor=floor, x=7.0, y=3.0)
    observations = [each.observation for each in understood(PLACE).told]
    recorded = record_observations(decode_observations(encode_observations(observations)))
    assert (recorded.recorded, recorded.unplaced) == (1, 0)
    pump.refresh_from_db()
    assert (pump.now.floor_id, pump.now.x, pump.now.y) == (floor.pk, 7.0, 3.0)
    assert record_observations(observations).duplicates == 1


@pytest.mark.databases
@pytest.mark.django_db
def test_an_infusion_of_the_samples_is_recorded_with_its_readings(make_pump, settings):
    settings.EVIDENCE_WINDOW_S = 10**10
    pump = make_pump("P-1", serial_number="E0002")
    (told,) = understood(sample("12")).told
    assert record_observations([told.observation], now=told.observation.at).recorded == 1
    pump.refresh_from_db()
    shown = {row.name: row.number if row.text is None else row.text for row in pump.readings_now.all()}
    assert shown == {reading.name: reading.value for reading in told.observation.readings}
    assert (pump.now.activity, shown["infusion_rate"]) == ("in_use", 15.4)
    assert set(shown) <= set(VOCABULARY)
