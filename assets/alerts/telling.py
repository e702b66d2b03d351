"""Who has to be told of a step, by which channels: the rows of the outbox, made in the step's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from assets.alerts.models import Alert, AlertTransition, Channel, Delivery, OnCall, QuietHours, Subscription
from assets.alerts.weekly import is_during, weekly_end
from assets.alerts.words import Severity, Step

FLAPS_TOLD = 3
"""So often it is told that an alert came back; from then on only the page says so, until it is new again."""
_TOLD = frozenset({Step.RAISED, Step.REOPENED, Step.RELEASED, Step.ESCALATED, Step.RESOLVED})


def tell(*, transition: AlertTransition, now: datetime) -> list[Delivery]:
    """Make the deliveries of a step. Part of the caller's transaction: with the step, or not at all."""
    alert = transition.alert
    if alert.held or transition.step not in _TOLD or alert.flaps > FLAPS_TOLD:
        return []
    if transition.step == Step.ESCALATED:
        channels = _channels_of_duty(alert, now)
    elif transition.step == Step.RESOLVED:
        channels = _channels_told(alert)
    else:
        channels = _channels_subscribed(alert)
    deliveries = [
        Delivery(
            transition=transition,
            channel=channel,
            token=uuid.uuid4(),
            next_at=_not_before(channel, alert, now),
            created_at=now,
        )
        for channel in channels
    ]
    return Delivery.objects.bulk_create(deliveries)


def people_on_call(*, role: str, site_id: int, zone: ZoneInfo, now: datetime) -> list[int]:
    """Who answers for a role now."""
    duties = OnCall.objects.filter(Q(end__isnull=True) | Q(end__gt=now), role=role, site=site_id)
    return sorted(
        {
            duty.person_id
            for duty in duties
            if is_during(
                now,
                zone,
                begin=duty.begin,
                end=duty.end,
                weekdays=duty.weekdays,
                time_from=duty.time_from,
                time_to=duty.time_to,
            )
        }
    )


def _channels_of_duty(alert: Alert, now: datetime) -> Iterable[Channel]:
    """All channels of whoever is on call, whatever they have subscribed to."""
    zone = ZoneInfo(alert.site.timezone)
    people = people_on_call(role=alert.rule.escalate_to, site_id=alert.site_id, zone=zone, now=now)
    return _usable(Channel.objects.filter(person__in=people))


def _channels_told(alert: Alert) -> Iterable[Channel]:
    """Those that were told of it hear that it is over; what still waits to be told need not be told any more."""
    waiting = Delivery.objects.filter(
        transition__alert=alert, state=Delivery.State.WAITING, attempts=0
    ).exclude(transition__step=Step.RESOLVED)
    waiting.update(state=Delivery.State.DROPPED, done_at=alert.resolved_at)
    told = Delivery.objects.filter(transition__alert=alert).exclude(state=Delivery.State.DROPPED)
    return _usable(Channel.objects.filter(pk__in=told.values("channel")))


def _channels_subscribed(alert: Alert) -> list[Channel]:
    graver = [each.value for each in Severity if each.rank <= Severity(alert.severity).rank]
    wanted = Subscription.objects.filter(
        Q(rule__isnull=True) | Q(rule=alert.rule_id),
        Q(department__isnull=True) | Q(department=alert.department_id),
        is_enabled=True,
        severity__in=graver,
    )
    channels = _usable(Channel.objects.filter(pk__in=wanted.values("channel")))
    return [each for each in channels if each.person is None or _may_see(each, alert)]


def _usable(channels: QuerySet[Channel]) -> QuerySet[Channel]:
    active = Q(person__isnull=True) | Q(person__is_active=True)
    return channels.filter(active, is_enabled=True).select_related("person").order_by("pk")


def _may_see(channel: Channel, alert: Alert) -> bool:
    person = channel.person
    if person is None or not person.has_perm("alerts.view_alert"):
        return False
    return Alert.objects.visible_to(person).filter(pk=alert.pk).exists()


def _not_before(channel: Channel, alert: Alert, now: datetime) -> datetime:
    """Now, or when the person's quiet hours are over."""
    quiet = channel.person and QuietHours.objects.filter(person=channel.person).first()
    if not quiet or (alert.severity == Severity.CRITICAL and quiet.critical_passes):
        return now
    zone = ZoneInfo(alert.site.timezone)
    end = weekly_end(now, zone, weekdays=quiet.weekdays, time_from=quiet.time_from, time_to=quiet.time_to)
    return end or now
