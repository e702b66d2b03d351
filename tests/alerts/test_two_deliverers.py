"""Two at once on PostgreSQL: each delivery is claimed by one, each change is looked at by one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from assets.alerts import postman
from assets.alerts.lifecycle import raise_alert
from assets.alerts.models import Alert, Delivery, Touched
from assets.alerts.sweep import evaluate_rules
from assets.models import ActivityInterval

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def at_once(work, times: int = 4):
    """What each of some threads returns that begin together; one after the other on SQLite, where in memory there is
    one connection, and writers wait for each other anyway."""
    if connection.vendor == "sqlite":
        return [work() for _ in range(times)]
    gate = threading.Barrier(times)

    def one():
        gate.wait(30)
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(times)]]


def test_each_delivery_is_claimed_once(raised, make_channel, nurse, noon):
    make_channel(nurse)
    for number in range(60):
        raised(tag=f"P-{number}")

    claimed = [pk for rows in at_once(lambda: [row.pk for row in postman._claim(noon)]) for pk in rows]

    assert len(claimed) == len(set(claimed))
    assert Delivery.objects.filter(state="sending").count() == len(claimed)


def test_what_several_raise_at_once_is_one_alert(rule, make_pump, noon):
    pump = make_pump()
    found = at_once(lambda: raise_alert(rule=rule, asset=pump, key="k", at=noon, now=noon).pk)

    assert len(set(found)) == Alert.objects.count() == 1
    assert Alert.objects.get().transitions.count() == 1


def test_rules_are_evaluated_by_one_at_a_time(rule, make_pump, noon):
    for number in range(5):
        pump = make_pump(f"P-{number}")
        ActivityInterval.objects.create(
            asset=pump, activity="unknown", basis="silence", begin=noon.replace(hour=1)
        )
        Touched.objects.create(asset_id=pump.pk, since=noon)
    at_once(lambda: evaluate_rules(now=noon))
    evaluate_rules(now=noon)

    assert Alert.objects.count() == 5
    assert not Touched.objects.exists()
    assert connection.vendor in {"sqlite", "postgresql"}
