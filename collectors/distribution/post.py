"""A worker's post: takes chunks that it is offered, keeps its leases, and hands on what others should have.

All of it runs on the engine's loop; the database is asked in a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from django.db import Error as DatabaseError

from collectors.distribution import leases
from collectors.distribution.attendance import Outlook, attend, may_take, sign_off
from collectors.distribution.fairness import surplus
from collectors.distribution.hand_out import hand_out
from collectors.distribution.leases import LEASE, RENEW_EVERY_S, Offer
from collectors.engine.database_thread import DatabaseThread

log = logging.getLogger(__name__)

TERM_S = (300.0, 500.0)
"""After how long a message is replaced by its successor: well before any broker gives up waiting for its end."""
CLOCK_SILENT_S = 3.0
"""When nobody handed out chunks for so long, the workers do."""
TRY_AGAIN_S = 1.0
PASS_ON_AFTER_S = 0.3
PASSED_AT_MOST = 20
VERIFY_WITHIN_S = 3.0


class Poller(Protocol):
    """What the post needs of the engine."""

    async def take_up(self, chunk_id: int) -> None: ...

    async def rest(self, chunk_id: int) -> None: ...

    def go_on(self, chunk_id: int) -> None: ...

    def forget(self, chunk_id: int) -> None: ...


Publish = Callable[[Offer, int], None]
"""Puts an offer into its segment's queue, with how often it was passed on; blocks, and raises if it cannot."""


