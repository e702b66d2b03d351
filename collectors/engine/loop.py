"""The collector at work: asks every endpoint of its chunks in its turn, and hands what comes to the writer.

Plain asyncio on one loop. The database is asked in a thread of its own, and written in another; no poll
under way ever waits for either, except where the writer's queue is full.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError
from django.utils import timezone

from assets.observation import Evidence, Observation
from collectors.discovery.changes import note_swap
from collectors.drivers.registry import make_drivers, refused_by
from collectors.engine.asker import Asker
from collectors.engine.database_thread import DatabaseThread
from collectors.engine.findings import Findings, own_observation
from collectors.engine.group_turns import EVERYTHING, GroupTurns
from collectors.engine.health import Health
from collectors.engine.health_store import load_health
from collectors.engine.lanes import Lanes
from collectors.engine.manual_polls import finish_poll, report_of, take_waiting
from collectors.engine.roster import Assignment, Roster
from collectors.engine.schedule import MIN_INTERVAL_S, Schedule
from collectors.engine.trays import Trays
from collectors.engine.writer import Item, Writer
from collectors.requests import Driver

log = logging.getLogger(__name__)

REFRESH_S = 1.0
"""How often it is looked whether anything changed, so that a change is taken up within about two seconds."""
LOOK_FOR_MANUAL_S = 0.5
TELL_SWAPS_S = 1.0
ROUND_S = 0.005
LONGEST_SLEEP_S = 0.5
GAP_S = 5.0
"""Whoever did not run for so long, stopped or starved, may have lost its chunks meanwhile."""
FINISH_TRIES = 10
STOP_WITHIN_S = 10.0


class Engine:
    """Polls the chunks that it is given, until :meth:`stop`; then ends what is under way, and writes all of it.

    All is called on its loop. ``after_gap`` is waited for before anything is polled when the process stood still.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        roster: Roster | None = None,
        drivers: Mapping[str, Driver] | None = None,
        database: DatabaseThread | None = None,
        schedule: Schedule | None = None,
        lanes: Lanes | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._roster = roster or Roster()
        self._drivers = make_drivers() if drivers is None else drivers
        self._writer = writer
        self._database = database or DatabaseThread()
        self._schedule = schedule or Schedule(time.time() - time.monotonic())
        self._now = now
        self._lanes = lanes
        self._trays = Trays()
        self._healths: dict[int, Health] = {}
        self._group_turns = GroupTurns()
        self._findings = Findings(now)
        self._in_use: set[int] = set()
        self._unread: set[str] = set()
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self.after_gap: Callable[[], Awaitable[None]] | None = None

    @property
    def refused(self) -> Counter[str]:
        """Datagrams that no driver believed, by reason, since the start."""
        return refused_by(self._drivers.values())

    def stop(self) -> None:
        """Ask :meth:`run` to end."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Poll until stopped or cancelled; either way everything polled is written before this ends."""
        self._loop = asyncio.get_running_loop()
        self._asker = Asker(self._drivers, lanes=self._lanes or Lanes(), now=self._now, clock=self._loop.time)
        for driver in set(self._drivers.values()):
            await driver.open()
        self._writer.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._repeat(self.refresh, REFRESH_S))
                group.create_task(self._repeat(self._take_manual_polls, LOOK_FOR_MANUAL_S))
                group.create_task(self._repeat(self._tell_swaps, TELL_SWAPS_S))
                group.create_task(self._keep_schedule())
        finally:
            await self._end()

    # --- chunks

    async def take_up(self, chunk_id: int) -> None:
        """Poll this chunk from now on. If the database cannot be read now, as soon as it can.

        Nothing is asked at once: whoever had the chunk before may have asked just now, and not been able to say so.
        """
        self._trays.add(chunk_id)
        try:
            await self._read(chunk_id, after_s=MIN_INTERVAL_S)
        except DatabaseError as error:
            log.warning("Chunk %d cannot be read yet: %s", chunk_id, error)

    async def rest(self, chunk_id: int) -> None:
        """Ask nothing of this chunk any more; returns when all that was under way is written or spooled."""
        mine = self._trays.rest(chunk_id)
        for pk in mine:
            self._schedule.drop(pk)
        await self._await_end([task for task, pk in self._under_way.items() if pk in mine])
        await self._writer.settle()

    def go_on(self, chunk_id: int) -> None:
        """Poll again what rests."""
        for assignment in self._trays.wake(chunk_id):
            self._put(assignment)

    def forget(self, chunk_id: int) -> None:
        """Drop this chunk at once, with whatever is under way: it is somebody else's, or nobody's."""
        gone = self._trays.remove(chunk_id)
        for pk in gone:
            self._drop(pk)
        for task, pk in self._under_way.items():
            if pk in gone:
                task.cancel()
        self._roster.forget(chunk_id)

    async def refresh(self) -> None:
        """Take up what the database says now: read what changed, and hasten whom others heard of."""
        chunk_ids = self._trays.chunk_ids
        if not chunk_ids:
            return
        changes = await self._database.run(self._roster.look, chunk_ids, self._now())
        for chunk_id in changes.chunk_ids:
            await self._read(chunk_id)
        for pk in changes.hastened:
            self._schedule.hasten(pk, self._loop.time())
            self._wake.set()

    async def _read(self, chunk_id: int, *, after_s: float = 0.0) -> None:
        fresh = await self._database.run(self._roster.load, chunk_id, self._now())
        new = [pk for pk in fresh if pk not in self._healths]
        stored = await self._database.run(load_health, new) if new else {}
        change = self._trays.fill(chunk_id, fresh)
        for pk in change.gone:
            self._drop(pk)
        for assignment in change.fresh:
            pk = assignment.endpoint_id
            self._healths.setdefault(pk, stored.get(pk) or Health())
            self._group_turns.drop(pk)
            self._put(assignment, after_s=after_s)
        self._wake.set()

    def _put(self, assignment: Assignment, *, after_s: float = 0.0) -> None:
        now = self._loop.time()
        last = self._healths[assignment.endpoint_id].attempted_at
        last_at = float("-inf") if last is None else now - max((self._now() - last).total_seconds(), 0.0)
        self._schedule.put(
            assignment.endpoint_id, self._interval_of(assignment), now + after_s, last_at=last_at
        )

    def _drop(self, pk: int) -> None:
        self._schedule.drop(pk)
        self._healths.pop(pk, None)
        self._group_turns.drop(pk)
        self._findings.forget(pk)
        self._in_use.discard(pk)

    # --- polling

    async def _keep_schedule(self) -> None:
        last = self._loop.time()
        while not self._stopping.is_set():
            if self._loop.time() - last > GAP_S and self.after_gap:
                await self.after_gap()
            last = now = self._loop.time()
            for pk in self._schedule.take_due(now):
                self._begin(pk, self._poll_in_turn(pk))
            self._wake.clear()
            next_at = self._schedule.next_at()
            sleep = LONGEST_SLEEP_S if next_at is None else min(next_at - now, LONGEST_SLEEP_S)
            await self._pause(self._wake, max(sleep, ROUND_S))

    @staticmethod
    async def _pause(event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def _begin(self, pk: int, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way[task] = pk
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("A poll ended in an error of the collector itself", exc_info=error)

    async def _poll_in_turn(self, pk: int) -> None:
        assignment, health = self._trays.assignment(pk), self._healths.get(pk)
        if assignment is None or health is None:
            return  # dropped since
        try:
            observations = await self._poll(assignment, health, self._due_groups(assignment, health))
            due_at = self._schedule.next_of(pk, self._loop.time(), failures=health.failures_in_a_row)
            if due_at is not None:
                health.next_poll_at = self._now() + timedelta(seconds=due_at - self._loop.time())
            await self._writer.submit(Item(observations, {pk: health.copy()}))
        finally:
            self._schedule.give_back(pk, self._loop.time(), failures=health.failures_in_a_row)

    async def _poll(
        self, assignment: Assignment, health: Health, groups: frozenset[str] | None
    ) -> list[Observation]:
        raw, verdict = await self._asker.ask(
            assignment, is_failing=health.failures_in_a_row > 0, groups=groups
        )
        asked_at = self._loop.time() - raw.latency_ms / 1000
        self._schedule.note_asked(assignment.endpoint_id, asked_at)
        observations, verdict = self._findings.note(assignment, health, raw, verdict, groups)
        if verdict.is_good and assignment.profile is not None:
            self._group_turns.note(assignment.endpoint_id, assignment.profile, groups, self._loop.time())
        if assignment.interval_in_use_s is not None:
            self._keep_pace(assignment, observations)
        return observations

    def _keep_pace(self, assignment: Assignment, observations: list[Observation]) -> None:
        """A device may be asked at another interval while it says that it is in use."""
        own = own_observation(assignment, observations)
        if own is None:
            return
        pk, is_in_use = assignment.endpoint_id, own.activity is Evidence.IN_USE
        if is_in_use != (pk in self._in_use):
            (self._in_use.add if is_in_use else self._in_use.discard)(pk)
            if self._trays.is_polled(pk):
                self._schedule.put(pk, self._interval_of(assignment), self._loop.time())

    def _interval_of(self, assignment: Assignment) -> float:
        if assignment.endpoint_id in self._in_use and assignment.interval_in_use_s is not None:
            return assignment.interval_in_use_s
        return assignment.interval_s

    def _due_groups(self, assignment: Assignment, health: Health) -> frozenset[str] | None:
        """Of who comes back from silence everything: another device may have been put in its place."""
        if assignment.profile is None or health.failures_in_a_row:
            return EVERYTHING
        interval_s = self._interval_of(assignment)
        pk, now = assignment.endpoint_id, self._loop.time()
        return self._group_turns.due(pk, assignment.profile, now, interval_s=interval_s)

    async def _tell_swaps(self) -> None:
        """Propose to people what seems to have changed, and take back what is no longer so."""
        for swap in self._findings.swaps.take_news():
            try:
                await self._database.run(note_swap, swap, now=self._now())
            except DatabaseError:
                self._findings.swaps.give_back(swap)
                raise

    # --- polls by hand

    async def _take_manual_polls(self) -> None:
        mine = self._trays.endpoint_ids
        if not mine:
            return
        for poll_id, pk in await self._database.run(take_waiting, mine, self._now()):
            assignment = self._trays.assignment(pk)
            if assignment is not None:
                self._begin(pk, self._poll_by_hand(poll_id, assignment))

    async def _poll_by_hand(self, poll_id: UUID, assignment: Assignment) -> None:
        pk = assignment.endpoint_id
        health = self._healths.setdefault(pk, Health())
        raw, verdict = await self._asker.ask(assignment, is_failing=False)
        observations, verdict = self._findings.note(assignment, health, raw, verdict, EVERYTHING)
        if verdict.is_good:
            self._schedule.end_back_off(pk, self._loop.time())
            self._wake.set()
        await self._writer.submit(Item(observations, {pk: health.copy()}))
        report = report_of(assignment, raw, verdict)
        for _ in range(FINISH_TRIES):
            try:
                await self._database.run(finish_poll, poll_id=poll_id, report=report, now=self._now())
            except DatabaseError:
                await self._pause(self._stopping, LOOK_FOR_MANUAL_S)
            else:
                return
        log.warning("The report of a poll of %s by hand could not be stored", assignment.name)

    # --- the database, and the end

    async def _repeat(self, step: Callable[[], Coroutine[Any, Any, None]], every_s: float) -> None:
        """The database may be away for a while: polling goes on with what is known."""
        while not self._stopping.is_set():
            try:
                await step()
            except Exception as error:
                # Whatever keeps the endpoints from being read anew, those that are known are still polled.
                if not self._unread:
                    fault = None if isinstance(error, DatabaseError) else error
                    log.warning("The database cannot be read; polling goes on: %s", error, exc_info=fault)
                self._unread.add(step.__name__)
            else:
                self._note_read(step.__name__)
            await self._pause(self._stopping, every_s)

    def _note_read(self, step: str) -> None:
        if self._unread:
            self._unread.discard(step)
            if not self._unread:
                log.warning("The database can be read again")

    async def _end(self) -> None:
        await self._await_end(self._under_way)
        for driver in set(self._drivers.values()):
            await driver.close()
        await self._writer.stop()
        await self._database.close()

    @staticmethod
    async def _await_end(tasks: Iterable[asyncio.Task[None]]) -> None:
        """Let them end, but not for ever."""
        waiting = list(tasks)
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=STOP_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
