"""Whether what is found was raised before: as the same episode, or so lately that it has come back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from assets.alerts.models import Alert, Rule


def earlier_alerts(rule: Rule, subject: str, key: str, at: datetime) -> list[Alert]:
    """Alerts of the rule about that which may be this one, the latest first."""
    is_late = Q(ended_at__gte=at - timedelta(seconds=rule.reopen_within_s))
    is_same = Q(ended_at__isnull=True) | Q(key=key[:80]) | Q(ended_at__gt=at)
    return list(Alert.objects.filter(is_late | is_same, rule=rule, subject=subject).order_by("-ended_at"))


def known_alert(earlier: Iterable[Alert], key: str, at: datetime) -> Alert | None:
    """The open alert about that, or else the one that this episode was raised as."""
    rows = sorted(earlier, key=lambda alert: not alert.is_open)
    for alert in rows:
        is_during = alert.ended_at is not None and alert.began_at <= at < alert.ended_at
        if alert.is_open or alert.key == key[:80] or is_during:
            return alert
    return None


def alert_to_reopen(earlier: Iterable[Alert], rule: Rule, at: datetime) -> Alert | None:
    """The one that ended so lately that it has come back; locked."""
    since = at - timedelta(seconds=rule.reopen_within_s)
    for alert in earlier:
        if alert.ended_at is not None and alert.ended_at >= since and alert.began_at <= at:
            locked = Alert.objects.select_for_update(of=("self",)).filter(
                pk=alert.pk, ended_at=alert.ended_at
            )
            found: Alert | None = locked.first()
            return found
    return None
