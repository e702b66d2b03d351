"""Recalls: one notice against a whole register, a weekly file of notices, and new equipment against the open ones.

``python -m tests.bench.recalls DATABASE ONLY`` prints a JSON list of rows, for the database of the settings: on SQLite
over 5,000 assets, on PostgreSQL over 100,000. The notice names a model of 2,000 and lists serial numbers and ranges.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first

from assets.models import Asset, EquipmentModel  # noqa: E402
from assets.recalls.importing import bring_in  # noqa: E402
from assets.recalls.matching.keeping import match_new_equipment, match_notice  # noqa: E402
from assets.recalls.models import Match, Notice  # noqa: E402
from tests.bench.meter import Result  # noqa: E402
from tests.bench.register import NOW, make_register  # noqa: E402

ASSETS = {"sqlite": 5_000, "postgresql": 100_000}
FLOORS = {"sqlite": 4, "postgresql": 20}
NOTICES = 500
RUNS = 3


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begun = clock()
    work()
    return clock() - begun


def report(number: int, chance: random.Random, models: list[EquipmentModel]) -> dict[str, str]:
    """An enforcement report: one of ten names a model of the register, the rest something that nobody has."""
    model = chance.choice(models) if number % 10 == 0 else None
    listed = [f"SN{chance.randrange(10**9):09}" for _ in range(chance.randrange(5, 60))]
    return {
        "recall_number": f"Z-{number:04}-2026",
        "classification": "Class II",
        "status": "Ongoing",
        "product_description": f"{model.name}, device" if model else f"Catheter set, REF QX-{number}",
        "recalling_firm": f"{model.manufacturer} Inc." if model else "Somebody Medical, LLC",
        "code_info": f"Serial numbers {', '.join(listed)}; SN100000000 through SN{300_000_000 + number}",
        "reason_for_recall": "The label may be wrong.",
        "recall_initiation_date": "20260105",
    }


def measure(name: str, floors: int, count: int) -> list[Result]:
    make_register(count, floors=floors)
    chance = random.Random(1)
    models = list(EquipmentModel.objects.order_by("pk"))
    pumps = models[0]
    first = report(0, chance, [pumps])
    bring_in(content=_file([first]), file_name="one.json", by=None, now=NOW)
    notice = Notice.objects.get()
    kept, again = [], []
    for _ in range(RUNS):
        Match.objects.all().delete()
        kept.append(seconds(lambda: match_notice(notice, now=NOW)))
        again.append(seconds(lambda: match_notice(notice, now=NOW)))
    found = Match.objects.count()
    Match.objects.all().delete()
    worked = seconds(lambda: match_notice(notice, now=NOW), time.process_time)
    week = _file([report(number, chance, models) for number in range(1, NOTICES + 1)])
    weekly = seconds(lambda: bring_in(content=week, file_name="week.json", by=None, now=NOW))
    new = seconds(lambda: match_new_equipment(now=NOW))
    return [
        Result(f"{name}.match_s", round(sorted(kept)[RUNS // 2], 3), "s"),
        Result(f"{name}.match_cpu_s", round(worked, 3), "s"),
        Result(f"{name}.match_again_s", round(sorted(again)[RUNS // 2], 3), "s"),
        Result(f"{name}.matched", found, f"of {Asset.objects.count()}"),
        Result(f"{name}.week_s", round(weekly, 2), f"s/{NOTICES}"),
        Result(f"{name}.new_2000_s", round(new, 2), "s"),
    ]


def _file(rows: list[dict[str, str]]) -> bytes:
    return json.dumps({"results": rows}).encode()


def main(database: str, only: str = "") -> int:
    name = "recalls" if database == "postgresql" else f"recalls.{database}"
    if not (only.startswith("recalls") or "recalls".startswith(only)):
        print("[]")
        return 0
    call_command("migrate", verbosity=0)
    rows = measure(name, FLOORS[database], ASSETS[database])
    print(json.dumps([row.as_dict() for row in rows if row.name.startswith(only)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
