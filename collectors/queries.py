"""Words that chain, for segments, endpoints, pauses and disturbances."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone

from locations.queries import in_sites_of


class SegmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))


class SourceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "site"))


class FindQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "segment__site"))

    def undecided(self) -> Self:
        return self.filter(decision="")


class EndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(in_sites_of(user, "segment__site"))

    def polled(self, now: datetime | None = None) -> Self:
        """Endpoints that are to be polled: enabled, and neither they, their segment nor everything is paused."""
        pauses = apps.get_model("collectors.Pause").objects.in_force(now or timezone.now())
        return (
            self.filter(~Exists(pauses.of_everything()), is_enabled=True)
            .exclude(segment__in=pauses.exclude(segment=None).values("segment"))
            .exclude(pk__in=pauses.exclude(endpoint=None).values("endpoint"))
        )

    def failing(self) -> Self:
        return self.filter(health__failing_since__isnull=False)


class PauseQuerySet(models.QuerySet[Any]):
    def in_force(self, now: datetime) -> Self:
        """Neither ended by a person nor over by itself."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), ended_at__isnull=True)

    def of_everything(self) -> Self:
        return self.filter(endpoint__isnull=True, segment__isnull=True)


class DisturbanceQuerySet(models.QuerySet[Any]):
    def lasting(self) -> Self:
        return self.filter(end__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Those of what the person may see; what belongs to no site concerns everybody who sees collecting."""
        in_sites = in_sites_of(user, "segment__site")
        # An empty condition means everything, but or-ed with another it would vanish.
        if not user.is_authenticated or user.sees_all_sites:
            return self.filter(in_sites)
        is_nobodys = Q(segment__isnull=True, source__isnull=True)
        return self.filter(is_nobodys | in_sites | in_sites_of(user, "source__site"))
