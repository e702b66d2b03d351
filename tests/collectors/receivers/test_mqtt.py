"""The way in over MQTT against a real broker: Mosquitto, over 3.1.1 and 5, with and without TLS."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import time
import weakref
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.observation import Evidence
from assets.words import Quality
from collectors.receivers import mqtt
from collectors.receivers.doorway import Doorway
from collectors.receivers.mqtt import link as link_module
from collectors.receivers.mqtt import receiver as receiver_module
from collectors.receivers.mqtt.receiver import MqttReceiver
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import read_settings
from collectors.receivers.tally import Tally
from collectors.requests import Login
from tests.collectors.certificates import Authority
from tests.collectors.receivers.mosquitto import MOSQUITTO, WITHIN_S, Mosquitto, Sender, password_file

pytestmark = [
    pytest.mark.mosquitto,
    pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto (the MQTT broker) is not installed"),
]

STATE = "hospital/P-1/state"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
versions = pytest.mark.parametrize("version", ["3.1.1", "5"])


def state(number: int = 80) -> str:
    return json.dumps({"at": NOON.isoformat(), "battery": number, "state": "infusing"})


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(receiver_module, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(receiver_module, "LONGEST_PAUSE_S", 0.2)
    monkeypatch.setattr(receiver_module, "KEEP_AGAIN_S", 0.02)


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


class Site:
    """What stands behind the receiver: keeps what it is given, unless told not to, and counts."""

    def __init__(self, port: int, *, secrets=(), per_s=1000.0, size=10_000, **settings) -> None:
        self.kept: list = []
        self.asked = 0
        self.takes = True
        self.changed = asyncio.Event()
        self.tally = Tally(lambda: NOON)
        data = {"host": "127.0.0.1", "port": port, "mappings": ["hospital-topics"], **settings}
        spec = Spec(
            5, "Broker", "mqtt", 1, ("127.0.0.0/8",), read_settings("mqtt", data), secrets, per_s, size
        )
        self.receiver = MqttReceiver(
            spec,
            keep=self.keep,
            tally=self.tally,
            doorway=Doorway(spec.networks, per_s, size, clock=time.monotonic),
            database=None,  # type: ignore[arg-type]  it asks for nothing
            now=lambda: NOON,
        )

    async def keep(self, observations) -> bool:
        self.asked += 1
        self.changed.set()
        if self.takes:
            self.kept += observations
        return self.takes

    async def until(self, is_so) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not is_so():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.02)
                self.changed.clear()

    def batteries(self) -> list:
        return [r.value for o in self.kept for r in o.readings if r.name == "battery_charge"]

    @asynccontextmanager
    async def served(self, *, opens: bool = True):
        task = asyncio.create_task(self.receiver.run())
        try:
            if opens:
                await self.until(lambda: self.tally.state == "open")
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.tally.close()


@asynccontextmanager
async def sending(port, **options):
    sender = await asyncio.to_thread(Sender, port, **options)
    try:
        yield sender
    finally:
        await asyncio.to_thread(sender.leave)


async def publish(port, topic, payload, **options) -> None:
    async with sending(port) as sender:
        await asyncio.to_thread(sender.publish, topic, payload, **options)


@versions
async def test_what_a_device_publishes_is_kept_and_counted(broker, version):
    site = Site(broker.port, version=version)
    async with site.served():
        await publish(broker.port, STATE, state())
        await site.until(lambda: site.kept)
        (observation,) = site.kept
        assert (observation.subject.key, observation.activity, observation.at) == (
            "P-1", Evidence.IN_USE, NOON,
        )  # fmt: skip
        assert site.tally.senders == 1
    counts = site.tally.take()
    assert (counts.messages, counts.observations, site.tally.senders) == (1, 1, 0)


@versions
async def test_a_message_is_acknowledged_only_once_it_is_kept(broker, version):
    """The broker gives it to the next connection as long as nobody said that it is safe."""
    first = Site(broker.port, version=version)
    first.takes = False
    async with first.served():
        await publish(broker.port, STATE, state(71))
        await first.until(lambda: first.asked >= 3)
    assert first.tally.detail == receiver_module.NOT_KEPT
    second = Site(broker.port, version=version)
    async with second.served():
        await second.until(lambda: second.batteries() == [71])
    third = Site(broker.port, version=version)
    async with third.served():
        await publish(broker.port, STATE, state(72))
        await third.until(lambda: third.kept)
    assert third.batteries() == [72]


@versions
async def test_what_comes_while_we_are_away_waits_for_us_in_order(broker, version):
    site = Site(broker.port, version=version)
    async with site.served():
        pass
    async with sending(broker.port) as sender:
        for number in range(60):  # more than the broker sends before the first is acknowledged
            await asyncio.to_thread(sender.publish, STATE, state(number))
    async with site.served(opens=False):
        await site.until(lambda: len(site.kept) == 60)
    assert site.batteries() == list(range(60))


async def test_an_ended_connection_leaves_no_socket_to_the_collection_of_garbage(broker, monkeypatch):
    clients: list[weakref.ref] = []

    class Watched(link_module.Client):
        def __init__(self, *args, **options) -> None:
            super().__init__(*args, **options)
            clients.append(weakref.ref(self))

    monkeypatch.setattr(link_module, "Client", Watched)
    gc.collect()
    gc.disable()
    try:
        site = Site(broker.port)
        async with site.served():
            pass
        assert clients
        await site.until(lambda: not any(client() for client in clients))
    finally:
        gc.enable()


@versions
async def test_what_does_not_say_when_it_was_true_never_waits(broker, version):
    mac = "shellyplusplugs-a8032ab1fe78"
    site = Site(broker.port, version=version, mappings=["shelly-plus-plug"])
    async with site.served():
        pass
    await publish(broker.port, f"{mac}/status/switch:0", '{"apower": 1}')
    async with site.served():
        await publish(broker.port, f"{mac}/status/switch:0", '{"apower": 2}')
        await site.until(lambda: site.kept)
    assert [reading.value for each in site.kept for reading in each.readings] == [2.0]


@versions
async def test_of_what_the_broker_kept_only_that_with_a_time_is_evidence(broker, version):
    async with sending(broker.port) as sender:
        await asyncio.to_thread(sender.publish, STATE, state(66), is_kept=True)
        await asyncio.to_thread(sender.publish, "hospital/P-2/connection", "online", is_kept=True)
    site = Site(broker.port, version=version)
    async with site.served():
        await publish(broker.port, "hospital/P-3/connection", "online")
        await site.until(lambda: len(site.kept) == 2)
    assert {each.subject.key for each in site.kept} == {"P-1", "P-3"}
    assert site.tally.take().refused == {"kept by the broker, and without a time": 1}


@versions
async def test_a_device_whose_plug_is_pulled_has_no_answer_any_more(broker, version):
    site = Site(broker.port, version=version)
    async with site.served():
        sender = await asyncio.to_thread(Sender, broker.port, will=("hospital/P-1/connection", "offline"))
        await asyncio.to_thread(sender.publish, "hospital/P-1/connection", "online")
        await site.until(lambda: len(site.kept) == 1)
        await asyncio.to_thread(sender.break_off)
        await site.until(lambda: len(site.kept) == 2)
    birth, will = site.kept
    assert [reading.value for reading in birth.readings] == ["up"]
    assert will.quality is Quality.NO_ANSWER
    assert {reading.name: reading.value for reading in will.readings} == {
        "connection": "down", "battery_charge": None, "device_state": None, "infusion_rate": None,
        "alarm_text": None,
    }  # fmt: skip


@versions
async def test_a_broker_that_is_started_anew_is_found_again_and_nothing_is_lost(broker, version, caplog):
    caplog.set_level(logging.INFO, receiver_module.__name__)
    site = Site(broker.port, version=version)
    async with site.served():
        await publish(broker.port, STATE, state(1))
        await site.until(lambda: site.batteries() == [1])
        await asyncio.to_thread(broker.stop)
        await site.until(lambda: site.tally.state == "troubled")
        await asyncio.to_thread(broker.start)
        await publish(broker.port, STATE, state(2))
        await site.until(lambda: site.batteries() == [1, 2])
        assert site.tally.state == "open"
    told = [record.getMessage() for record in caplog.records]
    assert told.count("Broker: connected to the broker") == 2
    assert any("The connection to the broker ended" in words for words in told)


async def test_a_broker_that_is_not_there_is_told_once_and_tried_again(broker, caplog):
    caplog.set_level(logging.INFO, receiver_module.__name__)
    await asyncio.to_thread(broker.stop)
    site = Site(broker.port)
    async with site.served(opens=False):
        await site.until(lambda: site.tally.state == "troubled")
        await asyncio.to_thread(broker.start)
        await site.until(lambda: site.tally.state == "open")
    assert site.tally.detail == "The broker cannot be reached: Connection refused."
    assert [record.getMessage() for record in caplog.records].count(f"Broker: {site.tally.detail}") == 1


# --- what is not taken


async def test_what_cannot_be_understood_is_counted_and_does_not_come_again(broker):
    site = Site(broker.port, size=500)
    async with site.served():
        async with sending(broker.port) as sender:
            for topic, payload in (
                (STATE, "{"),
                (STATE, "x" * 501),
                ("hospital/P-1/connection", "perhaps"),
                (STATE, state(5)),
            ):
                await asyncio.to_thread(sender.publish, topic, payload)
        await site.until(lambda: site.kept)
    assert site.tally.take().refused == {
        "payload is no JSON": 1, "larger than allowed": 1, "neither online nor offline": 1,
    }  # fmt: skip
    again = Site(broker.port)
    async with again.served():
        await publish(broker.port, STATE, state(6))
        await again.until(lambda: again.kept)
    assert again.batteries() == [6]


async def test_whoever_is_too_quick_is_held_back_and_loses_nothing_that_is_kept_for_us(broker):
    site = Site(broker.port, per_s=100.0)
    async with site.served():
        async with sending(broker.port) as sender:
            for number in range(250):
                await asyncio.to_thread(sender.publish, STATE, state(number % 100), qos=1)
        await site.until(lambda: len(site.kept) == 250)
    assert site.tally.take().refused == {}


async def test_a_flood_does_not_fill_the_memory_and_loses_nothing_that_is_kept_for_us(broker, monkeypatch):
    monkeypatch.setattr(link_module, "MOST_WAITING", 10)
    monkeypatch.setattr(receiver_module, "AT_A_TIME", 5)
    site = Site(broker.port, version="3.1.1")
    async with site.served():
        async with sending(broker.port) as sender:
            for number in range(100):
                await asyncio.to_thread(sender.publish, STATE, state(number))
        await site.until(lambda: set(site.batteries()) == set(range(100)))
    first_seen = list(dict.fromkeys(site.batteries()))
    assert first_seen == list(range(100))


# --- who we are, and who the broker is


async def test_a_broker_that_asks_for_a_password_gets_one(tmp_path):
    passwords = password_file(tmp_path, "whereabouts", "s3cret")
    broker = Mosquitto(tmp_path, f"password_file {passwords}", allows_anybody=False)
    broker.start()
    try:
        site = Site(broker.port, secrets=(Login("whereabouts", "s3cret"),))
        async with site.served():
            assert site.tally.detail == ""
        wrong = Site(broker.port, secrets=(Login("whereabouts", "canary"),))
        async with wrong.served(opens=False):
            await wrong.until(lambda: wrong.tally.detail)
        assert wrong.tally.detail == "The broker refuses us: Not authorized."
        nobody = Site(broker.port, secrets=(b"community",))
        async with nobody.served(opens=False):
            await nobody.until(lambda: nobody.tally.detail)
        assert "choose a user name and password" in nobody.tally.detail
    finally:
        await asyncio.to_thread(broker.stop)


@versions
async def test_over_tls_both_show_who_they_are(tmp_path, version):
    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    server, client = ours.sign("broker", "127.0.0.1"), ours.sign("whereabouts", "localhost")
    broker = Mosquitto(
        tmp_path, f"certfile {server}", f"keyfile {server}", f"cafile {ours.path}", "require_certificate true"
    )
    broker.start()
    try:
        site = Site(broker.port, version=version, ca=str(ours.path), certificate=str(client))
        async with site.served():
            assert site.tally.state == "open"
        for settings, words in (
            (
                {"ca": str(other.path), "certificate": str(client)},
                "Its certificate is not believed: self-signed certificate",
            ),
            ({"ca": str(ours.path)}, "The "),
            ({"ca": "/nowhere.pem"}, "the file of “ca” cannot be used"),
        ):
            wrong = Site(broker.port, version=version, **settings)
            async with wrong.served(opens=False):
                await wrong.until(lambda wrong=wrong: wrong.tally.state == "troubled")
            assert words in wrong.tally.detail
    finally:
        await asyncio.to_thread(broker.stop)


async def test_a_broker_for_another_name_is_not_believed(tmp_path):
    ours = Authority(tmp_path, "ours")
    server = ours.sign("broker", "10.20.0.7")
    broker = Mosquitto(tmp_path, f"certfile {server}", f"keyfile {server}", f"cafile {ours.path}")
    broker.start()
    try:
        site = Site(broker.port, ca=str(ours.path))
        async with site.served(opens=False):
            await site.until(lambda: site.tally.detail)
        assert "Its certificate is not believed: IP address mismatch" in site.tally.detail
    finally:
        await asyncio.to_thread(broker.stop)


async def test_a_broker_outside_the_networks_is_not_spoken_to(broker):
    site = Site(broker.port)
    object.__setattr__(site.receiver.spec, "networks", ("10.20.0.0/16",))
    async with site.served(opens=False):
        await site.until(lambda: site.tally.state == "troubled")
    assert "127.0.0.1 is in none of the way in's networks" in site.tally.detail


def test_nothing_is_ever_published():
    folder = Path(mqtt.__file__).parent
    for path in folder.glob("*.py"):
        source = path.read_text()
        assert ".publish(" not in source, path
        assert "will_set" not in source, path
