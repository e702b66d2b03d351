"""Making, changing and ending plans; moving planned work within its window; logging who came in vain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.maintenance.events import WorkRefusedError, plain_note
from assets.maintenance.models import WorkOrder
from assets.models import Asset
from assets.planning.calendar import day_at, end_of_day
from assets.planning.daily import plan_maintenance, withdraw
from assets.planning.models import Attempt, Occurrence, Plan
from assets.planning.words import Standing, Why
from locations.models import Zone

AT_ONCE = 2000
"""Pieces; plans for more are worked off by the clock, within the hour."""


class PlanRefusedError(WorkRefusedError):
    """It cannot be done with this plan or occurrence; the text names the field and says why."""


def save_plan(*, plan: Plan, by: Any, now: datetime) -> Plan:
    """Stores a new or changed plan, whose fields are valid; what was planned by its former rule and nobody began is
    planned anew."""
    with transaction.atomic():
        if plan._state.adding:
            plan.made_at, plan.made_by = now, by
        elif Plan.objects.select_for_update().get(pk=plan.pk).ended_at is not None:
            raise PlanRefusedError(_("This plan has ended."))
        plan.save()
        withdraw(Occurrence.objects.filter(plan=plan))
    if _pieces(plan) <= AT_ONCE:
        plan_maintenance(now=now, plan=plan)
    return plan


@transaction.atomic
def end_plan(*, plan: Plan, now: datetime) -> None:
    """Nothing falls due by it from now on; what has an order is still to be done. One transaction."""
    current = Plan.objects.select_for_update().get(pk=plan.pk)
    if current.ended_at is None:
        current.ended_at = now
        current.save(update_fields=["ended_at"])
        withdraw(Occurrence.objects.filter(plan=current))


def _pieces(plan: Plan) -> int:
    return 1 if plan.asset_id else Asset.objects.in_service().filter(model=plan.model_id).count()


@transaction.atomic
def move_occurrence(*, occurrence: Occurrence, to: date, now: datetime) -> Occurrence:
    """To another day of its window; its order is due then. Due dates and figures stay. One transaction.

    Raises :class:`PlanRefusedError`.
    """
    current = _lock(occurrence)
    today = day_at(now, current.asset.site.timezone)
    if current.due_on is None or current.opens_on is None or current.closes_on is None:
        raise PlanRefusedError(_("day: it waits for its meter, and has no day yet."))
    if not current.opens_on <= to <= current.closes_on:
        words = _("day: its window is from %(first)s to %(last)s.")
        raise PlanRefusedError(words % {"first": f"{current.opens_on:%F}", "last": f"{current.closes_on:%F}"})
    if to < today:
        raise PlanRefusedError(_("day: that day is over."))
    current.planned_on = to
    current.save(update_fields=["planned_on"])
    if current.order_id is not None:
        due_at = end_of_day(to, current.asset.site.timezone)
        WorkOrder.objects.open().filter(pk=current.order_id, due_at__isnull=False).update(due_at=due_at)
    return current


@transaction.atomic
def log_attempt(
    *, occurrence: Occurrence, why: Why, by: Any, now: datetime, zone: Zone | None = None, note: str = ""
) -> Attempt:
    """Somebody came for it in vain. At most one a person and minute counts, so that a second tap is none."""
    current = _lock(occurrence)
    latest = current.attempts.filter(by=by).order_by("-at").first()
    if latest is not None and (now - latest.at).total_seconds() < 60:
        return latest  # type: ignore[no-any-return]  # a manager made from a QuerySet has no types
    attempt: Attempt = Attempt.objects.create(
        occurrence=current, at=now, day=day_at(now, current.asset.site.timezone), by=by, why=why, zone=zone,
        note=plain_note(note),
    )  # fmt: skip
    return attempt


def _lock(occurrence: Occurrence) -> Occurrence:
    locked = Occurrence.objects.select_for_update(of=("self",)).select_related("asset__site", "plan")
    current: Occurrence = locked.get(pk=occurrence.pk)
    if current.standing != Standing.PLANNED:
        raise PlanRefusedError(_("It is “%s”.") % current.get_standing_display())
    return current
