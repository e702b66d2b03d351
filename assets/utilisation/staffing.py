"""Staffed hours of a week, as they are written and as stretches of time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

Week = list[list[tuple[int, int]]]
"""For each weekday, Monday first: minutes of the wall clock from and to, in order and apart."""
_WRITTEN = re.compile(r"^(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)$")
DAY_MIN = 1440


def as_windows(week: Any) -> Week:
    """Raises ``ValueError`` with words for a person that name the day and what is wrong with it."""
    if not isinstance(week, list) or len(week) != 7 or not all(isinstance(day, list) for day in week):
        raise ValueError(gettext("Seven lists, one for each day, Monday first."))
    return [_windows(day, number) for number, day in enumerate(week, start=1)]


def _windows(day: Sequence[Any], number: int) -> list[tuple[int, int]]:
    windows = sorted(_window(text, number) for text in day)
    for (_, end), (begin, _) in itertools.pairwise(windows):
        if begin < end:
            raise ValueError(gettext("Day %(day)d: two stretches overlap.") % {"day": number})
    return windows


def _window(text: Any, number: int) -> tuple[int, int]:
    found = _WRITTEN.match(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(
            gettext("Day %(day)d: write times such as 07:30-16:00, not “%(text)s”.")
            % {"day": number, "text": text}
        )
    hour, minute, last_hour, last_minute = map(int, found.groups())
    begin, end = 60 * hour + minute, 60 * last_hour + last_minute
    if not begin < end <= DAY_MIN:
        raise ValueError(
            gettext("Day %(day)d: “%(text)s” does not end after it begins, by 24:00.")
            % {"day": number, "text": text}
        )
    return begin, end


def seconds_of(day: date, week: Week, zone: ZoneInfo) -> list[tuple[int, int]]:
    """The staffed stretches of ``day`` in seconds since 1970. What a clock put forward leaves out has no length."""
    found = []
    for begin, end in week[day.weekday()]:
        stretch = wall_s(day, begin, zone), wall_s(day, end, zone)
        if stretch[0] < stretch[1]:
            found.append(stretch)
    return found


def wall_s(day: date, minutes: int, zone: ZoneInfo) -> int:
    """When a clock of ``zone`` shows so many minutes into ``day``, in seconds since 1970.

    Where it does so twice, the first time; where it never does, when it is put forward past it.
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    before, after = int(wall.timestamp()), int(wall.replace(fold=1).timestamp())
    if after >= before:
        return before
    offset = wall.utcoffset()
    while before - after > 1:  # the offset changes in between
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return before
