"""An order once for each episode; what happens meanwhile is written to it; and what becomes of it when that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from assets.alerts.models import Alert
from assets.alerts.sayings import LANGUAGE_KEPT
from assets.device_orders.models import OrderRule, Told, WhenClear
from assets.maintenance.events import lock_order, note_event
from assets.maintenance.models import WorkOrder
from assets.maintenance.moving import make_step
from assets.maintenance.orders import open_work_order
from assets.maintenance.transitions import TRANSITIONS, WorkTransition
from assets.maintenance.words import CLOCKED, Happening, Kind, Priority, State, Team
from assets.models import Asset

MOST = 500


def take_begin(alert: Alert, rule: OrderRule, now: datetime) -> WorkOrder | None:
    """The alert is raised, came back, or is not held back any more. The order that it opened or was written to.

    Nothing while it is held back, once it is over, and for what is retired. Within the caller's transaction.
    """
    if alert.held or not alert.is_open or alert.asset is None or alert.asset.retired_at is not None:
        return None
    # Whoever opens an order of the same asset waits here.
    asset = Asset.objects.select_for_update(no_key=True).select_related("model__category", "site").get(
        pk=alert.asset_id
    )  # fmt: skip
    known = Told.objects.filter(alert=alert, order__closed_at=None).select_related("order").first()
    if known is not None:
        if known.cleared_at is not None:
            known.cleared_at = None
            known.save(update_fields=["cleared_at"])
            _write(known.order, _("It is so again: %s") % words_of(alert), now)
        return known.order
    order, is_new = _open(asset, alert, rule, now)
    Told.objects.update_or_create(
        alert=alert, order=order, defaults={"is_opener": is_new, "at": now, "cleared_at": None}
    )
    return order


def _open(asset: Asset, alert: Alert, rule: OrderRule, now: datetime) -> tuple[WorkOrder, bool]:
    template, kind = rule.template, Kind(rule.kind)
    todo = f" {template.note}" if template and template.note else ""
    days = template.due_days if template and kind not in CLOCKED else None
    opened = open_work_order(
        asset=asset,
        kind=kind,
        by=None,
        now=now,
        note=f"{words_of(alert)}.{todo}"[:MOST],
        priority=Priority(rule.priority) if rule.priority else None,
        impact=template.impact if template else "",
        due_at=None if days is None else now + timedelta(days=days),
        is_by_device=True,
        team=Team(rule.team) if rule.team else None,
    )
    return opened.order, opened.is_new


def take_end(alert: Alert, now: datetime) -> None:
    """The alert is over: written to its orders that are open. An order is closed where the rule that opened it says
    so, nobody has touched it, and nothing else that was reported lasts. Within the caller's transaction."""
    for told in Told.objects.filter(alert=alert, cleared_at=None, order__closed_at=None):
        told.cleared_at = alert.ended_at or now
        told.save(update_fields=["cleared_at"])
        order = lock_order(told.order_id)
        since = told.cleared_at.astimezone(ZoneInfo(order.asset.site.timezone))
        _write(
            order,
            _("Over since %(time)s: %(words)s") % {"time": f"{since:%F %H:%M}", "words": words_of(alert)},
            now,
        )
        if is_untouched(order) and _closes(order):
            _close(order, now)


def _closes(order: WorkOrder) -> bool:
    """Whether the rule that opened it says so; without the rule by now, nobody says it."""
    opener = order.told_by.filter(is_opener=True).select_related("alert").first()
    said = opener and OrderRule.objects.filter(rule=opener.alert.rule_id).first()
    return bool(said and said.when_clear == WhenClear.CLOSE)


def is_untouched(order: WorkOrder) -> bool:
    """Opened by a rule, and nobody has moved it, written to it, or held the equipment out of service by it since; and
    nothing that was written to it by rules lasts."""
    return bool(
        order.is_by_device
        and order.state == State.REQUEST
        and order.assigned_to_id is None
        and not order.down_percent
        and not order.events.exclude(what__in=[Happening.OPENED, Happening.DEVICE]).exists()
        and not order.events.filter(is_unverified=True).exists()
        and not order.told_by.filter(cleared_at=None).exists()
    )


def closing_step(order: WorkOrder) -> WorkTransition:
    """That which says that there was nothing to do."""
    key = "decline" if order.kind in CLOCKED else "cancel"
    return next(step for step in TRANSITIONS if step.key == key)


def _close(order: WorkOrder, now: datetime) -> None:
    """Says nothing of the equipment: that speaks for itself."""
    step = replace(closing_step(order), key="cleared", gives_back=False, confirms=False)
    make_step(order, step, by=None, now=now, note=_("It cleared by itself, and nobody had begun."))


def words_of(alert: Alert) -> str:
    """In the language that orders are kept in."""
    with translation.override(LANGUAGE_KEPT):
        return alert.said or alert.rule.name


def _write(order: WorkOrder, words: str, now: datetime) -> None:
    note_event(order, Happening.DEVICE, by=None, now=now, note=words[:MOST], is_by_device=True)
