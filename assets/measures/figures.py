"""Figures of maintenance as arithmetic (definitions, 4): a value, or the reason why there is none. Never nought for
what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HOUR = timedelta(hours=1)
ATTEMPTS = 2
"""So many logged attempts inside the window count as having tried."""
PER_HOURS = 1000
"""Failures are told per so many operating hours."""
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` is nothing exactly where ``why`` says why."""

    value: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence as figures see it; ``tried``: attempts inside its window, that is of both days and between."""

    opens: date
    closes: date
    done: date | None
    tried: int

    @property
    def is_in_time(self) -> bool:
        return self.done is not None and self.opens <= self.done <= self.closes

    def is_open(self, today: date) -> bool:
        """Its window is not over, and it is not done: nobody knows yet."""
        return self.done is None and self.closes >= today


@dataclass(frozen=True, slots=True)
class Completion:
    """Of what was due, how much was done ``in_time``; ``tried``: not in time, but attempted often enough.

    ``still_open`` is not part of ``due``: its window is not over.
    """

    due: int = 0
    in_time: int = 0
    tried: int = 0
    still_open: int = 0

    def __add__(self, other: Completion) -> Completion:
        return Completion(
            self.due + other.due, self.in_time + other.in_time, self.tried + other.tried,
            self.still_open + other.still_open,
        )  # fmt: skip

    @property
    def missed(self) -> int:
        return self.due - self.in_time - self.tried

    @property
    def strict(self) -> Figure:
        return self._share(self.in_time, self.due)

    @property
    def credited(self) -> Figure:
        return self._share(self.in_time + self.tried, self.due)

    @property
    def excluded(self) -> Figure:
        if self.due and self.due == self.tried:
            return Figure(None, _("all that was due could not be reached"))
        return self._share(self.in_time, self.due - self.tried)

    def _share(self, part: int, whole: int) -> Figure:
        if whole:
            return Figure(part / whole)
        if self.still_open:
            return Figure(None, _("nothing is decided yet: the windows are open"))
        return Figure(None, _("nothing was due"))


def completion(rows: Iterable[Due], today: date) -> Completion:
    """One row at a time; the database does the same for many (:mod:`assets.measures.completion`)."""
    total = Completion()
    for row in rows:
        if row.is_open(today):
            total += Completion(still_open=1)
        else:
            is_tried = not row.is_in_time and row.tried >= ATTEMPTS
            total += Completion(1, int(row.is_in_time), int(is_tried))
    return total


def hours_words(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 10 else f"{hours:.1f}"


def mtbf(operating_h: float, failures: int) -> Figure:
    """Operating hours a failure, in hours."""
    if failures == 0:
        return Figure(None, _("no failures in %s operating hours") % hours_words(operating_h))
    if operating_h <= 0:
        words = ngettext(
            "%s failure, but no operating hours known", "%s failures, but no operating hours known", failures
        )
        return Figure(None, words % failures)
    return Figure(operating_h / failures)


def mttr(restoring: timedelta, failures: int) -> Figure:
    """Time to restore, weighted by percent-down, in hours a failure."""
    return Figure(restoring / HOUR / failures) if failures else Figure(None, _("no failures"))


def availability(covered: timedelta, down: timedelta) -> Figure:
    """A share; ``down`` is weighted."""
    if covered <= timedelta(0):
        return Figure(None, _("no covered hours"))
    return Figure((covered - down) / covered)


def failure_rate(operating_h: float, failures: int) -> Figure:
    """Failures per 1,000 operating hours. None in known hours is nought, and known."""
    if operating_h <= 0:
        return Figure(None, _("no operating hours known"))
    return Figure(failures * PER_HOURS / operating_h)


def cost_of_service(cost: Decimal, acquisition: Decimal, days: float) -> Figure:
    """Cost of ``days`` as of a year, over what the equipment cost."""
    if acquisition <= 0:
        return Figure(None, _("no acquisition cost is entered"))
    if days <= 0:
        return Figure(None, _("the period has no days"))
    return Figure(float(cost) * YEAR_DAYS / days / float(acquisition))


def share(part: int, whole: int, why: str) -> Figure:
    return Figure(part / whole) if whole else Figure(None, why)
