"""What par levels tell becomes alerts: the roof alone knows both."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.urls import reverse

from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert
from assets.alerts.scope import Place, RuleBook, Thing
from assets.alerts.words import Kind
from assets.par.evaluation import evaluate_levels
from assets.par.models import ParLevel, Shortfall
from assets.par.outbox import ParEvent, tell_all

_KINDS = {Shortfall.Kind.CRITICAL: Kind.PAR_CRITICAL, Shortfall.Kind.MAXIMUM: Kind.PAR_MAXIMUM}
"""Fewer than the target is work for the next round and alerts nobody."""


def look_at_par_levels(now: datetime) -> None:
    """One beat of the clock: looks at every level, then tells what changed."""
    evaluate_levels(now=now)
    rules = RuleBook(_KINDS.values())
    tell_all(partial(listen, rules=rules, now=now), now=now)


def listen(event: ParEvent, *, rules: RuleBook, now: datetime) -> None:
    """Raises an alert for every rule about the level as an episode begins; resolves all of them as it ends, whatever
    became of their rules. To be told again changes nothing."""
    kind = _KINDS.get(event.kind)
    if kind is None:
        return
    if not event.has_begun:
        for alert in Alert.objects.open().filter(kind=kind, subject=event.subject).select_related("rule"):
            resolve_alert(rule=alert.rule, subject=event.subject, at=event.at, now=now)
        return
    level = event.level
    for rule in rules.about(kind=kind, thing=_thing(level)):
        raise_alert(
            rule=rule,
            key=event.key,
            at=event.at,
            subject=event.subject,
            title=event.title,
            saying={"id": str(kind), "count": event.count, "limit": event.limit},
            address=reverse("par-level", args=[level.pk]),
            zone=level.zone,
            site=level.site,
            department=level.department or (level.zone.department if level.zone else None),
            now=now,
        )


def _thing(level: ParLevel) -> Thing:
    zone = level.zone
    home = Place(zone.pk, zone.kind, zone.floor.building_id) if zone else None
    department = level.department_id or (zone.department_id if zone else None)
    return Thing(level.site_id, level.category_id, department, home)
