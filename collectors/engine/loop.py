"""The collector: asks every endpoint in its turn, all day, and hands what comes to the writer.

Plain asyncio on one loop. The database is asked in a thread of its own, and written in another; no poll
under way ever waits for either, except where the writer's queue is full.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.text import slugify

from assets.observation import Observation
from assets.record import record_observations
from assets.words import Quality
from collectors.decode import decode_poll
from collectors.drivers.registry import make_drivers
from collectors.engine.asker import Asker
from collectors.engine.database_thread import DatabaseThread
from collectors.engine.group_turns import EVERYTHING, GroupTurns
from collectors.engine.health import Health, Turn, Verdict, load_health, save_health, verdict_on
from collectors.engine.lanes import Lanes
from collectors.engine.manual_polls import finish_poll, report_of, take_waiting
from collectors.engine.roster import Assignment, Roster
from collectors.engine.schedule import Schedule
from collectors.engine.spool import Spool
from collectors.engine.spool_folders import sole_collector
from collectors.engine.writer import Item, Record, Writer
from collectors.requests import Driver, RawPoll

log = logging.getLogger(__name__)

REFRESH_S = 1.5
"""How often the endpoints are read anew, so that a change is taken up within about two seconds."""
LOOK_FOR_MANUAL_S = 0.5
LONGEST_SLEEP_S = 1.0
FINISH_TRIES = 10
STOP_WITHIN_S = 10.0


class Engine:
    """Runs until :meth:`stop`; then ends what is under way, and writes all of it.

    ``record`` takes a list of observations and blocks on the database. The rest may be replaced by tests.
    """

    def __init__(
        self,
        record: Record = record_observations,
        *,
        roster: Roster | None = None,
        drivers: Mapping[str, Driver] | None = None,
        writer: Writer | None = None,
        database: DatabaseThread | None = None,
        schedule: Schedule | None = None,
        lanes: Lanes | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._roster = roster or Roster()
        self._drivers = make_drivers() if drivers is None else drivers
        self._writer = writer or Writer(record, save_health, Spool(spool_folder()))
        self._database = database or DatabaseThread()
        self._schedule = schedule or Schedule()
        self._now = now
        self._lanes = lanes
        self._assignments: dict[int, Assignment] = {}
        self._healths: dict[int, Health] = {}
        self._group_turns = GroupTurns()
        self._partly: set[int] = set()
        self._unread: set[str] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end. Call it on the loop."""
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
                group.create_task(self._keep_schedule())
        finally:
            await self._end()

    async def refresh(self) -> None:
        """Take up what the database says now."""
        fresh = await self._database.run(self._roster.load)
        new = [pk for pk in fresh if pk not in self._assignments]
        stored = await self._database.run(load_health, new) if new else {}
        for pk in self._assignments.keys() - fresh.keys():
            self._schedule.drop(pk)
            self._healths.pop(pk, None)
            self._group_turns.drop(pk)
        for pk, assignment in fresh.items():
            if assignment is not self._assignments.get(pk):
                self._healths.setdefault(pk, stored.get(pk, Health()))
                self._group_turns.drop(pk)
                self._schedule.put(pk, assignment.interval_s, self._loop.time())
        self._assignments = fresh
        self._wake.set()

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

    async def _keep_schedule(self) -> None:
        while not self._stopping.is_set():
            for pk in self._schedule.take_due(self._loop.time()):
                self._begin(self._poll_in_turn(pk))
            self._wake.clear()
            next_at = self._schedule.next_at()
            sleep = LONGEST_SLEEP_S if next_at is None else min(next_at - self._loop.time(), LONGEST_SLEEP_S)
            await self._pause(self._wake, sleep)

    @staticmethod
    async def _pause(event: asyncio.Event, seconds: float) -> None:
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await event.wait()
            except TimeoutError:
                pass

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("A poll ended in an error of the collector itself", exc_info=error)

    async def _poll_in_turn(self, pk: Any) -> None:
        assignment = self._assignments.get(pk)
        health = self._healths.get(pk)
        if assignment is None or health is None:
            return  # dropped since
        groups = self._due_groups(assignment)
        try:
            raw, verdict = await self._asker.ask(
                assignment, is_failing=health.failures_in_a_row > 0, groups=groups
            )
            observations = self._note(assignment, health, raw, verdict, groups)
        finally:
            due_at = self._schedule.give_back(pk, self._loop.time(), failures=health.failures_in_a_row)
            self._wake.set()
        if due_at is not None:
            health.next_poll_at = self._now() + timedelta(seconds=due_at - self._loop.time())
        await self._writer.submit(Item(observations, {pk: health.copy()}))

    def _due_groups(self, assignment: Assignment) -> frozenset[str] | None:
        if assignment.profile is None:
            return EVERYTHING
        return self._group_turns.due(
            assignment.endpoint_id, assignment.profile, self._loop.time(), interval_s=assignment.interval_s
        )

    def _note(
        self,
        assignment: Assignment,
        health: Health,
        raw: RawPoll,
        verdict: Verdict,
        groups: frozenset[str] | None = EVERYTHING,
    ) -> list[Observation]:
        """Decode, count, and say it in the log when an endpoint goes bad or recovers."""
        observations, verdict = self._decode(assignment, health, raw, verdict, groups)
        if verdict.is_good and assignment.profile is not None:
            self._group_turns.note(assignment.endpoint_id, assignment.profile, groups, self._loop.time())
        where = (assignment.name, f"{assignment.host}:{assignment.port}", assignment.profile_name)
        failing_since = health.failing_since
        match health.note(verdict, raw):
            case Turn.WENT_BAD:
                log.warning("%s (%s, profile %s) went bad: %s", *where, verdict.detail)
            case Turn.RECOVERED:
                log.warning("%s (%s, profile %s) recovered; it was bad since %s", *where, failing_since)
        self._note_values(assignment, where, observations)
        return observations

    def _note_values(
        self, assignment: Assignment, where: tuple[str, str, str], observations: Sequence[Observation]
    ) -> None:
        """Say it in the log when single values of a device that answers go bad, and when all are well again."""
        own = next((each for each in observations if each.subject == assignment.subject), None)
        if own is None or own.quality is not Quality.GOOD:
            return
        if own.detail and assignment.endpoint_id not in self._partly:
            self._partly.add(assignment.endpoint_id)
            log.warning("%s (%s, profile %s) answers, but not all can be believed: %s", *where, own.detail)
        elif not own.detail and assignment.endpoint_id in self._partly:
            self._partly.discard(assignment.endpoint_id)
            log.warning("%s (%s, profile %s): all its values can be believed again", *where)

    def _decode(
        self,
        assignment: Assignment,
        health: Health,
        raw: RawPoll,
        verdict: Verdict,
        groups: frozenset[str] | None,
    ) -> tuple[list[Observation], Verdict]:
        if assignment.profile is None or not raw.answers:
            return [], verdict
        source, subject = assignment.source, assignment.subject
        try:
            observations = decode_poll(
                assignment.profile,
                raw,
                source=source,
                subject=subject,
                received_at=self._now(),
                groups=groups,
            )
        except Exception as error:
            # A fault in how one profile is decoded must not end the polling of everything else.
            if health.failing_since is None:
                log.exception("What %s answered cannot be decoded", assignment.name)
            return [], Verdict(Quality.MALFORMED, f"Decoding failed ({type(error).__name__}); see the log.")
        return observations, verdict_on(verdict, observations)

    async def _take_manual_polls(self) -> None:
        assignments = self._assignments
        for poll_id, pk in await self._database.run(take_waiting, assignments, self._now()):
            self._begin(self._poll_by_hand(poll_id, assignments[pk]))

    async def _poll_by_hand(self, poll_id: UUID, assignment: Assignment) -> None:
        health = self._healths.setdefault(assignment.endpoint_id, Health())
        raw, verdict = await self._asker.ask(assignment, is_failing=False)
        observations = self._note(assignment, health, raw, verdict)
        if verdict.is_good:
            self._schedule.hasten(assignment.endpoint_id, self._loop.time())
        await self._writer.submit(Item(observations, {assignment.endpoint_id: health.copy()}))
        report = report_of(assignment, raw, verdict)
        for _ in range(FINISH_TRIES):
            try:
                await self._database.run(finish_poll, poll_id=poll_id, report=report, now=self._now())
            except DatabaseError:
                await self._pause(self._stopping, LOOK_FOR_MANUAL_S)
            else:
                return
        log.warning("The report of a poll of %s by hand could not be stored", assignment.name)

    async def _end(self) -> None:
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for driver in set(self._drivers.values()):
            await driver.close()
        await self._writer.stop()
        await self._database.close()


def spool_folder(segments: Sequence[str] | None = None) -> Path:
    """Where the collector of these segments (default: of all) keeps what the database cannot take."""
    name = "-".join(slugify(segment) for segment in sorted(segments)) if segments else "all"
    return Path(settings.STATE_DIR) / "spool" / name


async def run_engine(stop: asyncio.Event | None = None, *, segments: Sequence[str] | None = None) -> None:
    """Collect until ``stop`` is set or the task is cancelled; everything polled is written before it ends.

    Raises :class:`collectors.engine.spool_folders.CollectorRunningError` while another process here polls the same
    segments.
    """
    folder = spool_folder(segments)
    with sole_collector(folder):
        writer = Writer(record_observations, save_health, Spool(folder))
        engine = Engine(roster=Roster(segments), writer=writer)
        waiting = asyncio.create_task(_stop_when(stop, engine)) if stop else None
        try:
            await engine.run()
        finally:
            if waiting:
                waiting.cancel()


async def _stop_when(stop: asyncio.Event, engine: Engine) -> None:
    await stop.wait()
    engine.stop()
