"""The hub: one per process and event loop. Changes come in from any thread, at most four frames a second per floor go
out, each serialised once however many people look at it."""

from __future__ import annotations

import asyncio
import itertools
import threading
import weakref
from collections.abc import Iterable, Sequence

from django.utils import timezone

from assets.live import loading, redis_feed, rights
from assets.live.events import FRAMES_PER_SECOND, Change, asset_notice, beat
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


class Hub:
    """Everything but :meth:`offer` and :meth:`question` runs on its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._inbox: list[Change] = []
        self._questioned: set[int] = set()
        self._numbers = itertools.count(1)
        self._floors: dict[str, FloorView] = {}
        self._viewers: set[Viewer] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._ticked = asyncio.Event()
        self._doubted = asyncio.Event()

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
            self._questioned.update(user_ids)
        self._call(self._hold)

    def _call(self, function: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function)  # type: ignore[arg-type]
        except RuntimeError:  # the loop is closed, and with it every socket
            return

    # --- Viewers --------------------------------------------------------------------------------------------

    def join(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.add(viewer)
        if not self._tasks:
            runners = [
                self._make_frames(),
                self._keep_beating(),
                self._keep_checking(),
                self._answer_doubts(),
            ]
            if redis_feed.is_used():
                runners.append(redis_feed.listen(self))
            self._tasks = [self._loop.create_task(runner) for runner in runners]

    def leave(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.discard(viewer)
            is_deserted = not self._viewers
        if is_deserted:
            for task in self._tasks:
                task.cancel()
            self._tasks = []
            self._floors.clear()
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
            view.load(await loading.in_thread(loading.read_floor, floor_id))
        except BaseException:
            del self._floors[slug]
            raise
        view.make_frame(next(self._numbers), timezone.now(), is_watched=False)
        self._wake(view)

    # --- Frames ---------------------------------------------------------------------------------------------

    async def _make_frames(self) -> None:
        while True:
            await self._ticked.wait()
            await asyncio.sleep(GATHER_S)
            self._ticked.clear()
            await self.tick()
            await asyncio.sleep(TICK_S - GATHER_S)

    async def tick(self) -> None:
        """Bring everything that came in to the floors, and a frame from each floor that changed."""
        with self._lock:
            changes, self._inbox = self._inbox, []
        latest = {change.id: change for change in changes}
        for view in list(self._floors.values()):
            await self._learn(view, [change for change in latest.values() if view.lacks(change)])
            for change in latest.values():
                view.take(change)
        self._publish()
        self._notify(latest)

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
                viewer.wake.set()

    async def _learn(self, view: FloorView, strangers: list[Change]) -> None:
        if strangers:
            ids = [change.id for change in strangers]
            identities = await loading.in_thread(loading.read_identities, ids, view.floor_id)
            view.learn(identities, await loading.in_thread(loading.read_zone_names, view.floor_id))

    def _wake(self, view: FloorView) -> None:
        for viewer in self._viewers:
            if view.slug in viewer.floors:
                viewer.wake.set()

    async def refresh(self) -> None:
        """Read every watched floor anew, and forget those that nobody watches."""
        watched = {slug for viewer in self._viewers for slug in viewer.floors}
        self._floors = {slug: view for slug, view in self._floors.items() if slug in watched}
        for view in list(self._floors.values()):
            view.load(await loading.in_thread(loading.read_floor, view.floor_id))
        self._publish()

    # --- Clockwork ------------------------------------------------------------------------------------------

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            message = beat(at=timezone.now())
            for viewer in self._viewers:
                viewer.beat = message
                viewer.wake.set()

    async def _keep_checking(self) -> None:
        for turn in itertools.count(1):
            await asyncio.sleep(RECHECK_S)
            await self.check_rights(list(self._viewers))
            if turn % REFRESH_EVERY == 0:
                await self.refresh()

    def _hold(self) -> None:
        for viewer in self._viewers:
            if viewer.user_id in self._questioned:
                viewer.is_held = True
        self._doubted.set()

    async def _answer_doubts(self) -> None:
        while True:
            await self._doubted.wait()
            self._doubted.clear()
            with self._lock:
                questioned, self._questioned = self._questioned, set()
            await self.check_rights([viewer for viewer in self._viewers if viewer.user_id in questioned])

    async def check_rights(self, viewers: Sequence[Viewer]) -> None:
        """Look up the rights of each anew; close those that have lost any, let the others go on."""
        claims = [_claim(viewer) for viewer in viewers]
        for viewer, code in zip(viewers, await loading.in_thread(rights.refusals, claims), strict=True):
            if code is not None:
                viewer.is_held = True
                await viewer.close(code)
            elif viewer.is_held and viewer.user_id not in self._questioned:
                viewer.is_held = False
                viewer.wake.set()


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


def all_hubs() -> list[Hub]:
    with _hubs_lock:
        return list(_hubs.values())
