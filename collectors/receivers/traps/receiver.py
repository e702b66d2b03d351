"""SNMP traps and informs on one UDP socket.

The doorway stands before everything; then the codec says what may be believed; then a bounded queue, as the database
is slower than the network. An inform is acknowledged once its trap is noted. Whatever a trap says, it makes us ask
the device, and what the device answers then is what counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError

from collectors.models.traps import MOST_OID
from collectors.notices import hasten_endpoints
from collectors.receivers.receiver import Receiver
from collectors.receivers.settings import Listen
from collectors.receivers.traps.engine_file import engine_path, next_boot
from collectors.receivers.traps.hastening import Hastening
from collectors.receivers.traps.names import EVERY_S, MOST, Names, plain_address
from collectors.receivers.traps.notes import Note, named_hosts, note_traps
from collectors.receivers.traps.repeats import Repeats
from collectors.requests import Login
from collectors.snmp.exchange import RefusedError
from collectors.snmp.hearing import NOT_UNDERSTOOD, AnsweredError, Hearing, Told
from collectors.snmp.own_engine import OwnEngine
from collectors.snmp.transport import BUFFER_BYTES, Address

BUSY = "more at once than can be noted"
UNKNOWN_SENDER = "no endpoint at the sender's address"
NOT_NOTED = "came while the database was away"

MOST_WAITING = 2_000
AT_A_TIME = 500
_DATAGRAMS_AT_ONCE = 64
_LONGEST = 65_535
PAUSE_S = 1.0
"""Between tries while the database is away."""


class _Waiting(NamedTuple):
    """One that is believed, and waits to be noted."""

    told: Told
    sender: str
    answer_to: Address
    key: bytes
    at: datetime


class TrapReceiver(Receiver):
    """``port`` is the one it listens on, once it does."""

    port = 0

    async def run(self) -> None:
        opened = open_socket(self.spec.settings)
        try:
            await self._serve(opened, time.monotonic)
        finally:
            opened.close()

    async def _serve(self, opened: socket.socket, clock: Callable[[], float]) -> None:
        path = engine_path(self.spec.source_id)
        engine = OwnEngine(*await asyncio.to_thread(next_boot, path), clock)
        self._socket, self._clock = opened, clock
        secrets = [each for each in self.spec.secrets if not isinstance(each, Login)]
        self._hearing = Hearing(engine, secrets, clock)
        self._repeats, self._hastening, self._names = Repeats(clock), Hastening(), Names()
        self._waiting: deque[_Waiting] = deque()
        self._has_some = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(opened, self._read)
        self.port = opened.getsockname()[1]
        self.tally.open()
        looking_up = asyncio.create_task(self._keep_looking_up())
        try:
            while True:
                await self._wait()
                await self._work()
        finally:
            loop.remove_reader(opened)
            looking_up.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking_up

    # --- what comes

    def _read(self) -> None:
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                datagram, address = self._socket.recvfrom(_LONGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error about an answer of ours
            self._take(datagram, address)

    def _take(self, datagram: bytes, address: Address) -> None:
        sender = plain_address(address[0])
        if reason := self.doorway.why_not(sender, len(datagram)):
            self.tally.refused(reason)
            return
        try:
            told = self._hearing.hear(datagram)
        except RefusedError as refusal:
            self.tally.refused(refusal.reason)
            if isinstance(refusal, AnsweredError):
                self._send(refusal.answer, address)
            return
        if isinstance(told, bytes):
            self._send(told, address)
        elif len(told.what.oid) > MOST_OID:
            self.tally.refused(NOT_UNDERSTOOD)
        else:
            self._enqueue(told, sender, address)

    def _enqueue(self, told: Told, sender: str, address: Address) -> None:
        key = Repeats.key(sender, told.content)
        if self._repeats.has(key):
            self.tally.repeated()
            if self._repeats.is_done(key):
                self._send(told.answer, address)
            return
        if len(self._waiting) >= MOST_WAITING:
            self.tally.refused(BUSY)
            return
        self._repeats.add(key)
        self._waiting.append(_Waiting(told, sender, address, key, self.now()))
        self._has_some.set()

    def _send(self, answer: bytes, address: Address) -> None:
        # Should it be lost here, or on the way, the sender asks again.
        if answer:
            with contextlib.suppress(OSError):
                self._socket.sendto(answer, address)

    # --- what becomes of it

    async def _wait(self) -> None:
        """Until there is something to note, or somebody to hasten."""
        wait_s = self._hastening.next_at() - self._clock()
        self._has_some.clear()
        if self._waiting or wait_s <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if wait_s == math.inf else wait_s):
                await self._has_some.wait()

    async def _work(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_A_TIME))]
        try:
            if batch:
                self._settle(batch, await self._note(batch))
            if due := self._hastening.take_due(self._clock()):
                await self.database.run(hasten_endpoints, due)
        except DatabaseError:
            for each in batch:  # the sender of an inform hears nothing, and sends again
                if not self._repeats.is_done(each.key):
                    self._repeats.forget(each.key)
                    self.tally.refused(NOT_NOTED)
            await asyncio.sleep(PAUSE_S)

    async def _note(self, batch: Sequence[_Waiting]) -> list[tuple[int, ...]]:
        notes = [
            Note(
                hosts=self._names.hosts_of(each.sender),
                at=each.at,
                oid=each.told.what.oid,
                version=each.told.version,
                is_inform=each.told.what.is_inform,
                is_authenticated=each.told.is_authenticated,
            )
            for each in batch
        ]
        found: list[tuple[int, ...]] = await self.database.run(
            note_traps, site_id=self.spec.site_id, notes=notes
        )
        return found

    def _settle(self, batch: Sequence[_Waiting], found: Sequence[tuple[int, ...]]) -> None:
        for each, endpoint_ids in zip(batch, found, strict=True):
            if endpoint_ids:
                self.tally.took(0)
                self._hastening.add(endpoint_ids)
            else:
                self.tally.refused(UNKNOWN_SENDER)
            self._repeats.finish(each.key)
            self._send(each.told.answer, each.answer_to)

    async def _keep_looking_up(self) -> None:
        while True:
            with contextlib.suppress(DatabaseError):
                hosts = await self.database.run(named_hosts, site_id=self.spec.site_id, most=MOST)
                await self._names.look_up(hosts)
            await asyncio.sleep(EVERY_S)


def open_socket(place: Listen) -> socket.socket:
    """A bound UDP socket that does not block; OSError if somebody else has the port, or we may not open it."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.settimeout(0)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        address: Any = (place.host, place.port)
        opened.bind(address)
    except BaseException:
        opened.close()
        raise
    return opened
