"""The thread that writes what was polled: in batches, in order, and to disk while the database is away."""

from __future__ import annotations

import asyncio
import errno
import logging
import threading
from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError

from assets.observation import (
    Evidence,
    Observation,
    Placed,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
)
from assets.words import Quality
from collectors.engine.health import Health
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.engine.patience import PatientThread
from collectors.engine.spool import Spool
from collectors.engine.writer import HEALTHS_AT_ONCE, MAX_BATCH, QUEUE_LENGTH, RETRY_S, Item, Writer


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
        observe(5, sighting=Sighting("R-2", range_m=3.5, range_error_m=0.2)),
        observe(5, placed=Placed("main-1", "bay")),
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


# --- the writer


class Database:
    """Takes observations, unless it is told to be in trouble."""

    def __init__(self) -> None:
        self.recorded: list[Observation] = []
        self.batches: list[int] = []
        self.healths: dict[int, Health] = {}
        self.trouble: Exception | None = None
        self.has_some = threading.Event()
        self.poison: set[str] = set()
        self.poison_error: Exception = IntegrityError("no such thing")

    def record(self, observations):
        if self.trouble:
            raise self.trouble
        if any(observation.source in self.poison for observation in observations):
            raise self.poison_error
        self.batches.append(len(observations))
        self.recorded += observations
        self.has_some.set()

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
    "trouble",
    [
        OperationalError("server closed"),
        InterfaceError("connection already closed"),
        InternalError("cannot execute INSERT in a read-only transaction"),
    ],
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


def test_health_that_has_waited_is_written_in_portions(writer, database):
    many = {pk: Health(polls=1) for pk in range(HEALTHS_AT_ONCE + 1)}
    writer.write([Item([], many)])
    assert len(database.healths) == HEALTHS_AT_ONCE
    writer.write([])
    assert database.healths == many


@pytest.mark.parametrize(
    "error", [IntegrityError("no such thing"), DataError("too large"), ValueError("a fault of our own")]
)
def test_observations_that_can_never_be_recorded_do_not_take_the_others_with_them(
    writer, database, spool, observe, caplog, error
):
    database.poison, database.poison_error = {"endpoint:2", "endpoint:9"}, error
    observations = [observe(number) for number in range(12)]
    writer.write(items(*observations))
    assert database.recorded == [each for each in observations if each.source not in database.poison]
    assert writer.rejected == 2
    assert spool.is_empty
    assert "endpoint:2 cannot be recorded" in caplog.text


def test_a_database_that_goes_away_in_the_middle_gets_each_observation_once(
    writer, database, spool, clock, observe
):
    observations = [observe(number) for number in range(8)]
    database.poison = {"endpoint:0"}

    def record(some, take=database.record):
        if len(database.recorded) >= 3 and not clock.now:
            raise OperationalError("gone")
        take(some)

    writer._record = record
    writer.write(items(*observations))
    assert not spool.is_empty
    clock.now += RETRY_S
    writer.write([])
    assert database.recorded == observations[1:]
    assert writer.state.recorded == 7


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


# --- a database that hangs


@pytest.fixture
def hanging(writer, database):
    """Set it, and what the database was asked for last goes on."""
    goes_on = threading.Event()

    def record(observations):
        assert goes_on.wait(10)
        database.recorded += observations

    writer._record = record
    writer._database = PatientThread(hangs_after_s=0.05)
    yield goes_on
    goes_on.set()
    writer._database.end()


def until_recorded(writer, clock, spool):
    for _ in range(1000):
        clock.now += RETRY_S
        writer.write([])
        if spool.is_empty:
            return
    pytest.fail("the spool is not emptied")


def test_while_the_database_hangs_what_is_polled_reaches_the_disk(
    writer, hanging, database, spool, clock, observe
):
    for number in range(3):
        clock.now += RETRY_S
        writer.write(items(observe(number)))

    assert database.recorded == []
    assert (spool.state.observations, spool.state.held) == (3, 0)


def test_a_database_that_goes_on_is_given_all_of_it_again_in_order(
    writer, hanging, database, spool, clock, observe
):
    for number in range(3):
        writer.write(items(observe(number)))
    hanging.set()
    until_recorded(writer, clock, spool)

    # Nobody knows what became of the batch that hung: it is told twice, which changes nothing.
    assert database.recorded == [observe(0), observe(0), observe(1), observe(2)]


def test_what_comes_from_the_disk_is_not_begun_anew_while_the_database_is_slow(
    writer, hanging, database, spool, clock, observe
):
    spool.append(encode_observations([observe(1)]))
    for _ in range(5):
        clock.now += RETRY_S
        writer.write([])
    hanging.set()
    until_recorded(writer, clock, spool)

    assert database.recorded == [observe(1)]


def test_health_that_hangs_does_not_keep_observations_from_the_disk(
    writer, hanging, database, spool, observe
):
    writer._record, writer._save_health = database.record, writer._record
    writer.write(items(observe(1)))
    writer.write(items(observe(2)))

    assert database.recorded == [observe(1)]
    assert spool.state.observations == 1


async def test_the_thread_ends_also_while_the_database_hangs(database, spool, observe):
    goes_on = threading.Event()
    writer = Writer(lambda _observations: goes_on.wait(10), database.save_health, spool)
    writer._database = PatientThread(hangs_after_s=0.05)
    writer.start()
    await writer.submit(Item([observe(1)]))
    async with asyncio.timeout(5):
        await writer.stop()
    goes_on.set()

    assert spool.state.observations == 1


