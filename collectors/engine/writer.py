"""The one thread that writes what was polled: in batches, in order; to the spool if the database is away."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection

from assets.observation import Observation
from collectors.engine.health import Health
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.engine.spool import Spool

log = logging.getLogger(__name__)

Record = Callable[[Sequence[Observation]], object]
SaveHealth = Callable[[Mapping[int, Health]], None]

LINGER_S = 0.1
"""How long a batch waits for company: part of the delay from device to screen."""
MAX_BATCH = 2000
QUEUE_LENGTH = 2000
RETRY_S = 1.0
_DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Item:
    """What one poll brought."""

    observations: Sequence[Observation]
    health: Mapping[int, Health] = field(default_factory=dict)


class Writer:
    """Hands batches to ``record`` and ``save_health``, which block on the database.

    Observations that the database cannot take now go to ``spool`` and are recorded, before newer ones, when
    it is back. One that can never be recorded is dropped, logged and counted in :attr:`rejected`.
    """

    def __init__(
        self,
        record: Record,
        save_health: SaveHealth,
        spool: Spool,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record, self._save_health, self._spool, self._clock = record, save_health, spool, clock
        self._queue: queue.Queue[Item | None] = queue.Queue(QUEUE_LENGTH)
        self._thread = threading.Thread(target=self._run, name="collector-writer", daemon=True)
        self._healths: dict[int, Health] = {}
        self._try_again_at = 0.0
        self._is_away = False
        self.rejected = 0

    def start(self) -> None:
        self._thread.start()

    async def submit(self, item: Item) -> None:
        """Hand over; waits while the queue is full, so that polling slows down, not memory grows."""
        while True:
            try:
                return self._queue.put_nowait(item)
            except queue.Full:
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Write everything that was handed over, and end."""
        await asyncio.to_thread(self._queue.put, None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        running = True
        while running:
            items, running = self._gather()
            try:
                self.write(items)
            except Exception:
                # This thread is all that stands between polling and losing data: it must outlive one batch.
                log.exception("A batch of %d polls could not be written and is lost", len(items))
        connection.close()

    def _gather(self) -> tuple[list[Item], bool]:
        """The next batch, which may be empty, and whether to go on after it."""
        items: list[Item] = []
        wait = RETRY_S
        deadline = None
        size = 0
        while size < MAX_BATCH:
            try:
                item = self._queue.get(timeout=wait)
            except queue.Empty:
                break
            if item is None:
                return items, False
            items.append(item)
            size += len(item.observations) + 1
            deadline = deadline or time.monotonic() + LINGER_S
            wait = max(deadline - time.monotonic(), 0.001)
        return items, True

    def write(self, items: Sequence[Item]) -> None:
        """Record a batch, or spool it, after what was spooled before. For the writer's thread."""
        observations = [observation for item in items for observation in item.observations]
        for item in items:
            self._healths.update(item.health)
        if not (self._replay() and self._try_record(observations)) and observations:
            self._spool.append(encode_observations(observations))
        self._write_healths()

    def _replay(self) -> bool:
        """Record what waits in the spool, oldest first; whether nothing is left."""
        while not self._spool.is_empty and self._clock() >= self._try_again_at:
            for record in self._spool.oldest():
                try:
                    observations = decode_observations(record)
                except ValueError:
                    log.exception("A record of the spool cannot be understood and is dropped")
                    self.rejected += 1
                    continue
                if not self._try_record(observations):
                    return False
            self._spool.forget_oldest()
        return self._spool.is_empty

    def _try_record(self, observations: Sequence[Observation]) -> bool:
        """Whether the database has them now; what it can never take does not count."""
        if not observations:
            return True
        try:
            self._record(observations)
        except _DATABASE_AWAY as error:
            self._note_away(error)
            return False
        except Exception:  # noqa: BLE001  told apart, and logged, one by one
            return self._record_one_by_one(observations)
        self._note_back()
        return True

    def _record_one_by_one(self, observations: Sequence[Observation]) -> bool:
        """One observation that cannot be recorded must not take the others with it."""
        for observation in observations:
            try:
                self._record([observation])
            except _DATABASE_AWAY as error:
                self._note_away(error)
                return False
            except Exception:
                self.rejected += 1
                log.exception("An observation from %s cannot be recorded and is dropped", observation.source)
        return True

    def _write_healths(self) -> None:
        if not self._healths or self._clock() < self._try_again_at:
            return
        try:
            self._save_health(self._healths)
        except _DATABASE_AWAY as error:
            self._note_away(error)
        except Exception:
            # Health is told anew with the next poll; the observations beside it matter more.
            log.exception("The health of %d endpoints could not be written", len(self._healths))
            self._healths = {}
        else:
            self._healths = {}

    def _note_away(self, error: Exception) -> None:
        connection.close()
        self._try_again_at = self._clock() + RETRY_S
        if not self._is_away:
            self._is_away = True
            log.error(
                "The database does not take observations; they are spooled to disk meanwhile: %s", error
            )

    def _note_back(self) -> None:
        if self._is_away:
            self._is_away = False
            losses = self._spool.losses
            log.warning(
                "The database takes observations again (spool files torn: %d, given up: %d)",
                losses.torn, losses.dropped,
            )  # fmt: skip
