"""Words that chain, for loans; and what is away meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from assets.loans.words import INBOUND, LoanState
from assets.pool.absences import Absence
from locations.queries import in_sites_of


class LoanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def current(self) -> Self:
        """Without what was entered by mistake."""
        return self.exclude(state=LoanState.STRUCK)

    def open(self) -> Self:
        """Not back, and not struck out."""
        return self.filter(ended_at__isnull=True)

    def outbound(self) -> Self:
        """The hospital's own, that others have."""
        return self.filter(is_inbound=False)

    def inbound(self) -> Self:
        """Of others, that the hospital has."""
        return self.filter(is_inbound=True)

    def overdue(self, now: datetime) -> Self:
        return self.filter(state=LoanState.OUT, due_at__lt=now)

    def overlapping(self, begin: datetime, end: datetime) -> Self:
        """Those that share some time with the period; what is not back yet lasts on."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=begin), begin__lt=end)

    def matching(self, text: str) -> Self:
        """By tag, whom, or reference."""
        if not text:
            return self
        return self.filter(
            Q(asset__asset_tag__icontains=text) | Q(department__name__icontains=text)
            | Q(to_site__name__icontains=text) | Q(partner__icontains=text) | Q(programme__name__icontains=text)
            | Q(reference__iexact=text)
        )  # fmt: skip

    def with_names(self) -> Self:
        """Everything that a row shows, in one query."""
        return self.select_related(
            "asset__model__category", "asset__now", "site", "department", "to_site", "programme", "by"
        )


class HistoryError(Exception):
    """Somebody tried to change or delete what happened to a loan."""


class EventQuerySet(models.QuerySet[Any]):
    """Rows are added, and nothing else."""

    def update(self, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to a loan is never changed")

    def delete(self) -> NoReturn:
        raise HistoryError("what happened to a loan is never deleted")


def absences_of_kind(
    *, category: int, site: int, begin: datetime, end: datetime, now: datetime
) -> list[Absence]:
    """What is lent out of a category and site at some time of the period; one query.

    What is on loan is away until it is due, and what is overdue until now at least; what cannot be found, all along.
    """
    loans: Any = apps.get_model("loans.Loan")
    rows = loans.objects.outbound().open().filter(asset__model__category=category, site=site, begin__lt=end)
    away = [_absence(row, end, now) for row in rows.select_related("department", "to_site", "programme")]
    return [each for each in away if each.end > begin]


def _absence(loan: Any, end: datetime, now: datetime) -> Absence:
    until = end if loan.state == LoanState.LOST else max(loan.due_at, now)
    return Absence(loan.asset_id, loan.begin, until, loan.due_at, loan.whom, loan.reservation_id)


def lent_out(*, assets: Iterable[int] | None = None) -> dict[int, Any]:
    """Asset → its loan to others that is open; one query."""
    loans: Any = apps.get_model("loans.Loan")
    rows = loans.objects.outbound().open().select_related("department", "to_site", "programme")
    return {row.asset_id: row for row in (rows if assets is None else rows.filter(asset__in=list(assets)))}


def is_inbound_kind(kind: str) -> bool:
    return kind in INBOUND
