"""What reports of utilisation cost, beside DuckDB over the same intervals in Parquet; PostgreSQL alone.

``python -m tests.bench.utilisation utilisation`` prints a JSON list of rows; the database is the one that DATABASE_URL
names. ``BENCH_ASSETS`` and ``BENCH_DAYS`` say how large the hospital is: by default 10,000 assets and 90 days, which
are 18 million intervals.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.db import connection  # noqa: E402

from assets.models import Category  # noqa: E402
from assets.utilisation import reports, roller  # noqa: E402
from assets.utilisation.models import StaleDay  # noqa: E402
from locations.models import Department, Site  # noqa: E402
from tests.bench.meter import Result, peak_memory_mb, quantile, reset_peak_memory  # noqa: E402
from tests.bench.register import NOW  # noqa: E402
from tests.bench.utilisation_data import make_histories  # noqa: E402

ASSETS, DAYS = int(os.environ.get("BENCH_ASSETS", "10000")), int(os.environ.get("BENCH_DAYS", "90"))
REPEATS = 20
SCAN = """
SELECT category, hour, sum(least(t_end, hour + 3600) - greatest(t_begin, hour)) AS seconds
FROM (SELECT category, t_begin, t_end, unnest(range(t_begin - t_begin % 3600, t_end, 3600)) AS hour
      FROM read_parquet('{file}') WHERE kind <= 1)
GROUP BY category, hour
"""
"""Hours of use by category, from every interval: the least that the overview asks of the same data."""


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def report_times(site: Site) -> list[float]:
    """Seconds of every report, many times over: each over the whole period."""
    last = NOW.date()
    choice = reports.Choice(site, last - timedelta(days=DAYS - 1), last)
    pumps = choice.of(Category.objects.get(slug="infusion-pump"))
    ward = Department.objects.filter(site=site)[0]
    works: list[Callable[[], object]] = [
        lambda: [(line.average, line.p95, line.size) for line in reports.fleet(choice)],
        lambda: [line.size for line in reports.units(pumps)],
        lambda: [line.p95 for line in reports.by_day(pumps)],
        lambda: [line.average for line in reports.assets(pumps)],
        lambda: reports.zones(pumps),
        lambda: [line.p95 for line in reports.fleet(replace(choice, department=ward))],
    ]
    return [timed(work) for _ in range(REPEATS) for work in works]


def overview_s(site: Site) -> float:
    last = NOW.date()
    choice = reports.Choice(site, last - timedelta(days=DAYS - 1), last)
    return statistics.median(
        timed(lambda: [(line.average, line.p95) for line in reports.fleet(choice)]) for _ in range(REPEATS)
    )


def duckdb_s() -> float | None:
    """Seconds that DuckDB takes for hours of use by category; ``None`` where it is not installed."""
    try:
        import duckdb
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        table, file = Path(folder) / "intervals.csv", Path(folder) / "intervals.parquet"
        with (
            table.open("wb") as out,
            connection.cursor() as cursor,
            cursor.copy(
                "COPY (SELECT m.category_id, i.asset_id, date_part('epoch', i.begin)::bigint, "
                "date_part('epoch', coalesce(i.\"end\", i.begin))::bigint, "
                "CASE WHEN i.activity <> 'in_use' THEN 2 WHEN i.basis = 'confirmed' THEN 0 ELSE 1 END "
                "FROM assets_activityinterval i JOIN assets_asset a ON a.id = i.asset_id "
                "JOIN assets_equipmentmodel m ON m.id = a.model_id) TO STDOUT (FORMAT csv)"
            ) as copy,
        ):
            for block in copy:
                out.write(block)
        duck = duckdb.connect()
        duck.execute("SET threads TO 2")
        columns = (
            "{'category': 'INT', 'asset': 'INT', 't_begin': 'BIGINT', 't_end': 'BIGINT', 'kind': 'TINYINT'}"
        )
        duck.execute(
            f"COPY (SELECT * FROM read_csv('{table}', columns={columns}, header=false)) "  # noqa: S608 a file of our own
            f"TO '{file}' (FORMAT parquet)"
        )
        table.unlink()
        return statistics.median(
            timed(lambda: duck.execute(SCAN.format(file=file)).fetchall()) for _ in range(3)
        )


def hour_s(site: Site) -> float:
    """One more hour is over, for every asset: noticed, and today's days rolled up anew."""
    later = NOW + timedelta(hours=1, minutes=2)
    return timed(lambda: roller.roll_up(now=later))


def main(only: str = "") -> None:
    if not "utilisation".startswith(only) and not only.startswith("utilisation"):
        print("[]")
        return
    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    site = make_histories(ASSETS, DAYS)
    print(f"Data set made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    now = NOW + timedelta(minutes=2)
    reset_peak_memory()
    rebuild = timed(lambda: (roller.mark_everything(now=now), roller.work_off(lambda: False)))
    memory = peak_memory_mb()
    if StaleDay.objects.exists():
        raise RuntimeError("The rebuild left something stale.")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    times, overview, scan = report_times(site), overview_s(site), duckdb_s()
    against = {"against": "peer.duckdb.parquet", "ratio": round(scan / overview, 2)} if scan else {}
    rows = [
        Result("utilisation.report.p95_ms", round(quantile(times, 0.95) * 1e3, 1), "ms"),
        Result("utilisation.report", round(overview * 1e3, 1), "ms", **against),  # type: ignore[arg-type]
        Result("utilisation.rebuild_s", round(rebuild, 1), "s"),
        Result("utilisation.rebuild.memory", round(memory, 0), "MB"),
        Result("utilisation.hour_s", round(hour_s(site), 2), "s"),
    ]
    if scan:
        rows.append(Result("peer.duckdb.parquet", round(scan * 1e3, 1), "ms"))
    print(json.dumps([row.as_dict() for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
