"""Planning of all plans at once, and the measures of a whole hospital, on top of :mod:`tests.bench.work`.

``python -m tests.bench.planning ONLY [ASSETS ORDERS]`` prints a JSON list of rows, for the PostgreSQL of the settings;
by default 100,000 assets, 1,000,000 orders of ten years, a yearly plan for every model and a quarterly one for each
tenth, and a year of use and downtime.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from assets.maintenance.models import WorkOrder  # noqa: E402
from assets.measures.winding import sum_use  # noqa: E402
from assets.models import Asset, EquipmentModel  # noqa: E402
from assets.planning.daily import plan_maintenance  # noqa: E402
from assets.planning.models import Occurrence, Plan  # noqa: E402
from hospital.models import User  # noqa: E402
from tests.bench.meter import Result, quantile  # noqa: E402
from tests.bench.work import make_work  # noqa: E402

PLANNING, MEASURES = "maintenance.planning_s", "maintenance.measures.p95_ms"
ASSETS, ORDERS = 100_000, 1_000_000
ROUNDS = 8
PAGES = {
    "all, by category": "/maintenance/measures/",
    "all, by model": "/maintenance/measures/?by=model",
    "one category": "/maintenance/measures/?category=infusion-pump",
    "API": "/api/v1/maintenance/measures/",
}
DOWNTIME = """
INSERT INTO maintenance_downtime (at, begin, "end", percent, reason, note, asset_id, order_id)
SELECT opened_at, opened_at, closed_at, CASE WHEN number % 3 = 0 THEN 50 ELSE 100 END, 'fault', '', asset_id, number
FROM maintenance_workorder WHERE kind = 'corrective' AND closed_at IS NOT NULL
"""
OUTCOMES = """
UPDATE maintenance_workorder SET outcome = CASE WHEN number % 4 = 0 THEN 'use_error' ELSE 'failure' END
WHERE kind = 'corrective' AND state = 'verified'
"""
NUMBERS = """
SELECT setval(pg_get_serial_sequence('maintenance_workorder', 'number'), max(number)) FROM maintenance_workorder
"""
"""Orders of the bench were numbered by hand."""
USE = """
INSERT INTO assets_activityinterval (asset_id, activity, basis, source, begin, "end")
SELECT a.id, 'in_use', 'confirmed', '', %(now)s::timestamptz - interval '1 day' * (n * 20 + a.id %% 20),
  %(now)s::timestamptz - interval '1 day' * (n * 20 + a.id %% 20) + interval '1 hour' * (1 + (a.id + n) %% 200)
FROM assets_asset a, generate_series(1, 18) AS n
"""


def make_plans() -> None:
    """The same for the same register; assets were here two years ago, and their use and downtime are of the last."""
    now = timezone.now()
    Asset.objects.update(created_at=now - timedelta(days=730))
    models = list(EquipmentModel.objects.order_by("pk"))
    made_at = now - timedelta(days=400)
    yearly = [_plan(model, 12, number, made_at) for number, model in enumerate(models)]
    quarterly = [_plan(model, 3, number, made_at) for number, model in enumerate(models) if number % 10 == 0]
    Plan.objects.bulk_create([*yearly, *quarterly])
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS)
        cursor.execute(OUTCOMES)
        cursor.execute(DOWNTIME)
        cursor.execute(USE, {"now": now})
    sum_use(now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _plan(model: EquipmentModel, every: int, number: int, made_at: datetime) -> Plan:
    begins_on = (timezone.now() - timedelta(days=number * 37 % 365)).date()
    return Plan(
        name=f"Check every {every} months",
        model=model,
        unit="month",
        every=every,
        begins_on=begins_on,
        made_at=made_at,
    )


def planning() -> list[Result]:
    """The first run makes a year of what was due and all orders; the second is that of any other hour."""
    rows = []
    for name in (PLANNING, f"{PLANNING}.again"):
        begun = time.perf_counter()
        came_to = plan_maintenance(now=timezone.now())
        rows.append(Result(name, round(time.perf_counter() - begun, 1), "s"))
        print(came_to, file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return rows


def measures() -> list[Result]:
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(User.objects.get(username="engineer1"))
    taken: dict[str, list[float]] = {name: [] for name in PAGES}
    for number in range(ROUNDS + 1):
        for name, path in PAGES.items():
            begun = time.perf_counter()
            status = browser.get(path).status_code
            if status != 200:
                raise RuntimeError(f"{path}: {status}")
            if number:
                taken[name].append((time.perf_counter() - begun) * 1000)
    rows = [
        Result(MEASURES, round(quantile([each for part in taken.values() for each in part], 0.95), 1), "ms")
    ]
    return rows + [
        Result(f"{MEASURES}.{name}", round(quantile(part, 0.95), 1), "ms") for name, part in taken.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.planning", description=__doc__)
    parser.add_argument("only", nargs="?", default="")
    parser.add_argument("assets", nargs="?", type=int, default=ASSETS)
    parser.add_argument("orders", nargs="?", type=int, default=ORDERS)
    asked = parser.parse_args()
    wanted = [
        name for name in (PLANNING, MEASURES) if name.startswith(asked.only) or asked.only.startswith(name)
    ]
    if not wanted:
        print("[]")
        return 0
    call_command("migrate", verbosity=0)
    if not WorkOrder.objects.exists():
        make_work(asked.assets, asked.orders)
    if not Plan.objects.exists():
        make_plans()
    rows = planning() if PLANNING in wanted or not Occurrence.objects.exists() else []
    rows += measures() if MEASURES in wanted else []
    print(json.dumps([row.as_dict() for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
