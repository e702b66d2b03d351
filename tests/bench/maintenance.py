"""The lists and the board of work orders, as an engineer asks for them: at the server, through every middleware.

``python -m tests.bench.maintenance ONLY [ASSETS ORDERS] [--plans FILE]`` prints a JSON list of rows, for the
PostgreSQL of the settings; by default 100,000 assets and 1,000,000 orders. ``--plans`` writes how PostgreSQL does the
slowest query of each list. A database that has orders already is measured as it is.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from assets.maintenance.models import WorkOrder  # noqa: E402
from hospital.models import User  # noqa: E402
from locations.models import Floor  # noqa: E402
from tests.bench.meter import Result, quantile  # noqa: E402
from tests.bench.work import make_work  # noqa: E402

NAME = "maintenance.lists.p95_ms"
ASSETS, ORDERS = 100_000, 1_000_000
ROUNDS = 12
LISTS = {
    "open": "/work/",
    "open, page 20": "/work/?page=20",
    "in one state": "/work/?state=waiting",
    "mine": "/work/?mine=true",
    "unassigned": "/work/?unassigned=true",
    "overdue": "/work/?overdue=true",
    "one kind, one priority": "/work/?kind=corrective&priority=1",
    "one category": "/work/?category={category}",
    "one place": "/work/?place={floor}",
    "text": "/work/?q=infusion",
    "verified": "/work/?state=verified",
    "verified, page 50": "/work/?state=verified&page=50",
    "verified, one category": "/work/?state=verified&category={category}",
    "verified, text": "/work/?state=verified&q=INF-0004",
    "board": "/work/board/",
    "board, mine": "/work/board/?mine=true",
    "board, one category": "/work/board/?category={category}",
    "API": "/api/v1/work-orders/?limit=100",
    "API, one asset": "/api/v1/work-orders/?asset={asset}",
}  # fmt: skip


def measure() -> dict[str, list[float]]:
    """Milliseconds of every request, by list; one round before them warms the caches."""
    browser, paths = _browser(), _paths()
    taken: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(ROUNDS + 1):
        for name, path in paths.items():
            begun = time.perf_counter()
            answer = browser.get(path)
            answer.getvalue()
            spent = (time.perf_counter() - begun) * 1000
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            if number:
                taken[name].append(spent)
    return taken


def plans() -> str:
    """For each list, its slowest query as PostgreSQL does it."""
    browser, told = _browser(), []
    for name, path in _paths().items():
        with CaptureQueriesContext(connection) as captured:
            browser.get(path)
        slowest = max(captured.captured_queries, key=lambda query: float(query["time"]))
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) {slowest['sql']}")
            lines = "\n".join(row[0] for row in cursor.fetchall())
        told.append(f"== {name}: {path} ({len(captured)} queries)\n{slowest['sql']}\n{lines}\n")
    return "\n".join(told)


def _browser() -> Client:
    browser = Client(headers={"Host": "localhost"})
    browser.force_login(User.objects.get(username="engineer1"))
    return browser


def _paths() -> dict[str, str]:
    names = {
        "category": "infusion-pump",
        "floor": Floor.objects.order_by("level")[3].slug if Floor.objects.count() > 3 else "tower-0",
        "asset": WorkOrder.objects.select_related("asset").order_by("number")[5].asset.asset_tag,
    }
    return {name: path.format(**names) for name, path in LISTS.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.maintenance", description=__doc__)
    parser.add_argument("only", nargs="?", default="")
    parser.add_argument("assets", nargs="?", type=int, default=ASSETS)
    parser.add_argument("orders", nargs="?", type=int, default=ORDERS)
    parser.add_argument("--plans", type=Path)
    asked = parser.parse_args()
    if not (NAME.startswith(asked.only) or asked.only.startswith(NAME)):
        print("[]")
        return 0
    call_command("migrate", verbosity=0)
    if not WorkOrder.objects.exists():
        make_work(asked.assets, asked.orders)
    taken = measure()
    if asked.plans:
        asked.plans.write_text(plans())
    rows = [Result(NAME, round(quantile([each for part in taken.values() for each in part], 0.95), 1), "ms")]
    rows += [Result(f"{NAME}.{name}", round(quantile(part, 0.95), 1), "ms") for name, part in taken.items()]
    print(json.dumps([row.as_dict() for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
