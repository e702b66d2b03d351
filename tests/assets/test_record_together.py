"""Several recorders at once, as several collectors are, about the same equipment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from assets.models import ActivityInterval, AssetNow, EvidenceLog
from assets.observation import Evidence, ReadingValue
from assets.record import record_observations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_recorders_that_work_at_the_same_time_leave_one_history(make_pump, observe):
    # SQLite's database of the tests lives in memory and has one writer at a time; the product's is a file.
    workers = 4 if connection.vendor == "postgresql" else 1
    apart, together = make_pump("P-1"), make_pump("P-2")

    def told(pump):
        return [
            observe(
                pump,
                second,
                source=f"endpoint:{second % 4}",
                activity=Evidence.IN_USE if second % 30 < 15 else Evidence.IDLE,
                readings=(ReadingValue("battery_charge", float(100 - second // 3)),),
            )
            for second in range(120)
        ]

    def record(batch):
        try:
            return record_observations(batch).recorded
        finally:
            if workers > 1:
                connections.close_all()

    for observation in told(apart):
        record_observations([observation])
    batches = [told(together)[n : n + 5] for n in range(0, 120, 5)]
    with ThreadPoolExecutor(workers) as pool:
        recorded = sum(pool.map(record, batches)) if workers > 1 else sum(map(record, batches))

    def history(pump):
        rows = ActivityInterval.objects.filter(asset=pump).order_by("begin")
        return list(rows.values_list("begin", "end", "activity", "basis", "source"))

    assert recorded == 120
    assert EvidenceLog.objects.filter(asset=together).count() == 120
    assert history(together) == history(apart)
    assert AssetNow.objects.get(asset=together).revision == 24
