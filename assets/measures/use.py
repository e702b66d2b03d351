"""How long equipment was in use in a period: from the marks of whole weeks and the intervals beside them, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from assets.measures.models import UseMark, UseTouched, UseWeek
from assets.measures.scope import Scope
from assets.models import ActivityInterval
from assets.words import Activity

Lengths = Mapping[int | None, timedelta]
MOST_TOUCHED = 2000
"""Where more of the past changed just now, the marks are left aside."""


def use_of(scope: Scope, key: str) -> Lengths:
    """In the period, by what ``key`` (a path from the asset) says: an open interval reaches no further than the moment
    at which silence made it unknown.

    Of assets whose history before this week changed since it was summed, from their intervals alone.
    """
    begin, end = scope.begin_at, scope.end_at
    weeks = _weeks_within(begin, end)
    touched = set(UseTouched.objects.values_list("asset_id", flat=True)[: MOST_TOUCHED + 1])
    if weeks is None or len(touched) > MOST_TOUCHED:
        return _lengths(intervals(begin, end).filter(scope.there("asset__")), key, begin, end)
    first, last = weeks
    there = scope.there("asset__")
    settled = there & ~Q(asset__in=touched) if touched else there
    total: dict[int | None, timedelta] = defaultdict(timedelta)
    for value, length in _whole_weeks(settled, key, first, last):
        total[value] += length
    edges = [
        _running(settled, key, begin, first),
        _lengths(_ending(begin, first).filter(settled), key, begin, first),
        _lengths(intervals(last, end).filter(settled), key, last, end),
    ]
    if touched:
        late = intervals(begin, end).filter(there, asset__in=touched)
        edges.append(_lengths(late, key, begin, end))
    for part in edges:
        for value, length in part.items():
            total[value] += length
    return {value: length for value, length in total.items() if length}


def intervals(begin: datetime, end: datetime) -> Any:
    """Of use, confirmed or presumed, that overlap a stretch of time."""
    rows: Any = ActivityInterval.objects.filter(activity=Activity.IN_USE)
    return rows.overlapping(begin, end).order_by()


def summed(rows: Any, begin: datetime, end: datetime, *by: str) -> Any:
    """Tuples of ``by`` and the length of those intervals, cut to the stretch of time."""
    until = Least(Coalesce(F("asset__now__stale_at"), _moment(end)), _moment(end))
    last = Least(Coalesce(F("end"), until), _moment(end))
    since = Greatest(F("begin"), _moment(begin))
    rows = rows.alias(last=last, since=since).filter(last__gt=F("since"))
    return rows.values_list(*by).annotate(length=_sum(last - since))


def _weeks_within(begin: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """The first and the last begin of a week that is summed, if there is a whole week between them."""
    told = UseWeek.objects.filter(at__gte=begin, at__lte=end).aggregate(first=Min("at"), last=Max("at"))
    first, last = told["first"], told["last"]
    return None if first is None or first == last else (first, last)


def _whole_weeks(there: Q, key: str, first: datetime, last: datetime) -> list[tuple[int | None, timedelta]]:
    found = []
    for at, sign in ((last, 1), (first, -1)):
        rows = UseMark.objects.filter(there, at=at).order_by().values_list(f"asset__{key}")
        found += [
            (value, timedelta(microseconds=sign * int(us))) for value, us in rows.annotate(Sum("use_us"))
        ]
    return found


def _running(there: Q, key: str, begin: datetime, first: datetime) -> Lengths:
    """Before ``first``, of the use that goes on at that moment."""
    since = Greatest(F("running_since"), _moment(begin))
    rows = UseMark.objects.filter(there, at=first, running_since__isnull=False).order_by()
    return dict(rows.values_list(f"asset__{key}").annotate(length=_sum(_moment(first) - since)))


def _ending(begin: datetime, first: datetime) -> Any:
    """What ends after ``begin`` and not after ``first``: found by its end alone."""
    rows = ActivityInterval.objects.filter(activity=Activity.IN_USE, end__gt=begin, end__lte=first)
    return rows.order_by()


def _lengths(rows: Any, key: str, begin: datetime, end: datetime) -> Lengths:
    return dict(summed(rows, begin, end, f"asset__{key}"))


def _moment(value: datetime) -> Any:
    return Value(value, output_field=DateTimeField())


def _sum(length: Any) -> Any:
    return Sum(ExpressionWrapper(length, output_field=DurationField()))
