"""What every way in has to work with, and what it has to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.observation import Observation
from collectors.engine.database_thread import DatabaseThread
from collectors.receivers.doorway import Doorway
from collectors.receivers.tally import Tally
from collectors.requests import Login, SnmpUser

Keep = Callable[[Sequence[Observation]], Awaitable[bool]]
"""Takes observations, and says once they are recorded or on disk; False: neither, the sender must send again."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A source as it is configured: what changes here makes a new receiver. ``settings`` are its kind's own."""

    source_id: int
    name: str
    kind: str
    site_id: int
    networks: tuple[str, ...]
    settings: Any
    secrets: tuple[SnmpUser | bytes | Login, ...]
    messages_per_s: float
    max_message_bytes: int

    @property
    def observed_by(self) -> str:
        """How observations of this source begin to name it."""
        return f"source:{self.source_id}"


class Receiver(ABC):
    """One way in at work, on the loop that :meth:`run` is called on."""

    def __init__(
        self,
        spec: Spec,
        *,
        keep: Keep,
        tally: Tally,
        doorway: Doorway,
        database: DatabaseThread,
        now: Callable[[], datetime],
    ) -> None:
        self.spec, self.keep, self.tally, self.doorway = spec, keep, tally, doorway
        self.database, self.now = database, now

    @abstractmethod
    async def run(self) -> None:
        """Serve until cancelled, then let go of everything.

        Calls ``tally.open()`` once it can be reached. An OSError, such as of a port that somebody else has, is told on
        its page, and it is tried again.
        """
