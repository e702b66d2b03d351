"""Positions from receipt to frame: fusion, presence, commit and a floor's frame, at rates that fall until none is late.

``python -m tests.bench.pipeline ONLY`` prints a JSON list of rows.
Of the tags one in twenty walks; the others lie still.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import django
import orjson

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.utils import timezone  # noqa: E402

from assets.live.hub import current_hub  # noqa: E402
from assets.live.viewers import Viewer  # noqa: E402
from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from assets.observation import Observation, Position, Subject, SubjectKind  # noqa: E402
from assets.record import record_observations  # noqa: E402
from locations.models import Building, Floor, Site, Zone  # noqa: E402
from tests.bench.meter import Result, quantile  # noqa: E402

NAME = "positions.pipeline"
FLOORS, ROOMS = 4, 100
EVERY_S = 2.0
WALKING = 0.05
SECONDS = 4.0
BATCH = 500
WANTED_MS = 500.0
RATES = (10_000, 5_000, 2_500, 1_000, 500)


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
        self.keys = [str(pk) for pk in Asset.objects.order_by("pk").values_list("pk", flat=True)[:count]]
        self._rng = random.Random(7)
        self._places = [[self._rng.uniform(0, 80), self._rng.uniform(0, 40)] for _ in self.keys]

    def observation(self, number: int) -> Observation:
        index = number % len(self.keys)
        place, rng = self._places[index], self._rng
        if index % round(1 / WALKING) == 0:
            place[0] = (place[0] + 1.2 * EVERY_S) % 80
        now = datetime.now(UTC)
        position = Position(
            self.floors[index % FLOORS], place[0] + rng.gauss(0, 0.5), place[1] + rng.gauss(0, 0.5), 0.8
        )
        subject = Subject(SubjectKind.ASSET, self.keys[index])
        return Observation(subject, "rtls", now, now, position=position)


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
    """Processor time of one sighting through estimation, presence and commit."""
    made = 0
    for _ in range(-(-len(tags.keys) // BATCH)):  # everybody is heard of once before
        record_observations([tags.observation(made + n) for n in range(BATCH)])
        made += BATCH
    spent = 0.0
    for _ in range(batches):
        batch = [tags.observation(made + n) for n in range(BATCH)]
        made += BATCH
        begun = time.process_time()
        record_observations(batch)
        spent += time.process_time() - begun
    return 1e6 * spent / (batches * BATCH)


async def late_ms(tags: Tags, rate: int) -> tuple[float, float]:
    """The slowest hundredth from receipt to frame at a rate, and sightings a second that were recorded."""
    delays: list[float] = []
    async with looking_at(tags.floors, delays):
        delays.clear()
        recorded, waiting, passed = await _send(tags, rate)
        await asyncio.sleep(0.5)  # the last frame
    now = time.time()
    delays += [1000 * (now - observation.at.timestamp()) for observation in waiting]
    return quantile(delays, 0.99), recorded / passed


async def _send(tags: Tags, rate: int) -> tuple[int, list[Observation], float]:
    """What comes at its time, in batches as they are free; how many were recorded, what still waits, how long."""
    begun, made, recorded = time.perf_counter(), 0, 0
    waiting: list[Observation] = []
    while (passed := time.perf_counter() - begun) < SECONDS:
        due = int(passed * rate)
        waiting += [tags.observation(number) for number in range(made, due)]
        made = due
        if not waiting:
            await asyncio.sleep(0.005)
            continue
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        await asyncio.to_thread(record_observations, batch)
        recorded += len(batch)
    return recorded, waiting, passed


@asynccontextmanager
async def looking_at(slugs: list[str], delays: list[float]) -> AsyncIterator[None]:
    """Somebody looks at every floor; ``delays`` grows by how old each marker of a frame is, ms."""

    async def never(_code: int) -> None:
        raise RuntimeError("the viewer was closed")

    hub, viewer = current_hub(), Viewer(None, 0, never)
    hub.join(viewer)
    async for floor in Floor.objects.filter(slug__in=slugs):
        await hub.watch_floor(viewer, floor.pk, floor.slug)

    async def take_frames() -> None:
        nonlocal delays
        while True:
            await viewer.wake.wait()
            viewer.wake.clear()
            while (message := viewer.next_message(timezone.now())) is not None:
                viewer.underway.clear()
                frame = orjson.loads(message)
                if frame["type"] == "floor" and not frame["full"]:
                    now = time.time()
                    moments = (marker["position_at"] for marker in frame["markers"])
                    delays += [1000 * (now - datetime.fromisoformat(at).timestamp()) for at in moments]

    pump = asyncio.create_task(take_frames())
    try:
        yield
    finally:
        pump.cancel()
        hub.leave(viewer)


def main(only: str) -> None:
    if not NAME.startswith(only) and not only.startswith(NAME):
        print("[]")
        return
    call_command("migrate", verbosity=0)
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
    for rate in RATES:
        p99, recorded = asyncio.run(late_ms(many, rate))
        results.append(
            Result(f"{NAME}.p99_ms" if rate == RATES[0] else f"{NAME}.p99_ms.{rate}", round(p99, 1), "ms")
        )
        if rate == RATES[0]:
            results.append(Result(f"{NAME}.recorded_per_s", round(recorded), "sightings/s"))
        if p99 < WANTED_MS:
            results.append(Result(f"{NAME}.holds_per_s", rate, "sightings/s"))
            break
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*(sys.argv[1:] or [""]))
