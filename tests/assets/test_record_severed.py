"""A connection to the database that ends anywhere in a batch: recorded again, the batch leaves what one pass leaves."""

from __future__ import annotations

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection

from assets.models import ActivityInterval, AssetNow, EvidenceLog, Reading, ReadingNow
from assets.observation import Evidence, ReadingValue
from assets.record import record_observations
from assets.sql import dialect
from assets.words import Quality

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def sever() -> None:
    """As when the server is killed: PostgreSQL ends this connection; SQLite's file cannot be read any more."""
    if connection.vendor != "postgresql":
        raise OperationalError("disk I/O error")
    victim = connection.connection.info
    with psycopg.connect(**victim.get_parameters(), password=victim.password, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [victim.backend_pid])


class Severed:
    """The dialect, whose connection is severed before the call of that number."""

    def __init__(self, point: int) -> None:
        self.point = point

    def __getattr__(self, name):
        method = getattr(dialect(), name)

        def call(*arguments, **named):
            self.point -= 1
            if self.point == -1:
                sever()
            return method(*arguments, **named)

        return method if name == "lock" else call


def told(pump, observe):
    batch = [
        observe(
            pump,
            second,
            activity=Evidence.IN_USE if second % 40 < 20 else Evidence.IDLE,
            readings=(ReadingValue("battery_charge", 100.0 - second), ReadingValue("door", "open")),
        )
        for second in range(0, 100, 5)
    ]
    late = [observe(pump, 2.5, source="endpoint:2", activity=Evidence.IDLE)]
    return batch[:10], [*batch[10:], *late, observe(pump, 100, quality=Quality.NO_ANSWER)]


def history(pump):
    return (
        list(
            ActivityInterval.objects.filter(asset=pump)
            .order_by("begin")
            .values_list("begin", "end", "activity")
        ),
        list(Reading.objects.filter(asset=pump).order_by("name", "at").values_list("name", "at", "value")),
        list(
            ReadingNow.objects.filter(asset=pump)
            .order_by("name")
            .values_list("name", "number", "quality", "at")
        ),
        list(
            EvidenceLog.objects.filter(asset=pump).order_by("at_us", "source").values_list("at_us", "source")
        ),
        AssetNow.objects.get(asset=pump).activity,
    )


def record_until_it_is_done(batch):
    """As the collector's writer does; how often it had to be done."""
    for attempt in range(1, 5):
        try:
            record_observations(batch)
        except (OperationalError, InterfaceError):
            connection.close()
        else:
            return attempt
    raise AssertionError("never recorded")


@pytest.fixture
def orderly(make_pump, observe):
    pump = make_pump("P-0")
    for batch in told(pump, observe):
        record_observations(batch)
    return history(pump)


def test_wherever_it_ends_in_a_batch(make_pump, observe, orderly, monkeypatch):
    for point in range(100):
        pump = make_pump(f"P-{point + 1}")
        before, batch = told(pump, observe)
        record_observations(before)
        severed = Severed(point)
        monkeypatch.setattr("assets.record.dialect", lambda severed=severed: severed)
        attempts = record_until_it_is_done(batch)
        monkeypatch.undo()
        assert history(pump) == orderly
        if severed.point >= 0:
            assert (attempts, point > 8) == (1, True)
            return
        assert attempts == 2


@pytest.mark.parametrize("is_committed", [False, True])
def test_when_nobody_knows_whether_it_was_committed(make_pump, observe, orderly, monkeypatch, is_committed):
    pump = make_pump()
    before, batch = told(pump, observe)
    record_observations(before)
    commit = connection._commit

    def die():
        monkeypatch.undo()
        if is_committed:
            commit()
            sever()
            raise OperationalError("server closed the connection unexpectedly")
        sever()
        commit()

    monkeypatch.setattr(connection, "_commit", die)
    assert record_until_it_is_done(batch) == 2
    assert history(pump) == orderly
