"""Contracts as lines of a page: how each stands today, and its hours in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from assets.contracts.models import Contract
from assets.contracts.words import TOKENS, Standing
from assets.planning.calendar import day_at


@dataclass(frozen=True, slots=True)
class Line:
    """``days_left`` is negative once it is over, and nothing where it has no end."""

    contract: Contract
    standing: Standing
    days_left: int | None

    @property
    def token(self) -> str:
        return TOKENS[self.standing]

    @property
    def hours(self) -> str:
        return hours_words(self.contract.week)


def lines_of(contracts: Iterable[Contract], now: datetime) -> list[Line]:
    """By the clock of each one's site, which has to be there already."""
    return [line_of(contract, day_at(now, contract.site.timezone)) for contract in contracts]


def line_of(contract: Contract, today: date) -> Line:
    left = None if contract.ends_on is None else (contract.ends_on - today).days
    return Line(contract, contract.standing(today), left)


def hours_words(week: Any) -> str:
    """“Mon–Fri 08:00-17:00, Sat 08:00-12:00”; days that are alike and follow one another are told together."""
    if week is None:
        return _("around the clock")
    told = []
    for windows, days in groupby(range(7), key=lambda number: tuple(week[number])):
        if windows:
            numbers = list(days)
            first, last = WEEKDAYS_ABBR[numbers[0]], WEEKDAYS_ABBR[numbers[-1]]
            named = f"{first}–{last}" if len(numbers) > 1 else str(first)
            told.append(f"{named} {' '.join(windows)}")
    return ", ".join(told)
