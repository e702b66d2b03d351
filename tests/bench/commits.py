"""What a commit takes: observations recorded in the database in batches, while somebody looks at the floor."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from django.utils import timezone

from assets.live.hub import current_hub
from assets.live.viewers import Viewer
from assets.models import Asset, Category, EquipmentModel
from assets.observation import Subject, SubjectKind
from assets.record import record_observations
from collectors.engine.spool import Spool
from collectors.engine.writer import Item, Writer
from locations.models import Building, Floor, Site, Zone
from tests.bench.meter import Rate, rate_of
from tests.bench.stages import Fleet, decoding, driven


class Hospital:
    """``subjects`` are its assets, which all stand on ``floor``."""

    def __init__(self, assets: int) -> None:
        site = Site.objects.create(slug="bench", name="Bench")
        building = Building.objects.create(slug="bench", name="Bench", site=site)
        square = [[[0, 0], [50, 0], [50, 50], [0, 50], [0, 0]]]
        self.floor = Floor.objects.create(
            slug="bench", name="Bench", building=building, level=0, outline=square
        )
        room = Zone.objects.create(
            floor=self.floor, code="room", name="Room", polygon=square, label_x=25, label_y=25
        )
        category = Category.objects.create(slug="ups", name="UPS", plural="UPSs")
        model = EquipmentModel.objects.create(manufacturer="Bench", name="Ten", category=category)
        made = Asset.objects.bulk_create(
            Asset(asset_tag=f"b-{n}", model=model, site=site, home_zone=room, is_fixed=True)
            for n in range(assets)
        )
        self.subjects = [Subject(SubjectKind.ASSET, str(asset.pk)) for asset in made]


async def committed(fleet: Fleet, hospital: Hospital, polls: int, at_once: int) -> Rate:
    """Poll, decode, and write as the collector does."""
    subjects = hospital.subjects[: len(fleet.targets)]
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(record_observations, lambda _healths: None, Spool(Path(folder)))
        writer.start()
        waiting: list[Item] = []
        take = decoding(fleet, subjects, lambda observations: waiting.append(Item(observations)))
        async with _somebody_looking_at(hospital.floor), driven(fleet, take) as poll:

            async def work(number: int) -> None:
                await poll(number)
                while waiting:
                    await writer.submit(waiting.pop())

            await rate_of(
                poll, items=len(subjects), at_once=at_once
            )  # first contacts are not what is measured
            waiting.clear()
            return await rate_of(work, items=polls, at_once=at_once, finish=writer.stop)


@asynccontextmanager
async def _somebody_looking_at(floor: Floor) -> AsyncIterator[None]:
    async def never(_code: int) -> None:
        raise RuntimeError("the viewer was closed")

    viewer = Viewer(None, 0, never)
    current_hub().join(viewer)
    await current_hub().watch_floor(viewer, floor.pk, floor.slug)

    async def take_frames() -> None:
        while True:
            await viewer.wake.wait()
            viewer.wake.clear()
            while viewer.next_message(timezone.now()):
                viewer.underway.clear()

    pump = asyncio.create_task(take_frames())
    try:
        yield
    finally:
        pump.cancel()
        current_hub().leave(viewer)
