"""The one thread that writes what was polled: in batches, in order; to the spool if the database is away."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

from assets.observation import Observation
from collectors.engine.health import Health
from collectors.engine.observation_codec import decode_observations, encode_observations
from collectors.engine.patience import PatientThread
from collectors.engine.spool import Spool, SpoolState

log = logging.getLogger(__name__)

Record = Callable[[Sequence[Observation]], object]
SaveHealth = Callable[[Mapping[int, Health]], None]

LINGER_S = 0.1
"""How long a batch waits for company: part of the delay from device to screen."""
MAX_BATCH = 1000
"""Observations in one transaction: more are hardly cheaper each, and keep others waiting for the rows."""
HEALTHS_AT_ONCE = 2000
QUEUE_LENGTH = 4000
RETRY_S = 1.0
REPLAY_S = 0.25
"""How long the spool is emptied at a stretch; what is polled meanwhile is spooled behind it, and polling goes on."""
ROUNDS_AT_END = 12
"""Of emptying the spool: three seconds in all."""
GARBAGE = (25_000, 5, 10)
"""Thresholds of the garbage collector. A batch makes tens of thousands of objects which all end with it; looking
through them every 700, as is usual, takes a fifth of the time in which they are recorded. The other two say how much
of what holds itself together may gather meanwhile."""
_IMPOSSIBLE = (DataError, IntegrityError)
"""What the database says of data that it can never take. All else that it says is about itself, and passes."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one poll, or one message, brought.

    ``kept`` is told, on the writer's thread, once that is recorded or on disk (True), or that it is neither (False).
    Whoever names it waits for it, so that nothing else is waited for.
    """

    observations: Sequence[Observation]
    health: Mapping[int, Health] = field(default_factory=dict)
    kept: Callable[[bool], object] | None = None


@dataclass(frozen=True, slots=True)
class WriterState:
    """``lag_s`` is how long the last recorded batch took from its first poll to the commit; counts since the start."""

    queue_length: int
    lag_s: float | None
    recorded: int
    rejected: int
    is_database_away: bool
    spool: SpoolState


class Writer:
    """Hands batches to ``record`` and ``save_health``, which block on the database.

    Observations that the database cannot take now go to ``spool`` and are recorded, before newer ones, when
    it is back; so does a batch that it takes too long about, or of which nobody knows whether it was committed. One
    that can never be recorded is dropped, logged and counted in :attr:`rejected`.
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
        self._queue: deque[tuple[float, Item]] = deque()
        self._has_some, self._has_many = threading.Event(), threading.Event()
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="collector-writer", daemon=True)
        self._database = PatientThread()
        self._left_over: deque[Path] = deque()
        self._healths: dict[int, Health] = {}
        self._try_again_at = 0.0
        self._is_away = False
        self._first_at: float | None = None
        self._lag_s: float | None = None
        self._handed_over = self._settled = 0
        self.recorded = 0
        self.rejected = 0

    def start(self) -> None:
        self._thread.start()

    @property
    def state(self) -> WriterState:
        """From any thread."""
        return WriterState(
            len(self._queue), self._lag_s, self.recorded, self.rejected, self._is_away, self._spool.state
        )

    async def submit(self, item: Item) -> None:
        """Hand over; waits while the queue is full, so that polling slows down, not memory grows."""
        while len(self._queue) >= QUEUE_LENGTH:  # noqa: ASYNC110  the writer's thread has no loop to set an event of
            await asyncio.sleep(0.02)
        self._handed_over += 1
        self._queue.append((time.monotonic(), item))
        if not self._has_some.is_set():
            self._has_some.set()
        if len(self._queue) >= MAX_BATCH or item.kept is not None:
            self._has_many.set()

    async def keep(self, observations: Sequence[Observation]) -> bool:
        """Hand over, and wait until it is recorded or on disk; False if it is neither, so that it must come again."""
        loop = asyncio.get_running_loop()
        verdict: asyncio.Future[bool] = loop.create_future()

        def tell(is_kept: bool) -> None:  # noqa: FBT001  a callback's only word
            if not verdict.done():  # who waited may have given up
                verdict.set_result(is_kept)

        await self.submit(Item(observations, kept=lambda kept: loop.call_soon_threadsafe(tell, kept)))
        return await verdict

    async def settle(self) -> None:
        """Wait until all that was handed over up to now is recorded, or waits in the spool."""
        until = self._handed_over
        while self._settled < until:  # noqa: ASYNC110  the writer's thread has no loop to set an event of
            await asyncio.sleep(0.02)

    def take_up(self, folder: Path) -> None:
        """Record what a collector that is gone left in its spool's folder: see ``left_over_spools``."""
        self._left_over.append(folder)
        self._has_some.set()

    async def stop(self) -> None:
        """Write everything that was handed over, and end."""
        self._is_stopping = True
        self._has_some.set()
        self._has_many.set()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        usual = gc.get_threshold()
        gc.set_threshold(*GARBAGE)
        try:
            self._write_until_stopped()
        finally:
            gc.set_threshold(*usual)
            self._database.end()

    def _write_until_stopped(self) -> None:
        while True:
            is_last = self._is_stopping
            items = self._gather()
            is_kept = False
            try:
                is_kept = self.write(items)
            except Exception:
                # This thread is all that stands between polling and losing data: it must outlive one batch.
                log.exception("A batch of %d polls could not be written and is lost", len(items))
            self._settled += len(items)
            for item in items:
                if item.kept is not None:
                    item.kept(is_kept)
            if is_last and not self._queue:
                self._empty_spool()
                return

    def _empty_spool(self) -> None:
        """Before the end, once more: a database that has just come back is not to wait for the next collector."""
        self._try_again_at = 0.0
        for _ in range(ROUNDS_AT_END):
            try:
                if self._replay() or self._clock() < self._try_again_at:
                    return
            except Exception:
                # At the end of a process nothing may keep it from ending; the spool is safe on disk.
                log.exception("What waits on disk stays there for the next collector")
                return

    def _gather(self) -> list[Item]:
        """The next batch, which may be empty."""
        if not (self._is_stopping or self._is_replaying()) and self._has_some.wait(RETRY_S):
            self._has_many.wait(LINGER_S)
        self._has_some.clear()
        self._has_many.clear()
        items: list[Item] = []
        size = 0
        self._first_at = self._queue[0][0] if self._queue else None
        while self._queue and size < MAX_BATCH:
            item = self._queue.popleft()[1]
            items.append(item)
            size += len(item.observations) or 1
        if self._queue:
            self._has_some.set()
        if len(self._queue) >= MAX_BATCH:
            self._has_many.set()
        return items

    def write(self, items: Sequence[Item]) -> bool:
        """Record a batch, or spool it, after what was spooled before; whether it survives the end of this process.

        For the writer's thread.
        """
        observations = [observation for item in items for observation in item.observations]
        for item in items:
            self._healths.update(item.health)
        while self._left_over:
            self._take_up(self._left_over.popleft())
        if self._replay():
            left = self._try_record(observations)
            if observations and not left:
                self._note_lag()
        else:
            left = observations
        is_kept = True
        if left:
            self._spool.append(encode_observations(left), len(left))
            is_kept = not self._spool.state.held
        self._write_healths()
        return is_kept

    def _take_up(self, folder: Path) -> None:
        try:
            count = self._spool.take_up(folder)
        except OSError:
            log.exception("What a collector left in %s cannot be taken up", folder)
        else:
            if count:
                log.warning("Taking up %d records that a collector left in %s", count, folder)

    def _is_replaying(self) -> bool:
        """Whether there is work without anything new."""
        return not self._spool.is_empty and not self._is_away

    def _replay(self) -> bool:
        """Record what waits in the spool, oldest first, for a while; whether nothing is left."""
        if self._spool.is_empty:
            return True
        self._spool.settle()
        until = self._clock() + REPLAY_S
        while self._try_again_at <= self._clock() <= until:
            # Many at once: else a database that takes long to commit would never catch up.
            records = self._spool.oldest_together(MAX_BATCH)
            observations = [each for record in records for each in self._decode(record)]
            if not records or self._try_record(observations, key=tuple(records)):
                break
            for _ in records:
                self._spool.forget_oldest()
        return self._spool.is_empty

    def _decode(self, record: bytes) -> list[Observation]:
        try:
            return decode_observations(record)
        except ValueError:
            log.exception("A record of the spool cannot be understood and is dropped")
            self.rejected += 1
            return []

    def _try_record(
        self, observations: Sequence[Observation], *, key: Hashable = None
    ) -> Sequence[Observation]:
        """Record, and return what the database does not have now but may have later.

        One that it can never have must not take the others with it: a batch that holds such is halved until that one
        is alone. ``key`` names what is spooled already, and so can wait for a database that is slow.
        """
        if not observations:
            return ()
        if self._clock() < self._try_again_at:
            return observations
        try:
            self._database.run(self._record, observations, key=key)
        except _IMPOSSIBLE as error:
            return self._try_halves(observations, error)
        except (DatabaseError, InterfaceError) as error:
            self._note_away(error)
            return observations
        except Exception as error:  # noqa: BLE001  told apart, and logged, one by one
            return self._try_halves(observations, error)
        self.recorded += len(observations)
        self._note_back()
        return ()

    def _try_halves(self, observations: Sequence[Observation], error: Exception) -> Sequence[Observation]:
        if len(observations) == 1:
            self.rejected += 1
            log.error(
                "An observation from %s cannot be recorded and is dropped",
                observations[0].source,
                exc_info=error,
            )
            return ()
        middle = len(observations) // 2
        return [
            *self._try_record(observations[:middle]),
            *self._try_record(observations[middle:]),
        ]

    def _write_healths(self) -> None:
        """Who waits longest first, and no more than a database that works takes in a moment: one that was slow once
        would else be given ever more to do, and be taken for one that hangs."""
        while self._healths and self._clock() >= self._try_again_at:
            some = dict(itertools.islice(self._healths.items(), HEALTHS_AT_ONCE))
            try:
                self._database.run(self._save_health, some)
            except _IMPOSSIBLE as error:
                self._give_up_healths(some, error)
            except (DatabaseError, InterfaceError) as error:
                self._note_away(error)
                return
            except Exception as error:  # noqa: BLE001  logged there
                self._give_up_healths(some, error)
            self._healths = {pk: health for pk, health in self._healths.items() if pk not in some}
            if not self._is_stopping:
                return

    @staticmethod
    def _give_up_healths(healths: Mapping[int, Health], error: Exception) -> None:
        """Health is told anew with the next poll; the observations beside it matter more."""
        log.error("The health of %d endpoints could not be written", len(healths), exc_info=error)

    def _note_lag(self) -> None:
        if self._first_at is not None:
            self._lag_s = time.monotonic() - self._first_at

    def _note_away(self, error: Exception) -> None:
        self._try_again_at = self._clock() + RETRY_S
        if not self._is_away:
            self._is_away = True
            log.error(
                "The database does not take observations; they are spooled to disk meanwhile: %s", error
            )

    def _note_back(self) -> None:
        if self._is_away:
            self._is_away = False
            state = self._spool.state
            log.warning(
                "The database takes observations again (records that wait: %d, torn: %d; observations given up: %d)",
                state.records, state.torn, state.dropped_observations,
            )  # fmt: skip
