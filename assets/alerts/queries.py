"""Words that chain, for rules and alerts; and who may see which alert."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from assets.alerts.words import OF_THE_HOUSE, TECHNICAL, State, at_least
from locations.models import Zone
from locations.queries import in_sites_of


class RuleQuerySet(models.QuerySet[Any]):
    def enabled(self) -> Self:
        return self.filter(is_enabled=True)

    def visible_to(self, user: Any) -> Self:
        """Those about every site, and those about one of the person's."""
        own = in_sites_of(user, "sites")
        return self.filter(Q(sites__isnull=True) | own).distinct() if own else self

    def with_scope(self) -> Self:
        return self.prefetch_related("sites", "departments", "categories", "zones")


class AlertQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Those of the person's sites; without a wider right, those of their unit and of no unit in particular."""
        seen = self.filter(in_sites_of(user, "site"))
        if not user.has_perm("alerts.view_technical"):
            seen = seen.exclude(kind__in=TECHNICAL)
        if user.has_perm("alerts.view_every_unit"):
            return seen
        seen = seen.exclude(kind__in=OF_THE_HOUSE)
        if user.home_zone_id is None:
            return seen
        unit = Zone.objects.filter(pk=user.home_zone_id).values("department")
        return seen.filter(Q(department__isnull=True) | Q(department__in=unit) | Q(zone__department__in=unit))

    def open(self) -> Self:
        return self.exclude(state=State.RESOLVED)

    def unacknowledged(self) -> Self:
        return self.filter(state=State.NEW)

    def told(self) -> Self:
        """Those that are not held back."""
        return self.filter(held="")

    def at_least(self, severity: str) -> Self:
        return self.filter(severity__in=at_least(severity))

    def with_subject(self) -> Self:
        """Everything that a row shows, in one query."""
        return self.select_related(
            "rule", "asset__model__category", "asset__now__zone", "asset__now__floor__building", "zone__floor",
            "department", "acknowledged_by",
        )  # fmt: skip
