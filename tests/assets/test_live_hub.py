"""The hub between threads: changes from anywhere, four frames a second at the most, nothing kept for nobody."""

from __future__ import annotations

import asyncio
import json
import threading
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from assets.live.events import Change
from assets.live.hub import Hub, all_hubs, current_hub
from assets.live.loading import read_floor
from assets.live.viewers import Viewer
from assets.models import AssetNow
from assets.observation import Evidence, Position
from assets.record import record_observations
from locations.models import Zone

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


async def test_who_looks_at_a_floor_is_told_that_its_plan_changed_and_reads_its_names_anew(
    hub, viewer, pump, floor, make_zone, noon
):
    zone = await sync_to_async(make_zone)("Bay 1")
    await hub.watch_floor(viewer, floor.pk, "main-1")
    viewer.acknowledge(due(viewer, noon)["frame"])
    await Zone.objects.filter(pk=zone.pk).aupdate(name="Bay 1 a")
    await AssetNow.objects.aupdate(zone=zone)

    hub.change_plan(floor.pk)
    hub.change_plan(floor.pk + 1)
    await asyncio.sleep(0)
    notice = due(viewer, noon)
    await hub.refresh()

    assert (notice["type"], notice["floor"]) == ("plan", "main-1")
    assert [marker["zone"] for marker in due(viewer, noon)["markers"]] == ["Bay 1 a"]


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
        await hub._for_ever(hub._make_frames)

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
    async def sleep(seconds):
        assert seconds == 10.0

    monkeypatch.setattr("assets.live.hub.asyncio.sleep", sleep)
    await hub._beat()

    assert due(viewer, noon)["type"] == "beat"


# --- Order --------------------------------------------------------------------------------------------------


def change_of(pump, revision, floor_id, **said) -> Change:
    where = {"floor": floor_id, "zone": None, "x": 5.0, "y": 5.0}
    nothing = dict.fromkeys(
        ("since", "position_at", "error_m", "confidence", "battery", "heard_at", "stale_at")
    )
    return Change(
        id=pump.pk, rev=revision, **({"activity": "available", "basis": "presumed"} | where | nothing | said)
    )


async def test_threads_that_hand_in_late_do_not_turn_back_the_clock(hub, viewer, pump, floor, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)

    hub.offer([change_of(pump, 8, floor.pk, activity="in_use")])
    hub.offer([change_of(pump, 7, floor.pk, activity="available")])
    await hub.tick()

    assert [(m["rev"], m["activity"]) for m in due(viewer, noon)["markers"]] == [(8, "in_use")]


async def test_what_has_left_the_floor_does_not_come_back_with_a_late_word(hub, viewer, pump, floor, noon):
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)

    hub.offer([change_of(pump, 8, floor.pk + 1)])
    await hub.tick()
    hub.offer([change_of(pump, 7, floor.pk)])
    await hub.tick()

    assert due(viewer, noon)["gone"] == [pump.pk]
    assert due(viewer, noon) is None


async def test_who_comes_in_while_the_floor_is_read_is_on_it(
    hub, viewer, pump, floor, make_pump, monkeypatch, noon
):
    newcomer = await sync_to_async(make_pump)("P-2")
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)
    as_it_was = await sync_to_async(read_floor)(floor.pk)
    is_reading, may_finish = threading.Event(), threading.Event()

    def read_slowly(floor_id):
        is_reading.set()
        may_finish.wait(10)
        return as_it_was

    monkeypatch.setattr("assets.live.loading.read_floor", read_slowly)
    refreshing = asyncio.create_task(hub.refresh())
    await asyncio.to_thread(is_reading.wait, 10)
    hub.offer([change_of(newcomer, 1, floor.pk)])
    await hub.tick()
    may_finish.set()
    await refreshing

    assert [m["tag"] for m in due(viewer, noon)["markers"]] == ["P-2"]