# --- the thread


async def test_the_thread_writes_everything_before_it_stops(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    writer.start()
    for number in range(300):
        await writer.submit(Item([observe(number)]))
    await writer.stop()
    assert database.recorded == [observe(number) for number in range(300)]
    assert len(database.batches) < 100


async def test_a_collector_that_stops_as_the_database_is_back_leaves_nothing_on_disk(
    database, spool, observe
):
    writer = Writer(database.record, database.save_health, spool)
    database.trouble = OperationalError("server closed the connection")
    writer.start()
    await writer.submit(Item([observe(1)]))
    await writer.settle()
    assert spool.state.observations == 1
    database.trouble = None
    await writer.stop()
    assert database.recorded == [observe(1)]
    assert spool.is_empty


async def test_a_full_queue_holds_polling_up_instead_of_memory(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    for _ in range(QUEUE_LENGTH):
        await writer.submit(Item([]))
    assert writer.state.queue_length == QUEUE_LENGTH
    held = asyncio.create_task(writer.submit(Item([observe(1)])))
    await asyncio.sleep(0)
    assert not held.done()
    writer.start()
    await held
    await writer.stop()
    assert database.recorded == [observe(1)]


async def test_a_single_poll_is_recorded_within_a_fraction_of_a_second(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    writer.start()
    begun = asyncio.get_running_loop().time()
    await writer.submit(Item([observe(1)]))
    assert await asyncio.to_thread(database.has_some.wait, 2)
    assert asyncio.get_running_loop().time() - begun < 0.3
    await writer.stop()
    assert 0 < writer.state.lag_s < 0.3


async def test_a_poll_that_brings_very_many_observations_makes_a_batch_of_its_own(database, spool, observe):
    writer = Writer(database.record, database.save_health, spool)
    for number in (1, 2, 3):
        await writer.submit(Item([observe(number)] * MAX_BATCH))
    writer.start()
    await writer.stop()
    assert database.batches == [MAX_BATCH] * 3


def test_what_waits_on_disk_is_recorded_many_at_a_time(writer, database, spool, clock, observe):
    database.trouble = OperationalError("away")
    for number in range(40):
        writer.write(items(observe(number)))
    database.trouble = None
    clock.now += RETRY_S
    writer.write([])

    assert database.recorded == [observe(number) for number in range(40)]
    assert database.batches == [40]
    assert spool.is_empty


def test_polling_is_not_held_up_while_a_long_outage_is_made_good(
    writer, database, spool, clock, observe, monkeypatch
):
    monkeypatch.setattr("collectors.engine.writer.MAX_BATCH", 1)
    database.trouble = OperationalError("away")
    for number in range(5):
        writer.write(items(observe(number)))
    database.trouble = None
    clock.now += RETRY_S

    def record_slowly(some):
        clock.now += 0.2
        database.recorded += some

    writer._record = record_slowly
    writer.write(items(observe(5)))
    assert database.recorded == [observe(0), observe(1)]
    for _ in range(3):
        writer.write([])
    assert database.recorded == [observe(number) for number in range(6)]
    assert spool.is_empty


def test_what_another_collector_left_is_recorded_first(writer, database, tmp_path, observe):
    left = Spool(tmp_path / "dead")
    left.append(encode_observations([observe(1), observe(2)]), 2)
    writer.take_up(tmp_path / "dead")
    writer.write(items(observe(3)))
    assert database.recorded == [observe(1), observe(2), observe(3)]
    assert not (tmp_path / "dead").exists()


def test_with_neither_database_nor_disk_what_fits_into_memory_is_kept(
    writer, database, spool, clock, observe, monkeypatch
):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    database.trouble = OperationalError("away")
    monkeypatch.setattr("collectors.engine.spool.os.write", no_room)
    for number in range(4):
        writer.write(items(observe(number)))
    assert writer.state.spool.held == 4
    database.trouble = None
    clock.now += RETRY_S
    writer.write(items(observe(4)))
    assert database.recorded == [observe(number) for number in range(5)]


def test_the_state_tells_what_waits_and_what_was_lost(writer, database, clock, observe):
    writer.write(items(observe(1), observe(2)))
    database.trouble = OperationalError("away")
    writer.write(items(observe(3)))
    state = writer.state
    assert (state.recorded, state.rejected, state.is_database_away) == (2, 0, True)
    assert (state.spool.records, state.spool.observations) == (1, 1)


# --- those who wait for it


def keep(writer: Writer, *observations) -> bool:
    async def story() -> bool:
        writer.start()
        verdict = await writer.keep(observations)
        await writer.stop()
        return verdict

    return asyncio.run(story())


def test_whoever_waits_is_told_once_it_is_recorded(writer, database, observe):
    assert keep(writer, observe(1)) is True
    assert database.recorded == [observe(1)]


def test_on_disk_is_as_good(writer, database, spool, observe):
    database.trouble = OperationalError("away")
    assert keep(writer, observe(1)) is True
    assert not spool.is_empty


def test_what_is_in_memory_alone_is_not_kept(writer, database, spool, observe, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError(errno.ENOSPC, "no space")

    database.trouble = OperationalError("away")
    monkeypatch.setattr("collectors.engine.spool._append", refuse)
    assert keep(writer, observe(1)) is False


def test_a_fault_of_our_own_is_told_as_not_kept(writer, spool, database, observe, monkeypatch):
    database.trouble = OperationalError("away")
    monkeypatch.setattr(spool, "append", lambda *_: 1 / 0)
    assert keep(writer, observe(1)) is False
