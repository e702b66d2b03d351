"""Stand-ins for the engine's tests: a driver without a wire, a clock that jumps, a writer that keeps."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from assets.words import Quality
from collectors.engine.health import Health
from collectors.engine.roster import Assignment, Changes
from collectors.engine.writer import Item
from collectors.guard import Policy
from collectors.profiles.library import get_profile
from collectors.requests import Answer, Failure, RawPoll, Request, SnmpGet, SnmpTable, SnmpValue, Target

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time stands still while anything is to be done, and jumps to the next timer when nothing is."""

    def __init__(self) -> None:
        super().__init__(_Impatient(self))
        self.seconds = 0.0

    def time(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


class _Impatient(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout=None):
        if timeout:
            self.loop.seconds += timeout
        return super().select(0)


def in_virtual_time(coroutine: Callable[[VirtualLoop], object]) -> object:
    """Run ``coroutine(loop)`` to its end; hours pass in no time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(coroutine(loop))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


Script = Callable[[Target, Request], Answer]


class FakeDriver:
    """Answers from ``script`` after ``delay_s``; a script that raises stands for a fault of the driver."""

    name = "fake"

    def __init__(self, script: Script | None = None, *, delay_s: float = 0.01) -> None:
        self.script = script or answer_well
        self.delay_s: float | Callable[[Target], float] = delay_s
        self.asked: list[tuple[float, int]] = []
        self.under_way: dict[tuple[str, int], int] = {}
        self.most_at_once: dict[tuple[str, int], int] = {}
        self.events: list[str] = []

    async def open(self) -> None:
        self.events.append("open")

    async def close(self) -> None:
        self.events.append("close")

    async def poll(self, target: Target, requests: Sequence[Request]) -> RawPoll:
        loop = asyncio.get_running_loop()
        self.asked.append((loop.time(), target.endpoint_id))
        device = target.host, target.port
        self.under_way[device] = self.under_way.get(device, 0) + 1
        self.most_at_once[device] = max(self.most_at_once.get(device, 0), self.under_way[device])
        delay = self.delay_s(target) if callable(self.delay_s) else self.delay_s
        try:
            await asyncio.sleep(delay)
            answers = {request: self.script(target, request) for request in requests}
        finally:
            self.under_way[device] -= 1
        now = loop.now() if isinstance(loop, VirtualLoop) else datetime.now(UTC)
        return RawPoll(at=now, latency_ms=delay * 1000, answers=answers)

    def times(self, endpoint_id: int) -> list[float]:
        return [at for at, asked in self.asked if asked == endpoint_id]


def answer_well(target: Target, request: Request) -> Answer:
    if isinstance(request, SnmpGet):
        return {oid: SnmpValue("integer", 1) for oid in request.oids}
    if isinstance(request, SnmpTable):
        return {}
    return (1,) * request.count


def stay_silent(target: Target, request: Request) -> Answer:
    return Failure(Quality.NO_ANSWER, "No answer: check that the device is on.")


class KeepingWriter:
    """Keeps what is handed over."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.events: list[str] = []

    def start(self) -> None:
        self.events.append("start")

    async def submit(self, item: Item) -> None:
        self.items.append(item)

    async def settle(self) -> None:
        self.events.append("settle")

    async def stop(self) -> None:
        self.events.append("stop")

    def healths(self, endpoint_id: int) -> list[Health]:
        return [item.health[endpoint_id] for item in self.items if endpoint_id in item.health]


class DirectDatabase:
    """Runs on the loop what the real one runs in its thread, and may be away."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.is_closed = False

    async def run(self, function, *args, **kwargs):
        if self.trouble:
            raise self.trouble
        return function(*args, **kwargs)

    async def close(self) -> None:
        self.is_closed = True


class FakeRoster:
    """All endpoints in one chunk, unless ``chunks`` says otherwise: chunk → endpoints."""

    def __init__(self, *assignments: Assignment) -> None:
        self.assignments = {assignment.endpoint_id: assignment for assignment in assignments}
        self.chunks: dict[int, set[int]] | None = None
        self.hastened: list[int] = []

    def look(self, chunk_ids: Sequence[int], _now: datetime) -> Changes:
        hastened, self.hastened = self.hastened, []
        return Changes(list(chunk_ids), hastened)

    def load(self, chunk_id: int, _now: datetime) -> dict[int, Assignment]:
        if self.chunks is None:
            return dict(self.assignments)
        return {pk: self.assignments[pk] for pk in self.chunks[chunk_id]}

    def forget(self, chunk_id: int) -> None:
        pass


def assignment(endpoint_id: int, **changes) -> Assignment:
    """An SNMP endpoint on an address of its own."""
    return Assignment(
        **{
            "endpoint_id": endpoint_id,
            "name": f"Device {endpoint_id}",
            "protocol": "snmp_v2c",
            "host": f"10.{endpoint_id // 65536}.{endpoint_id // 256 % 256}.{endpoint_id % 256}",
            "port": 161,
            "unit_id": 1,
            "profile_name": "host-resources",
            "profile": get_profile("host-resources"),
            "requests": (SnmpGet(("1.3.6.1.2.1.1.3.0",)),),
            "secret": b"community",
            "interval_s": 10.0,
            "timeout_s": 2.0,
            "subject": None,
            "policy": Policy.of(_Everything),
            **changes,
        }
    )


class _Everything:
    networks = ("10.0.0.0/7",)
    ports = ("161-162",)
    serial_lines = ()
