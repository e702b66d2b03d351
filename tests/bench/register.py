"""A hospital's whole register, made by rule and seed: catalogue, assets, and where each is and what it does now.

``python -m tests.bench.register 100000 --seed 7`` fills the database of the settings, as the bench does. A fifth are
infusion pumps; each floor has stores, wards, a decontamination room.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import connection  # noqa: E402  Django is set up first

from assets.models import Asset, AssetNow, Category, EquipmentModel  # noqa: E402
from assets.words import Activity, Basis  # noqa: E402
from hospital.demo.catalogue import KINDS  # noqa: E402
from locations.models import Department, Floor, Site, Zone  # noqa: E402
from locations.zones import ZoneKind  # noqa: E402
from tests.bench.buildings import build  # noqa: E402

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BATCH = 2000
MAKERS = (
    "Meridian",
    "Halvard",
    "Quellmed",
    "Norvia",
    "Arvenholt",
    "Opalis",
    "Tarnsonic",
    "Lindmark",
    "Sundvik",
)
SHARE = 0.2
"""Of the first category, infusion pumps."""
STATES = (
    (Activity.AVAILABLE, Basis.ZONE, ZoneKind.CLEAN_STORE, 30),
    (Activity.AVAILABLE, Basis.CONFIRMED, ZoneKind.PATIENT_ROOM, 10),
    (Activity.IN_USE, Basis.CONFIRMED, ZoneKind.PATIENT_ROOM, 35),
    (Activity.IN_USE, Basis.PRESUMED, ZoneKind.PATIENT_ROOM, 8),
    (Activity.DIRTY, Basis.ZONE, ZoneKind.CLEANING, 5),
    (Activity.IN_TRANSIT, Basis.MOVEMENT, ZoneKind.CORRIDOR, 4),
    (Activity.DOWN, Basis.PERSON, ZoneKind.PATIENT_ROOM, 3),
    (Activity.UNKNOWN, Basis.SILENCE, ZoneKind.PATIENT_ROOM, 5),
)
"""What they do, in which kind of room, and how many of a hundred."""


def make_register(count: int, *, seed: int = 1, floors: int = 20) -> Site:
    """``count`` assets in a building of ``floors`` floors of 300 zones; the same for the same seed."""
    chance = random.Random(seed)
    site = Site.objects.create(name="Bench", slug="bench")
    build(site, floors)
    departments = _departments(site)
    zones = _zones(site)
    models = _catalogue()
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        made = Asset.objects.bulk_create(
            _asset(number, chance, models, site, departments) for number in numbers
        )
        AssetNow.objects.bulk_create(_now(asset, chance, zones) for asset in made)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return site


def _departments(site: Site) -> list[Department]:
    """A ward for each floor, whose rooms are the floor's."""
    floors = Floor.objects.filter(building__site=site).order_by("level")
    made = [
        Department(site=site, name=f"Ward {floor.level} West", code=f"ward-{floor.level}") for floor in floors
    ]
    for department, floor in zip(Department.objects.bulk_create(made), floors, strict=True):
        Zone.objects.filter(floor=floor).update(department=department)
    return made


def _zones(site: Site) -> dict[ZoneKind, list[tuple[int, int]]]:
    """Kind → zones with their floor; some rooms of each floor become stores, a staff base and a washing room."""
    for kind, codes in {
        ZoneKind.CLEAN_STORE: ["n0-4", "s1-20", "n2-30", "s3-9"],
        ZoneKind.NURSE_STATION: ["n1-18", "s2-2"],
        ZoneKind.CLEANING: ["s0-35"],
    }.items():
        Zone.objects.filter(floor__building__site=site, code__in=codes).update(kind=kind)
    found: dict[ZoneKind, list[tuple[int, int]]] = {}
    rows = Zone.objects.filter(floor__building__site=site).order_by("pk").values_list("kind", "pk", "floor")
    for kind, zone, floor in rows:
        found.setdefault(ZoneKind(kind), []).append((zone, floor))
    return found


def _catalogue() -> list[list[EquipmentModel]]:
    """The models of each category: infusion pumps first, then those of the demo, then a hundred invented ones."""
    kinds = [(kind.name, kind.plural, kind.slug, list(kind.synonyms)) for kind in KINDS]
    kinds += [(f"Device kind {n}", f"Devices of kind {n}", f"kind-{n}", []) for n in range(100)]
    categories = Category.objects.bulk_create(
        Category(name=name, plural=plural, slug=slug, synonyms=synonyms)
        for name, plural, slug, synonyms in kinds
    )
    models = [
        [EquipmentModel(manufacturer=maker, name=f"{maker[:4]}a {number}{n}", category=category) for n, maker in
         enumerate(MAKERS)]
        for number, category in enumerate(categories)
    ]  # fmt: skip
    EquipmentModel.objects.bulk_create([model for of_one in models for model in of_one])
    return models


def _asset(
    number: int,
    chance: random.Random,
    models: Sequence[Sequence[EquipmentModel]],
    site: Site,
    departments: Sequence[Department],
) -> Asset:
    pumps, *others = models
    of_kind = pumps if chance.random() < SHARE else chance.choice(others)
    return Asset(
        asset_tag=f"INF-{number:06}" if of_kind is pumps else f"EQ-{number:06}",
        serial_number=f"SN{chance.randrange(10**9):09}",
        udi_di=f"0401234{chance.randrange(10**7):07}",
        model=chance.choice(of_kind),
        site=site,
        department=chance.choice(departments),
    )


def _now(asset: Asset, chance: random.Random, zones: dict[ZoneKind, list[tuple[int, int]]]) -> AssetNow:
    activity, basis, kind, _ = chance.choices(STATES, [state[-1] for state in STATES])[0]
    zone, floor = chance.choice(zones[kind])
    heard = NOW - timedelta(seconds=chance.randrange(60))
    return AssetNow(
        asset=asset, activity=activity, basis=basis, since=NOW - timedelta(hours=1), zone_id=zone, floor_id=floor,
        zone_since=NOW - timedelta(hours=1), x=0.0, y=0.0, position_at=heard, position_confidence=0.9,
        heard_at=heard, stale_at=heard + timedelta(hours=1),
    )  # fmt: skip


def main(arguments: Iterator[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.register", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--floors", type=int, default=20)
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    make_register(asked.count, seed=asked.seed, floors=asked.floors)


if __name__ == "__main__":
    main()
