"""A hospital of one floor with equipment that never stands still, and somebody who may look at it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from assets.live.events import Change
from assets.models import Asset, AssetNow, Category, EquipmentModel
from hospital.models import User
from hospital.roles import Role
from locations.models import Building, Floor, Site, Zone

STALE_AFTER = timedelta(minutes=10)
STEP_M = 0.3
REACH_M = 1.0
SHAPES = ("pump", "bed", "monitor", "ventilator", "mobility", "general")
ACTIVITIES = ("available", "in_use", "dirty", "in_use", "available", "down")


@dataclass(frozen=True, slots=True)
class Room:
    pk: int
    x: float
    y: float
    width: float
    height: float


def build(slug: str, *, columns: int, rows: int, room_m: tuple[float, float], assets: int) -> None:
    """A floor of equal rooms in rows, and so much equipment in them."""
    site, _ = Site.objects.get_or_create(name="Bench", slug="bench")
    building, _ = Building.objects.get_or_create(site=site, name="Bench", slug="bench")
    width, height = room_m
    outline = _rectangle(0, 0, columns * width, rows * height)
    level = Floor.objects.count()
    floor = Floor.objects.create(building=building, name=slug, slug=slug, level=level, outline=outline)
    Zone.objects.bulk_create(
        Zone(
            floor=floor, name=f"Room {row}.{column}", code=f"r{row}-{column}", kind="other",
            polygon=_rectangle(column * width, row * height, width, height),
            label_x=(column + 0.5) * width, label_y=(row + 0.5) * height,
        )
        for row in range(rows)
        for column in range(columns)
    )  # fmt: skip
    models = [_model(shape) for shape in SHAPES]
    Asset.objects.bulk_create(
        Asset(asset_tag=f"{slug}-{n}", model=models[n % len(models)], site=site) for n in range(assets)
    )
    now = timezone.now()
    mine = Asset.objects.filter(asset_tag__startswith=f"{slug}-").order_by("pk")
    AssetNow.objects.bulk_create(
        AssetNow(asset=asset, floor=floor, revision=1, stale_at=now + STALE_AFTER) for asset in mine
    )


def session_of_a_viewer() -> str:
    """The key of a new session that may look at the floor."""
    person, _ = User.objects.get_or_create(
        username="viewer", defaults={"role": Role.NURSE, "all_sites": True}
    )
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def movements(slug: str, *, moving: int) -> Iterator[list[Change]]:
    """For each tick the changes of those that move; everything that moves takes a step each time.

    Each walks around a spot of its own.
    """
    floor = Floor.objects.get(slug=slug)
    rooms = [_room(zone) for zone in Zone.objects.filter(floor=floor).order_by("pk")]
    ids = list(AssetNow.objects.filter(floor=floor).order_by("pk").values_list("pk", flat=True))[:moving]
    chance = random.Random(7)
    homes = [rooms[n % len(rooms)] for n in range(len(ids))]
    spots = [(chance.uniform(0.15, 0.85), chance.uniform(0.15, 0.85)) for _ in ids]
    for tick in range(1, 1_000_000):
        yield [
            _step(floor.pk, asset_id, home, spot, tick)
            for asset_id, home, spot in zip(ids, homes, spots, strict=True)
        ]


def _step(floor_id: int, asset_id: int, home: Room, spot: tuple[float, float], tick: int) -> Change:
    """On a circle of a metre around its spot."""
    now = timezone.now()
    angle = asset_id + tick * STEP_M / REACH_M
    activity = ACTIVITIES[asset_id % len(ACTIVITIES)]
    x, y = home.x + home.width * spot[0], home.y + home.height * spot[1]
    return Change(
        id=asset_id, rev=tick + 1, activity=activity, basis="confirmed", since=None, floor=floor_id, zone=home.pk,
        x=x + REACH_M * math.cos(angle), y=y + REACH_M * math.sin(angle),
        position_at=now, error_m=1.5, confidence=0.9, battery=80, heard_at=now, stale_at=now + STALE_AFTER,
    )  # fmt: skip


def _model(shape: str) -> EquipmentModel:
    category, _ = Category.objects.get_or_create(
        slug=f"kind-of-{shape}", defaults={"name": f"Kind of {shape}", "plural": shape, "shape": shape}
    )
    model, _ = EquipmentModel.objects.get_or_create(manufacturer="Bench", name=shape, category=category)
    return model


def _room(zone: Zone) -> Room:
    (left, bottom), _, (right, top), *_ = zone.polygon[0]
    return Room(zone.pk, left, bottom, right - left, top - bottom)


def _rectangle(x: float, y: float, width: float, height: float) -> list[list[list[float]]]:
    return [[[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]]
