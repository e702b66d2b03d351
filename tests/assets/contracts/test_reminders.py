"""Whoever answers for the house is told before a contract ends: once by each rule, until somebody saw to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assets.alerts.lifecycle import close_alert
from assets.alerts.models import Alert, Rule
from assets.contracts.reminders import remind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
LAST_DAY = date(2026, 6, 30)
AHEAD = datetime(2026, 5, 31, 0, 0, tzinfo=UTC)
"""Thirty days before the last; by then that day has begun at the site."""


@pytest.fixture
def make_rule(db):
    def make(days: int, **extra) -> Rule:
        rule = Rule(name=f"Ends in {days}", kind="contract", parameters={"days_before": float(days)}, **extra)
        rule.full_clean()
        rule.save()
        return rule

    return make


def told() -> list[tuple[str, str]]:
    return [(alert.rule.name, alert.state) for alert in Alert.objects.order_by("pk")]


def test_each_rule_reminds_once_so_many_days_ahead(make_rule, make_contract):
    make_contract(ends_on=LAST_DAY)
    make_rule(60)
    make_rule(30)
    remind(now=AHEAD - timedelta(days=31))
    assert told() == []
    remind(now=AHEAD - timedelta(days=30))
    assert told() == [("Ends in 60", "new")]
    remind(now=AHEAD - timedelta(hours=3))
    remind(now=AHEAD)
    remind(now=AHEAD + timedelta(minutes=10))
    assert told() == [("Ends in 60", "new"), ("Ends in 30", "new")]
    alert = Alert.objects.first()
    assert (alert.title, alert.words) == ("Halvard Service C-1", "Is to be renewed by 30 Jun 2026")


def test_one_that_somebody_closed_is_not_raised_again(make_rule, make_contract, biomed):
    make_contract(ends_on=LAST_DAY)
    make_rule(30)
    remind(now=AHEAD)
    close_alert(alert=Alert.objects.get(), by=biomed, now=AHEAD)
    remind(now=AHEAD + timedelta(days=1))
    assert told() == [("Ends in 30", "resolved")]


@pytest.mark.parametrize("change", ["renewed", "prolonged", "left", "no end"])
def test_it_is_over_when_somebody_saw_to_it(make_rule, make_contract, change):
    contract = make_contract(ends_on=LAST_DAY)
    make_rule(30)
    remind(now=AHEAD)
    if change == "renewed":
        make_contract("C-2", begins_on=LAST_DAY + timedelta(days=1), follows=contract)
    else:
        values = {
            "prolonged": {"ends_on": date(2027, 6, 30)}, "left": {"is_left_to_end": True}, "no end": {"ends_on": None},
        }  # fmt: skip
        type(contract).objects.filter(pk=contract.pk).update(**values[change])
    remind(now=AHEAD + timedelta(days=1))
    assert told() == [("Ends in 30", "resolved")]


def test_past_its_end_it_stays_open_until_then(make_rule, make_contract):
    make_contract(ends_on=LAST_DAY)
    make_rule(30)
    remind(now=AHEAD)
    remind(now=AHEAD + timedelta(days=60))
    assert told() == [("Ends in 30", "new")]


def test_what_was_over_before_anybody_looked_alerts_nobody(make_rule, make_contract):
    make_contract(ends_on=LAST_DAY)
    make_rule(30)
    remind(now=AHEAD + timedelta(days=31))
    assert told() == []


def test_a_rule_of_another_site_says_nothing(make_rule, make_contract, other_site):
    make_contract(ends_on=LAST_DAY)
    make_rule(30).sites.set([other_site])
    remind(now=AHEAD)
    assert told() == []


def test_a_ward_is_not_told_of_contracts(make_rule, make_contract, nurse, facilities):
    make_contract(ends_on=LAST_DAY)
    make_rule(30)
    remind(now=AHEAD)
    assert Alert.objects.visible_to(facilities).count() == 1
    assert Alert.objects.visible_to(nurse).count() == 0
