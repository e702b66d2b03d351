"""What one process of the site knows of its senders over HTTP: how much each may send, and how that goes."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from collectors.models import Source, SourceHealth
from collectors.receivers.doorway import Doorway
from collectors.receivers.tally import Tally, save_tally

TELL_REFUSALS_EVERY = timedelta(seconds=1)
"""A flood of refused requests costs one row a second, not one each."""
Limits = tuple[tuple[str, ...], float, int]


class Desk:
    """One source, as this process serves it. For any thread."""

    def __init__(self, source: Source, clock: Callable[[], float]) -> None:
        self.limits = limits_of(source)
        self._doorway = Doorway(*self.limits, clock=clock)
        self._source_id = source.pk
        self._tally = Tally(timezone.now)
        self._lock = threading.Lock()
        self._told_at: datetime | None = None

    def is_listed(self, address: str | None) -> bool:
        """Whether this address may send; all may where no networks are named, for they show a token."""
        return not self.limits[0] or self._doorway.is_listed(address or "")

    def wait_s(self, sender: str) -> float:
        """Takes one request off the sender's allowance; above zero: there is none, and how long until there is."""
        with self._lock:
            if self._doorway.is_within_rate(sender):
                return 0.0
            return max(self._doorway.wait_s(sender), 0.001)

    def took(self, observations: int, now: datetime) -> None:
        with self._lock:
            self._tally.took(observations)
            self._tell(now)

    def repeated(self, now: datetime) -> None:
        with self._lock:
            self._tally.repeated()
            self._tell(now)

    def refused(self, reason: str, now: datetime, *, rows: int = 1, tells: bool = True) -> None:
        """``tells``: the database may be told of it now."""
        with self._lock:
            for _ in range(rows):
                self._tally.refused(reason)
            if tells and (self._told_at is None or now - self._told_at >= TELL_REFUSALS_EVERY):
                self._tell(now)

    def _tell(self, now: datetime) -> None:
        """What cannot be told now is told with the next one."""
        counts = self._tally.take()
        try:
            save_tally(
                source_id=self._source_id, holder=_HERE, now=now, facts=self._facts(now), counts=counts
            )
            self._told_at = now
        except DatabaseError:
            self._tally.give_back(counts)

    def _facts(self, now: datetime) -> dict[str, Any]:
        """Several processes serve one source: since when it is open, the first one has said."""
        of_process = ("state", "since", "senders")
        facts = {name: fact for name, fact in self._tally.facts().items() if name not in of_process}
        is_open = SourceHealth.objects.filter(pk=self._source_id, state=SourceHealth.State.OPEN)
        return facts if is_open.exists() else facts | {"state": SourceHealth.State.OPEN, "since": now}


class Desks:
    """The desks of this process, each made anew when somebody changes what limits its source."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._desks: dict[int, Desk] = {}

    def of(self, source: Source) -> Desk:
        desk = self._desks.get(source.pk)
        if desk is None or desk.limits != limits_of(source):
            desk = self._desks[source.pk] = Desk(source, self._clock)
        return desk


def limits_of(source: Source) -> Limits:
    return tuple(source.networks), source.messages_per_s, source.max_message_bytes


_HERE = f"{socket.gethostname()}:{os.getpid()}"
