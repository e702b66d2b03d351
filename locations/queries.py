"""Words that chain, for places, and who may see which site."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q


def in_sites_of(user: Any, path: str) -> Q:
    """A condition that ``path`` (a foreign key to Site) is a site that ``user`` may see.

    Nobody signed in sees nothing; accounts without ``sees_all_sites`` see the sites they were given.
    """
    if not user.is_authenticated:
        return Q(pk__in=[])
    if user.sees_all_sites:
        return Q()
    return Q(**{f"{path}__in": user.sites.values("pk")})


def sites_of(user: Any) -> list[int] | None:
    """The sites that :func:`in_sites_of` lets through, by primary key; ``None`` for all. At most one query."""
    if not user.is_authenticated:
        return []
    return None if user.sees_all_sites else sorted(user.sites.values_list("pk", flat=True))


class SiteQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "pk"))


class FloorQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        only = getattr(user, "floors_only", None)
        if only is not None:
            return self.filter(pk__in=only)
        return self.filter(in_sites_of(user, "building__site"))


class ZoneQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "floor__building__site"))

    def current(self) -> Self:
        """Zones of the plan as it is now, without those that a changed plan retired."""
        return self.filter(retired_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Zones of the plan as it was at ``moment``."""
        return self.filter(
            Q(retired_at__isnull=True) | Q(retired_at__gt=moment),
            Q(drawn_at__isnull=True) | Q(drawn_at__lte=moment),
        )

    def in_site(self, site_id: int) -> Self:
        return self.filter(floor__building__site_id=site_id)


class ReceiverQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "floor__building__site"))


class PassageQuerySet(models.QuerySet[Any]):
    def in_site(self, site_id: int) -> Self:
        """Passages that begin or end in the site."""
        path = "floor__building__site_id"
        return self.filter(Q(**{f"zone_a__{path}": site_id}) | Q(**{f"zone_b__{path}": site_id}))

    def current(self) -> Self:
        """Passages between zones of the plan as it is now."""
        return self.filter(zone_a__retired_at__isnull=True, zone_b__retired_at__isnull=True)


class SurveyPointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "survey__floor__building__site"))

    def current(self) -> Self:
        """Without those that were taken away."""
        return self.filter(removed_at__isnull=True)

    def on_floor(self, floor_id: int) -> Self:
        return self.filter(survey__floor_id=floor_id)
