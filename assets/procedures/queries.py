"""Words that chain, for procedures and for what was done by them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from locations.queries import in_sites_of


class ProcedureQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """Those that are offered for new work: published, and not retired."""
        return self.filter(retired_at__isnull=True, versions__state="current")

    def fitting(self, asset: Any) -> Self:
        """For its model, for its category, or for any equipment."""
        model = asset.model
        general = Q(model__isnull=True, category__isnull=True)
        return self.filter(general | Q(model=model.pk) | Q(category=model.category_id))


class RunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "order__asset__site"))

    def standing(self) -> Self:
        """Without those that were struck out."""
        return self.filter(struck_at__isnull=True)


class RecordQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "asset__site"))

    def standing(self) -> Self:
        """Without those that were struck out."""
        return self.filter(struck_at__isnull=True)
