"""The hub between threads: changes from anywhere, four frames a second at the most, nothing kept for nobody."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from asgiref.sync import sync_to_async

from assets.live.hub import Hub, all_hubs, current_hub
from assets.live.viewers import Viewer
from assets.observation import Evidence, Position
from assets.record import record_observations

pytestmark = pytest.mark.django_db(transaction=True)

record = sync_to_async(record_observations)


async def _no_close(code: int) -> None: ...


@pytest.fixture
async def hub():
    return current_hub()


@pytest.fixture
async def viewer(hub: Hub):
    viewer = Viewer("session", 1, _no_close)
    hub.join(viewer)
    yield viewer
    hub.leave(viewer)


@pytest.fixture
async def pump(make_pump, floor, observe):
    pump = await sync_to_async(make_pump)("P-1")
    await record([observe(pump, position=Position("main-1", 5, 5, 1))])
    return pump


def due(viewer, now):
    text = viewer.next_message(now)
    return None if text is None else json.loads(text)


async def test_each_loop_has_one_hub(hub):
    assert current_hub() is hub
    assert hub in all_hubs()


async def test_changes_of_one_tick_are_one_frame(hub, viewer, pump, floor, observe, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    first = due(viewer, noon)

    for second in range(1, 6):
        await record([observe(pump, second, activity=Evidence.IN_USE)])
    await hub.tick()
    second_frame = due(viewer, noon)

    assert first["full"] is True
    assert [(m["rev"], m["activity"]) for m in second_frame["markers"]] == [(6, "in_use")]
    assert due(viewer, noon) is None


async def test_a_thread_without_a_loop_may_record(hub, viewer, pump, floor, observe, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    viewer.acknowledge(due(viewer, noon)["frame"])
    viewer.wake.clear()

    thread = threading.Thread(target=record_observations, args=([observe(pump, 5)],))
    thread.start()

    async with asyncio.timeout(10):
        await viewer.wake.wait()
    thread.join()
    assert due(viewer, noon)["markers"][0]["heard_at"] == "2026-03-02T12:00:05Z"


async def test_frames_come_at_most_four_times_a_second(hub, viewer, pump, floor, observe, monkeypatch):
    ticks: list[int] = []
    pauses: list[float] = []

    async def tick():
        ticks.append(len(pauses))

    async def sleep(seconds):
        pauses.append(seconds)
        hub._ticked.set()
        if len(ticks) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(hub, "tick", tick)
    monkeypatch.setattr("assets.live.hub.asyncio.sleep", sleep)
    hub._ticked.set()
    with pytest.raises(asyncio.CancelledError):
        await hub._make_frames()

    assert len(ticks) == 4
    assert sum(pauses[:8]) == pytest.approx(1.0)


async def test_without_viewers_nothing_is_kept(hub, pump, observe):
    await record([observe(pump, 10)])

    assert hub._inbox == []


async def test_newly_tagged_equipment_appears_by_itself(hub, viewer, pump, floor, make_pump, observe, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)

    newcomer = await sync_to_async(make_pump)("P-2")
    await record([observe(newcomer, 10, position=Position("main-1", 8, 8, 1))])
    await hub.tick()

    assert [m["tag"] for m in due(viewer, noon)["markers"]] == ["P-2"]


async def test_equipment_of_another_site_on_this_floor_is_not_shown(
    hub, viewer, pump, floor, make_pump, other_site, observe, noon
):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)

    guest = await sync_to_async(make_pump)("G-1", site=other_site)
    await record([observe(guest, 10, position=Position("main-1", 8, 8, 1))])
    await hub.tick()

    assert due(viewer, noon) is None


async def test_the_regular_refresh_finds_what_bypassed_the_recorder(hub, viewer, pump, floor, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)

    pump.retired_at = noon
    await pump.asave()
    await hub.refresh()

    assert due(viewer, noon)["gone"] == [pump.pk]


async def test_a_floor_that_nobody_looks_at_any_more_is_forgotten(hub, viewer, floor):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    viewer.unwatch_floor("main-1")
    await hub.refresh()

    assert hub._floors == {}


async def test_a_floor_that_cannot_be_read_is_read_again_next_time(hub, viewer, floor, monkeypatch, noon):
    with monkeypatch.context() as broken:
        broken.setattr("assets.live.loading.read_floor", _fail)
        with pytest.raises(RuntimeError):
            await hub.watch_floor(viewer, floor.pk, "main-1")

    await hub.watch_floor(viewer, floor.pk, "main-1")

    assert due(viewer, noon)["full"] is True


def _fail(floor_id):
    raise RuntimeError("database away")


async def test_a_beat_tells_that_the_line_is_alive(hub, viewer, monkeypatch, noon):
    pauses = iter([None])

    async def sleep(seconds):
        if next(pauses, "over") == "over":
            raise asyncio.CancelledError

    monkeypatch.setattr("assets.live.hub.asyncio.sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await hub._keep_beating()

    assert due(viewer, noon)["type"] == "beat"
