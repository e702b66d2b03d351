"""Words that chain, for equipment and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from locations.queries import in_sites_of


class AssetQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def in_service(self) -> Self:
        """Assets that the hospital still has."""
        return self.filter(retired_at__isnull=True)

    def with_place(self) -> Self:
        """Everything that a row or a card shows, in one query."""
        return self.select_related(
            "model__category", "department", "rtls_tag", "now__zone", "now__floor__building", "home_zone"
        )


class HistoryQuerySet(models.QuerySet[Any]):
    """For intervals and stays: rows with ``begin`` and, unless open, ``end``."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def open(self) -> Self:
        return self.filter(end__isnull=True)

    def overlapping(self, begin: datetime, end: datetime) -> Self:
        return self.filter(Q(end__isnull=True) | Q(end__gt=begin), begin__lt=end)
