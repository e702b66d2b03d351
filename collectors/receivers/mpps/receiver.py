"""Performed procedure steps as evidence: a machine is in use from the begin of one to its end.

Each message is reduced to the few elements of :mod:`collectors.receivers.mpps.step` before anything else sees it.
It is answered with success once the procedure is noted and its evidence is recorded or on disk.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as TookTooLongError
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from pynetdicom import evt

from assets.observation import Evidence, Observation, ReadingValue, Subject, SubjectKind
from collectors.receivers.doorway import TOO_MANY, UNLISTED
from collectors.receivers.mpps.dataset import DatasetError, Elements, read_elements
from collectors.receivers.mpps.ledger import (
    BEGIN_AFTER,
    END_AFTER,
    Ended,
    Outcome,
    begin_procedure,
    change_procedure,
    zone_of,
)
from collectors.receivers.mpps.server import IMPLICIT, PERFORMED_STEP, open_server
from collectors.receivers.mpps.step import (
    FINAL,
    WANTED,
    ImpossibleError,
    MissingError,
    read_begun,
    read_changed,
)
from collectors.receivers.receipts import receipt_key
from collectors.receivers.receiver import Receiver

SUCCESS = 0x0000
IMPOSSIBLE, FAILED, DUPLICATE, UNKNOWN = 0x0106, 0x0110, 0x0111, 0x0112
NO_NAME, MISSING, TOO_MUCH = 0x0117, 0x0120, 0x0213
"""Statuses of PS3.7, annex C."""
ANSWER_WITHIN_S = 20.0

_REASONS = {
    IMPOSSIBLE: "an impossible value",
    FAILED: "could not be kept",
    DUPLICATE: "another procedure by the same name",
    UNKNOWN: "a procedure that nobody began",
    NO_NAME: "a procedure without a name",
    MISSING: "a required value is missing",
    TOO_MUCH: TOO_MANY,
}


class StepReceiver(Receiver):
    """``port`` is the one it listens on, once it does."""

    port = 0

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._zone = await self.database.run(zone_of, self.spec.source_id)
        server = open_server(
            self.spec.settings,
            refuse=self._refuse,
            max_message_bytes=self.spec.max_message_bytes,
            handlers={evt.EVT_N_CREATE: self._on_create, evt.EVT_N_SET: self._on_set},
        )
        thread = threading.Thread(
            target=server.serve_forever, name=f"mpps-{self.spec.source_id}", daemon=True
        )
        thread.start()
        self.port = server.server_address[1]
        self.tally.open()
        try:
            while True:
                self.tally.senders = len(server.active_associations)
                await asyncio.sleep(1.0)
        finally:
            await asyncio.shield(asyncio.to_thread(server.stop))

    # --- on pynetdicom's threads

    def _refuse(self, address: str) -> str:
        if self.doorway.is_listed(address):
            return ""
        self._loop.call_soon_threadsafe(self.tally.refused, UNLISTED)
        return UNLISTED

    def _on_create(self, event: evt.Event) -> tuple[int, None]:
        request: Any = event.request
        return self._answer(event, self._begin, request.AffectedSOPInstanceUID, request.AttributeList)

    def _on_set(self, event: evt.Event) -> tuple[int, None]:
        request: Any = event.request
        return self._answer(event, self._change, request.RequestedSOPInstanceUID, request.ModificationList)

    def _answer(self, event: evt.Event, take: Any, name: Any, content: Any) -> tuple[int, None]:
        octets = content.getvalue() if content is not None else b""
        is_explicit = event.context.transfer_syntax != IMPLICIT
        is_step = event.context.abstract_syntax == PERFORMED_STEP
        address = str(event.assoc.requestor.address)
        taking = self._take(
            take, str(name or "") if is_step else "", octets, address, is_explicit=is_explicit
        )
        return self._wait_for(taking), None

    def _wait_for(self, taking: Coroutine[Any, Any, int]) -> int:
        try:
            future = asyncio.run_coroutine_threadsafe(taking, self._loop)
        except RuntimeError:  # the loop has ended, and so has this way in
            taking.close()
            return FAILED
        try:
            return future.result(ANSWER_WITHIN_S)
        except TookTooLongError:
            future.cancel()
            return FAILED

    # --- on the loop

    async def _take(self, take: Any, name: str, octets: bytes, address: str, *, is_explicit: bool) -> int:
        if not self.doorway.is_within_rate(address):
            status: int = TOO_MUCH
        elif not name:
            status = NO_NAME
        else:
            status = await self._read(take, name, octets, is_explicit=is_explicit)
        if status != SUCCESS:
            self.tally.refused(_REASONS[status])
        return status

    async def _read(self, take: Any, name: str, octets: bytes, *, is_explicit: bool) -> int:
        try:
            elements = read_elements(octets, WANTED, is_explicit=is_explicit)
            self.tally.stripped(elements.dropped)
            return int(await take(receipt_key("mpps", name), elements))
        except MissingError:
            return MISSING
        except (DatasetError, ImpossibleError):
            return IMPOSSIBLE
        except DatabaseError:
            return FAILED

    async def _begin(self, key: str, elements: Elements) -> int:
        step = read_begun(elements, self._zone)
        outcome = await self.database.run(begin_procedure, source_id=self.spec.source_id, key=key, step=step)
        if outcome is Outcome.CLASHES:
            return DUPLICATE
        now = self.now()
        at = min(step.began_at or now, now) + BEGIN_AFTER
        return await self._keep(self._observation(step.station, at, now, Evidence.IN_USE), outcome)

    async def _change(self, key: str, elements: Elements) -> int:
        step, now = read_changed(elements, self._zone), self.now()
        ended: Ended = await self.database.run(
            change_procedure, source_id=self.spec.source_id, key=key, step=step, now=now, zone=self._zone
        )
        if ended.outcome is Outcome.UNKNOWN:
            return UNKNOWN
        if ended.outcome is Outcome.CLASHES:
            return FAILED
        if step.status not in FINAL or ended.at is None:
            self.tally.took(0)
            return SUCCESS
        evidence = None if ended.is_busy else Evidence.IDLE
        told = ReadingValue("exams_today", float(ended.exams_today))
        return await self._keep(
            self._observation(ended.station, ended.at + END_AFTER, now, evidence, told), ended.outcome
        )

    def _observation(
        self, station: str, at: datetime, now: datetime, evidence: Evidence | None, *readings: ReadingValue
    ) -> Observation:
        return Observation(
            Subject(SubjectKind.AE_TITLE, station),
            f"{self.spec.observed_by}/{station}",
            at,
            now,
            readings=readings,
            activity=evidence,
        )

    async def _keep(self, observation: Observation, outcome: Outcome) -> int:
        """A repeated one is kept again, as nobody knows how far it came; recording it twice changes nothing."""
        if not await self.keep([observation]):
            return FAILED
        if outcome is Outcome.REPEATED:
            self.tally.repeated()
        else:
            self.tally.took(1)
        return SUCCESS
