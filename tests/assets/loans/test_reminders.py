"""Told ahead and when it is overdue, once each; over when it is back, prolonged or written off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.alerts.models import Alert, Channel, Delivery, Rule, Subscription
from assets.alerts.rentals import look_at_rentals
from assets.loans.lending import Whom
from assets.loans.moving import Told, move_loan
from assets.loans.reminders import look_at_loans
from assets.loans.words import LoanKind

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
SECOND = timedelta(seconds=1)


@pytest.fixture
def make_rule(db):
    def make(kind="loan", **parameters):
        rule = Rule(name=f"{kind} {parameters}", kind=kind, parameters=parameters)
        rule.full_clean()
        rule.save()
        return rule

    return make


def told():
    return [(alert.state, alert.words) for alert in Alert.objects.order_by("pk")]


def test_an_overdue_loan_is_told_of_once(lend, make_rule, at):
    make_rule(days_before=0)
    lend(7)
    look_at_loans(now=at(7) - SECOND)
    assert told() == []
    for moment in (at(7), at(7) + SECOND, at(9)):
        look_at_loans(now=moment)
    assert told() == [("new", "On loan to Ward 3 West, was due back on 9 Mar 2026")]


def test_a_rule_may_ask_days_ahead_and_both_are_told_once_each(lend, make_rule, at):
    make_rule(days_before=2)
    make_rule(days_before=0)
    lend(7)
    look_at_loans(now=at(5) - SECOND)
    assert told() == []
    for days in (5, 6, 7, 8):
        look_at_loans(now=at(days))
    assert [words for _state, words in told()] == [
        "On loan to Ward 3 West, due back on 9 Mar 2026",
        "On loan to Ward 3 West, was due back on 9 Mar 2026",
    ]


def test_days_ahead_are_days_of_the_site_also_over_a_change_of_its_clocks(lend, make_rule, at, noon):
    make_rule(days_before=2)
    due = noon + timedelta(
        days=28, hours=-1
    )  # 30 March, 13:00 in summer time; the clocks changed on the 29th
    lend(due_at=due)
    look_at_loans(now=due - timedelta(days=2, hours=-1) - SECOND)
    assert told() == []
    look_at_loans(now=due - timedelta(days=2, hours=-1))
    assert len(told()) == 1


@pytest.mark.parametrize("step", ["return", "lose", "strike"])
def test_it_is_over_when_it_is_back_written_off_or_struck_out(lend, make_rule, biomed, at, step):
    make_rule(days_before=0)
    loan = lend(7)
    look_at_loans(now=at(8))
    condition = "clean" if step == "return" else ""
    move_loan(loan=loan, transition=step, by=biomed, now=at(9), told=Told(condition=condition))
    look_at_loans(now=at(9))
    look_at_loans(now=at(10))
    assert [state for state, _words in told()] == ["resolved"]


def test_a_loan_that_is_prolonged_is_told_of_again_when_it_is_due_again(lend, make_rule, biomed, at):
    make_rule(days_before=0)
    loan = lend(7)
    look_at_loans(now=at(8))
    move_loan(loan=loan, transition="extend", by=biomed, now=at(8), told=Told(due_at=at(12)))
    look_at_loans(now=at(8))
    assert [state for state, _words in told()] == ["resolved"]
    look_at_loans(now=at(12))
    assert [state for state, _words in told()] == ["resolved", "new"]


def test_whoever_subscribed_is_told_by_the_usual_ways(lend, make_rule, biomed, at):
    rule = make_rule(days_before=0)
    channel = Channel.objects.create(person=biomed, kind="email", name="Mail")
    Subscription.objects.create(channel=channel, rule=rule, severity="info")
    lend(7)
    look_at_loans(now=at(8))
    look_at_loans(now=at(9))
    assert Delivery.objects.count() == 1


def test_of_a_patient_nothing_is_told_not_even_the_reference(lend, make_rule, home, at):
    make_rule(days_before=0)
    lend(7, whom=Whom(LoanKind.HOME, programme=home, reference="HM-00421"))
    look_at_loans(now=at(8))
    assert told() == [("new", "On loan to Heart monitors at home, was due back on 9 Mar 2026")]


def test_others_equipment_is_told_of_by_the_rules_about_rentals(lend, make_pump, make_rule, at):
    make_rule("rental", days_before=0)
    make_rule(days_before=0)
    lend(7, asset=make_pump("R-1", ownership="rented"), whom=Whom(LoanKind.RENTAL, partner="Lendwell"))
    look_at_loans(now=at(9))
    look_at_rentals(now=at(9))
    assert told() == [("new", "Was to be returned by 9 Mar 2026")]


def test_what_is_due_is_looked_for_by_few_queries(
    lend, make_rule, make_pump, at, django_assert_max_num_queries
):
    make_rule(days_before=0)
    for number in range(5):
        lend(7, asset=make_pump(f"Q-{number}"))
    look_at_loans(now=at(8))
    with django_assert_max_num_queries(9):
        look_at_loans(now=at(8) + SECOND)
