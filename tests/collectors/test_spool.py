"""Observations that wait on disk: in order, checked, bounded; and the writer that puts them there."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from assets.observation import (
    Evidence,
    Observation,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
)
from assets.words import Quality
from collectors.engine.health import Health
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.engine.spool import CollectorRunningError, Spool, sole_collector
from collectors.engine.writer import QUEUE_LENGTH, RETRY_S, Item, Writer


@pytest.fixture
def observe(noon):
    def make(number: int = 1, **changes) -> Observation:
        return Observation(
            **{
                "subject": Subject(SubjectKind.ASSET, str(number)),
                "source": f"endpoint:{number}",
                "at": noon + timedelta(seconds=number),
                "received_at": noon + timedelta(seconds=number, microseconds=250),
                **changes,
            }
        )

    return make


def drain(spool: Spool) -> list[bytes]:
    """Everything in the spool, file by file."""
    records = []
    while not spool.is_empty:
        records += spool.oldest()
        spool.forget_oldest()
    return records


# --- the codec


def test_every_kind_of_observation_comes_back_the_same(observe):
    observations = [
        observe(1, readings=(ReadingValue("battery_charge", 80.5), ReadingValue("pump_state", "infusing"))),
        observe(
            2, readings=(ReadingValue("temperature", None, Quality.NO_VALUE), ReadingValue("door_open", True))
        ),
        observe(3, activity=Evidence.IN_USE, position=Position("main-1", 1.5, 2.0, 0.4)),
        observe(4, subject=Subject(SubjectKind.TAG, "T-ü"), sighting=Sighting("R-1", -61.0)),
        observe(5, sighting=Sighting("R-2")),
        observe(6, quality=Quality.NO_ANSWER, detail="No answer: check “it”.\n"),
    ]
    again = decode_observations(encode_observations(observations))
    assert again == observations
    assert [observation.detail for observation in again] == [
        observation.detail for observation in observations
    ]
    assert isinstance(again[1].readings[1].value, bool)


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"{}x", b'[{"subject": 1}]', b"[7]", b'[{"source": "x"}]']
)
def test_what_is_no_observation_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011  json's own errors are ValueErrors too
        decode_observations(data)


# --- the spool


def test_records_come_back_in_order_across_files_and_restarts(tmp_path):
    spool = Spool(tmp_path, file_bytes=100)
    records = [f"record {number}".encode() * 3 for number in range(20)]
    for record in records[:12]:
        spool.append(record)
    again = Spool(tmp_path, file_bytes=100)
    for record in records[12:]:
        again.append(record)
    assert len(list(tmp_path.iterdir())) > 3
    assert drain(Spool(tmp_path)) == records
    assert list(tmp_path.iterdir()) == []


def test_an_empty_spool_says_so(tmp_path):
    spool = Spool(tmp_path / "new")
    assert spool.is_empty
    assert list(spool.oldest()) == []
    spool.forget_oldest()
    spool.append(b"")
    assert not spool.is_empty
    assert drain(spool) == [b""]


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 11])
def test_a_torn_tail_is_dropped_and_counted(tmp_path, cut):
    spool = Spool(tmp_path)
    spool.append(b"first")
    spool.append(b"last")
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    again = Spool(tmp_path)
    again.append(b"after the restart")
    assert drain(again) == [b"first", b"after the restart"]
    assert again.losses.torn == 1


@pytest.mark.parametrize("position", [0, 3, 4, 7, 8, 12])
def test_a_damaged_record_is_never_given_out(tmp_path, position):
    spool = Spool(tmp_path)
    spool.append(b"first")
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[position] ^= 0x40
    file.write_bytes(bytes(data))
    again = Spool(tmp_path)
    assert drain(again) == []
    assert again.losses.torn == 1


def test_a_full_spool_gives_up_its_oldest_file_and_counts_it(tmp_path):
    spool = Spool(tmp_path, file_bytes=50, max_bytes=200)
    for number in range(30):
        spool.append(f"record {number:02}".encode())
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 200
    kept = drain(spool)
    assert kept == [f"record {number:02}".encode() for number in range(30 - len(kept), 30)]
    assert spool.losses.dropped > 0


def test_a_folder_has_one_collector_at_a_time(tmp_path):
    taken = pytest.raises(CollectorRunningError, match="stop it first")
    with sole_collector(tmp_path), taken, sole_collector(tmp_path):
        pass
    with sole_collector(tmp_path):
        assert Spool(tmp_path).is_empty


# --- the writer


class Database:
    """Takes observations, unless it is told to be in trouble."""

    def __init__(self) -> None:
        self.recorded: list[Observation] = []
        self.batches: list[int] = []
        self.healths: dict[int, Health] = {}
        self.trouble: Exception | None = None
        self.poison: str | None = None

    def record(self, observations):
        if self.trouble:
            raise self.trouble
        if any(observation.source == self.poison for observation in observations):
            raise IntegrityError("no such thing")
        self.batches.append(len(observations))
        self.recorded += observations

    def save_health(self, healths):
        if self.trouble:
            raise self.trouble
        self.healths.update(healths)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database():
    return Database()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path)


@pytest.fixture
def writer(database, spool, clock):
    return Writer(database.record, database.save_health, spool, clock=clock)


def items(*observations):
    return [Item([observation], {number: Health(polls=1)}) for number, observation in enumerate(observations)]


def test_a_batch_is_recorded_at_once_and_health_beside_it(writer, database, observe):
    observations = [observe(number) for number in range(5)]
    writer.write(items(*observations))
    assert database.recorded == observations
    assert database.batches == [5]
    assert set(database.healths) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "trouble", [OperationalError("server closed"), InterfaceError("connection already closed")]
)
def test_while_the_database_is_away_everything_is_spooled_and_comes_back_in_order(
    writer, database, spool, clock, observe, trouble
):
    before, during, more, after = (observe(number) for number in range(4))
    writer.write(items(before))
    database.trouble = trouble
    writer.write(items(during))
    clock.now += RETRY_S
    writer.write(items(more))
    assert database.recorded == [before]
    assert not spool.is_empty
    database.trouble = None
    clock.now += RETRY_S
    writer.write(items(after))
    assert database.recorded == [before, during, more, after]
    assert spool.is_empty


def test_the_database_is_not_asked_again_within_a_second(writer, database, clock, observe):
    database.trouble = OperationalError("away")
    writer.write(items(observe(1)))
    database.trouble = None
    clock.now += RETRY_S / 2
    writer.write(items(observe(2)))
    assert database.recorded == []
    clock.now += RETRY_S
    writer.write([])
    assert database.recorded == [observe(1), observe(2)]


def test_what_a_stopped_collector_left_is_recorded_by_the_next(writer, database, tmp_path, clock, observe):
    database.trouble = OperationalError("away")
    writer.write(items(observe(1), observe(2)))
    database.trouble = None
    Writer(database.record, database.save_health, Spool(tmp_path), clock=clock).write(items(observe(3)))
    assert database.recorded == [observe(1), observe(2), observe(3)]


def test_a_torn_spool_loses_only_its_tail(writer, database, tmp_path, clock, observe):
    database.trouble = OperationalError("away")
    for number in (1, 2):
        writer.write(items(observe(number)))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    database.trouble = None
    Writer(database.record, database.save_health, Spool(tmp_path), clock=clock).write(items(observe(3)))
    assert database.recorded == [observe(1), observe(3)]


def test_health_waits_too_and_only_the_latest_is_written(writer, database, clock, observe):
    database.trouble = OperationalError("away")
    writer.write([Item([], {7: Health(polls=1)})])
    writer.write([Item([], {7: Health(polls=2)})])
    database.trouble = None
    clock.now += RETRY_S
    writer.write([])
    assert database.healths == {7: Health(polls=2)}


def test_one_observation_that_can_never_be_recorded_does_not_take_the_others_with_it(
    writer, database, spool, observe, caplog
):
    database.poison = "endpoint:2"
    writer.write(items(observe(1), observe(2), observe(3)))
    assert database.recorded == [observe(1), observe(3)]
    assert writer.rejected == 1
    assert spool.is_empty
    assert "endpoint:2 cannot be recorded" in caplog.text


def test_one_line_says_that_the_database_is_away_and_one_that_it_is_back(
    writer, database, clock, observe, caplog
):
    database.trouble = OperationalError("gone fishing")
    for number in range(5):
        writer.write(items(observe(number)))
        clock.now += RETRY_S
    database.trouble = None
    for number in range(5, 8):
        writer.write(items(observe(number)))
    lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(lines) == 2
    assert "gone fishing" in lines[0]
    assert "takes observations again" in lines[1]


def test_health_that_cannot_be_written_does_not_hold_up_observations(writer, database, observe):
    def refuse(healths):
        raise IntegrityError("no such endpoint")

    writer._save_health = refuse
    writer.write(items(observe(1)))
    writer.write(items(observe(2)))
    assert database.recorded == [observe(1), observe(2)]


async def test_the_thread_writes_everything_before_it_stops(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    writer.start()
    for number in range(300):
        await writer.submit(Item([observe(number)]))
    await writer.stop()
    assert database.recorded == [observe(number) for number in range(300)]
    assert len(database.batches) < 100


async def test_a_full_queue_holds_polling_up_instead_of_memory(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    for _ in range(QUEUE_LENGTH):
        await writer.submit(Item([]))
    held = asyncio.create_task(writer.submit(Item([observe(1)])))
    await asyncio.sleep(0)
    assert not held.done()
    writer.start()
    await held
    await writer.stop()
    assert database.recorded == [observe(1)]
