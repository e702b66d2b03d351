"""Planned work by week: how full each is, and what is on each day of one; moved by dragging or by a form."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from assets.planning.calendar import DAY, monday_of
from assets.planning.clock import today_for
from assets.planning.forms import MoveForm
from assets.planning.models import Occurrence
from assets.planning.plans import PlanRefusedError, move_occurrence
from assets.planning.views.shared import answer, may_see, may_walk, the_occurrence
from assets.views.fragments import wants_fragment

WEEKS = 12
MOST_A_DAY = 30
WEEK = timedelta(days=7)
FIRST, LAST = date(2000, 1, 3), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Load:
    """A week; ``percent``: how full it is beside the fullest that is shown."""

    monday: date
    count: int
    percent: int


@require_safe
@may_see
@never_cache
@vary_on_headers("HX-Request")
def calendar(request: HttpRequest) -> HttpResponse:
    """``week``: any day of it; without one, this week."""
    today = today_for(request.user, timezone.now())
    monday = monday_of(_day(request.GET.get("week", ""), today))
    first = min(monday, monday_of(today)) - WEEK
    counts = _counts(request, first, first + WEEKS * WEEK)
    fullest = max(counts.values(), default=0) or 1
    context: dict[str, Any] = {
        "today": today,
        "monday": monday,
        "before": monday - WEEK,
        "after": monday + WEEK,
        "loads": [
            Load(week, counts[week], 100 * counts[week] // fullest)
            for week in (first + number * WEEK for number in range(WEEKS))
        ],
        "days": _days(request, monday),
        "late": Occurrence.objects.visible_to(request.user).planned().filter(late_from__lte=today).count(),
    }
    template = "planning/_calendar.html" if wants_fragment(request) else "planning/calendar.html"
    return render(request, template, context)


@require_POST
@may_walk
@never_cache
def occurrence_move(request: HttpRequest, pk: int) -> HttpResponse:
    """To the day ``day``; leads back to ``back``."""
    one = the_occurrence(request, pk)

    def move() -> None:
        form = MoveForm(request.POST)
        if not form.is_valid():
            raise PlanRefusedError(f"day: {form.errors['day'][0]}")
        move_occurrence(occurrence=one, to=form.cleaned_data["day"], now=timezone.now())

    return answer(request, move, "maintenance-calendar")


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not FIRST <= day <= LAST:
        raise BadRequest("week: a day as in 2026-03-02.")
    return day


def _counts(request: HttpRequest, begin: date, end: date) -> dict[date, int]:
    rows = (
        Occurrence.objects.visible_to(request.user)
        .planned()
        .filter(planned_on__gte=begin, planned_on__lt=end)
    )
    counts: dict[date, int] = defaultdict(int)
    for day, count in rows.order_by().values_list("planned_on").annotate(count=Count("pk")):
        counts[monday_of(day)] += count
    return counts


def _days(request: HttpRequest, monday: date) -> list[dict[str, Any]]:
    rows = Occurrence.objects.visible_to(request.user).exclude(standing="withdrawn")
    days = []
    for day in (monday + number * DAY for number in range(7)):
        of_it = rows.filter(planned_on=day)
        count = of_it.count()
        shown = list(of_it.with_asset().order_by("standing", "pk")[:MOST_A_DAY]) if count else []
        days.append({"day": day, "count": count, "shown": shown})
    return days
