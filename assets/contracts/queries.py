"""Words that chain, for contracts."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from locations.queries import in_sites_of


class ContractQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))

    def matching(self, text: str) -> Self:
        wanted = text.strip()[:100]
        if not wanted:
            return self.all()
        return self.filter(
            Q(number__icontains=wanted) | Q(vendor__icontains=wanted) | Q(note__icontains=wanted)
        )

    def running_between(self, begin: date, end: date) -> Self:
        """Those of which a day lies between, both included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=begin), begins_on__lte=end)

    def to_be_renewed(self, *, by: date) -> Self:
        """Those that end by that day, that are to go on, and that nothing follows."""
        return self.filter(ends_on__lte=by, is_left_to_end=False, followed_by__isnull=True)

    def of(self, asset: Any) -> Self:
        """Those that cover the piece by itself, or its model at its site."""
        return self.filter(Q(for_assets=asset) | Q(for_models=asset.model_id, site=asset.site_id)).distinct()

    def latest_end_first(self) -> Self:
        return self.order_by(F("ends_on").desc(nulls_first=True), "number")