@dataclass(slots=True, eq=False)
class _Holding:
    """A chunk that is ours, under the latest generation that was put into the queue."""

    offer: Offer
    anchor: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the message that waits for this holding may be acknowledged."""
    is_leaving: bool = False


class Post:
    """``segments``: names of those that it serves; none for all. ``on_outlook`` is told how things stand.

    ``figures`` says how the process does, in columns of ``CollectorState``.
    """

    def __init__(
        self,
        engine: Poller,
        publish: Publish,
        *,
        holder: str,
        started_at: datetime,
        segments: Sequence[str] = (),
        on_outlook: Callable[[Outlook], None] = lambda _outlook: None,
        figures: Callable[[], Mapping[str, Any]] = dict,
        database: DatabaseThread | None = None,
        mail: DatabaseThread | None = None,
    ) -> None:
        self._engine, self._publish, self._holder = engine, publish, holder
        self._started_at, self._segments, self._on_outlook = started_at, segments, on_outlook
        self._figures = figures
        self._database, self._mail = database or DatabaseThread(), mail or DatabaseThread()
        self._holdings: dict[int, _Holding] = {}
        self._claims, self._in_line = asyncio.Lock(), asyncio.Lock()
        self._attending = asyncio.Lock()
        self._renewed_at = -1e9
        self._is_away = False
        self._stopping = asyncio.Event()
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def chunk_ids(self) -> list[int]:
        return list(self._holdings)

    # --- messages

    async def serve(self, offer: Offer, passed: int = 0) -> bool:
        """Take the chunk, and stay with it until the message may be acknowledged; False: put it back."""
        if self._stopping.is_set():
            await asyncio.sleep(PASS_ON_AFTER_S)
            return False
        try:
            holding = self._holdings.get(offer.chunk_id)
            if holding is None:
                # A hundred offers stand in a line of their own, so that keeping the leases waits for one claim at most.
                async with self._in_line, self._claims:
                    holding = await self._claim(offer, passed)
        except DatabaseError as error:
            log.info("Chunk %d cannot be claimed now: %s", offer.chunk_id, error)
            await asyncio.sleep(TRY_AGAIN_S)
            return False
        if holding is _FOR_OTHERS:
            return await self._pass_on(offer, passed)
        if holding is not None and holding.offer == offer:
            await self._stay(holding)
        return True

    async def _claim(self, offer: Offer, passed: int, *, is_asked: bool = True) -> _Holding | None:
        """None if the message is void."""
        verdict = await self._database.run(may_take, offer, me=self._holder, is_asked=is_asked)
        if verdict.is_void or (verdict.is_held and passed >= PASSED_AT_MOST):
            return None
        if verdict.is_held or not (verdict.is_fair or passed >= PASSED_AT_MOST):
            return _FOR_OTHERS
        if offer.chunk_id in self._holdings or self._stopping.is_set():
            return None
        if not await self._database.run(leases.claim, offer, holder=self._holder):
            return None
        return await self._take_up(offer)

    async def _take_up(self, offer: Offer) -> _Holding:
        holding = self._holdings[offer.chunk_id] = _Holding(offer)
        await self._engine.take_up(offer.chunk_id)
        return holding

    async def _pass_on(self, offer: Offer, passed: int) -> bool:
        """Somebody else is to have it: back into the queue with it, in a moment."""
        await asyncio.sleep(PASS_ON_AFTER_S)
        return await self._send(offer, passed + 1)

    async def _send(self, offer: Offer, passed: int = 0) -> bool:
        try:
            await self._mail.run(self._publish, offer, passed)
        except Exception as error:  # noqa: BLE001  each broker has errors of its own, and all mean the same
            log.info("The broker does not take chunk %d: %s", offer.chunk_id, error)
            return False
        return True

    async def _stay(self, holding: _Holding) -> None:
        """Until the holding ends, or at the end of its term a new message takes over from this one."""
        holding.anchor.set()  # should another message wait for the same, this one takes over
        anchor = holding.anchor = asyncio.Event()
        limit = random.uniform(*TERM_S)  # noqa: S311  spreads the ends of terms
        while True:
            try:
                async with asyncio.timeout(limit):
                    await anchor.wait()
            except TimeoutError:
                limit = TRY_AGAIN_S
                if not await self._renew_message(holding):
                    continue
            return

    async def _renew_message(self, holding: _Holding) -> bool:
        """Whether a successor waits in the queue; polling goes on all the while."""
        if holding.is_leaving:
            return False
        following = replace(holding.offer, generation=holding.offer.generation + 1)
        try:
            advanced = await self._database.run(leases.advance, holding.offer, holder=self._holder)
        except DatabaseError:
            return False
        if not advanced:
            return False  # lost; the next attendance says so
        holding.offer = following
        return await self._send(following)

    # --- attendance

    async def run(self) -> None:
        """Keep all leases until :meth:`stop`."""
        while not self._stopping.is_set():
            await self.attend()
            wait = TRY_AGAIN_S if self._is_away else RENEW_EVERY_S * random.uniform(0.9, 1.1)  # noqa: S311
            try:
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
            except TimeoutError:
                pass

    async def attend(self) -> None:
        """Renew the leases, give up what was lost, and see to an even spread."""
        async with self._attending:
            began = asyncio.get_running_loop().time()
            async with self._claims:  # so that a claim is not taken for something that nobody asked for
                held_before = dict(self._holdings)
                try:
                    outlook = await self._database.run(
                        attend,
                        holder=self._holder,
                        started_at=self._started_at,
                        segments=self._segments,
                        figures=self._figures(),
                    )
                except DatabaseError as error:
                    self._note_away(error)
                    return
            self._note_back()
            self._renewed_at = began
            self._give_up_lost(held_before, outlook)
            self._on_outlook(outlook)
            if self._stopping.is_set():
                return
            if outlook.clock_is_silent(CLOCK_SILENT_S):
                self._run_errand(self._hand_out())
            for offer in outlook.mislaid:
                self._run_errand(self._serve_unasked(offer))
            for chunk_id in surplus(me=self._holder, pieces=outlook.pieces, workers=outlook.workers):
                self._run_errand(self._hand_on(chunk_id))

    async def verify(self) -> None:
        """Before polling goes on after a standstill: who did not renew for a whole lease may hold nothing any more."""
        stood_for = asyncio.get_running_loop().time() - self._renewed_at
        if stood_for > LEASE.total_seconds() and not self._is_away:
            try:
                async with asyncio.timeout(VERIFY_WITHIN_S):
                    await self.attend()
            except TimeoutError:
                log.warning("The database does not say whether the chunks are still ours; polling goes on")

    def _give_up_lost(self, held_before: dict[int, _Holding], outlook: Outlook) -> None:
        for chunk_id, holding in held_before.items():
            if chunk_id not in outlook.held and self._holdings.get(chunk_id) is holding:
                if not holding.is_leaving:
                    log.warning("Chunk %d is somebody else's or gone; it is polled here no longer", chunk_id)
                self._end(holding)
        strays = [chunk_id for chunk_id in outlook.held if chunk_id not in self._holdings]
        if strays:
            # Claimed, but the database's answer did not reach us.
            self._run_errand(self._give_back(strays))

    def _end(self, holding: _Holding) -> None:
        self._holdings.pop(holding.offer.chunk_id, None)
        self._engine.forget(holding.offer.chunk_id)
        holding.anchor.set()

    def _note_away(self, error: DatabaseError) -> None:
        if not self._is_away:
            log.warning("Leases cannot be renewed; polling goes on: %s", error)
        self._is_away = True

    def _note_back(self) -> None:
        if self._is_away:
            log.warning("Leases are renewed again")
        self._is_away = False

    # --- handing on

    def _run_errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)
        task.add_done_callback(self._errand_ended)

    def _errand_ended(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("An errand of the collector ended in an error", exc_info=error)

    async def _hand_out(self) -> None:
        """The clock's work, while the clock is silent."""
        try:
            offers = await self._database.run(hand_out)
        except DatabaseError:
            return
        for offer in offers:
            if not await self._send(offer) and not self._stopping.is_set():
                self._run_errand(self._serve_unasked(offer))

    async def _serve_unasked(self, offer: Offer) -> None:
        """The offer reaches nobody through the broker: take it if it is ours to take."""
        try:
            async with self._in_line, self._claims:
                await self._claim(offer, 0, is_asked=False)
        except DatabaseError:
            return

    async def _hand_on(self, chunk_id: int) -> None:
        holding = self._holdings.get(chunk_id)
        if holding is None or holding.is_leaving:
            return
        holding.is_leaving = True
        await self._engine.rest(chunk_id)
        try:
            offers = await self._database.run(leases.release, chunk_ids=[chunk_id], holder=self._holder)
        except DatabaseError:
            holding.is_leaving = False
            self._engine.go_on(chunk_id)
            return
        if self._holdings.get(chunk_id) is holding:
            self._end(holding)  # before its message can come back to us
        await self._send_all(offers)

    async def _give_back(self, chunk_ids: Sequence[int]) -> None:
        try:
            offers = await self._database.run(leases.release, chunk_ids=chunk_ids, holder=self._holder)
        except DatabaseError:
            return
        await self._send_all(offers)

    async def _send_all(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            await self._send(offer)

    async def stop(self) -> None:
        """Take nothing more, let all that is under way be written, and give up every chunk."""
        self._stopping.set()
        async with self._claims:
            holdings = dict(self._holdings)
        await asyncio.gather(*(self._engine.rest(chunk_id) for chunk_id in holdings))
        try:
            offers = await self._database.run(sign_off, holder=self._holder, chunk_ids=list(holdings))
        except DatabaseError as error:
            log.warning("The chunks of this collector could not be given up: %s", error)
        else:
            await self._send_all(offers)
        for holding in list(self._holdings.values()):
            self._end(holding)
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._database.close()
        await self._mail.close()


_FOR_OTHERS = _Holding(Offer(0, 0, 0))
"""In place of a holding: others should have it."""
