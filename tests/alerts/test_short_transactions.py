"""Others write while rules are looked at: nothing is computed while the database is locked, and no lock lasts long."""

from __future__ import annotations

import pytest
from django.db import connection

from assets.alerts import sweep
from assets.alerts.findings import Findings
from assets.alerts.models import Alert, Touched
from assets.alerts.sweep import evaluate_rules
from assets.observation import Evidence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parts(monkeypatch):
    """How many assets were written in each transaction, about how many alerts."""
    seen = []
    write = Findings.write

    def watched(self, part):
        before = Alert.objects.count()
        write(self, part)
        seen.append((len(part), Alert.objects.count() - before))

    monkeypatch.setattr(Findings, "write", watched)
    return seen


def test_what_rules_say_is_found_out_while_nothing_is_locked(make_rule, make_pump, tell, at, monkeypatch):
    make_rule("fault")
    tell(make_pump(), 0, activity=Evidence.FAULT)
    locked = []
    evaluate = sweep.evaluate

    def watched(*args, **named):
        locked.append(connection.in_atomic_block)
        return evaluate(*args, **named)

    monkeypatch.setattr(sweep, "evaluate", watched)
    evaluate_rules(now=at(10))

    assert locked == [False]
    assert Alert.objects.count() == 1


def test_many_alerts_at_once_are_written_some_at_a_time(make_rule, make_pump, tell, at, parts, monkeypatch):
    monkeypatch.setattr(sweep, "AT_ONCE", 4)
    make_rule("fault")
    for number in range(10):
        tell(make_pump(f"P-{number}"), 0, activity=Evidence.FAULT)
    tell(make_pump("well"), 0, activity=Evidence.IDLE)

    assert evaluate_rules(now=at(10)) == 11

    assert parts == [(1, 0), (4, 4), (4, 4), (2, 2)]
    assert not Touched.objects.exists()


def test_what_is_alerted_already_needs_no_transaction_of_its_own(make_rule, make_pump, tell, at, parts):
    make_rule("fault")
    pump = make_pump()
    tell(pump, 0, activity=Evidence.FAULT)
    evaluate_rules(now=at(10))
    parts.clear()
    Touched.objects.create(asset_id=pump.pk, since=at(10))

    assert evaluate_rules(now=at(20)) == 1

    assert parts == [(1, 0)]