# --- When the database is away ------------------------------------------------------------------------------


@pytest.fixture
def soon(monkeypatch):
    """Without the waits of the clockwork."""
    monkeypatch.setattr("assets.live.hub.RETRY_S", 0.001)
    monkeypatch.setattr("assets.live.hub.RECHECK_S", 0.001)


async def test_frames_go_on_with_nothing_lost_when_the_database_is_back(
    hub, viewer, pump, floor, make_pump, soon, monkeypatch, noon
):
    newcomer = await sync_to_async(make_pump)("P-2")
    monkeypatch.setattr("assets.live.rights.refusals", lambda claims: [None for _ in claims])
    await hub.watch_floor(viewer, floor.pk, "main-1")
    due(viewer, noon)
    tries = fail_first(monkeypatch, "assets.live.loading.read_identities", times=3)

    viewer.wake.clear()
    hub.offer([change_of(newcomer, 1, floor.pk)])
    async with asyncio.timeout(10):
        await viewer.wake.wait()

    assert [m["tag"] for m in due(viewer, noon)["markers"]] == ["P-2"]
    assert len(tries) == 4


async def test_a_failing_step_is_told_once_and_its_recovery_once(hub, soon, caplog):
    outcomes = iter([OperationalError("away"), OperationalError("away"), None, None, KeyError("a fault")])

    async def step():
        outcome = next(outcomes, asyncio.CancelledError())
        if outcome is not None:
            raise outcome

    with pytest.raises(asyncio.CancelledError):
        await hub._for_ever(step)

    assert [(record.message, record.exc_info is None) for record in caplog.records] == [
        ("The live channel is held up: away", True),
        ("The live channel goes on", True),
        ("The live channel is held up: 'a fault'", False),
    ]


async def test_rights_are_looked_up_again_when_the_database_is_back(hub, soon, monkeypatch):
    codes: list[int] = []
    viewer = Viewer("no such session", 1, _noting(codes))
    tries = fail_first(monkeypatch, "assets.live.rights.refusals", times=2)
    hub.join(viewer)
    async with asyncio.timeout(10):
        while not codes:  # noqa: ASYNC110 the clockwork tells nobody but the viewer
            await asyncio.sleep(0.001)
    hub.leave(viewer)

    assert codes[0] == 4401
    assert len(tries) >= 3


async def test_an_answer_from_before_the_latest_question_releases_nobody(hub, viewer, monkeypatch):
    def refusals(claims):
        hub._loop.call_soon_threadsafe(hub._hold, frozenset({viewer.user_id}))
        return [None]

    viewer.is_held = True
    monkeypatch.setattr("assets.live.rights.refusals", refusals)
    monkeypatch.setattr(hub, "_answer_doubts", None)
    await hub.check_rights([viewer])

    assert viewer.is_held is True


async def test_who_waits_for_a_floor_that_cannot_be_read_is_asked_to_come_again(
    hub, viewer, floor, monkeypatch
):
    codes: list[int] = []
    another = Viewer("session", 2, _noting(codes))
    hub.join(another)

    def read_floor(floor_id):
        another.watch_floor(hub._floors["main-1"])
        raise OperationalError("database away")

    monkeypatch.setattr("assets.live.loading.read_floor", read_floor)
    with pytest.raises(OperationalError):
        await hub.watch_floor(viewer, floor.pk, "main-1")
    hub.leave(another)

    assert codes == [1013]


def _noting(codes):
    async def close(code):
        codes.append(code)

    return close


def fail_first(monkeypatch, name, *, times):
    """Let the function of that name fail a few times; returns the list of tries."""
    module, _, attribute = name.rpartition(".")
    function = getattr(import_module(module), attribute)
    tries = []

    def sometimes(*arguments):
        tries.append(arguments)
        if len(tries) <= times:
            raise OperationalError("database away")
        return function(*arguments)

    monkeypatch.setattr(name, sometimes)
    return tries
