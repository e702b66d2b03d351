"""A collector's part in searching: takes what people ask for in its segments, one search at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import Error as DatabaseError

from collectors.discovery import runs
from collectors.discovery.meeting import Scout
from collectors.discovery.places import SearchRefused
from collectors.discovery.search import Progress, search
from collectors.drivers.registry import make_drivers
from collectors.engine.database_thread import DatabaseThread
from collectors.profiles.library import all_profiles

log = logging.getLogger(__name__)

LOOK_S = 2.0


class Discoverer:
    """``segments``: those that the collector serves, as it knows them now; None for all."""

    def __init__(
        self,
        *,
        segments: Callable[[], frozenset[int] | None],
        database: DatabaseThread,
        now: Callable[[], datetime],
    ) -> None:
        self._segments, self._database, self._now = segments, database, now

    async def run(self) -> None:
        """Until cancelled. Whatever a search ends in, the next is taken."""
        while True:
            try:
                taken = await self._database.run(
                    runs.take_discovery, segment_ids=self._segments(), now=self._now()
                )
                if taken is not None:
                    await self.carry_out(taken)
                    continue
            except DatabaseError:
                pass
            except Exception:
                # A search is a person's wish beside polling, which goes on in any case.
                log.exception("A search ended in an error")
            await asyncio.sleep(LOOK_S)

    async def carry_out(self, discovery_id: UUID) -> Progress | None:
        """One search from beginning to end; None if it cannot be done as it was asked for, which it then says."""
        try:
            task = await self._database.run(runs.task_of, discovery_id)
        except SearchRefused as refusal:
            await self._finish(discovery_id, str(refusal))
            return None

        async def tell(progress: Progress) -> bool:
            met, progress.met = progress.met, []
            return await self._database.run(
                runs.note_progress,
                discovery_id=discovery_id,
                asked=progress.asked,
                answered=progress.answered,
                met=met,
                now=self._now(),
            )

        drivers = make_drivers()
        for driver in set(drivers.values()):
            await driver.open()
        try:
            progress = await search(Scout(drivers, all_profiles(), task.keys), task.places, tell)
        finally:
            for driver in set(drivers.values()):
                await driver.close()
        early = progress.asked < len(task.places)
        await self._finish(discovery_id, "Stopped by a person." if early else _remark(progress))
        return progress

    async def _finish(self, discovery_id: UUID, detail: str) -> None:
        await self._database.run(
            runs.finish_discovery, discovery_id=discovery_id, now=self._now(), detail=detail
        )


def _remark(progress: Progress) -> str:
    if not progress.failed:
        return ""
    return f"{progress.failed} place{'' if progress.failed == 1 else 's'} could not be asked to the end."
