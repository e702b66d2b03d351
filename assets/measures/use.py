"""How long equipment was in use in a period: from the marks of whole weeks and the intervals beside them, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    Sum,
    Value,
    When,
)
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
    edges = [
        _whole_weeks(settled, key, begin, first, last),
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


def _whole_weeks(there: Q, key: str, begin: datetime, first: datetime, last: datetime) -> Lengths:
    """The difference of two marks; and before the first, what of the use that goes on at it is in the period."""
    rows = UseMark.objects.filter(there, at__in=[first, last]).order_by().values_list(f"asset__{key}")
    told = rows.annotate(
        us=Sum(Case(When(at=last, then=F("use_us")), default=-F("use_us"))),
        before=_sum(
            _moment(first) - Greatest(F("running_since"), _moment(begin)),
            filter=Q(at=first, running_since__isnull=False),
        ),
    )
    return {value: timedelta(microseconds=int(us)) + (before or timedelta(0)) for value, us, before in told}


def _ending(begin: datetime, first: datetime) -> Any:
    """What ends after ``begin`` and not after ``first``: found by its end alone."""
    rows = ActivityInterval.objects.filter(activity=Activity.IN_USE, end__gt=begin, end__lte=first)
    return rows.order_by()


def _lengths(rows: Any, key: str, begin: datetime, end: datetime) -> Lengths:
    return dict(summed(rows, begin, end, f"asset__{key}"))


def _moment(value: datetime) -> Any:
    return Value(value, output_field=DateTimeField())


def _sum(length: Any, **extra: Any) -> Any:
    return Sum(ExpressionWrapper(length, output_field=DurationField()), **extra)
