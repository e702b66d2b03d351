"""Planning, by the clock: what was done is settled, what falls due next is made, orders are opened ahead.

Done twice, or by two at once, it comes to the same: each step asks for what is still missing, and the database
refuses a second occurrence of the same slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from assets.maintenance.ahead import Ahead, open_ahead
from assets.maintenance.words import Kind, State
from assets.planning.calendar import DAY, day_at, end_of_day, next_from, next_slot, window_of
from assets.planning.meters import reach_meters
from assets.planning.models import Occurrence, Plan, PlanningRun
from assets.planning.models.plans import MOST_AHEAD
from assets.planning.pairs import Pair, pairs
from assets.planning.words import Standing
from locations.models import Site

T = TypeVar("T")
BATCH = 2000
FAR, NEAR = timedelta(days=92), timedelta(days=28)
"""So far ahead the calendar is filled; the nearer for what comes every few days."""
SHORT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Planned:
    """What one run came to."""

    settled: int
    withdrawn: int
    made: int
    reached: int
    opened: int


def plan_maintenance(*, now: datetime, plan: Plan | None = None) -> Planned:
    """All plans, or one. In batches of 2,000 pieces, one transaction each."""
    zones = dict(Site.objects.values_list("pk", "timezone"))
    settled = settle(now=now)
    withdrawn = withdraw_unwanted()
    made = sum(_store(batch) for batch in _in_batches(_missing(now, zones, plan)))
    reached = reach_meters(now=now, zones=zones, plan=plan)
    opened = sum(_open(batch, now, zones) for batch in _in_batches(_to_open(now, zones, plan)))
    if plan is None:
        PlanningRun.objects.update_or_create(pk=1, defaults={"ended_at": now, "made": made, "opened": opened})
    return Planned(settled, withdrawn, made, reached, opened)


def settle(*, now: datetime) -> int:  # noqa: ARG001  as every task of the clock is called
    """What orders say of their occurrences: done on the day the order was, at the site; or cancelled. How many."""
    ended = Occurrence.objects.planned().filter(order__closed_at__isnull=False).order_by()
    days: dict[date, list[int]] = {}
    for pk, done_at, zone in ended.filter(order__state=State.VERIFIED).values_list(
        "pk", "order__done_at", "asset__site__timezone"
    ):
        days.setdefault(day_at(done_at, zone), []).append(pk)
    count = 0
    for day, keys in days.items():
        for some in _in_batches(keys):
            rows = Occurrence.objects.planned().filter(pk__in=some)
            count += rows.update(standing=Standing.DONE, done_on=day)
    cancelled = list(ended.exclude(order__state=State.VERIFIED).values_list("pk", flat=True))
    for some in _in_batches(cancelled):
        count += Occurrence.objects.planned().filter(pk__in=some).update(standing=Standing.SKIPPED)
    return count


def withdraw_unwanted() -> int:
    """What nobody began, of plans that ended and of pieces that are gone."""
    gone = Q(plan__ended_at__isnull=False) | Q(asset__retired_at__isnull=False)
    return withdraw(Occurrence.objects.filter(gone))


def withdraw(occurrences: Iterable[Occurrence]) -> int:
    """Those of them that are planned, without an order and without an attempt: the others have a history."""
    rows = Occurrence.objects.planned().filter(order=None, attempts=None, pk__in=_keys(occurrences))
    keys = list(rows.values_list("pk", flat=True))
    return sum(
        Occurrence.objects.filter(pk__in=some).update(standing=Standing.WITHDRAWN)
        for some in _in_batches(keys)
    )


def _keys(occurrences: Iterable[Occurrence]) -> Iterable[int]:
    return occurrences.values("pk")  # type: ignore[attr-defined,no-any-return]  # a QuerySet


def _in_batches(rows: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(rows)
    while some := list(islice(rest, BATCH)):
        yield some


def _missing(now: datetime, zones: Mapping[int, str], only: Plan | None) -> Iterator[Occurrence]:
    plans = Plan.objects.current().in_bulk() if only is None else {only.pk: only}
    today = {site: day_at(now, zone) for site, zone in zones.items()}
    for pair in pairs(None if only is None else only.pk):
        plan = plans.get(pair.plan_id)
        if plan is None:
            continue
        first = max(day_at(pair.created_at, zones[pair.site_id]), day_at(plan.made_at, zones[pair.site_id]))
        for slot in _slots(plan, pair, first, today[pair.site_id]):
            yield _occurrence(plan, pair, slot, now)


def _slots(plan: Plan, pair: Pair, first: date, today: date) -> Iterator[date | None]:
    """The days that are to be made; one nothing, where a meter alone decides."""
    rule, is_open = plan.rule, pair.standing == Standing.PLANNED
    if rule is None:
        if not is_open:
            yield None
        return
    if pair.standing is None or pair.scheduled_on is None:
        slot = next_slot(rule, plan.begins_on, max(plan.begins_on, first) - DAY)
    elif plan.is_floating:
        slot = next_from(rule, pair.done_on or pair.due_on or pair.scheduled_on)
    else:
        slot = next_slot(rule, plan.begins_on, pair.scheduled_on)
    far = today + max(FAR if rule.days >= SHORT_DAYS else NEAR, (plan.days_ahead + 1) * DAY)
    while not is_open or (slot <= far and not plan.is_floating):
        yield slot
        is_open, slot = True, next_slot(rule, plan.begins_on, slot)


def _occurrence(plan: Plan, pair: Pair, slot: date | None, now: datetime) -> Occurrence:
    made = Occurrence(
        plan=plan, asset_id=pair.asset_id, scheduled_on=slot, due_on=slot, planned_on=slot, made_at=now
    )
    if slot is not None and plan.rule is not None:
        window = window_of(
            plan.rule, slot, before=plan.days_before, after=plan.days_after, late=plan.late_days
        )
        made.opens_on, made.closes_on, made.late_from = window.opens, window.closes, window.late_from
    return made


def _store(made: Sequence[Occurrence]) -> int:
    Occurrence.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _to_open(now: datetime, zones: Mapping[int, str], only: Plan | None) -> Iterator[int]:
    latest = max((day_at(now, zone) for zone in zones.values()), default=now.date())
    rows = Occurrence.objects.planned().filter(order=None, planned_on__lte=latest + MOST_AHEAD * DAY)
    rows = rows if only is None else rows.filter(plan=only)
    for pk, planned_on, ahead, site in rows.order_by("planned_on", "pk").values_list(
        "pk", "planned_on", "plan__days_ahead", "asset__site"
    ):
        if planned_on <= day_at(now, zones[site]) + ahead * DAY:
            yield pk


@transaction.atomic
def _open(keys: Sequence[int], now: datetime, zones: Mapping[int, str]) -> int:
    """An order for each that has none; where an earlier one of the same plan is still to be done, that order serves
    for both. How many were opened."""
    locked = Occurrence.objects.select_for_update(of=("self",)).select_related("plan", "asset__model")
    found = list(
        locked.filter(pk__in=keys, order=None, standing=Standing.PLANNED).order_by("planned_on", "pk")
    )
    plans, assets = {each.plan_id for each in found}, {each.asset_id for each in found}
    held = Occurrence.objects.planned().filter(
        plan__in=plans, asset__in=assets, order__closed_at__isnull=True
    )
    serving = {
        (plan, asset): order
        for plan, asset, order in held.exclude(order=None).values_list("plan", "asset", "order")
    }
    firsts = {
        (each.plan_id, each.asset_id): each
        for each in reversed(found)
        if (each.plan_id, each.asset_id) not in serving
    }
    new = list(firsts.values())
    orders = open_ahead([_ahead(each, zones) for each in new], now=now)
    serving |= {(each.plan_id, each.asset_id): order.pk for each, order in zip(new, orders, strict=True)}
    for each in found:
        each.order_id = serving[each.plan_id, each.asset_id]
    Occurrence.objects.bulk_update(found, ["order"], batch_size=500)
    return len(orders)


def _ahead(each: Occurrence, zones: Mapping[int, str]) -> Ahead:
    planned_on = each.planned_on
    assert planned_on is not None  # noqa: S101  asked for by its day
    due_at = end_of_day(planned_on, zones[each.asset.site_id])
    return Ahead(each.asset_id, each.asset.model.category_id, Kind(each.plan.kind), due_at, each.plan.name)
