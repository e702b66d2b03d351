"""Taking equipment out of service by an order, and giving it back; and how much time that comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.holds import held_by
from assets.maintenance.events import WorkRefusedError, lock_as_seen, lock_order, note_event, plain_note
from assets.maintenance.models import Downtime, WorkOrder
from assets.maintenance.words import DOWN_REASONS, DownReason, Happening, Kind, Percent
from assets.models import Asset, Statement
from assets.statements import state_activity
from assets.words import Activity


@transaction.atomic
def begin_downtime(
    *,
    order: WorkOrder,
    by: Any,
    now: datetime,
    begin: datetime | None = None,
    end: datetime | None = None,
    percent: Percent = Percent.ALL,
    reason: DownReason | None = None,
    note: str = "",
    version: int | None = None,
) -> Downtime:
    """The order holds its asset out of service from ``begin``; with ``end``, it did so for a while that is over.

    Raises :class:`WorkRefusedError` naming the field where it would overlap another of the same order, run backward
    or begin in the future; :class:`~assets.maintenance.events.MovedMeanwhileError` by ``version``. One transaction.
    """
    current = lock_as_seen(order.number, version=version)
    if not current.is_open or current.is_unverified:
        raise WorkRefusedError(_("The order is closed, or nobody has looked at it yet."))
    begin = begin or now
    _check(current, begin, end, now)
    current.version += 1
    if end is None:
        current.down_percent = percent
    current.save(update_fields=["version", "down_percent"])
    down = Downtime.objects.create(
        order=current,
        asset=current.asset,
        at=now,
        by=by,
        begin=begin,
        end=end,
        percent=percent,
        reason=reason or DOWN_REASONS.get(current.kind, DownReason.PLANNED),
        note=plain_note(note),
    )
    note_event(current, Happening.DOWN, by=by, now=now, note=f"{percent} %, {down.get_reason_display()}")
    if end is None and percent == Percent.ALL:
        state_activity(asset=current.asset, activity=Activity.DOWN, by=by, at=now)
    return down


@transaction.atomic
def end_downtime(
    *, order: WorkOrder, by: Any, now: datetime, end: datetime | None = None, version: int | None = None
) -> Downtime:
    """Back in service before the order is closed. Raises as :func:`begin_downtime`. One transaction."""
    current = lock_as_seen(order.number, version=version)
    down = current.downtimes.current().open().first()
    if down is None:
        raise WorkRefusedError(_("This order does not hold it out of service."))
    end = end or now
    if end > now:
        raise WorkRefusedError(_("end: that moment is still to come."))
    if end <= down.begin:
        raise WorkRefusedError(_("end: it began later than that."))
    current.version += 1
    current.save(update_fields=["version"])
    _close(current, down, by=by, end=end, now=now)
    give_back(current.asset, by=by, now=now)
    return down  # type: ignore[no-any-return]  # a manager made from a QuerySet has no types


@transaction.atomic
def strike_downtime(*, down: Downtime, by: Any, now: datetime) -> None:
    """It was not so. It stays readable, and counts in nothing. One transaction."""
    current = lock_order(down.order_id)
    entry = current.downtimes.current().filter(pk=down.pk).first()
    if entry is None:
        return
    entry.struck_at, entry.struck_by = now, by
    entry.save(update_fields=["struck_at", "struck_by"])
    current.version += 1
    if entry.end is None:
        current.down_percent = 0
    current.save(update_fields=["version", "down_percent"])
    note_event(current, Happening.STRUCK, by=by, now=now, note=str(entry.get_reason_display()))
    if entry.end is None and entry.percent == Percent.ALL:
        give_back(current.asset, by=by, now=now)


def _check(order: WorkOrder, begin: datetime, end: datetime | None, now: datetime) -> None:
    if begin > now or (end is not None and end > now):
        raise WorkRefusedError(_("begin: that moment is still to come."))
    if end is not None and end <= begin:
        raise WorkRefusedError(_("end: it has to be later than the beginning."))
    other = order.downtimes.current().overlapping(begin, end).first()
    if other is not None:
        words = _("begin: this order holds it out of service already from %(begin)s.")
        raise WorkRefusedError(words % {"begin": f"{other.begin:%F %H:%M} UTC"})


def _close(order: WorkOrder, down: Downtime, *, by: Any, end: datetime, now: datetime) -> None:
    # What was begun in the same microsecond lasted for one.
    down.end = max(end, down.begin + timedelta(microseconds=1))
    down.save(update_fields=["end"])
    order.down_percent = 0
    order.save(update_fields=["down_percent"])
    note_event(order, Happening.UP, by=by, now=now)


def hold_back(order: WorkOrder, *, by: Any, now: datetime) -> Statement | None:
    """The asset is out of service, or needs cleaning; nothing is said of dirt while it is out of service.

    For an order that is locked, within the caller's transaction.
    """
    if order.kind != Kind.CLEANING:
        if not order.downtimes.current().open().exists():
            _check(order, now, None, now)
            Downtime.objects.create(
                order=order,
                asset=order.asset,
                at=now,
                by=by,
                begin=now,
                reason=DOWN_REASONS.get(order.kind, DownReason.PLANNED),
            )
            order.down_percent = Percent.ALL
            order.save(update_fields=["down_percent"])
        return state_activity(asset=order.asset, activity=Activity.DOWN, by=by, at=now)
    if is_held_down(order.asset):
        return None
    return state_activity(asset=order.asset, activity=Activity.DIRTY, by=by, at=now)


def release(order: WorkOrder, *, by: Any, now: datetime) -> bool:
    """Ends what the order held, if it held anything; whether it did. For an order that is locked."""
    down = order.downtimes.current().open().first()
    if down is not None:
        _close(order, down, by=by, end=now, now=now)
    return down is not None


def give_back(asset: Asset, *, by: Any, now: datetime) -> Statement | None:
    """It is ready again, but for what an open order says of it, or what else keeps it out of service."""
    if is_held_down(asset):
        return None
    is_dirty = holding(asset, Kind.CLEANING).exists()
    activity = Activity.DIRTY if is_dirty else Activity.AVAILABLE
    return state_activity(asset=asset, activity=activity, by=by, at=now)


def holding(asset: Asset, kind: Kind) -> Any:
    """The open orders of that kind that staff has looked at."""
    return WorkOrder.objects.open().filter(asset=asset, kind=kind, is_unverified=False)


def held_down_by(asset: Asset) -> Any:
    """The open orders that hold it wholly out of service."""
    return WorkOrder.objects.open().filter(asset=asset, down_percent=Percent.ALL)


def is_held_down(asset: Asset) -> bool:
    """By an order, or by anything else that keeps equipment out of service."""
    return bool(held_down_by(asset).exists() or held_by(asset))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of downtime; ``end`` nothing while it lasts."""

    begin: datetime
    end: datetime | None
    percent: int


def elapsed(begin: datetime, end: datetime) -> timedelta:
    return end - begin


def weighted(
    spans: Iterable[Span],
    *,
    begin: datetime,
    end: datetime,
    length: Callable[[datetime, datetime], timedelta] = elapsed,
) -> timedelta:
    """How long one asset was down from ``begin`` to ``end``, each instant weighted by percent-down.

    Where several orders held it at once, the highest percent counts, once. ``length`` says how much of a stretch of
    time counts: all of it, unless only some hours are covered.
    """
    inside = [
        (max(span.begin, begin), min(span.end or end, end), span.percent)
        for span in spans
        if span.begin < end and (span.end is None or span.end > begin)
    ]
    edges = sorted({edge for first, last, _percent in inside for edge in (first, last)})
    total = timedelta(0)
    for first, last in pairwise(edges):
        most = max((percent for a, b, percent in inside if a <= first and b >= last), default=0)
        total += length(first, last) * most / 100 if most else timedelta(0)
    return total
