"""Words that chain, for scores."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from locations.queries import in_sites_of


class ScoreQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Of what is still here."""
        return self.filter(in_sites_of(user, "asset__site"), asset__retired_at__isnull=True)

    def at_site(self, site: Any) -> Self:
        return self.filter(asset__site=site, asset__retired_at__isnull=True)

    def matching(self, text: str) -> Self:
        wanted = text.strip()[:100]
        if not wanted:
            return self.all()
        return self.filter(
            Q(asset__asset_tag__icontains=wanted)
            | Q(asset__model__name__icontains=wanted)
            | Q(asset__model__manufacturer__icontains=wanted)
        )

    def by_rank(self) -> Self:
        """What is most to be replaced first; what too little is known of last."""
        return self.order_by(F("rank").desc(nulls_last=True), "asset")

    def with_asset(self) -> Self:
        return self.select_related("asset__model__category", "asset__department", "asset__site")
