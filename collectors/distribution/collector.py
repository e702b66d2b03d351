"""A collector in this process: one engine and one post on a loop of their own, and a worker that brings messages."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone

from assets.record import record_observations
from collectors.discovery.discoverer import Discoverer
from collectors.distribution.attendance import Outlook, sign_off_dead
from collectors.distribution.celery_worker import CeleryWorker
from collectors.distribution.folders import own_folder, spool_root
from collectors.distribution.leases import Offer
from collectors.distribution.post import Post
from collectors.distribution.queues import publish
from collectors.engine.database_thread import DatabaseThread
from collectors.engine.figures import figures_of
from collectors.engine.health_store import save_health
from collectors.engine.loop import Engine
from collectors.engine.spool import Spool
from collectors.engine.spool_folders import left_over_spools
from collectors.engine.writer import Writer

log = logging.getLogger(__name__)

NOT_NOW_S = 0.3

try:
    uvloop: Any = importlib.import_module("uvloop")
except ImportError:  # not made for every platform
    uvloop = asyncio


class Collector:
    """Polls its share of these segments (names; none for all) from :meth:`start` to :meth:`stop`.

    ``more_queues``: of other tasks, for a process that is to do them too. ``on_failure`` is called, from another
    thread, should the collector ever end by itself.
    """

    def __init__(
        self,
        segments: Sequence[str] = (),
        *,
        more_queues: Iterable[str] = (),
        on_failure: Callable[[BaseException], None] = lambda _error: None,
    ) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._segments = segments
        self._on_failure = on_failure
        self._worker = CeleryWorker(more_queues)
        self._loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="collector", daemon=True)
        self._served: frozenset[int] = frozenset()
        self.post: Post | None = None

    def start(self) -> None:
        global _here  # tasks find the collector of their process by it
        _here = self
        self._thread.start()
        self._worker.start()

    def stop(self) -> None:
        """Write everything that was polled, give up all chunks, and end."""
        self._worker.refuse()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._worker.stop()

    def serve(self, offer: Offer, passed: int) -> bool:
        """What :meth:`Post.serve` says, for a thread that may wait for minutes."""
        if self.post is None or self._loop.is_closed():
            time.sleep(NOT_NOW_S)
            return False
        return asyncio.run_coroutine_threadsafe(self.post.serve(offer, passed), self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with own_folder(self.holder) as (folder, dead):
                self._loop.run_until_complete(self._collect(folder, dead))
        except BaseException as error:
            log.critical("Collecting ended: %s", error, exc_info=error)
            self._on_failure(error)
        finally:
            self._loop.run_until_complete(_cancel_the_rest())
            self._loop.close()

    async def _collect(self, folder: Path, dead: Sequence[str]) -> None:
        writer = Writer(record_observations, save_health, Spool(folder))
        engine = Engine(writer)
        self.post = post = Post(
            engine,
            publish,
            holder=self.holder,
            started_at=timezone.now(),
            segments=self._segments,
            on_outlook=self._take_outlook,
            figures=lambda: figures_of(writer.state, engine.refused),
        )
        engine.after_gap = post.verify
        running = asyncio.create_task(engine.run())
        for left in left_over_spools(spool_root()):
            writer.take_up(left)
        await _succeed(dead)
        attending = asyncio.create_task(post.run())
        searches = DatabaseThread()
        discoverer = Discoverer(segments=self._segments_served, database=searches, now=timezone.now)
        discovering = asyncio.create_task(discoverer.run())
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({running, attending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        discovering.cancel()
        await asyncio.gather(discovering, return_exceptions=True)
        await searches.close()
        await post.stop()
        engine.stop()
        await asyncio.gather(running, attending)

    def _take_outlook(self, outlook: Outlook) -> None:
        self._served = outlook.segments
        self._worker.serve(outlook.segments)

    def _segments_served(self) -> frozenset[int]:
        return self._served


async def _succeed(dead: Sequence[str]) -> None:
    """Who had a folder on this machine and lives no more needs its chunks no longer; nobody has to wait."""
    database = DatabaseThread()
    try:
        for holder in dead:
            await database.run(sign_off_dead, holder=holder)
    except DatabaseError as error:
        log.info("Chunks of collectors that are gone wait for the end of their leases: %s", error)
    finally:
        await database.close()


async def _cancel_the_rest() -> None:
    """Messages that came too late: their threads wait for an answer."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


_here: Collector | None = None


def serve_here(offer: Offer, passed: int = 0) -> bool:
    """Have this process's collector serve the offer; False: put it back into its queue."""
    if _here is None:
        log.error("A chunk was offered to a process that does not collect; start it by manage.py collect")
        return True
    try:
        return _here.serve(offer, passed)
    except (concurrent.futures.CancelledError, RuntimeError):
        return False  # the collector ends
