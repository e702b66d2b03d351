"""Frames through a real Redis: what one process records, another one shows."""

from __future__ import annotations

import asyncio
import json
import os
import secrets

import pytest
import redis
from asgiref.sync import sync_to_async

from assets.live import feed, redis_feed
from assets.live.hub import Hub
from assets.live.viewers import Viewer
from assets.observation import Position
from assets.record import record_observations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis]

URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture
def through_redis(settings, monkeypatch):
    """Sends live frames through Redis, on channels that only this test knows."""
    try:
        redis.Redis.from_url(URL, socket_connect_timeout=1).ping()
    except redis.RedisError:
        pytest.skip("Redis: no server answers")
    settings.REDIS_URL = URL
    for name in ("CHANGES", "RIGHTS", "PLANS"):
        monkeypatch.setattr(redis_feed, name, f"test:{secrets.token_hex(4)}")
    monkeypatch.setattr(redis_feed, "_publisher", None)


class Ear(Hub):
    """A hub that only listens."""

    def __init__(self, loop):
        super().__init__(loop)
        self.told: asyncio.Queue[object] = asyncio.Queue()

    def offer(self, changes):
        self.told.put_nowait(changes)

    def question(self, user_ids):
        self.told.put_nowait(user_ids)

    def change_plan(self, floor_id):
        self.told.put_nowait(floor_id)


@pytest.fixture
async def elsewhere(through_redis):
    """The hub of another process: it hears nothing but what Redis brings."""
    hub = Ear(asyncio.get_running_loop())
    task = asyncio.create_task(redis_feed.listen(hub))
    client = redis.asyncio.Redis.from_url(URL)
    async with asyncio.timeout(5):
        while dict(await client.pubsub_numsub(redis_feed.CHANGES))[redis_feed.CHANGES.encode()] == 0:  # noqa: ASYNC110 nobody tells of a subscription
            await asyncio.sleep(0.01)
    yield hub.told
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.aclose()


async def test_what_is_recorded_here_is_told_elsewhere(elsewhere, make_pump, observe):
    pump = await sync_to_async(make_pump)("P-1")

    await sync_to_async(record_observations)([observe(pump)])

    async with asyncio.timeout(5):
        changes = await elsewhere.get()
    assert [(change.id, change.rev, change.activity) for change in changes] == [(pump.pk, 1, "available")]


async def test_a_change_of_rights_here_is_told_elsewhere(elsewhere, nurse):
    nurse.is_active = False
    await nurse.asave()

    async with asyncio.timeout(5):
        assert await elsewhere.get() == [nurse.pk]


async def test_a_hub_listens_while_somebody_looks(through_redis, make_pump, observe):
    hub = Hub(asyncio.get_running_loop())
    viewer = Viewer("session", 1, _no_close)
    hub.join(viewer)
    pump = await sync_to_async(make_pump)("P-1")
    viewer.assets[pump.pk] = "P-1"

    async with asyncio.timeout(10):
        second = 0
        while not viewer.notices:
            second += 1
            await sync_to_async(record_observations)([observe(pump, second)])
            await asyncio.sleep(0.05)

    hub.leave(viewer)
    assert hub._tasks == []


async def _no_close(code: int) -> None: ...


async def test_without_redis_floors_are_read_anew_and_nothing_is_called_alive(
    settings, monkeypatch, make_pump, observe, floor, noon
):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(redis_feed, "RETRY_S", 0.01)
    monkeypatch.setattr("assets.live.hub.BEAT_S", 0.001)
    pump = await sync_to_async(make_pump)("P-1")
    hub = Hub(asyncio.get_running_loop())
    viewer = Viewer("session", 1, _no_close)
    hub.is_deaf = True
    hub.join(viewer)
    await hub.watch_floor(viewer, floor.pk, "main-1")
    empty = json.loads(viewer.next_message(noon))
    viewer.wake.clear()

    await sync_to_async(record_observations)([observe(pump, position=Position("main-1", 5, 5, 1))])
    async with asyncio.timeout(10):
        await viewer.wake.wait()
    told = json.loads(viewer.next_message(noon))
    hub.leave(viewer)

    assert empty["markers"] == []
    assert [marker["tag"] for marker in told["markers"]] == ["P-1"]
    assert viewer.beat is None


async def test_a_connection_that_is_dead_without_a_word_is_found(monkeypatch):
    monkeypatch.setattr(redis_feed, "QUIET_S", 0.001)

    class Dead:
        asked = 0

        async def get_message(self, **_):
            await asyncio.sleep(0)

        async def ping(self):
            self.asked += 1

    channels = Dead()
    with pytest.raises(redis.ConnectionError):
        await redis_feed._receive(None, channels)

    assert channels.asked == 1


async def test_a_quiet_connection_that_answers_is_kept(through_redis):
    class Patient:
        """Waits for the answer to each ping, and not at all for anything else."""

        def __init__(self, channels):
            self.channels, self.pings = channels, 0
            self.answers = []

        async def get_message(self, **_):
            message = await self.channels.get_message(timeout=10 if self.pings > len(self.answers) else 0)
            if message is not None:
                self.answers.append(message["type"])
            return message

        async def ping(self):
            if self.pings == 3:
                raise asyncio.CancelledError
            self.pings += 1
            await self.channels.ping()

    hub = Ear(asyncio.get_running_loop())
    async with redis.asyncio.Redis.from_url(URL) as client, client.pubsub() as channels:
        await channels.subscribe(redis_feed.RIGHTS)
        await channels.get_message(timeout=10)
        patient = Patient(channels)
        with pytest.raises(asyncio.CancelledError):
            await redis_feed._receive(hub, patient)

    assert patient.answers == ["pong"] * 3


def test_a_redis_that_is_away_is_said_once_and_stops_nothing(
    settings, make_pump, observe, caplog, monkeypatch
):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(redis_feed, "_publisher", None)
    pump = make_pump()

    for second in range(3):
        assert record_observations([observe(pump, second)]).recorded == 1

    warnings = [record for record in caplog.records if "Live frames do not reach" in record.message]
    assert len(warnings) == 1


async def test_a_changed_plan_is_told_to_other_processes(elsewhere):
    await sync_to_async(feed.send_plan_change)(7)
    async with asyncio.timeout(5):
        assert await elsewhere.get() == 7


def test_without_redis_nothing_leaves_the_process(settings, monkeypatch):
    settings.REDIS_URL = ""
    monkeypatch.setattr(redis_feed, "publisher", lambda: pytest.fail("Redis was asked"))

    feed.send_changes([])
    feed.send_question([1])
    feed.send_plan_change(1)
