"""All ways in of a process: one receiver for each source that is switched on, and one writer for them all."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from django.db import Error as DatabaseError
from django.utils import timezone

from assets.record import record_observations
from collectors.distribution.folders import own_folder
from collectors.engine.database_thread import DatabaseThread
from collectors.engine.health_store import save_health
from collectors.engine.spool import Spool
from collectors.engine.writer import Writer
from collectors.receivers.doorway import Doorway
from collectors.receivers.kinds import RECEIVERS
from collectors.receivers.receiver import Receiver, Spec
from collectors.receivers.specs import Problem, read_specs
from collectors.receivers.tally import Tally, save_tally

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it is looked whether a source was changed, and told how each does."""
AGAIN_S = 5.0
"""After how long a receiver that ended is started again."""


class _Serving:
    """One source at work."""

    def __init__(self, spec: Spec, task: asyncio.Task[None], tally: Tally) -> None:
        self.spec, self.task, self.tally = spec, task, tally


class Receivers:
    """Serves these kinds of ways in from :meth:`start` to :meth:`stop`, on a loop in a thread of its own.

    ``on_failure`` is called, from that thread, should it ever end by itself.
    """

    def __init__(
        self,
        kinds: Collection[str] | None = None,
        *,
        on_failure: Callable[[BaseException], None] = lambda _error: None,
        receivers: dict[str, type[Receiver]] | None = None,
    ) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._receivers = RECEIVERS if receivers is None else receivers
        self._kinds = frozenset(self._receivers if kinds is None else kinds)
        self._on_failure = on_failure
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="receivers", daemon=True)
        self._serving: dict[int, _Serving] = {}
        self._told_problems: dict[int, str] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hear nobody any more, write what was taken, and end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with own_folder(self.holder) as (folder, _dead):
                self._loop.run_until_complete(self._serve(folder))
        except BaseException as error:
            log.critical("Receiving ended: %s", error, exc_info=error)
            self._on_failure(error)
        finally:
            self._loop.close()

    async def _serve(self, folder: Path) -> None:
        self._writer = Writer(record_observations, save_health, Spool(folder))
        self._database = DatabaseThread()
        self._writer.start()
        try:
            while not self._stop.is_set():
                await self._look()
                await self._tell()
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._stop.wait()
                except TimeoutError:
                    pass
        finally:
            await self._end([*self._serving])
            await self._writer.stop()
            await self._database.close()

    # --- which there are

    async def _look(self) -> None:
        """Start, end and start anew, as the database says; while that is away, all goes on."""
        try:
            found = await self._database.run(read_specs, self._kinds)
        except DatabaseError:
            return
        specs = {each.source_id: each for each in found if isinstance(each, Spec)}
        await self._end([pk for pk, each in self._serving.items() if specs.get(pk) != each.spec])
        for pk, spec in specs.items():
            self._told_problems.pop(pk, None)
            if pk not in self._serving:
                self._begin(spec)
        for problem in found:
            if isinstance(problem, Problem):
                await self._tell_problem(problem)

    def _begin(self, spec: Spec) -> None:
        tally = Tally(timezone.now)
        doorway = Doorway(spec.networks, spec.messages_per_s, spec.max_message_bytes, clock=time.monotonic)
        receiver = self._receivers[spec.kind](
            spec,
            keep=self._writer.keep,
            tally=tally,
            doorway=doorway,
            database=self._database,
            now=timezone.now,
        )
        task = asyncio.create_task(self._keep_running(receiver, spec, tally))
        self._serving[spec.source_id] = _Serving(spec, task, tally)

    async def _keep_running(self, receiver: Receiver, spec: Spec, tally: Tally) -> None:
        while True:
            try:
                await receiver.run()
                words = "It ended by itself."
            except OSError as error:
                words = f"It cannot be opened: {error.strerror or error}."
            except Exception as error:
                # One way in must never end the others; what went wrong stands on its page and in the log.
                log.exception("The way in %s ended in an error", spec.name)
                words = f"It ended in an error: {type(error).__name__}."
            if words != tally.detail:
                log.error("%s: %s", spec.name, words)
            tally.trouble(words)
            await asyncio.sleep(AGAIN_S)

    async def _end(self, source_ids: Sequence[int]) -> None:
        ending = [self._serving.pop(pk) for pk in source_ids]
        for each in ending:
            each.task.cancel()
        await asyncio.gather(*(each.task for each in ending), return_exceptions=True)
        for each in ending:
            each.tally.close()
            await self._tell_of(each)

    # --- how they do

    async def _tell(self) -> None:
        for each in list(self._serving.values()):
            await self._tell_of(each)

    async def _tell_of(self, each: _Serving) -> None:
        counts = each.tally.take()
        try:
            await self._database.run(
                save_tally,
                source_id=each.spec.source_id,
                holder=self.holder,
                now=timezone.now(),
                facts=each.tally.facts(),
                counts=counts,
            )
        except DatabaseError:  # away, or the source was deleted meanwhile
            each.tally.give_back(counts)

    async def _tell_problem(self, problem: Problem) -> None:
        if self._told_problems.get(problem.source_id) == problem.words:
            return
        self._told_problems[problem.source_id] = problem.words
        tally = Tally(timezone.now)
        tally.trouble(problem.words)
        log.error("A way in cannot be served: %s", problem.words)
        try:
            await self._database.run(
                save_tally,
                source_id=problem.source_id,
                holder=self.holder,
                now=timezone.now(),
                facts=tally.facts(),
                counts=tally.take(),
            )
        except DatabaseError:
            self._told_problems.pop(problem.source_id)
