"""The pump server of the demo hospital, heard by the product's own receiver."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from assets.observation import Evidence, SubjectKind
from assets.words import Quality
from collectors.receivers.settings import Listen
from hospital.demo.day import Day
from hospital.demo.endpoints import HL7_OFFSET, PORTS_RESERVED, the_endpoints
from hospital.demo.hl7_messages import pump_message
from hospital.demo.hl7_sender import Sender
from hospital.demo.names import eui64
from hospital.demo.simulator import Simulator
from hospital.demo.units import Pump, PumpState
from tests.collectors.receivers.hl7.messages import understood
from tests.collectors.receivers.hl7.peers import Keeper, make_receiver, make_spec

AT = datetime(2026, 3, 2, 11, 59, 58, 250000, tzinfo=UTC)
WITHIN_S = 20


@pytest.fixture(scope="module")
def day() -> Day:
    return Day(seed=1)


@pytest.fixture
def pump(day) -> Pump:
    return Pump(day.pumps["SYR-003"].item, seed=1)


def told(pump: Pump):
    (each,) = understood(pump_message(pump, number="7", at=AT, moment=0.0)).told
    return each.observation


@pytest.mark.parametrize(
    ("state", "drain", "word", "power", "evidence"),
    [
        (PumpState.CHARGING, 0.08, "standby", "mains", Evidence.IDLE),
        (PumpState.STANDBY, -0.01, "standby", "battery", Evidence.IDLE),
        (PumpState.INFUSING, 0.0, "infusing", "mains", Evidence.IN_USE),
        (PumpState.ALARM, -0.03, "alarm", "battery", Evidence.IN_USE),
    ],
)
def test_what_a_pump_does_is_understood_with_its_rate_its_power_and_its_battery(
    pump, state, drain, word, power, evidence
):
    pump.become(state, 0.0, drain=drain)
    pump.rate_ml_h = 2.5 if state is PumpState.INFUSING else 0.0
    observation = told(pump)
    assert {reading.name: reading.value for reading in observation.readings} == {
        "device_state": word,
        "infusion_rate": pump.rate_ml_h,
        "power_source": power,
        "battery_charge": round(pump.battery.at(0.0)),
    }
    assert all(reading.quality is Quality.GOOD for reading in observation.readings)
    assert (observation.activity, observation.at) == (evidence, AT)
    assert (observation.subject.kind, observation.subject.key) == (SubjectKind.EUI64, "02A1E0FFFE000003")


@pytest.mark.parametrize("state", [PumpState.OFF, PumpState.FAULT])
def test_nothing_is_sent_of_a_pump_that_is_off_or_broken(pump, state):
    pump.become(state, 0.0)
    assert pump_message(pump, number="7", at=AT, moment=0.0) is None


def test_the_messages_know_of_nobody(pump):
    text = pump_message(pump, number="7", at=AT, moment=0.0).decode()
    (person,) = [line.split("|") for line in text.split("\r") if line.startswith("PID")]
    assert (person[31], set(person[2:31])) == ("Y", {""})
    assert understood(text.encode()).troubles == {}


def test_every_syringe_pump_has_a_name_of_its_own_in_hl7(day):
    names = [eui64(pump.item) for pump in day.pumps.values() if pump.item.reports_by_hl7]
    assert len(set(names)) == len(names) == 36


def test_the_port_of_the_pump_server_belongs_to_no_device():
    assert len(the_endpoints()) <= HL7_OFFSET < PORTS_RESERVED


# --- on the wire
class Listening:
    """The product's receiver on a port of its own."""

    def __init__(self, *, keeper: Keeper | None = None, port: int = 0) -> None:
        self.keeper = keeper or Keeper()
        spec = make_spec(listen=Listen("127.0.0.1", port))
        self.receiver = make_receiver(self.keeper, spec=spec)

    async def __aenter__(self) -> Listening:
        self._task = asyncio.create_task(self.receiver.run())
        await until(lambda: self.receiver.port or self._task.done())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def until(is_so) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110  several things may become so
            await asyncio.sleep(0)


@pytest.fixture
async def send():
    """``send(pumps, port)``: a pump server that hardly waits."""
    tasks = []

    def start(pumps, port: int, **manner) -> asyncio.Task:
        sender = Sender(pumps, port=port, now=lambda: 0.0, every_s=0.0, again_s=0.0, **manner)
        tasks.append(asyncio.create_task(sender.run()))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def standing_by(day, *tags: str) -> list[Pump]:
    pumps = [Pump(day.pumps[tag].item, seed=1) for tag in tags]
    for pump in pumps:
        pump.become(PumpState.STANDBY, 0.0)
    return pumps


async def test_pumps_are_told_of_in_turn_and_the_receiver_takes_it_all(day, send):
    pumps = standing_by(day, "SYR-001", "SYR-002")
    async with Listening() as product:
        send(pumps, product.receiver.port)
        await until(lambda: len(product.keeper.kept) >= 4)
        assert [each.subject.key for each in product.keeper.kept[:4]] == [
            eui64(pump.item) for pump in pumps
        ] * 2
        assert product.receiver.tally.senders == 1


async def test_it_waits_until_the_product_is_there_and_goes_on_when_it_comes_back(day, send):
    pumps = standing_by(day, "SYR-001")
    async with Listening() as product:
        port = product.receiver.port
    task = send(pumps, port)
    for _ in range(2):
        async with Listening(port=port) as product:
            await until(lambda: product.keeper.kept)
    assert not task.done()


async def test_what_was_not_taken_is_told_anew(day, send):
    keeper = Keeper(says=False)
    async with Listening(keeper=keeper) as product:
        task = send(standing_by(day, "SYR-001"), product.receiver.port)
        await until(lambda: product.receiver.tally.senders)
        keeper.says = True
        await until(lambda: keeper.kept)
        assert not task.done()


async def test_whoever_answers_otherwise_or_hangs_up_is_left_and_tried_again(day, send):
    tried = []

    async def mumble(reader, writer):
        tried.append(await reader.readuntil(b"\x1c\r"))
        writer.write(b"\x0bMSH|^~\\&\rMSA|AA|of-another\r\x1c\r" if len(tried) % 2 else b"")
        writer.close()

    server = await asyncio.start_server(mumble, "127.0.0.1", 0)
    async with server:
        task = send(standing_by(day, "SYR-001"), server.sockets[0].getsockname()[1])
        await until(lambda: len(tried) >= 4)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_simulator_tells_of_the_syringe_pumps_and_stops(day):
    async with Listening() as product:
        simulator = Simulator(ports={}, only=(), hl7_port=product.receiver.port)
        await simulator.open()
        await until(lambda: product.keeper.kept)
        await simulator.close()
        names = {eui64(pump.item) for pump in simulator.day.pumps.values() if pump.item.reports_by_hl7}
        assert {each.subject.key for each in product.keeper.kept} <= names
        await until(lambda: not product.receiver.tally.senders)
