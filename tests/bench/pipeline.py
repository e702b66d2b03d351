"""Positions from receipt to frame: fusion, presence, commit and a floor's frame, at rates that fall until none is late.

``python -m tests.bench.pipeline ONLY`` prints a JSON list of rows.
Batches are the writer's, its wait for company included. Of the tags one in twenty walks; the others lie still.
Everything is in one process: who sends, the writer, the hub, and a viewer of all floors who reads what browsers read.
A sighting counts from the moment at which it was due, however late its sender came to hand it over.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import django
import orjson

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.utils import timezone  # noqa: E402

from assets.live.hub import current_hub  # noqa: E402
from assets.live.viewers import Viewer  # noqa: E402
from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from assets.observation import Observation, Placed, Position, Subject, SubjectKind  # noqa: E402
from assets.record import record_observations  # noqa: E402
from collectors.engine.spool import Spool  # noqa: E402
from collectors.engine.writer import GARBAGE, Item, Writer  # noqa: E402
from locations.models import Building, Floor, Site, Zone  # noqa: E402
from tests.bench.meter import Result, quantile  # noqa: E402

NAME = "positions.pipeline"
FLOORS, ROOMS = 4, 100
EVERY_S = 2.0
WALKING = 0.05
SECONDS = 5.0
TRIES = 3
SPARE = 0.8
"""Of what was recorded at a rate that was too much: no rate above is tried next."""
BATCH = 1000
FRAME_S = 0.5
"""In which the last frame comes."""
LOADS_S = 60.0
WANTED_MS = 500.0
RATES = (10_000, 7_500, 5_000, 2_500, 1_000)
NOISE = 4099
"""Errors of reports that are drawn beforehand: drawing them is no part of the pipeline."""


class Tags:
    """A hospital of so many tags, and what is reported of them."""

    def __init__(self, count: int) -> None:
        site, _ = Site.objects.get_or_create(name="Bench", slug="bench")
        building, _ = Building.objects.get_or_create(site=site, name="Main", slug="main")
        self.floors = [_floor(building, level) for level in range(FLOORS)]
        category, _ = Category.objects.get_or_create(name="Pump", plural="Pumps", slug="pump", shape="pump")
        model, _ = EquipmentModel.objects.get_or_create(manufacturer="M", name="P", category=category)
        have = Asset.objects.count()
        Asset.objects.bulk_create(
            Asset(asset_tag=f"P-{number}", model=model, site=site) for number in range(have, count)
        )
        keys = Asset.objects.order_by("pk").values_list("pk", flat=True)[:count]
        self.subjects = [Subject(SubjectKind.ASSET, str(pk)) for pk in keys]
        rng = random.Random(7)
        self._errors = cycle([rng.gauss(0, 0.5) for _ in range(NOISE)])
        self._places = [[rng.uniform(0, 80), rng.uniform(0, 40)] for _ in self.subjects]

    def placed(self, index: int, at: float) -> Observation:
        """Somebody scanned it where it is: so every tag has a room before the first report."""
        x, y = self._places[index]
        moment = datetime.fromtimestamp(at, UTC)
        room = Placed(self.floors[index % FLOORS], f"r{int(x // 4) + 20 * int(y // 8)}")
        return Observation(self.subjects[index], "scan", moment, moment, placed=room)

    def observation(self, number: int, at: float) -> Observation:
        index = number % len(self.subjects)
        place = self._places[index]
        if index % round(1 / WALKING) == 0:
            place[0] = (place[0] + 1.2 * EVERY_S) % 80
        x, y = place[0] + next(self._errors), place[1] + next(self._errors)
        moment = datetime.fromtimestamp(at, UTC)
        position = Position(self.floors[index % FLOORS], x, y, 0.8)
        return Observation(self.subjects[index], "rtls", moment, moment, position=position)


def _floor(building: Building, level: int) -> str:
    slug = f"main-{level}"
    floor, is_new = Floor.objects.get_or_create(building=building, name=slug, slug=slug, level=level)
    if is_new:
        Zone.objects.bulk_create(_rooms(floor))
    return slug


def _rooms(floor: Floor) -> Iterator[Zone]:
    for number in range(ROOMS):
        x, y = 4.0 * (number % 20), 8.0 * (number // 20)
        ring = [[x, y], [x + 4, y], [x + 4, y + 8], [x, y + 8], [x, y]]
        yield Zone(
            floor=floor, name=f"R{number}", code=f"r{number}", polygon=[ring], label_x=x + 2, label_y=y + 4
        )


def cost_us(tags: Tags, batches: int) -> float:
    """Processor time of one sighting through estimation, presence and commit, each tag reporting every two seconds."""
    count, begun = len(tags.subjects), time.time() - 600.0
    for first in range(0, count, BATCH):
        record_observations([tags.placed(index, begun) for index in range(first, first + BATCH)])
    spent = 0.0
    settling = -(-2 * count // BATCH)
    for number in range(settling + batches):
        numbers = range(number * BATCH, (number + 1) * BATCH)
        batch = [tags.observation(n, begun + EVERY_S * (1 + n / count)) for n in numbers]
        since = time.process_time()
        record_observations(batch)
        spent += (time.process_time() - since) * (number >= settling)
    return 1e6 * spent / (batches * BATCH)


async def late_ms(tags: Tags, rate: int) -> tuple[float, float, float]:
    """The slowest hundredth from receipt to frame at a rate; sightings a second that were recorded; cores in use."""
    delays: list[float] = []
    async with looking_at(tags, delays):
        with tempfile.TemporaryDirectory() as folder:
            writer = Writer(record_observations, lambda _healths: None, Spool(Path(folder)))
            writer.start()
            spent = time.process_time()
            made, passed = await _send(tags, rate, writer)
            recorded, spent = writer.recorded, time.process_time() - spent
            await asyncio.sleep(FRAME_S)
            now = time.time()
            delays += [1000 * (now - at) for at in made[writer.recorded :]]
            await writer.stop()
    return quantile(delays, 0.99), recorded / passed, spent / passed


async def _send(tags: Tags, rate: int, writer: Writer) -> tuple[list[float], float]:
    """Hand over what comes at its time, as receivers do: when each was due, and how long that took."""
    begun, first = time.perf_counter(), time.time()
    made: list[float] = []
    while (passed := time.perf_counter() - begun) < SECONDS:
        for number in range(len(made), int(passed * rate)):
            at = first + number / rate
            made.append(at)
            await writer.submit(Item([tags.observation(number, at)]))
        await asyncio.sleep(0.005)
    return made, passed


@asynccontextmanager
async def looking_at(tags: Tags, delays: list[float]) -> AsyncIterator[None]:
    """Somebody looks at every floor and sees all tags, by the short form.

    ``delays`` grows by how old each place is that a frame brings from then on, ms.
    """

    async def never(_code: int) -> None:
        raise RuntimeError("the viewer was closed")

    revisions: dict[int, int] = {}
    is_loaded = asyncio.Event()
    hub, viewer = current_hub(), Viewer(None, 0, never)
    hub.join(viewer)
    viewer.short.update(tags.floors)
    async for floor in Floor.objects.filter(slug__in=tags.floors):
        await hub.watch_floor(viewer, floor.pk, floor.slug)

    async def take_frames() -> None:
        while True:
            await viewer.wake.wait()
            viewer.wake.clear()
            while (message := viewer.next_message(timezone.now())) is not None:
                viewer.underway.clear()
                delays.extend(_ages_ms(message, revisions))
                if len(revisions) >= len(tags.subjects):
                    is_loaded.set()

    pump = asyncio.create_task(take_frames())
    try:
        await asyncio.wait_for(is_loaded.wait(), LOADS_S)
        delays.clear()
        yield
    finally:
        pump.cancel()
        with suppress(asyncio.CancelledError):
            await pump
        hub.leave(viewer)


def _ages_ms(message: str, revisions: dict[int, int]) -> Iterator[float]:
    """How old each place is that a frame brings and that was not shown before; ``revisions`` are those shown."""
    frame, now = orjson.loads(message.encode()), time.time()
    if frame["type"] != "floor":
        return
    for marker in frame["markers"]:
        if marker["rev"] > revisions.get(marker["id"], 0):
            revisions[marker["id"]] = marker["rev"]
            yield 1000 * (now - datetime.fromisoformat(marker["position_at"]).timestamp())
    if moved := frame.get("moved"):
        waited = 1000 * (now - datetime.fromisoformat(frame["at"]).timestamp())
        revisions.update(zip(moved["id"], moved["rev"], strict=True))
        yield from (age + waited for age in moved["position_at"])


def main(only: str) -> None:
    if not NAME.startswith(only) and not only.startswith(NAME):
        print("[]")
        return
    call_command("migrate", verbosity=0)
    gc.collect()
    gc.freeze()  # as the server does once it runs
    gc.set_threshold(*GARBAGE)  # and its writer
    few = cost_us(Tags(1_000), 10)
    many = Tags(20_000)
    cost = cost_us(many, 10)
    results = [
        Result(f"{NAME}.per_sighting_us.1000", round(few, 1), "us"),
        Result(
            f"{NAME}.per_sighting_us",
            round(cost, 1),
            "us",
            f"{NAME}.per_sighting_us.1000",
            round(cost / few, 3),
        ),
    ]
    rate: int | None = RATES[0]
    for _ in range(TRIES):
        if rate is None:
            break
        p99, recorded, cores = asyncio.run(late_ms(many, rate))
        suffix = "" if rate == RATES[0] else f".{rate}"
        results += [
            Result(f"{NAME}.p99_ms{suffix}", round(p99, 1), "ms"),
            Result(f"{NAME}.recorded_per_s{suffix}", round(recorded), "sightings/s"),
            Result(f"{NAME}.cores{suffix}", round(cores, 2), "cores"),
        ]
        if p99 < WANTED_MS:
            results.append(Result(f"{NAME}.holds_per_s", rate, "sightings/s"))
            break
        rate = next((less for less in RATES if less < rate and less <= SPARE * recorded), None)
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*(sys.argv[1:] or [""]))
