"""The way in for traps at work, on a free port of loopback, beside a database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.receivers.doorway import Doorway
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import Listen
from collectors.receivers.tally import Tally
from collectors.receivers.traps.notes import Note
from collectors.receivers.traps.receiver import TrapReceiver
from tests.collectors.receivers.traps.senders import COMMUNITY, DES, PLAIN, SIGNED
from tests.collectors.v3_agent import USER

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WITHIN_S = 20


class Notebook:
    """In place of the database: which endpoints stand where, what was noted, who was hastened.

    What the real functions do with a database is tested beside it (test_notes.py, and once through all of it).
    """

    def __init__(self) -> None:
        self.endpoints: dict[str, tuple[int, ...]] = {"127.0.0.1": (1,)}
        self.notes: list[Note] = []
        self.hastened: list[int] = []
        self.fails_with: Exception | None = None
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self.is_open.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return getattr(self, function.__name__)(*args, **kwargs)

    def note_traps(self, *, site_id: int, notes: Sequence[Note]) -> list[tuple[int, ...]]:
        found = [sum((self.endpoints.get(host, ()) for host in note.hosts), ()) for note in notes]
        self.notes += [note for note, pks in zip(notes, found, strict=True) if pks]
        return found

    def hasten_endpoints(self, endpoint_ids: Sequence[int]) -> None:
        self.hastened += endpoint_ids

    def named_hosts(self, *, site_id: int, most: int) -> list[str]:
        return [host for host in self.endpoints if not host[0].isdigit()]


@pytest.fixture(autouse=True)
def _state(settings, tmp_path, monkeypatch):
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr("collectors.receivers.traps.receiver.PAUSE_S", 0.01)


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def receiving(notebook):
    """``async with receiving() as receiver``: one that listens."""

    @contextlib.asynccontextmanager
    async def begin(
        *,
        networks: tuple[str, ...] = ("127.0.0.0/8",),
        per_s: float = 10_000.0,
        max_bytes: int = 65_535,
        secrets: tuple[Any, ...] = (COMMUNITY, USER, SIGNED, PLAIN, DES),
        host: str = "127.0.0.1",
    ) -> AsyncIterator[TrapReceiver]:
        spec = Spec(7, "Traps", "traps", 3, networks, Listen(host, 0), secrets, per_s, max_bytes)
        receiver = TrapReceiver(
            spec,
            keep=None,  # type: ignore[arg-type]
            tally=Tally(lambda: NOON),
            doorway=Doorway(networks, per_s, max_bytes, clock=time.monotonic),
            database=notebook,
            now=lambda: NOON,
        )
        task = asyncio.create_task(receiver.run())
        await until(lambda: receiver.port or task.done())
        try:
            yield receiver
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return begin


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110  what it waits for has no event
            await asyncio.sleep(0.005)
