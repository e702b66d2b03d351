"""Times of the week: some days, from a time to a time, in a site's zone; a night reaches into the next day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

WEEK = range(7)


def validate_weekdays(value: object) -> None:
    if not isinstance(value, list) or any(type(day) is not int or day not in WEEK for day in value):
        raise ValidationError("Days are numbers from 0 for Monday to 6 for Sunday.")


def weekly_end(
    moment: datetime, zone: ZoneInfo, *, weekdays: Collection[int], time_from: time, time_to: time
) -> datetime | None:
    """When the span of that week which ``moment`` lies in ends; ``None`` outside of all. No days mean every day.

    A span that ends at the time it begins lasts a whole day.
    """
    local = moment.astimezone(zone)
    for days_back in (0, 1):
        day = local.date() - timedelta(days=days_back)
        if weekdays and day.weekday() not in weekdays:
            continue
        begin = datetime.combine(day, time_from, zone)
        end = datetime.combine(day + timedelta(days=time_to <= time_from), time_to, zone)
        if begin <= local < end:
            return end.astimezone(moment.tzinfo)
    return None


def is_during(
    moment: datetime,
    zone: ZoneInfo,
    *,
    begin: datetime | None,
    end: datetime | None,
    weekdays: Collection[int],
    time_from: time | None,
    time_to: time | None,
) -> bool:
    """Whether ``moment`` lies in what is said either by two moments or by days of the week."""
    if begin is not None and end is not None:
        return begin <= moment < end
    if time_from is None or time_to is None:
        return False
    return weekly_end(moment, zone, weekdays=weekdays, time_from=time_from, time_to=time_to) is not None
