"""When nobody is told of an alert for now: its cause is alerted already, or somebody is working on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from assets.alerts.models import Alert, Cover, MaintenanceWindow
from assets.alerts.weekly import is_during
from assets.alerts.words import OUTAGES, SILENCES, Hold, State
from assets.models import Asset

POWER = "power:"
"""Covers of equipment, by its key, whose power feed is out."""
FEEDS = 5
"""From the main distribution to a socket strip."""


def hold_of(alert: Alert, now: datetime) -> tuple[str, Alert | None]:
    """Why the alert is to be held back as of ``now``, and the open alert that is its cause."""
    cause = _cause_of(alert)
    if cause is not None:
        return Hold.PARENT, cause
    return (Hold.MAINTENANCE if is_being_maintained(alert, now) else Hold.NONE), None


def cover(alert: Alert, subjects: Iterable[str]) -> None:
    """This alert explains the silence of ``subjects``, and of what gets its power from the equipment that is out: what
    is new about them is held back from now on."""
    fed = _fed_by(alert) if alert.kind in OUTAGES and alert.asset_id is not None else []
    covered = sorted({*subjects, *(f"{POWER}{pk}" for pk in fed)} - {alert.subject})
    if not covered:
        return
    Cover.objects.bulk_create([Cover(alert=alert, subject=subject[:80]) for subject in covered])
    explained = Alert.objects.open().filter(
        Q(subject__in=covered) | Q(asset__in=fed), kind__in=SILENCES, parent__isnull=True
    )
    explained.exclude(pk=alert.pk).update(parent=alert, held=Hold.PARENT)


def _fed_by(alert: Alert) -> list[int]:
    """What has no power without the alert's equipment, through at most :data:`FEEDS` feeds, itself left out."""
    found: set[int] = set()
    feeding: set[int] = {alert.asset_id} if alert.asset_id is not None else set()
    for _ in range(FEEDS):
        rows = Asset.objects.in_service().filter(power_feed__in=feeding).order_by()
        feeding = set(rows.values_list("pk", flat=True)) - found - {alert.asset_id}
        if not feeding:
            break
        found |= feeding
    return sorted(found)


def release_covered(alert: Alert, now: datetime) -> list[Alert]:
    """What was held back for the sake of ``alert``, which is over, and is open still: whom to tell of now."""
    released = []
    for child in Alert.objects.select_for_update(of=("self",)).open().filter(parent=alert):
        child.held, child.parent = hold_of(child, now)
        if child.held == Hold.NONE:
            released.append(child)
        else:
            child.save(update_fields=["held", "parent"])
    return released


def is_being_maintained(alert: Alert, now: datetime) -> bool:
    """Whether a maintenance window that the alert falls into is under way."""
    windows = MaintenanceWindow.objects.filter(Q(end__isnull=True) | Q(end__gt=now), site=alert.site_id)
    zone = ZoneInfo(alert.site.timezone)
    return any(
        is_during(
            now,
            zone,
            begin=window.begin,
            end=window.end,
            weekdays=window.weekdays,
            time_from=window.time_from,
            time_to=window.time_to,
        )
        for window in windows
        if _is_about(window, alert)
    )


def _is_about(window: MaintenanceWindow, alert: Alert) -> bool:
    category = alert.asset.model.category_id if window.category_id and alert.asset else None
    told = (
        (window.rule_id, alert.rule_id),
        (window.asset_id, alert.asset_id),
        (window.zone_id, alert.zone_id),
        (window.department_id, alert.department_id),
        (window.category_id, category),
    )
    return all(wanted is None or wanted == own for wanted, own in told)


def _cause_of(alert: Alert) -> Alert | None:
    if alert.kind not in SILENCES:
        return None
    subjects = [alert.subject, *([f"{POWER}{alert.asset_id}"] if alert.asset_id else [])]
    causes = Alert.objects.filter(covers__subject__in=subjects).exclude(state=State.RESOLVED)
    found: Alert | None = causes.exclude(pk=alert.pk).first()
    return found
