"""Keeping forecasts: one of each fleet and unit a day, made a few at a time, and read by pages, files and API."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.fleet.forecasting import Judged, judged
from assets.fleet.models import Forecast, Measure, Outcome
from assets.fleet.series import demand_of, unbroken
from assets.models import Category
from assets.utilisation.calendars import calendar_of
from assets.utilisation.days import ONE
from assets.utilisation.models import FleetDay, RolledUntil, UnitDay
from locations.models import Department, Site

SHOWN_DAYS = 56
"""Of the past, beside what is to come."""
Key = tuple[int, int | None]
"""Category, and unit if it is of one."""


def keep_forecasts(*, now: datetime, seconds: float | None = None) -> int:
    """Make what there is none of yet since the last day that is over; how many. After ``seconds`` the rest waits."""
    begun, made = time.monotonic(), 0
    for site, until in list(RolledUntil.objects.values_list("site", "until_s")):
        last = calendar_of(site).day_of(until) - ONE
        for key in due(site, last):
            if seconds is not None and time.monotonic() - begun > seconds:
                return made
            made += _keep(site, key, last, now)
    return made


def due(site: int, last: date) -> list[Key]:
    """What has a roll-up of the last day and no forecast since; whole fleets first, then their units."""
    kept = dict[Key, int]()
    for category, unit in Forecast.objects.filter(site=site, last_day__gte=last).values_list(
        "category", "department"
    ):
        kept[category, unit] = kept.get((category, unit), 0) + 1
    fleets = [
        (category, None)
        for category in FleetDay.objects.filter(site=site, day=last)
        .order_by("category")
        .values_list("category", flat=True)
    ]
    units = UnitDay.objects.filter(site=site, day=last, department__isnull=False).order_by(
        "category", "department"
    )
    every: list[Key] = [*fleets, *units.values_list("category", "department")]
    return [key for key in every if kept.get(key, 0) < len(Measure)]


def _keep(site: int, key: Key, last: date, now: datetime) -> int:
    category, unit = key
    demand = demand_of(_rows(site, category, unit))
    found = {measure: judged(unbroken(demand, measure, last)) for measure in Measure.values}
    departments = Department.objects.in_bulk([] if unit is None else [unit])
    with transaction.atomic():
        for measure, each in found.items():
            Forecast.objects.update_or_create(
                site_id=site,
                category_id=category,
                department=None if unit is None else departments[unit],
                measure=measure,
                defaults={**_columns(each, last), "computed_at": now},
            )
    return 1


def _columns(found: Judged, last: date) -> dict[str, Any]:
    days = [last + (number + 1) * ONE for number in range(len(found.points))]
    return {
        "last_day": last,
        "days_count": found.days,
        "outcome": found.outcome,
        "error": found.error,
        "error_last": found.error_last,
        "error_week": found.error_week,
        "inside": found.inside,
        "points": [
            {"day": day.isoformat(), "value": point.value, "low": point.low, "high": point.high}
            for day, point in zip(days, found.points, strict=True)
        ],
    }


def _rows(site: int, category: int, unit: int | None) -> Any:
    if unit is None:
        return FleetDay.objects.filter(site=site, category=category)
    return UnitDay.objects.filter(site=site, category=category, department=unit)


def forecast_for(
    category: Category, site: Site, department: Department | None, measure: str
) -> Forecast | None:
    """The latest; none where none was made yet."""
    found: Forecast | None = Forecast.objects.filter(
        category=category, site=site, department=department, measure=measure
    ).first()
    return found


def known_days(
    category: Category, site: Site, department: Department | None, measure: str
) -> list[tuple[date, float | None]]:
    """The last weeks as they were: whole days that are rolled up."""
    until = RolledUntil.objects.filter(site=site).values_list("until_s", flat=True).first()
    if until is None:
        return []
    today = calendar_of(site.pk).day_of(until)
    rows = _rows(site.pk, category.pk, department.pk if department else None)
    days = demand_of(rows.filter(day__lt=today, day__gte=today - SHOWN_DAYS * ONE))
    return [(each.day, each.of(measure)) for each in days]


def about(
    category: Category, site: Site, department: Department | None, measure: str, forecast: Forecast | None
) -> dict[str, Any]:
    """What a file of a forecast is about."""
    told = defaultdict(lambda: None, {} if forecast is None else forecast.__dict__)
    return {
        "Category": category,
        "Unit": department or site,
        "Of each day": Measure(measure).label,
        "Outcome": Outcome(forecast.outcome).label if forecast else "none was made yet",
        "Last day known": told["last_day"],
        "Days in a row": told["days_count"],
        "Error on held-back days": told["error"],
        "Error of the last value": told["error_last"],
        "Error of the week before": told["error_week"],
        "Held-back days within the interval": told["inside"],
        "Computed at": forecast.computed_at.astimezone(UTC).isoformat() if forecast else None,
        "Asked at": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
    }
