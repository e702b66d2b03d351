"""Ten years of work orders, made by rule and seed, on top of :mod:`tests.bench.register`; PostgreSQL alone.

``python -m tests.bench.work 100000 1000000 --seed 7`` fills the database of the settings: so many assets, so many
orders. One in fifty is open. Ages, kinds and priorities follow from the order's number and the seed, so that the same
call makes the same orders.
"""

from __future__ import annotations

import argparse
import sys

import django

django.setup()

from django.db import connection  # noqa: E402  Django is set up first

from assets.models import Asset, Category  # noqa: E402
from hospital.models import User  # noqa: E402
from hospital.roles import Role  # noqa: E402
from locations.models import Site  # noqa: E402
from tests.bench.register import NOW, make_register  # noqa: E402

ENGINEERS = 12
OPEN_SHARE = 50
"""One in so many is open."""
DAYS = 3650

ORDERS = """
WITH drawn AS (
  SELECT n, n > %(orders)s - %(orders)s / %(share)s AS is_open,
    ('x' || substr(md5(n || ':' || %(seed)s), 1, 7))::bit(28)::int AS a,
    ('x' || substr(md5(n || ':' || %(seed)s), 8, 7))::bit(28)::int AS b,
    ('x' || substr(md5(n || ':' || %(seed)s), 15, 7))::bit(28)::int AS c
  FROM generate_series(1, %(orders)s) AS n
), placed AS (
  SELECT *, %(now)s::timestamptz - CASE WHEN is_open THEN interval '1 minute' * (a %% 43200)
      ELSE interval '1 minute' * (%(days)s * 1440.0 * (%(orders)s - n) / %(orders)s + 1440) END AS opened,
    CASE WHEN is_open THEN (ARRAY['request', 'triage', 'assigned', 'in_progress', 'waiting', 'done'])[1 + b %% 6]
      ELSE (ARRAY['verified', 'verified', 'verified', 'verified', 'verified', 'withdrawn', 'cancelled'])[1 + b %% 7]
      END AS state,
    1 + c %% 4 AS priority
  FROM drawn
)
INSERT INTO maintenance_workorder (
  number, asset_id, kind, state, team, priority, is_unverified, assigned_to_id, version, waits_for, impact, outcome,
  down_percent, opened_at, respond_by, responded_at, due_at, "left", done_at, closed_at, note)
SELECT n, %(first)s + (n %% %(assets)s),
  (ARRAY['corrective', 'planned', 'planned', 'inspection', 'calibration', 'cleaning', 'installation'])[1 + c %% 7],
  state, CASE WHEN c %% 7 = 5 THEN 'pool' ELSE 'biomed' END, priority, false,
  CASE WHEN state IN ('request', 'triage') THEN NULL ELSE %(engineer)s + (a %% %(engineers)s) END,
  3, CASE WHEN state = 'waiting' THEN 'parts' ELSE '' END, '', '', 0, opened, opened + interval '8 hours',
  CASE WHEN state IN ('request', 'triage') THEN NULL ELSE opened + interval '2 hours' END,
  CASE WHEN state = 'waiting' THEN NULL ELSE opened + interval '1 hour' * (24 * (1 + b %% 30)) END,
  CASE WHEN state = 'waiting' THEN interval '1 hour' * (b %% 48 - 6) ELSE NULL END,
  CASE WHEN is_open AND state <> 'done' THEN NULL ELSE opened + interval '1 hour' * (1 + a %% 200) END,
  CASE WHEN is_open THEN NULL ELSE opened + interval '1 hour' * (1 + a %% 200) END,
  (ARRAY['Door jams', 'Alarm E12 after start', 'Battery weak', 'Yearly check', 'Cable torn at the plug'])[1 + b %% 5]
FROM placed
"""
EVENTS = """
INSERT INTO maintenance_workevent (order_id, at, what, transition, source, target, version, is_unverified, note)
SELECT number, opened_at, 'opened', '', '', 'request', 1, false, note FROM maintenance_workorder
UNION ALL
SELECT number, closed_at, 'moved', 'verify', 'done', state, 3, false, ''
FROM maintenance_workorder WHERE closed_at IS NOT NULL
"""


def make_work(assets: int, orders: int, *, seed: int = 1, floors: int = 20) -> Site:
    """Register, engineers, orders and what happened to them; the same for the same seed."""
    site = make_register(assets, seed=seed, floors=floors)
    engineers = User.objects.bulk_create(
        User(username=f"engineer{number}", first_name=f"Engineer {number}", role=Role.BIOMED, password="!")
        for number in range(ENGINEERS)
    )
    for engineer in engineers:
        engineer.sites.set([site])
    told = {
        "orders": orders, "share": OPEN_SHARE, "seed": str(seed), "now": NOW, "days": DAYS, "assets": assets,
        "first": Asset.objects.order_by("pk").values_list("pk", flat=True)[0],
        "engineer": engineers[0].pk, "engineers": ENGINEERS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, told)
        cursor.execute(EVENTS)
        cursor.execute("VACUUM ANALYZE")
    return site


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.work", description=__doc__)
    parser.add_argument("assets", type=int)
    parser.add_argument("orders", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    make_work(asked.assets, asked.orders, seed=asked.seed)
    print(f"{Category.objects.count()} categories, {asked.assets:,} assets, {asked.orders:,} orders")
    return 0


if __name__ == "__main__":
    sys.exit(main())
