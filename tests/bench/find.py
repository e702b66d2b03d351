"""Find: every search of a list, as typed letter by letter, beside a bare LIKE over the same columns.

``python -m tests.bench.find DATABASE ONLY`` prints a JSON list of rows, for the database of the settings: on SQLite
over 5,000 assets, on PostgreSQL over 100,000, a fifth of them of the category that is asked for most.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.db.models import Q  # noqa: E402

from assets.find import find_equipment  # noqa: E402
from assets.models import Asset  # noqa: E402
from hospital.models import User  # noqa: E402
from hospital.roles import Role  # noqa: E402
from locations.models import Zone  # noqa: E402
from locations.walk_tables import renew_walks  # noqa: E402
from locations.zones import ZoneKind  # noqa: E402
from tests.bench.meter import Result  # noqa: E402
from tests.bench.register import NOW, make_register  # noqa: E402

ASSETS = {"sqlite": 5_000, "postgresql": 100_000}
FLOORS = {"sqlite": 4, "postgresql": 20}
SEARCHES = (
    "inf", "infusion pump", "iv pump", "infuson pmup", "perfusor", "monitor", "ventilator", "INF-000", "INF-000042",
    "EQ-0012", "SN123", "sn 4", "0042", "0401234567", "ward 3 west", "pump ward 1", "meridian", "wheelchair", "xyzzy",
    "INF-O00042",
)  # fmt: skip
STANDS = 10
"""Nurse stations that are asked from."""
SEARCHED = (
    "asset_tag", "serial_number", "udi_di", "model__manufacturer", "model__name", "model__category__name",
    "model__category__plural", "model__category__synonyms", "department__name",
)  # fmt: skip
LIMIT = 30


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def measure(name: str, floors: int, count: int) -> list[Result]:
    site = make_register(count, floors=floors)
    renew_walks(site.pk)
    nurse = User.objects.create(username="nurse", role=Role.NURSE)
    nurse.sites.set([site])
    stations = Zone.objects.filter(kind=ZoneKind.NURSE_STATION).select_related("floor__building")
    stands = list(stations.order_by("pk")[:STANDS])
    find_equipment(
        text="pump", near=stands[0], user=nurse, now=NOW, limit=LIMIT
    )  # the graph is kept from here on
    ours, worked, bare = [], [], []
    for near in stands:
        for text in SEARCHES:
            begun = time.process_time()
            ours.append(timed(lambda near=near, text=text: find_equipment(  # type: ignore[misc]
                text=text, near=near, user=nurse, now=NOW, limit=LIMIT
            )))  # fmt: skip
            worked.append((time.process_time() - begun) * 1000)
            bare.append(timed(lambda text=text: bare_like(text, nurse)))  # type: ignore[misc]
    ours_p99, bare_p99 = _p99(ours), _p99(bare)
    peer = f"{name}.peer.like.p99_ms"
    return [
        Result(f"{name}.p50_ms", round(sorted(ours)[len(ours) // 2], 2), "ms"),
        Result(f"{name}.p99_ms", round(ours_p99, 2), "ms", peer, round(ours_p99 / bare_p99, 3)),
        Result(peer, round(bare_p99, 2), "ms"),
        Result(f"{name}.cpu_ms", round(sorted(worked)[len(worked) // 2], 2), "ms"),
        Result(f"{name}.cpu.p99_ms", round(_p99(worked), 2), "ms"),
        Result(f"{name}.peer.like.p50_ms", round(sorted(bare)[len(bare) // 2], 2), "ms"),
    ]


def bare_like(text: str, user: User) -> list[Asset]:
    """What one writes first: contains, over the same columns; no distance, no synonym's word, no slip forgiven."""
    condition = Q()
    for column in SEARCHED:
        condition |= Q(**{f"{column}__icontains": text})
    seen = Asset.objects.visible_to(user).in_service().with_place().filter(condition)
    return list(seen.order_by("asset_tag")[:LIMIT])


def _p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def main(database: str, only: str = "") -> int:
    name = "find" if database == "postgresql" else f"find.{database}"
    if not (only.startswith("find") or "find".startswith(only)):
        print("[]")
        return 0
    call_command("migrate", verbosity=0)
    rows = measure(name, FLOORS[database], ASSETS[database])
    print(json.dumps([row.as_dict() for row in rows if row.name.startswith(only)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
