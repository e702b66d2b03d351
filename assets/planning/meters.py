"""Work by meters: what the latest readings say, and whose day has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from assets.models import ReadingNow
from assets.planning.calendar import day_at, window_by_meter
from assets.planning.models import Occurrence, Plan
from assets.words import Quality


def latest_meters(plans: Iterable[Plan]) -> dict[tuple[int, str], float]:
    """Asset and meter → the latest reading that did not fail, for the pieces under these plans."""
    found: dict[tuple[int, str], float] = {}
    told = [plan for plan in plans if plan.meter]
    for meter in {plan.meter for plan in told}:
        mine = [plan for plan in told if plan.meter == meter]
        under = Q(asset__in=[plan.asset_id for plan in mine if plan.asset_id])
        under |= Q(asset__model__in=[plan.model_id for plan in mine if plan.model_id])
        rows = ReadingNow.objects.filter(
            under, name=meter, quality=Quality.GOOD, number__isnull=False
        ).order_by("at")
        for asset, number in rows.values_list("asset", "number"):
            if number is not None:
                found[asset, meter] = number
    return found


def reach_meters(*, now: datetime, zones: Mapping[int, str], plan: Plan | None = None) -> int:
    """What its meter makes due today, before its day in the calendar. How many.

    Of a pair, the first that is still to be done counts, from the first reading since the one before it was done. A
    meter that runs backward was replaced, and counts from what it says now.
    """
    rows = Occurrence.objects.planned().exclude(plan__meter="")
    rows = rows.filter(plan__ended_at__isnull=True) if plan is None else rows.filter(plan=plan)
    waiting = list(rows.select_related("plan", "asset").order_by("plan", "asset", "pk"))
    meters = latest_meters({each.plan_id: each.plan for each in waiting}.values())
    changed, reached, seen = [], 0, set()
    for each in waiting:
        pair, reading = (each.plan_id, each.asset_id), meters.get((each.asset_id, each.plan.meter))
        if pair in seen or reading is None:
            continue
        seen.add(pair)
        if each.is_by_meter:
            continue
        if count_on(each, reading):
            changed.append(each)
        if each.meter_due is not None and reading >= each.meter_due:
            reached += fall_due(each, now, zones[each.asset.site_id])
            changed.append(each)
    Occurrence.objects.bulk_update(
        {each.pk: each for each in changed}.values(),
        [
            "meter_base",
            "meter_due",
            "due_on",
            "opens_on",
            "closes_on",
            "late_from",
            "planned_on",
            "is_by_meter",
        ],
        batch_size=200,
    )
    return reached


def count_on(each: Occurrence, reading: float) -> bool:
    """Begins to count at a first reading, and anew after a replacement; whether it did."""
    every = each.plan.meter_every or 0.0
    if each.meter_base is not None and reading >= each.meter_base:
        return False
    each.meter_base, each.meter_due = reading, reading + every
    return True


def fall_due(each: Occurrence, now: datetime, zone: str) -> bool:
    """Its meter is there today; whether that is sooner than the calendar."""
    today = day_at(now, zone)
    if each.due_on is not None and each.due_on <= today:
        return False
    window = window_by_meter(today, after=each.plan.days_after, late=each.plan.late_days)
    each.due_on, each.opens_on, each.closes_on = today, window.opens, window.closes
    each.late_from, each.planned_on, each.is_by_meter = window.late_from, today, True
    return True
