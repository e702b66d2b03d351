"""Keeping the marks of use: week by week, and anew for assets whose history was changed behind them."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, Q

from assets.measures.models import UseMark, UseTouched, UseWeek
from assets.measures.use import intervals, summed
from assets.models import ActivityInterval
from assets.recording.ledger import Ledger
from assets.recording.moments import from_us, to_us
from assets.sql import Dialect, Table
from assets.words import Activity

WEEK = timedelta(days=7)
SETTLED = timedelta(hours=1)
"""So long after its end a week is taken to be over; a transaction that changes it and lasts longer is none of ours."""
NOTES_AT_ONCE = 500
TOUCHED = Table(UseTouched, ("asset_id", "since_us"), ())
US = timedelta(microseconds=1)


def monday_of(moment: datetime) -> datetime:
    """The begin of its week, in UTC."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def note_touched(sql: Dialect, ledger: Ledger) -> None:
    """Notes whose history before this week changed, with the change itself; late data are rare."""
    bound = to_us(monday_of(datetime.now(UTC)))
    rows = [(asset, since) for asset, since in ledger.changed.items() if since < bound]
    if rows:
        sql.insert(TOUCHED, rows)


def sum_use(*, now: datetime, seconds: float | None = None) -> int:
    """Sums anew what was touched, then week after week up to the last that is over; how many weeks.

    After ``seconds``, if told, it stops where it is. Several may run at once: the second finds it done.
    """
    begun = time.monotonic()
    while _take_touched():
        pass
    last = monday_of(now - SETTLED)
    count = 0
    while (week := _next_week()) is not None and week <= last:
        _sum_week(week)
        count += 1
        if seconds is not None and time.monotonic() - begun > seconds:
            break
    return count


def _next_week() -> datetime | None:
    """The one after the last, or else the first in which anything was in use; nothing without any use."""
    last = UseWeek.objects.order_by("-at").values_list("at", flat=True).first()
    if last is not None:
        return last + WEEK
    used = ActivityInterval.objects.filter(activity=Activity.IN_USE).order_by()
    first = used.aggregate(first=Min("begin"))["first"]
    return None if first is None else monday_of(first)


def _sum_week(week: datetime) -> None:
    with transaction.atomic():
        _alone()
        if not UseWeek.objects.filter(at=week).exists():
            _mark(week, week - WEEK if UseWeek.objects.exists() else None)
            UseWeek.objects.create(at=week)


def _mark(week: datetime, before: datetime | None, assets: Collection[int] | None = None) -> None:
    """Writes the marks of a week: those of the week before, and what came since; of some assets, or of all."""
    mine = Q() if assets is None else Q(asset__in=assets)
    begin = before or datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
    known = dict(UseMark.objects.filter(mine, at=before).values_list("asset", "use_us")) if before else {}
    for asset, length in summed(intervals(begin, week).filter(mine), begin, week, "asset"):
        known[asset] = known.get(asset, 0) + length // US
    running = dict(_running(week).filter(mine).values_list("asset", "begin"))
    UseMark.objects.filter(mine, at=week).delete()
    marks = [
        UseMark(at=week, asset_id=pk, use_us=us, running_since=running.get(pk)) for pk, us in known.items()
    ]
    UseMark.objects.bulk_create(marks, batch_size=5000)


def _running(week: datetime) -> Any:
    """The use that goes on at the begin of the week; what went silent before does not."""
    is_heard = Q(end__gt=week) | Q(end__isnull=True, asset__now__stale_at__isnull=True)
    is_heard |= Q(end__isnull=True, asset__now__stale_at__gt=week)
    rows = ActivityInterval.objects.filter(is_heard, activity=Activity.IN_USE, begin__lt=week)
    return rows.order_by()


def _take_touched() -> bool:
    """Takes notes of changed histories and sums those anew, in one transaction; whether there may be more."""
    if not UseTouched.objects.exists():
        return False
    with transaction.atomic():
        _alone()
        notes = list(UseTouched.objects.order_by("pk")[:NOTES_AT_ONCE])
        if notes:
            since = from_us(max(0, min(note.since_us for note in notes)))
            _sum_anew({note.asset_id for note in notes}, since)
            UseTouched.objects.filter(pk__in=[note.pk for note in notes]).delete()
    return len(notes) == NOTES_AT_ONCE


def _sum_anew(assets: Collection[int], since: datetime) -> None:
    weeks = list(UseWeek.objects.order_by("at").values_list("at", flat=True))
    for number, week in enumerate(weeks):
        if week > since:
            _mark(week, weeks[number - 1] if number else None, assets)


def _alone() -> None:
    """One process at a time; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{UseWeek._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')
