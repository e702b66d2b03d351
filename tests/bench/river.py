"""Polls a second through decode, commit and frame, beside the bare client library in the same run.

``python -m tests.bench.river DATABASE`` prints a JSON list of rows; the database is the one that DATABASE_URL
names, emptied by whoever made it. Devices and PostgreSQL answer from other processes,
so that a processor second is one of ours.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.utils import timezone  # noqa: E402

from assets.live.hub import current_hub  # noqa: E402
from assets.live.viewers import Viewer  # noqa: E402
from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from assets.observation import Subject, SubjectKind  # noqa: E402
from assets.record import record_observations  # noqa: E402
from collectors.engine.spool import Spool  # noqa: E402
from collectors.engine.writer import Item, Writer  # noqa: E402
from locations.models import Building, Floor, Site, Zone  # noqa: E402
from tests.bench.meter import Rate, Result, peak_memory_mb, rate_of  # noqa: E402
from tests.bench.responders import agent_addresses, modbus_responder, snmp_responders  # noqa: E402
from tests.bench.snmp_v3 import bare_snmp_v3, snmp_v3_fleet, snmp_v3_responders  # noqa: E402
from tests.bench.stages import (  # noqa: E402
    SNMP_VALUES,
    Fleet,
    Work,
    anybody,
    bare_codec,
    bare_modbus,
    bare_snmp,
    decoding,
    driven,
    meter_registers,
    modbus_fleet,
    snmp_fleet,
)

ENDPOINTS = 100
AT_ONCE = 50
POLLS = {"snmp.v2c": 8000, "snmp.v3": 5000, "modbus": 4000}
SLOW_POLLS = {"snmp.v2c": 800, "snmp.v3": 500, "modbus": 4000}
"""For the stages that take a millisecond or more for each poll: pysnmp, and the database."""
REPEATS = 3

Stage = Callable[[], AbstractAsyncContextManager[Work]]


def measure(name: str, fleet: Fleet, bare: Stage, database: str) -> list[Result]:
    """The stages of one protocol, each the middle of three rounds."""
    stages: dict[str, Callable[[], Coroutine[Any, Any, Rate]]] = {}
    if database == "sqlite":
        stages["bare"] = partial(_rate, bare, SLOW_POLLS[name])
        if name.startswith("snmp"):
            stages["codec"] = partial(_rate, partial(bare_codec, fleet), POLLS[name])
        stages["driver"] = partial(_rate, partial(driven, fleet), POLLS[name])
        take = decoding(fleet, anybody(ENDPOINTS), lambda _observations: None)
        stages["decode"] = partial(_rate, partial(driven, fleet, take), POLLS[name])
    stages[f"commit.{database}"] = partial(_committed, fleet, SLOW_POLLS[name])
    rounds = [{stage: asyncio.run(run()) for stage, run in stages.items()} for _ in range(REPEATS)]
    return [
        Result(
            f"{name}.{stage}", round(_middle([each[stage].per_cpu_second for each in rounds])), "polls/CPU s"
        )
        for stage in stages
    ]


async def _rate(stage: Stage, polls: int) -> Rate:
    async with stage() as work:
        await rate_of(work, items=ENDPOINTS, at_once=AT_ONCE)  # first contact is not what is measured
        return await rate_of(work, items=polls, at_once=AT_ONCE)


async def _committed(fleet: Fleet, polls: int) -> Rate:
    """Poll, decode, and write in batches as the collector does, while somebody looks at the floor."""
    subjects, floor = await asyncio.to_thread(_make_assets)
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(record_observations, lambda _healths: None, Spool(Path(folder)))
        writer.start()
        viewer, pump = await _look_at(floor)
        waiting: list[Item] = []
        take = decoding(fleet, subjects, lambda observations: waiting.append(Item(observations)))
        async with driven(fleet, take) as poll:

            async def work(number: int) -> None:
                await poll(number)
                while waiting:
                    await writer.submit(waiting.pop())

            await rate_of(work, items=ENDPOINTS, at_once=AT_ONCE)
            rate = await rate_of(work, items=polls, at_once=AT_ONCE, finish=writer.stop)
        pump.cancel()
        current_hub().leave(viewer)
    return rate


async def _look_at(floor: Floor) -> tuple[Viewer, asyncio.Task[None]]:
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

    return viewer, asyncio.create_task(take_frames())


def _make_assets() -> tuple[list[Subject], Floor]:
    site, _ = Site.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    building, _ = Building.objects.get_or_create(slug="bench", defaults={"name": "Bench", "site": site})
    square = [[[0, 0], [50, 0], [50, 50], [0, 50], [0, 0]]]
    floor, _ = Floor.objects.get_or_create(
        slug="bench", defaults={"name": "Bench", "building": building, "level": 0, "outline": square}
    )
    room, _ = Zone.objects.get_or_create(
        floor=floor, code="room", defaults={"name": "Room", "polygon": square, "label_x": 25, "label_y": 25}
    )
    category, _ = Category.objects.get_or_create(slug="ups", defaults={"name": "UPS", "plural": "UPSs"})
    model, _ = EquipmentModel.objects.get_or_create(manufacturer="Bench", name="Ten", category=category)
    Asset.objects.all().delete()
    assets = [
        Asset.objects.create(asset_tag=f"b-{n}", model=model, site=site, home_zone=room, is_fixed=True)
        for n in range(ENDPOINTS)
    ]
    return [Subject(SubjectKind.ASSET, str(asset.pk)) for asset in assets], floor


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def main(database: str, only: str) -> None:
    call_command("migrate", verbosity=0)
    addresses = agent_addresses(ENDPOINTS)
    results: list[Result] = []
    if "snmp".startswith(only) or only.startswith("snmp"):
        with snmp_responders(ENDPOINTS, SNMP_VALUES) as port:
            fleet = snmp_fleet(addresses, port)
            results += measure("snmp.v2c", fleet, partial(bare_snmp, fleet), database)
        with snmp_v3_responders(ENDPOINTS, SNMP_VALUES) as port:
            fleet = snmp_v3_fleet(addresses, port)
            results += measure("snmp.v3", fleet, partial(bare_snmp_v3, fleet), database)
    if "modbus".startswith(only) or only.startswith("modbus"):
        with modbus_responder(addresses, meter_registers()) as port:
            fleet = modbus_fleet(addresses, port)
            results += measure("modbus", fleet, partial(bare_modbus, fleet), database)
    results.append(Result(f"river.{database}.peak_memory", round(peak_memory_mb(), 1), "MB"))
    print(json.dumps([result.as_dict() for result in results]))


if __name__ == "__main__":
    main(*sys.argv[1:])
