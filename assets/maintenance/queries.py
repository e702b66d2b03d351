"""Words that chain, for work orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from django.db import models
from django.db.models import Q

from assets.maintenance.words import OPEN, State
from locations.queries import in_sites_of


class WorkOrderQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def open(self) -> Self:
        """Work that still has to be done, or looked over."""
        return self.filter(closed_at__isnull=True)

    def with_asset(self) -> Self:
        """Everything that a row or a card shows, in one query."""
        return self.select_related(
            "asset__model__category", "asset__now__zone", "asset__now__floor__building", "asset__home_zone",
            "asset__site", "asked_by", "assigned_to",
        )  # fmt: skip

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def of(self, person: Any) -> Self:
        """What is a person's own to do."""
        return self.filter(assigned_to=person.pk)

    def unassigned(self) -> Self:
        return self.filter(assigned_to__isnull=True)

    def overdue(self, now: datetime) -> Self:
        """Not done although it should be: :func:`assets.maintenance.clocks.is_overdue`, asked of the database."""
        is_late = Q(due_at__lt=now, done_at__isnull=True) | Q(left__lt=timedelta(0))
        return self.open().filter(is_late)

    def mentioning(self, person: Any) -> Self:
        """In which the person was named, and has not looked since."""
        return self.filter(events__mentions__person=person.pk, events__mentions__seen_at=None).distinct()

    def by_urgency(self) -> Self:
        """By priority, then the oldest first."""
        return self.order_by("priority", "opened_at", "number")

    def latest_closed(self) -> Self:
        return self.order_by("-closed_at", "-number")


class HistoryError(Exception):
    """Somebody tried to change or delete what happened."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows are added, and nothing else; they go with their order alone."""

    def update(self, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to an order is never changed")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise HistoryError("what happened to an order is never changed")

    def delete(self) -> NoReturn:
        raise HistoryError("what happened to an order is never deleted")


class DowntimeQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """Without what was struck out."""
        return self.filter(struck_at__isnull=True)

    def open(self) -> Self:
        return self.filter(end__isnull=True)

    def overlapping(self, begin: datetime, end: datetime | None) -> Self:
        """``end`` nothing: from ``begin`` on."""
        later = self.filter(Q(end__isnull=True) | Q(end__gt=begin))
        return later if end is None else later.filter(begin__lt=end)


def counts_by_state(orders: WorkOrderQuerySet) -> dict[str, int]:
    """How many are in each of the open states. Of what is closed, a hospital has too many to count for a page."""
    rows = dict(orders.open().order_by().values_list("state").annotate(models.Count("pk")))
    return {State(value).value: rows.get(value, 0) for value in OPEN}
