"""Words that chain, for plans and what falls due by them."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, F, Q

from assets.planning.words import Standing
from locations.queries import in_sites_of

ATTEMPTS = 2
"""So many logged attempts inside the window count as having tried (definitions, 4)."""


class PlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Those of models concern every site."""
        if not user.is_authenticated:
            return self.none()
        if user.sees_all_sites:
            return self.all()
        return self.filter(Q(model__isnull=False) | in_sites_of(user, "asset__site"))

    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def of(self, asset: Any) -> Self:
        return self.filter(Q(asset=asset) | Q(model=asset.model_id))


class OccurrenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def planned(self) -> Self:
        """Still to be done."""
        return self.filter(standing=Standing.PLANNED)

    def counted(self) -> Self:
        """What fell due at all: not what was taken back, nor what waits for its meter."""
        return self.filter(due_on__isnull=False).exclude(standing=Standing.WITHDRAWN)

    def due_between(self, begin: date, end: date) -> Self:
        """Both days included."""
        return self.filter(due_on__gte=begin, due_on__lte=end)

    def with_attempts(self) -> Self:
        """``tried``: how many attempts lie inside the window."""
        inside = Q(attempts__day__gte=F("opens_on"), attempts__day__lte=F("closes_on"))
        return self.annotate(tried=Count("attempts", filter=inside))

    def with_asset(self) -> Self:
        return self.select_related(
            "plan", "order", "asset__model__category", "asset__now__zone", "asset__now__floor__building",
            "asset__home_zone", "asset__site", "asset__department",
        )  # fmt: skip
