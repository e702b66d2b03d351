"""What others have of the hospital's and should bring back: told ahead, or when it is overdue, once each.

Rules of alerts of the kind “loan” say how many days ahead. Whoever is told, and how, is as with every alert. Others'
equipment is told of by the rules about rentals, from the day in the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assets.alerts.histories import things
from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert, Rule
from assets.alerts.scope import Scope
from assets.alerts.words import Kind
from assets.loans.models import Loan
from assets.loans.words import LoanState

FURTHEST = timedelta(days=91)
"""Later ones concern no rule yet."""


def look_at_loans(*, now: datetime) -> None:
    """Raise for what is due, resolve what is back, prolonged or written off."""
    rules = list(Rule.objects.enabled().filter(kind=Kind.LOAN))
    open_alerts = list(Alert.objects.open().filter(kind=Kind.LOAN).select_related("rule"))
    if not rules and not open_alerts:
        return
    due = {(rule.pk, _key(loan)): (rule, loan) for rule, loan in _due(rules, now)}
    for alert in open_alerts:
        if (alert.rule_id, alert.key) not in due:
            resolve_alert(rule=alert.rule, subject=alert.subject, at=now, now=now)
    known = {(alert.rule_id, alert.key) for alert in open_alerts}
    for at, (rule, loan) in due.items():
        if at not in known:
            raise_alert(
                rule=rule,
                asset=loan.asset,
                key=_key(loan),
                at=_told_at(rule, loan),
                saying=_saying(rule, loan),
                now=now,
            )


def _due(rules: list[Rule], now: datetime) -> Iterator[tuple[Rule, Loan]]:
    rows = Loan.objects.outbound().filter(state=LoanState.OUT, due_at__lte=now + FURTHEST).with_names()
    loans = list(rows.select_related("asset__site"))
    scopes, about = Scope.of_each(rules), things([loan.asset_id for loan in loans])
    for loan in loans:
        thing = about[loan.asset_id]
        for rule in rules:
            is_about = scopes[rule.pk].has_thing(thing) and scopes[rule.pk].has_place(thing.home)
            if is_about and _told_at(rule, loan) <= now:
                yield rule, loan


def _told_at(rule: Rule, loan: Loan) -> datetime:
    """So many days before it is due, at the same time of the day."""
    local = loan.due_at.astimezone(ZoneInfo(loan.site.timezone))
    return local - timedelta(days=int(rule.parameters["days_before"]))


def _saying(rule: Rule, loan: Loan) -> dict[str, str]:
    """Of a patient nothing: what is told by mail names the programme."""
    is_ahead = float(rule.parameters["days_before"]) > 0
    day = loan.due_at.astimezone(ZoneInfo(loan.site.timezone)).date()
    return {"id": "loan_soon" if is_ahead else "loan", "day": str(day), "who": loan.whom}


def _key(loan: Loan) -> str:
    """The episode: when it is prolonged, it is another."""
    return f"loan:{loan.pk}:{loan.due_at:%Y%m%dT%H%M%SZ}"
