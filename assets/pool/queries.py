"""Words that chain, for reservations and requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models

from locations.queries import in_sites_of


class ReservationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def current(self) -> Self:
        """Without those that were cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def overlapping(self, begin: datetime, end: datetime) -> Self:
        """Those that share some time with the period; one that ends when the other begins does not."""
        return self.filter(begin__lt=end, end__gt=begin)

    def with_names(self) -> Self:
        """Everything that a line of a calendar shows, in one query."""
        return self.select_related("asset__model__category", "category", "unit__department", "by", "site")


class DeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "to_zone__floor__building__site"))

    def open(self) -> Self:
        """Not confirmed and not cancelled."""
        return self.filter(closed_at__isnull=True)

    def with_names(self) -> Self:
        """Everything that a card of the board shows; its assets in one more query."""
        return self.select_related(
            "category", "to_zone__floor__building__site", "to_zone__department", "asked_by", "accepted_by"
        ).prefetch_related("assets__model")


def reserved_between(*, assets: Iterable[int], begin: datetime, end: datetime) -> dict[int, Any]:
    """The first reservation in that time of each of these assets (by primary key) that has one; one query.

    For “reserved from 14:00”: ``reserved_between(assets=[…], begin=now, end=now + timedelta(hours=12))``.
    """
    reservation: Any = apps.get_model("pool.Reservation")
    rows = reservation.objects.current().overlapping(begin, end).filter(asset__in=list(assets))
    return {row.asset_id: row for row in rows.select_related("unit__department", "by").order_by("-begin")}
