"""Contracts that come to their end become alerts, ahead by as many days as each rule says, once by each rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert, Rule
from assets.alerts.scope import RuleBook, Thing
from assets.alerts.words import Kind
from assets.contracts.models import Contract
from assets.planning.calendar import day_at

FURTHEST = timedelta(days=366)
"""Later ends concern no rule yet."""


def remind(*, now: datetime) -> None:
    """Raise for what ends within a rule's days; resolve what was renewed, prolonged, or is to end.

    Once raised, it stays open past the end: that nobody renewed it is then the matter.
    """
    rules = RuleBook([Kind.CONTRACT])
    open_alerts = list(Alert.objects.open().filter(kind=Kind.CONTRACT).select_related("rule"))
    ending = list(Contract.objects.to_be_renewed(by=(now + FURTHEST).date()).select_related("site"))
    still = {(subject_of(contract), _key(contract)) for contract in ending}
    for alert in open_alerts:
        if (alert.subject, alert.key) not in still:
            resolve_alert(rule=alert.rule, subject=alert.subject, at=now, now=now)
    known = {(alert.rule_id, alert.subject, alert.key) for alert in open_alerts}
    for contract in ending:
        for rule in rules.about(kind=Kind.CONTRACT, thing=Thing(contract.site_id)):
            is_known = (rule.pk, subject_of(contract), _key(contract)) in known
            if not is_known and _is_time(rule, contract, now):
                _raise(rule, contract, now)


def subject_of(contract: Contract) -> str:
    return f"contract:{contract.pk}"


def _key(contract: Contract) -> str:
    return f"{contract.ends_on}:{contract.pk}"


def _is_time(rule: Rule, contract: Contract, now: datetime) -> bool:
    """What was over before anybody entered it, or before there was the rule, is told on its page alone."""
    assert contract.ends_on is not None  # noqa: S101  they are selected by it
    today = day_at(now, contract.site.timezone)
    return _first_day(rule, contract) <= today <= contract.ends_on


def _first_day(rule: Rule, contract: Contract) -> date:
    assert contract.ends_on is not None  # noqa: S101  as above
    return contract.ends_on - timedelta(days=int(rule.parameters["days_before"]))


def _raise(rule: Rule, contract: Contract, now: datetime) -> None:
    begun = datetime.combine(_first_day(rule, contract), time(), ZoneInfo(contract.site.timezone))
    raise_alert(
        rule=rule,
        key=_key(contract),
        at=min(begun.astimezone(UTC), now),
        subject=subject_of(contract),
        title=str(contract),
        saying={"id": "contract", "day": str(contract.ends_on)},
        address=contract.get_absolute_url(),
        site=contract.site,
        now=now,
    )
