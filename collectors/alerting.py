"""What is not well in collecting, for those who are to be told: alerts follow disturbances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert, Rule
from assets.alerts.scope import Scope, Thing
from assets.alerts.words import TECHNICAL, Kind
from collectors.models import Disturbance, Endpoint

_KINDS = {
    Disturbance.Kind.ENDPOINT.value: Kind.ENDPOINT.value,
    Disturbance.Kind.SEGMENT.value: Kind.SEGMENT.value,
}


def raise_for_disturbances(now: datetime) -> None:
    """Raise what has lasted for as long as its rules allow, resolve what is over. To be done again changes nothing."""
    rules = list(Rule.objects.enabled().with_scope().filter(kind__in=TECHNICAL))
    open_alerts = list(Alert.objects.open().filter(kind__in=TECHNICAL).select_related("rule"))
    if not rules and not open_alerts:
        return
    lasting = list(
        Disturbance.objects.lasting()
        .filter(kind__in=_KINDS)
        .select_related("segment__site", "endpoint__asset__model")
        .order_by("-kind", "pk")  # segments first: they explain endpoints
    )
    still = {(rule.pk, each.subject) for rule, each in _matching(rules, lasting)}
    for alert in open_alerts:
        if (alert.rule_id, alert.subject) not in still:
            resolve_alert(rule=alert.rule, subject=alert.subject, at=_end_of(alert, now), now=now)
    known = {(alert.rule_id, alert.subject) for alert in open_alerts}
    for rule, each in _matching(rules, lasting):
        is_due = each.begin + timedelta(seconds=float(rule.parameters["for_s"])) <= now
        if is_due and (rule.pk, each.subject) not in known:
            _raise(rule, each, now)


def _matching(rules: Iterable[Rule], lasting: Iterable[Disturbance]) -> Iterator[tuple[Rule, Disturbance]]:
    scopes = [(rule, Scope.of(rule)) for rule in rules]
    for each in lasting:
        thing = _thing(each)
        for rule, scope in scopes:
            if rule.kind == _KINDS[each.kind] and thing is not None and scope.has_thing(thing):
                yield rule, each


def _thing(disturbance: Disturbance) -> Thing | None:
    if disturbance.segment is None:
        return None
    asset = disturbance.endpoint.asset if disturbance.endpoint else None
    if asset is None:
        return Thing(disturbance.segment.site_id)
    return Thing(asset.site_id, asset.model.category_id, asset.department_id, ownership=asset.ownership)


def _raise(rule: Rule, disturbance: Disturbance, now: datetime) -> None:
    endpoint, segment = disturbance.endpoint, disturbance.segment
    if segment is None:
        return
    name = "endpoint" if endpoint else "segment"
    raise_alert(
        rule=rule,
        key=f"disturbance:{disturbance.pk}",
        at=disturbance.begin,
        subject=disturbance.subject,
        title=disturbance.title,
        words=disturbance.words,
        address=reverse(name, args=[endpoint.pk if endpoint else segment.pk]),
        asset=endpoint.asset if endpoint else None,
        site=segment.site,
        covers=_silenced(disturbance),
        now=now,
    )


def _silenced(disturbance: Disturbance) -> list[str]:
    """What cannot be heard of while this lasts: endpoints that depend on it, and the equipment behind all of them."""
    if disturbance.kind == Disturbance.Kind.SEGMENT:
        about = Q(segment=disturbance.segment_id)
    else:
        about = Q(pk=disturbance.endpoint_id) | Q(behind=disturbance.endpoint_id)
    rows = list(Endpoint.objects.filter(about).values_list("pk", "asset_id"))
    endpoints = [f"endpoint:{pk}" for pk, _ in rows]
    return endpoints + [f"asset:{asset_id}" for _, asset_id in rows if asset_id is not None]


def _end_of(alert: Alert, now: datetime) -> datetime:
    """When its disturbance ended; now, where the rule is not about it any more."""
    ended = Disturbance.objects.filter(
        subject=alert.subject, kind=alert.kind, end__isnull=False, begin__lte=now
    )
    last = ended.order_by("-end").values_list("end", flat=True).first()
    return last if last is not None and last >= alert.began_at else now
