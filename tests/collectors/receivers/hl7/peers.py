"""A receiver on a port of its own, without a database, and what one can do to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import OperationalError

from assets.observation import Observation
from collectors.receivers.doorway import Doorway
from collectors.receivers.hl7.framing import Unwrapper, wrap
from collectors.receivers.hl7.receiver import Hl7Receiver
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import Listen, Mllp
from collectors.receivers.tally import Tally
from tests.collectors.receivers.hl7.messages import BERLIN, RECEIVED


@dataclass
class Database:
    """Stands for the thread that asks the database. ``is_away`` or knows these subjects, and what is noted."""

    known: set[Any] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    is_away: bool = False

    async def run(self, function, *args, **kwargs):
        if function.__name__ == "_zone_of":
            return BERLIN
        if self.is_away:
            raise OperationalError
        if function.__name__ == "known_subjects":
            return self.known & args[0]
        if function.__name__ == "find_receipt":
            return True if kwargs["key"] in self.noted else None
        self.noted.update(key for key, _ in kwargs["receipts"])
        return None


@dataclass
class Keeper:
    """Keeps what is handed over, or says that it cannot; ``gate`` holds it up."""

    kept: list[Observation] = field(default_factory=list)
    says: bool = True
    gate: asyncio.Event | None = None

    async def __call__(self, observations: Sequence[Observation]) -> bool:
        if self.gate is not None:
            await self.gate.wait()
        if self.says:
            self.kept.extend(observations)
        return self.says


def make_spec(*, networks=("127.0.0.0/8",), per_s=1000.0, size=100_000, listen=None, **settings) -> Spec:
    listen = listen or Listen("127.0.0.1", 0)
    return Spec(5, "Pumps", "hl7", 1, networks, Mllp(listen, **settings), (), per_s, size)


def make_receiver(keep, *, database=None, spec=None) -> Hl7Receiver:
    spec = spec or make_spec()
    return Hl7Receiver(
        spec,
        keep=keep,
        tally=Tally(lambda: RECEIVED),
        doorway=Doorway(spec.networks, spec.messages_per_s, spec.max_message_bytes, clock=time.monotonic),
        database=database or Database(),
        now=lambda: RECEIVED,
    )


class OnAnyPort(Hl7Receiver):
    """Listens where there is room, and says where, for whole processes of receivers."""

    opened: list[Hl7Receiver]
    is_open = threading.Event()
    """Set once the latest one can be reached."""

    def __init__(self, spec: Spec, **means) -> None:
        listen = replace(spec.settings.listen, port=0)
        super().__init__(replace(spec, settings=replace(spec.settings, listen=listen)), **means)
        self.opened.append(self)
        self._say_open, self.tally.open = self.tally.open, self._open

    def _open(self) -> None:
        self._say_open()
        self.is_open.set()


async def until(is_so) -> None:
    """Lets everybody else go on until it is so."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110  what is waited for knows nothing of tests
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(receiver: Hl7Receiver):
    """The receiver while it is open."""
    task = asyncio.create_task(receiver.run())
    try:
        await until(lambda: receiver.tally.state == "open" or task.done())
        if task.done():
            task.result()
        yield receiver
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Sender:
    """One connection to a receiver."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._unwrapper = Unwrapper(100_000)
        self._answers: list[str] = []

    async def send(self, *messages: bytes) -> list[str]:
        """The codes that were answered, as in ``["AA"]``."""
        await self.write(b"".join(map(wrap, messages)))
        return [await self.answer() for _ in messages]

    async def write(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def answer(self) -> str:
        """MSA-1 of the next answer; empty if the receiver hung up."""
        while not self._answers:
            octets = await asyncio.wait_for(self.reader.read(65_536), 10)
            if not octets:
                return ""
            frames = self._unwrapper.feed(octets)
            self._answers += [frame.octets.split(b"\rMSA|")[1][:2].decode() for frame in frames]
        return self._answers.pop(0)


@asynccontextmanager
async def connected(receiver: Hl7Receiver, **tls):
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port, **tls)
    try:
        yield Sender(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
