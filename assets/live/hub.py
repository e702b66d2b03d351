"""The hub: one per process and event loop. Changes come in from any thread, at most four frames a second per floor go
out, each serialised once however many people look at it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from django.db import DatabaseError
from django.utils import timezone

from assets.live import loading, redis_feed, rights
from assets.live.events import FRAMES_PER_SECOND, Change, alerts_notice, asset_notice, beat, plan_notice
from assets.live.floors import FloorView
from assets.live.rights import Claim
from assets.live.viewers import Viewer

TICK_S = 1 / FRAMES_PER_SECOND
GATHER_S = 0.02
"""How long the first change waits for its companions."""
BEAT_S = 10.0
RECHECK_S = 15.0
REFRESH_EVERY = 4
"""Rechecks after which floors are read anew, so that nothing that bypassed the recorder stays wrong for long."""
RETRY_S = 1.0
ALERTS = 0
"""Among notices, which assets and floors have under their ids."""

logger = logging.getLogger(__name__)


class Hub:
    """Everything but :meth:`offer` and :meth:`question` runs on its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._inbox: list[Change] = []
        self._revisions: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._floors: dict[str, FloorView] = {}
        self._viewers: set[Viewer] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_deaf = False
        """Nothing is heard of what other processes record: floors are read again and again, and nothing beats."""
        self._failing: set[Callable[[], Awaitable[None]]] = set()
        self._turns = itertools.count(1)
        self._ticked = asyncio.Event()
        self._ticking = asyncio.Lock()
        self._doubted = asyncio.Event()
        self._behind = asyncio.Event()

    # --- From any thread ------------------------------------------------------------------------------------

    def offer(self, changes: Sequence[Change]) -> None:
        """Take in changes; without anybody looking, nothing is kept."""
        with self._lock:
            if not self._viewers:
                return
            self._inbox.extend(changes)
        self._call(self._ticked.set)

    def question(self, user_ids: Iterable[int]) -> None:
        """Somebody's rights may have changed: send them nothing more until they are looked up again."""
        with self._lock:
            if not self._viewers:
                return
        self._call(partial(self._hold, frozenset(user_ids)))

    def change_plan(self, floor_id: int) -> None:
        """The plan of a floor changed: its names are read anew, and whoever looks at it is told."""
        self._call(partial(self._tell_plan, floor_id))

    def change_alerts(self) -> None:
        """Something about alerts changed: whoever hears of them asks what."""
        self._call(self._tell_alerts)

    def _call(self, function: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:  # the loop is closed, and with it every socket
            return

    @property
    def viewer_count(self) -> int:
        return len(self._viewers)

    # --- Viewers --------------------------------------------------------------------------------------------

    def join(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.add(viewer)
        if not self._tasks:
            steps = [self._make_frames, self._beat, self._recheck, self._answer_doubts, self._catch_up]
            if redis_feed.is_used():
                steps.append(partial(redis_feed.listen, self))
            self._tasks = [self._loop.create_task(self._for_ever(step)) for step in steps]

    def leave(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.discard(viewer)
            is_deserted = not self._viewers
        if is_deserted:
            for task in self._tasks:
                task.cancel()
            self._tasks = []
            self._floors.clear()
            self._revisions.clear()
            self._failing.clear()
            with self._lock:
                self._inbox.clear()

    async def watch_floor(self, viewer: Viewer, floor_id: int, slug: str) -> None:
        """Show a floor to a viewer; who comes first waits until it is read."""
        view = self._floors.get(slug)
        if view is not None and view.floor_id == floor_id:
            viewer.watch_floor(view)
            return
        view = self._floors[slug] = FloorView(floor_id, slug, next(self._numbers))
        viewer.watch_floor(view)
        try:
            await self._load(view)
        except BaseException:
            await self._give_up(view, viewer)
            raise
        view.make_frame(next(self._numbers), timezone.now(), is_watched=False)
        self._wake(view)

    async def _give_up(self, view: FloorView, first: Viewer) -> None:
        """A floor that cannot be read: who else waits for it asks again."""
        if self._floors.get(view.slug) is view:
            del self._floors[view.slug]
        for viewer in list(self._viewers):
            if viewer is not first and viewer.floors.get(view.slug) is view:
                await viewer.close(rights.TRY_AGAIN)

    def fall_behind(self) -> None:
        """Changes may have been missed: every floor is read anew, as soon as that can be done."""
        self._behind.set()

    # --- Frames ---------------------------------------------------------------------------------------------

    async def _make_frames(self) -> None:
        await self._ticked.wait()
        await asyncio.sleep(GATHER_S)
        self._ticked.clear()
        begun = self._loop.time()
        await self.tick()
        await asyncio.sleep(max(0.0, begun + TICK_S - GATHER_S - self._loop.time()))

    async def tick(self) -> None:
        """Bring everything that came in to the floors, and a frame from each floor that changed.

        Whoever calls it while another is at it waits for that one too.
        """
        async with self._ticking:
            await self._tick()

    async def _tick(self) -> None:
        with self._lock:
            changes, self._inbox = self._inbox, []
        latest = self._newest(changes)
        try:
            for view in list(self._floors.values()):
                await self._bring(view, latest.values())
        except BaseException:
            with self._lock:
                self._inbox[:0] = latest.values()
            self._ticked.set()
            raise
        self._revisions |= {change.id: change.rev for change in latest.values()}
        self._publish()
        self._notify(latest)

    def _newest(self, changes: Iterable[Change]) -> dict[int, Change]:
        """By asset. Threads that record side by side may hand in their changes in another order than they commit."""
        newest: dict[int, Change] = {}
        for change in changes:
            before = newest.get(change.id)
            known = self._revisions.get(change.id, -1) if before is None else before.rev
            if change.rev > known:
                newest[change.id] = change
        return newest

    def _publish(self) -> None:
        now = timezone.now()
        watched = {slug for viewer in self._viewers for slug in viewer.floors}
        for view in self._floors.values():
            if view.make_frame(next(self._numbers), now, is_watched=view.slug in watched):
                self._wake(view)

    def _notify(self, latest: dict[int, Change]) -> None:
        now = timezone.now()
        for viewer in self._viewers:
            for asset_id in viewer.assets.keys() & latest.keys():
                notice = asset_notice(tag=viewer.assets[asset_id], revision=latest[asset_id].rev, at=now)
                viewer.notices[asset_id] = notice
                viewer.rouse()

    def _tell_alerts(self) -> None:
        now = timezone.now()
        for viewer in self._viewers:
            if viewer.hears_alerts:
                viewer.notices[ALERTS] = alerts_notice(at=now)
                viewer.rouse()

    def _tell_plan(self, floor_id: int) -> None:
        now = timezone.now()
        for viewer in self._viewers:
            for slug, view in viewer.floors.items():
                if view.floor_id == floor_id:
                    viewer.notices[-floor_id] = plan_notice(slug=slug, at=now)  # ids of assets are positive
                    viewer.rouse()
        self.fall_behind()

    async def _bring(self, view: FloorView, changes: Iterable[Change]) -> None:
        strangers = [change.id for change in changes if view.lacks(change)]
        if strangers:
            identities = await loading.in_thread(loading.read_identities, strangers, view.floor_id)
            view.learn(identities, await loading.in_thread(loading.read_zone_names, view.floor_id))
        for change in changes:
            view.take(change)

    async def _load(self, view: FloorView) -> None:
        """Read a floor anew. What changes meanwhile waits, for the reading may not have it yet."""
        async with view.reading:
            view.is_reading = True
            try:
                view.load(await loading.in_thread(loading.read_floor, view.floor_id))
            finally:
                view.is_reading = False
            await self._bring(view, view.take_waiting())

    def _wake(self, view: FloorView) -> None:
        for viewer in self._viewers:
            if view.slug in viewer.floors:
                viewer.rouse()

    async def refresh(self) -> None:
        """Read every watched floor anew, and forget those that nobody watches."""
        watched = {slug for viewer in self._viewers for slug in viewer.floors}
        self._floors = {slug: view for slug, view in self._floors.items() if slug in watched}
        for view in list(self._floors.values()):
            await self._load(view)
        self._publish()

    # --- Clockwork ------------------------------------------------------------------------------------------

    async def _for_ever(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step. What it fails of, such as a database that is away, is said once, and so is its recovery."""
        while True:
            try:
                await step()
            except Exception as failure:
                # Without the step, frames or the recheck of rights would end for everybody, and nobody would see it.
                if not self._failing:
                    fault = None if isinstance(failure, DatabaseError) else failure
                    logger.warning("The live channel is held up: %s", failure, exc_info=fault)
                self._failing.add(step)
                await asyncio.sleep(RETRY_S)
            else:
                if step in self._failing:
                    self._failing.discard(step)
                    if not self._failing:
                        logger.warning("The live channel goes on")

    async def _beat(self) -> None:
        await asyncio.sleep(BEAT_S)
        if self.is_deaf:
            return
        message = beat(at=timezone.now())
        for viewer in self._viewers:
            viewer.beat = message
            viewer.rouse()

    async def _recheck(self) -> None:
        await asyncio.sleep(RECHECK_S)
        if next(self._turns) % REFRESH_EVERY == 0:
            self.fall_behind()
        await self.check_rights(list(self._viewers))

    async def _catch_up(self) -> None:
        await self._behind.wait()
        await self.refresh()
        self._behind.clear()

    def _hold(self, user_ids: frozenset[int]) -> None:
        for viewer in self._viewers:
            if viewer.user_id in user_ids:
                viewer.is_held = True
                viewer.doubts += 1
        self._doubted.set()

    async def _answer_doubts(self) -> None:
        await self._doubted.wait()
        self._doubted.clear()
        try:
            await self.check_rights([viewer for viewer in self._viewers if viewer.is_held])
        except BaseException:
            self._doubted.set()
            raise

    async def check_rights(self, viewers: Sequence[Viewer]) -> None:
        """Look up the rights of each anew; close those that have lost any, let the others go on."""
        doubts = [viewer.doubts for viewer in viewers]
        codes = await loading.in_thread(rights.refusals, [_claim(viewer) for viewer in viewers])
        for viewer, doubt, code in zip(viewers, doubts, codes, strict=True):
            if code is not None:
                viewer.is_held = True
                await viewer.close(code)
            elif viewer.is_held and viewer.doubts == doubt:
                viewer.is_held = False
                viewer.rouse()


def _claim(viewer: Viewer) -> Claim:
    floors = frozenset(view.floor_id for view in viewer.floors.values())
    return Claim(viewer.session_key, viewer.user_id, floors, frozenset(viewer.assets))


_hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()
_hubs_lock = threading.Lock()


def current_hub() -> Hub:
    """The hub of the running loop, made at first use."""
    loop = asyncio.get_running_loop()
    with _hubs_lock:
        hub = _hubs.get(loop)
        if hub is None:
            hub = _hubs[loop] = Hub(loop)
        return hub


def viewers_here() -> int:
    """Browsers that look at live pages through this process."""
    return sum(each.viewer_count for each in all_hubs())


def all_hubs() -> list[Hub]:
    with _hubs_lock:
        return list(_hubs.values())
