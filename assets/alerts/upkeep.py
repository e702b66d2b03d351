"""What the clock alone does to alerts: whom to call when nobody answers, and what is no longer held back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from assets.alerts.lifecycle import escalate_alert, release_held
from assets.alerts.models import Alert, Delivery
from assets.alerts.rentals import look_at_rentals
from assets.alerts.touch_rules import touch_fresh, touch_retired


def keep_up(*, now: datetime) -> int:
    """Escalate what nobody acknowledged in time, and tell of what is not held back any more; how many that were."""
    touch_fresh(now=now)
    touch_retired(now=now)
    look_at_rentals(now=now)
    held = Alert.objects.open().exclude(held="").select_related("rule", "site")
    released = sum(release_held(alert=alert, now=now) for alert in held)
    return released + sum(escalate_alert(alert=alert, now=now) for alert in unanswered(now))


def unanswered(now: datetime) -> list[Alert]:
    """Alerts that nobody acknowledged for as long as their rule allows."""
    waiting = (
        Alert.objects.unacknowledged()
        .told()
        .filter(escalated_at__isnull=True, rule__escalate_after_s__isnull=False)
    )
    return [
        alert
        for alert in waiting.select_related("rule")
        if alert.raised_at + timedelta(seconds=alert.rule.escalate_after_s) <= now
    ]


def forget_old(*, now: datetime) -> int:
    """Deliveries that were made long ago are forgotten; alerts and their steps are kept. How many."""
    before = now - timedelta(days=settings.DELIVERIES_KEPT_DAYS)
    done = (Delivery.State.SENT, Delivery.State.DROPPED, Delivery.State.DEAD)
    count, _ = Delivery.objects.filter(state__in=done, created_at__lt=before).delete()
    return count
