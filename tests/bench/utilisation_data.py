"""Histories of a hospital's equipment, made by rule and seed, on top of :mod:`tests.bench.register`; PostgreSQL alone.

``python -m tests.bench.utilisation_data 10000 90 --seed 7`` fills the database of the settings: so many assets, so many
days, twenty intervals and five stays a day for each. The same call makes the same histories.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402  Django is set up first

from assets.models import ActivityInterval, Asset  # noqa: E402
from locations.models import Site, Zone  # noqa: E402
from tests.bench.register import NOW, make_register  # noqa: E402

PER_DAY, STAYS_PER_DAY = 20, 5
STEP_S = 86_400 // PER_DAY

INTERVALS = """
WITH drawn AS (
  SELECT a, n, hashint8(a * 1000003::bigint + n * 7919::bigint + %(seed)s) AS h
  FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS a, generate_series(0, %(days)s * %(per_day)s - 1) AS n
), begun AS (
  SELECT a, n, h, %(begin)s::timestamptz + interval '1 second' * (n * %(step)s + (h & 1023) * 3) AS begin FROM drawn
)
INSERT INTO assets_activityinterval (asset_id, activity, basis, source, begin, "end")
SELECT a,
  (ARRAY['available', 'in_transit', 'in_use', 'in_use', 'dirty', 'available', 'in_use', 'unknown', 'available', 'down'])
    [1 + CASE WHEN (h >> 10 & 63) = 0 THEN 9 ELSE (n + a) %% 9 END],
  (ARRAY['zone', 'movement', 'confirmed', 'presumed', 'zone', 'person', 'confirmed', 'silence', 'zone', 'person'])
    [1 + CASE WHEN (h >> 10 & 63) = 0 THEN 9 ELSE (n + a) %% 9 END],
  'bench', begin, lead(begin) OVER (PARTITION BY a ORDER BY n)
FROM begun ORDER BY a, n
"""
STAYS = """
WITH drawn AS (
  SELECT a, n, hashint8(a * 999983::bigint + n * 104729::bigint + %(seed)s) AS h
  FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS a, generate_series(0, %(days)s * %(per_day)s - 1) AS n
), begun AS (
  SELECT a, n, h, %(begin)s::timestamptz + interval '1 second' * (n * %(step)s + (h & 4095) * 3) AS begin FROM drawn
)
INSERT INTO assets_stay (asset_id, zone_id, source, begin, "end")
SELECT a, (%(zones)s::bigint[])[1 + (h >> 12 & 63)], 'bench', begin, lead(begin) OVER (PARTITION BY a ORDER BY n)
FROM begun ORDER BY a, n
"""
AT_ONCE = 500


def make_histories(assets: int, days: int, *, seed: int = 1) -> Site:
    """The register, and for each asset what it did and where in the ``days`` before the bench's now."""
    site = make_register(assets, seed=seed)
    begin = NOW - timedelta(days=days)
    Asset.objects.update(created_at=begin)
    first, last = Asset.objects.order_by("pk")[0].pk, Asset.objects.order_by("-pk")[0].pk
    zones = list(
        Zone.objects.order_by("pk").values_list("pk", flat=True)[:: max(1, Zone.objects.count() // 64)][:64]
    )
    with connection.cursor() as cursor:
        for low in range(first, last + 1, AT_ONCE):
            told = {
                "low": low, "high": min(low + AT_ONCE - 1, last), "days": days, "seed": seed, "begin": begin,
                "zones": zones,
            }  # fmt: skip
            cursor.execute(INTERVALS, told | {"per_day": PER_DAY, "step": STEP_S})
            cursor.execute(STAYS, told | {"per_day": STAYS_PER_DAY, "step": 86_400 // STAYS_PER_DAY})
        cursor.execute("VACUUM ANALYZE assets_activityinterval")
        cursor.execute("VACUUM ANALYZE assets_stay")
    return site


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.utilisation_data", description=__doc__)
    parser.add_argument("assets", type=int)
    parser.add_argument("days", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    make_histories(asked.assets, asked.days, seed=asked.seed)
    print(f"{asked.assets:,} assets, {ActivityInterval.objects.count():,} intervals")
    return 0


if __name__ == "__main__":
    sys.exit(main())
