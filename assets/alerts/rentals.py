"""Equipment that is not the hospital's own, and is to go back: told on the day, by the register alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from assets.alerts.histories import things
from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert, Rule
from assets.alerts.scope import Scope, Thing
from assets.alerts.words import Kind
from assets.models import Asset

FURTHEST = timedelta(days=91)
"""Later ones concern no rule yet."""


def look_at_rentals(*, now: datetime) -> None:
    """Raise for what is past its return by its site's days, resolve what went back, stays longer or is owned now."""
    rules = list(Rule.objects.enabled().filter(kind=Kind.RENTAL))
    open_alerts = list(Alert.objects.open().filter(kind=Kind.RENTAL).select_related("rule"))
    if not rules and not open_alerts:
        return
    scopes = Scope.of_each(rules)
    rented = list(_rented(now))
    about = things([asset.pk for asset in rented])
    found = [
        (rule, asset)
        for asset in rented
        for rule in rules
        if _is_about(scopes[rule.pk], about[asset.pk]) and _due_at(rule, asset) <= now
    ]
    still = {(rule.pk, _key(asset)): asset for rule, asset in found}
    for alert in open_alerts:
        if (alert.rule_id, alert.key) not in still:
            resolve_alert(rule=alert.rule, subject=alert.subject, at=now, now=now)
    known = {(alert.rule_id, alert.key) for alert in open_alerts}
    for rule, asset in found:
        if (rule.pk, _key(asset)) not in known:
            raise_alert(
                rule=rule,
                asset=asset,
                key=_key(asset),
                at=_due_at(rule, asset),
                saying=_saying(rule, asset),
                now=now,
            )


def _rented(now: datetime) -> QuerySet[Asset]:
    latest = (now + FURTHEST).date()
    rows = (
        Asset.objects.in_service().exclude(ownership=Asset.Ownership.OWNED).filter(return_due_on__lte=latest)
    )
    found: QuerySet[Asset] = rows.with_place().select_related("site")
    return found


def _is_about(scope: Scope, thing: Thing) -> bool:
    return scope.has_thing(thing) and scope.has_place(thing.home)


def _due_at(rule: Rule, asset: Asset) -> datetime:
    """The end of its last day at its site, less the days that the rule asks for."""
    assert asset.return_due_on is not None  # noqa: S101  they are selected by it
    day = asset.return_due_on + timedelta(days=1 - int(rule.parameters["days_before"]))
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(asset.site.timezone))


def _saying(rule: Rule, asset: Asset) -> dict[str, str]:
    is_ahead = float(rule.parameters["days_before"]) > 0
    return {"id": "rental_soon" if is_ahead else "rental", "day": str(asset.return_due_on)}


def _key(asset: Asset) -> str:
    return f"{asset.ownership}:{asset.return_due_on}:{asset.pk}"
